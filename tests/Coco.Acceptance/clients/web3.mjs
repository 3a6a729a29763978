// Unmodified web3, in short: deploy, send, call, events, errors. Usage: node web3.mjs STATUS.json TOKEN.json
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Web3 } from "web3";

const [, , statusFile, tokenFile] = process.argv;
const status = JSON.parse(readFileSync(statusFile));
const value = (type, name, indexed) => ({ type, name, ...(indexed === undefined ? {} : { indexed }) });
const abi = [
  { type: "function", name: "fund", stateMutability: "payable", inputs: [value("address[]", "accounts"), value("uint256", "tokens")], outputs: [] },
  { type: "function", name: "transfer", stateMutability: "nonpayable", inputs: [value("address", "to"), value("uint256", "value")], outputs: [value("bool", "")] },
  { type: "function", name: "balanceOf", stateMutability: "view", inputs: [value("address", "account")], outputs: [value("uint256", "")] },
  { type: "event", name: "Transfer", inputs: [value("address", "from", true), value("address", "to", true), value("uint256", "value", false)] },
];
const web3 = new Web3(status.nodes[0].rpc);
web3.eth.transactionPollingInterval = 100;
const account = web3.eth.accounts.wallet.add(status.accounts[2].privateKey)[0];
const dave = "0x00000000000000000000000000000000000000d0";

const token = await new web3.eth.Contract(abi).deploy({ data: JSON.parse(readFileSync(tokenFile)).creation }).send({ from: account.address });
await token.methods.fund([account.address], 60).send({ from: account.address });
const receipt = await token.methods.transfer(dave, 9).send({ from: account.address });
assert.equal(receipt.events.Transfer.returnValues.value, 9n);
assert.equal(await token.methods.balanceOf(dave).call(), 9n);
const events = await token.getPastEvents("Transfer", { fromBlock: 0, filter: { to: dave } });
assert.equal(events.length, 1);
await assert.rejects(token.methods.transfer(dave, 10n ** 20n).send({ from: account.address }));
console.log("ok web3");
