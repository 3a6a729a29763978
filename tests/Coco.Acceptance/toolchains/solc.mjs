#!/usr/bin/env node
// The compiler from npm as forge calls a native one: `solc --version`, and `solc --standard-json` with the job on standard input.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const solc = createRequire(import.meta.url)("solc");
if (process.argv.includes("--version")) console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}`);
else process.stdout.write(solc.compile(readFileSync(0, "utf8")));
