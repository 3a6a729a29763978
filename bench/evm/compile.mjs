// Compiles Programs.sol with solc from npm: node compile.mjs (after npm ci in ../../samples/contracts). Writes programs.json.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { terms } from "./points.mjs";

const require = createRequire(process.env.COCO_NODE_MODULES ?? new URL("../../samples/contracts/", import.meta.url));
const solc = require("solc");
const source = readFileSync(new URL("Programs.sol", import.meta.url), "utf8");
const output = JSON.parse(solc.compile(JSON.stringify({
  language: "Solidity",
  sources: { "Programs.sol": { content: source } },
  settings: { evmVersion: "cancun", viaIR: true, metadata: { bytecodeHash: "none" }, optimizer: { enabled: true, runs: 1000 }, outputSelection: { "*": { "*": ["evm.deployedBytecode.object", "evm.methodIdentifiers"] } } },
})));
const errors = (output.errors ?? []).filter((error) => error.severity === "error");
if (errors.length > 0) throw new Error(errors.map((error) => error.formattedMessage).join("\n"));
const contracts = output.contracts["Programs.sol"];
const word = (value) => BigInt(value).toString(16).padStart(64, "0");

// name, contract, turns: 0.3 to 1.5 million gas each, so that a run is a millisecond or two and the fastest of many is undisturbed.
const programs = [
  ["arithmetic", "Arithmetic", 4000], ["modular", "Modular", 4000], ["exponents", "Exponents", 800], ["hashes", "Hashes", 1500],
  ["long hashes", "LongHashes", 300], ["memory", "Memory", 20], ["storage", "Storage", 800], ["calls", "Calls", 1200],
  ["ERC-20 transfers", "Transfers", 150], ["swaps", "Swaps", 40], ["ray tracer", "RayTracer", 4],
].map(([name, contract, turns]) => ({
  name, code: contracts[contract].evm.deployedBytecode.object, input: contracts[contract].evm.methodIdentifiers["run(uint256)"] + word(turns),
}));

// Points of BN254 and BLS12-381 are the generators (EIP-196, EIP-197, EIP-2537); the KZG proof is one of the consensus tests (EIP-4844).
const g1 = word(1) + word(2);
const g2 = "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2" + "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
  + "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b" + "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa";
const pad = (hex) => hex.padStart(128, "0");
const blsG1 = pad("17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb")
  + pad("08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1");
const blsG2 = pad("024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8")
  + pad("13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e")
  + pad("0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801")
  + pad("0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be");
const scalar = "5f3759df1b873593cc9e2d51a54ff53a3c6ef372bb67ae856a09e667f3bcc908";
const kzgProof = "014edfed8547661f6cb416eba53061a2f6dce872c0497e6dd485a876fe2567f1" + "564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306" + "6d928e13fe443e957d82e3e71d48cb65d51028eb4483e719bf8efcdf12f7c321"
  + "a421e229565952cfff4ef3517100a97da1d4fe57956fa50a442f92af03b1bf37adacc8ad4ed209b31287ea5bb94d9d06"
  + "a444d6bb5aadc3ceb615b50d6606bd54bfe529f59247987cd1ab848d19de599a9052f1835fb0d0d44cf70183e19a68c9";
const precompiled = [
  ["ECRECOVER", 1, 20, "456e9aea5e197a1f1af7a3e85a3207fa2b5b5c1f5c5d9f2f1bd1f1f7a9a8c4b5" + word(28) + "9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608" + "4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada"],
  ["SHA-256, 1 KiB", 2, 400, "ab".repeat(1024)],
  ["MODEXP, 2,048 bits", 5, 2, word(256) + word(3) + word(256) + "f1".repeat(256) + "010001" + "e3".repeat(255) + "01"],
  ["BN254 add", 6, 300, g1 + g1], ["BN254 multiply", 7, 30, g1 + scalar], ["BN254 pairing, 2", 8, 2, (g1 + g2).repeat(2)],
  ["KZG proof", 10, 3, kzgProof], ["BLS12-381 G1 add", 11, 300, blsG1 + blsG1], ["BLS12-381 G1 MSM, 1", 12, 10, terms(blsG1, 1)],
  ["BLS12-381 G1 MSM, 32", 12, 1, terms(blsG1, 32)], ["BLS12-381 G2 MSM, 1", 14, 5, terms(blsG2, 1)],
  ["BLS12-381 G2 MSM, 32", 14, 1, terms(blsG2, 32)],
  ["BLS12-381 pairing, 2", 15, 3, (blsG1 + blsG2).repeat(2)], ["BLS12-381 map to G1", 16, 20, pad("07")], ["BLS12-381 map to G2", 17, 8, pad("07") + pad("08")],
].map(([name, to, turns, input]) => {
  const length = input.length / 2;
  const padded = input.padEnd(Math.ceil(length / 32) * 64, "0");
  const selector = contracts.Precompiled.evm.methodIdentifiers["run(uint256,address,bytes)"];
  return { name, code: contracts.Precompiled.evm.deployedBytecode.object, input: selector + word(turns) + word(to) + word(96) + word(length) + padded };
});
writeFileSync(new URL("programs.json", import.meta.url), JSON.stringify([...programs, ...precompiled], null, 1) + "\n");
