// What wallets ask a node for (EIP-1193 requests that they pass on, as MetaMask and its kin do), as plain JSON-RPC.
// Usage: node wallet.mjs STATUS.json
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Transaction, Wallet } from "ethers";

const status = JSON.parse(readFileSync(process.argv[2]));
const url = status.nodes[1].rpc;
const wallet = new Wallet(status.accounts[2 % status.accounts.length].privateKey);
let id = 0;

async function send(method, params = []) {
  const response = await fetch(url, {
    method: "POST", headers: { "content-type": "application/json", origin: "chrome-extension://wallet" },
    body: JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params }),
  });
  const answer = await response.json();
  assert.equal(answer.id, id);
  return answer;
}

async function request(method, params) {
  const answer = await send(method, params);
  assert.equal(answer.error, undefined, `${method}: ${JSON.stringify(answer.error)}`);
  return answer.result;
}

const quantity = /^0x(0|[1-9a-f][0-9a-f]*)$/;
assert.equal(BigInt(await request("eth_chainId")), BigInt(status.chainId));
assert.equal(await request("net_version"), `${status.chainId}`);
assert.equal(typeof (await request("web3_clientVersion")), "string");
assert.equal(await request("eth_syncing"), false);
for (const method of ["eth_blockNumber", "eth_gasPrice", "eth_maxPriorityFeePerGas"]) assert.match(await request(method), quantity, method);
const block = await request("eth_getBlockByNumber", ["latest", false]);
assert.match(block.baseFeePerGas, quantity); // wallets see by it that EIP-1559 holds
const history = await request("eth_feeHistory", ["0x5", "latest", [10, 50, 90]]);
assert.ok(history.baseFeePerGas.length >= 2 && Array.isArray(history.reward));
const from = wallet.address, to = "0x00000000000000000000000000000000000000c1";
const balance = BigInt(await request("eth_getBalance", [from, "latest"]));
const nonce = await request("eth_getTransactionCount", [from, "pending"]);
assert.equal(await request("eth_getCode", [to, "latest"]), "0x");
assert.equal(await request("eth_call", [{ from, to, data: "0x" }, "latest"]), "0x");
assert.equal(BigInt(await request("eth_estimateGas", [{ from, to, value: "0x1" }])), 21_000n);
const tip = BigInt(await request("eth_maxPriorityFeePerGas"));
const transaction = Transaction.from({
  type: 2, chainId: status.chainId, nonce: Number(nonce), gasLimit: 21_000, to, value: 5n, maxPriorityFeePerGas: tip, maxFeePerGas: tip + 2n * BigInt(block.baseFeePerGas),
});
transaction.signature = wallet.signingKey.sign(transaction.unsignedHash);
const hash = await request("eth_sendRawTransaction", [transaction.serialized]);
assert.equal(hash, transaction.hash);
let receipt = null;
for (let i = 0; receipt === null; i++) {
  assert.ok(i < 400, "no receipt within 20 s");
  receipt = await request("eth_getTransactionReceipt", [hash]);
  if (receipt === null) await new Promise((resolve) => setTimeout(resolve, 50));
}
assert.equal(receipt.status, "0x1");
assert.equal((await request("eth_getTransactionByHash", [hash])).from, from.toLowerCase());
assert.equal(BigInt(await request("eth_getTransactionCount", [from, "latest"])), BigInt(nonce) + 1n);
assert.ok(BigInt(await request("eth_getBalance", [from, "latest"])) < balance);
assert.deepEqual(await request("eth_getLogs", [{ fromBlock: receipt.blockNumber, toBlock: receipt.blockNumber, address: to }]), []);
// A wallet answers these itself; a node must say that it does not know them, and nothing else.
for (const method of ["wallet_addEthereumChain", "wallet_switchEthereumChain", "wallet_watchAsset", "wallet_requestPermissions", "eth_requestAccounts", "personal_sign", "eth_signTypedData_v4"])
  assert.equal((await send(method, [])).error?.code, -32601, method);
console.log("ok wallet");
