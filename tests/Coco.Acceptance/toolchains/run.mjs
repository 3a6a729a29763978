// Unmodified Hardhat with Ignition, forge and cast against a network. Usage: node run.mjs STATUS.json FOLDER
// Works on copies in FOLDER, so that the checkout stays as it is. The network's development endpoints are plain HTTP.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [, , statusFile, folder] = process.argv;
const here = dirname(fileURLToPath(import.meta.url));
const status = JSON.parse(readFileSync(statusFile));
const urls = status.nodes.map((node) => node.developmentRpc);
const [owner, other] = status.accounts;
for (const name of ["hardhat", "forge", "solc.mjs", "package.json"]) cpSync(join(here, name), join(folder, name), { recursive: true });
symlinkSync(join(here, "node_modules"), join(folder, "node_modules"));
const native = (tool) => join(here, "node_modules", "@foundry-rs", `${tool}-${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`, "bin", tool);
const environment = {
  ...process.env, COCO_RPC: urls[0], COCO_KEYS: `${owner.privateKey},${other.privateKey}`, HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: "false",
  HARDHAT_DISABLE_TELEMETRY_PROMPT: "true", NO_COLOR: "1", FOUNDRY_DISABLE_NIGHTLY_WARNING: "1", COCO_CHAIN_ID: `${status.chainId}`,
};

function run(cwd, program, parameters, extra = {}) {
  try {
    return execFileSync(program, parameters, { cwd: join(folder, cwd), env: { ...environment, ...extra }, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  } catch (failed) {
    throw new Error(`${program} ${parameters.join(" ")}\n${failed.stdout}\n${failed.stderr}`);
  }
}

function step(name, body) {
  const start = Date.now();
  body();
  console.log(`ok ${name} (${Date.now() - start} ms)`);
}

const hardhat = (parameters, extra) => run("hardhat", process.execPath, [join(folder, "node_modules", "hardhat", "internal", "cli", "bootstrap.js"), ...parameters], extra);
const forge = (parameters, extra) => run("forge", native("forge"), parameters, extra);
const cast = (...parameters) => run("forge", native("cast"), parameters);
const compiler = ["--use", join(folder, "solc.mjs"), "--offline"];

step("Hardhat compiles OpenZeppelin's contracts and Ignition deploys through node 1", () => {
  const said = hardhat(["ignition", "deploy", "ignition/modules/Vault.js", "--network", "coco", "--deployment-id", "coco"]);
  assert.match(said, /successfully deployed/i);
});
step("Ignition goes on where it was", () => {
  const said = hardhat(["ignition", "deploy", "ignition/modules/Vault.js", "--network", "coco", "--deployment-id", "coco"]);
  assert.match(said, /Nothing new to deploy|previously/i);
});
step("Hardhat's tests run against the network", () => {
  const said = hardhat(["test", "--network", "coco", "--no-compile"], { COCO_DEPLOYED: join(folder, "hardhat", "ignition", "deployments", "coco", "deployed_addresses.json") });
  assert.match(said, /3 passing/);
});

let counter;
step("forge creates a contract through node 2", () => {
  const made = JSON.parse(forge(["create", "src/Counter.sol:Counter", ...compiler, "--rpc-url", urls[1], "--private-key", owner.privateKey, "--broadcast", "--json", "--constructor-args", "5"]));
  counter = made.deployedTo;
  assert.equal(cast("call", counter, "number()(uint256)", "--rpc-url", urls[1]), "5");
});
step("a forge script is simulated, broadcast and confirmed", () => {
  const said = forge(["script", "script/Deploy.s.sol:Deploy", ...compiler, "--rpc-url", urls[1], "--private-key", owner.privateKey, "--broadcast", "--slow"]);
  assert.match(said, /ONCHAIN EXECUTION COMPLETE & SUCCESSFUL/);
  const made = JSON.parse(readFileSync(join(folder, "forge", "broadcast", "Deploy.s.sol", `${status.chainId}`, "run-latest.json")));
  assert.ok(made.receipts.length === 2 && made.receipts.every((receipt) => receipt.status === "0x1"));
  assert.equal(cast("call", made.receipts[0].contractAddress, "number()(uint256)", "--rpc-url", urls[1]), "42");
});
step("cast sends, reads receipts, logs and storage", () => {
  const receipt = JSON.parse(cast("send", counter, "count()", "--private-key", owner.privateKey, "--rpc-url", urls[1], "--json"));
  assert.equal(receipt.status, "0x1");
  assert.equal(cast("call", counter, "number()(uint256)", "--rpc-url", urls[1]), "6");
  assert.equal(BigInt(cast("storage", counter, "0", "--rpc-url", urls[1])), 6n);
  const logs = JSON.parse(cast("logs", "--address", counter, "--from-block", "0", "Counted(address indexed,uint256)", "--rpc-url", urls[1], "--json"));
  assert.equal(logs.length, 1);
  assert.equal(cast("chain-id", "--rpc-url", urls[2]), `${status.chainId}`);
  assert.ok(BigInt(cast("balance", owner.address, "--rpc-url", urls[1])) > 0n);
  assert.ok(BigInt(cast("estimate", counter, "count()", "--rpc-url", urls[1])) > 21_000n);
});
step("forge's tests run on a fork of the network, and leave it alone", () => {
  const said = forge(["test", ...compiler, "--fork-url", urls[1], "--json"], { COCO_COUNTER: counter, COCO_EXPECTED: "6" });
  const results = Object.values(Object.values(JSON.parse(said))[0].test_results);
  assert.deepEqual(results.map((result) => result.status), ["Success", "Success", "Success"]);
  assert.equal(cast("call", counter, "number()(uint256)", "--rpc-url", urls[1]), "6");
});
