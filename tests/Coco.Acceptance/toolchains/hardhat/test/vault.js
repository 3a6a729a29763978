// Hardhat's own provider against the network: what Ignition deployed, and errors as tests meet them.
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const hre = require("hardhat");

const word = (value) => BigInt(value).toString(16).padStart(64, "0");
const deployed = JSON.parse(readFileSync(process.env.COCO_DEPLOYED))["Vault#VaultToken"];

describe("a token deployed by Ignition", () => {
  const send = (method, params) => hre.network.provider.send(method, params);
  let accounts;
  before(async () => { accounts = await send("eth_accounts", []); });

  const call = (data, from = accounts[0]) => send("eth_call", [{ from, to: deployed, data }, "latest"]);
  const balance = async (account) => BigInt(await call(`0x70a08231${word(account)}`));

  it("has the balances that the module gave", async () => {
    assert.equal(await balance(accounts[0]), 1_000n);
    assert.equal(await balance(accounts[1]), 50n);
  });

  it("moves tokens by a transaction that Hardhat signs", async () => {
    const hash = await send("eth_sendTransaction", [{ from: accounts[0], to: deployed, data: `0xa9059cbb${word(accounts[1])}${word(7)}` }]);
    let receipt = null;
    while (receipt === null) receipt = await send("eth_getTransactionReceipt", [hash]);
    assert.equal(receipt.status, "0x1");
    assert.equal(receipt.logs.length, 1);
    assert.equal(await balance(accounts[1]), 57n);
  });

  it("refuses others than the owner with a custom error of OpenZeppelin", async () => {
    const mint = `0x40c10f19${word(accounts[1])}${word(1)}`;
    await assert.rejects(call(mint, accounts[1]), (error) => JSON.stringify([error.data, error.message]).includes("118cdaa7")); // OwnableUnauthorizedAccount
  });
});
