// Compiles every .sol file beside this one with the optimiser on and writes NAME.json: {contract, compiler, creation, runtime}.
// Reproduce the committed files with: npm ci && npm run build
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const solc = require("solc");
const here = dirname(fileURLToPath(import.meta.url));
const settings = {
  optimizer: { enabled: true, runs: 200 },
  evmVersion: "cancun",
  metadata: { bytecodeHash: "none" },
  outputSelection: { "*": { "*": ["evm.bytecode.object", "evm.deployedBytecode.object"] } },
};

for (const file of readdirSync(here).filter((name) => name.endsWith(".sol"))) {
  const name = file.replace(/\.sol$/, "");
  const input = { language: "Solidity", sources: { [file]: { content: readFileSync(join(here, file), "utf8") } }, settings };
  const find = (path) => ({ contents: readFileSync(join(here, "node_modules", path), "utf8") });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find }));
  const errors = (output.errors ?? []).filter((problem) => problem.severity === "error");
  if (errors.length > 0) throw new Error(errors.map((problem) => problem.formattedMessage).join("\n"));
  const made = output.contracts[file][name].evm;
  const result = {
    contract: name,
    compiler: solc.version(),
    creation: "0x" + made.bytecode.object,
    runtime: "0x" + made.deployedBytecode.object,
  };
  writeFileSync(join(here, name + ".json"), JSON.stringify(result, null, 2) + "\n");
  console.log(`${name}: ${made.deployedBytecode.object.length / 2} bytes`);
}
