// Unmodified Hardhat. The compiler comes from npm, since a build machine may not reach the internet.
require("@nomicfoundation/hardhat-ignition");
const { subtask } = require("hardhat/config");
const { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } = require("hardhat/builtin-tasks/task-names");
const solc = require("solc/package.json");

subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async () => ({
  compilerPath: require.resolve("solc/soljson.js"), isSolcJs: true, version: solc.version, longVersion: solc.version,
}));

module.exports = {
  solidity: { version: solc.version, settings: { evmVersion: "cancun", optimizer: { enabled: true, runs: 200 } } },
  networks: { coco: { url: process.env.COCO_RPC ?? "http://127.0.0.1:8541", accounts: (process.env.COCO_KEYS ?? "").split(",").filter(Boolean) } },
  paths: { cache: process.env.COCO_OUT ? `${process.env.COCO_OUT}/cache` : "cache", artifacts: process.env.COCO_OUT ? `${process.env.COCO_OUT}/artifacts` : "artifacts" },
};
