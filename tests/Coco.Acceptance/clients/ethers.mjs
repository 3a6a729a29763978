// Unmodified ethers against a network. Usage: node ethers.mjs first|again STATUS.json TOKEN.json STATE.json
// `first` deploys a token and uses it through all nodes; `again`, after a restart, finds what `first` left.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { Contract, ContractFactory, JsonRpcProvider, Wallet, WebSocketProvider, formatEther, parseEther } from "ethers";

const [, , phase, statusFile, tokenFile, stateFile] = process.argv;
const status = JSON.parse(readFileSync(statusFile));
const abi = [
  "constructor()",
  "function fund(address[] accounts, uint256 tokens) payable",
  "function transfer(address to, uint256 value) returns (bool)",
  "function balanceOf(address account) view returns (uint256)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
];
const nodes = status.nodes.map((node) => new JsonRpcProvider(node.rpc, undefined, { staticNetwork: true, pollingInterval: 100, cacheTimeout: -1 }));
const owner = new Wallet(status.accounts[0].privateKey);
const bob = phase === "first" ? Wallet.createRandom().address : JSON.parse(readFileSync(stateFile)).bob;

async function step(name, body) {
  const start = Date.now();
  await until("all nodes have the owner's transactions", level); // reads are local: a node may be a moment behind
  await body();
  console.log(`ok ${name} (${Date.now() - start} ms)`);
}

async function level() {
  const counts = await Promise.all(nodes.map((node) => node.getTransactionCount(owner.address)));
  return counts.every((count) => count === counts[0]);
}

async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail("it was not refused");
}

async function until(what, condition) {
  const end = Date.now() + 20_000;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `not within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function first() {
  let token;
  const at = (i) => token.connect(nodes[i]);
  const by = (i) => token.connect(owner.connect(nodes[i]));

  await step("the chain is the one of the status", async () => {
    for (const node of nodes) assert.equal((await node.getNetwork()).chainId, BigInt(status.chainId));
  });
  await step("deploy through node 1", async () => {
    const factory = new ContractFactory(abi, JSON.parse(readFileSync(tokenFile)).creation, owner.connect(nodes[0]));
    token = await factory.deploy();
    await token.waitForDeployment();
    assert.notEqual(await nodes[0].getCode(token.target), "0x");
  });
  await step("mint through node 1 and transfer through node 2", async () => {
    await (await by(0).fund([owner.address], 1_000n)).wait();
    await until("the deployment is seen by node 2", async () => (await at(1).balanceOf(owner.address)) === 1_000n);
    const receipt = await (await by(1).transfer(bob, 7n)).wait();
    assert.equal(receipt.status, 1);
    assert.equal(receipt.logs.length, 1);
    assert.equal(token.interface.parseLog(receipt.logs[0]).args.value, 7n);
  });
  await step("read, receipt and block through node 3", async () => {
    await until("the transfer is seen by node 3", async () => (await at(2).balanceOf(bob)) === 7n);
    assert.equal(await at(2).balanceOf(owner.address), 993n);
    const [log] = await at(2).queryFilter(token.filters.Transfer(owner.address, bob));
    const receipts = await Promise.all(nodes.map((node) => node.getTransactionReceipt(log.transactionHash)));
    for (const receipt of receipts) assert.deepEqual(receipt.toJSON(), receipts[0].toJSON());
    const block = await nodes[2].getBlock(receipts[0].blockNumber, true);
    assert.equal(block.hash, receipts[0].blockHash);
    assert.ok(block.prefetchedTransactions.some((transaction) => transaction.hash === log.transactionHash && transaction.from === owner.address));
  });
  await step("a log filter gives each event once", async () => {
    const filter = await nodes[1].send("eth_newFilter", [{ address: token.target }]);
    await (await by(1).transfer(bob, 1n)).wait();
    await (await by(1).transfer(bob, 2n)).wait();
    const changes = await nodes[1].send("eth_getFilterChanges", [filter]);
    assert.deepEqual(changes.map((log) => BigInt(log.data)), [1n, 2n]);
    assert.deepEqual(await nodes[1].send("eth_getFilterChanges", [filter]), []);
    assert.equal(await nodes[1].send("eth_uninstallFilter", [filter]), true);
  });
  await step("five confirmations come", async () => {
    const sent = await owner.connect(nodes[0]).sendTransaction({ to: bob, value: parseEther("1") });
    const receipt = await sent.wait(5, 20_000);
    assert.ok((await receipt.confirmations()) >= 5);
    assert.equal(formatEther(await nodes[0].getBalance(bob)), "1.0");
  });
  await step("heads and logs are pushed in order", () => pushes(token));
  await step("a custom error is decoded", async () => {
    const sent = await rejection(by(0).transfer(bob, 10n ** 30n)); // refused when gas is estimated
    assert.equal(sent.code, "CALL_EXCEPTION");
    assert.equal(token.interface.parseError(sent.data).name, "ERC20InsufficientBalance");
    const error = await rejection(by(0).transfer.staticCall(bob, 10n ** 30n));
    assert.equal(error.revert.name, "ERC20InsufficientBalance");
    assert.equal(error.revert.args.needed, 10n ** 30n);
  });
  await step("a reason is decoded", async () => {
    const error = await rejection(by(0).fund.staticCall([token.target], 0n, { value: 1n }));
    assert.equal(error.reason, "an account refused ether");
  });
  await step("a reverted transaction has a receipt that says so", async () => {
    const sent = await by(0).transfer(bob, 10n ** 30n, { gasLimit: 200_000n });
    const error = await rejection(sent.wait());
    assert.equal(error.code, "CALL_EXCEPTION");
    assert.equal(error.receipt.status, 0);
  });
  await step("a used nonce is refused", async () => {
    const error = await rejection(owner.connect(nodes[0]).sendTransaction({ to: bob, value: 1n, nonce: 0, gasLimit: 21_000n }));
    assert.equal(error.code, "NONCE_EXPIRED");
  });
  await step("an account without ether is refused", async () => {
    const poor = Wallet.createRandom().connect(nodes[1]);
    const error = await rejection(poor.sendTransaction({ to: bob, value: 1n, gasLimit: 21_000n }));
    assert.equal(error.code, "INSUFFICIENT_FUNDS");
  });
  writeFileSync(stateFile, JSON.stringify({ bob, token: token.target, tokens: `${await at(0).balanceOf(bob)}`, ether: `${await nodes[0].getBalance(bob)}` }));
}

async function pushes(token) {
  const socket = new WebSocketProvider(status.nodes[2].ws);
  const heads = [];
  const values = [];
  try {
    await socket.on("block", (number) => heads.push(number));
    await socket.on({ address: token.target }, (log) => values.push(Number(token.interface.parseLog(log).args.value)));
    await socket.getBlockNumber(); // the subscriptions were sent before
    for (let i = 100; i < 105; i++) await (await token.connect(owner.connect(nodes[0])).transfer(bob, i)).wait();
    await until("five logs and heads", async () => values.length >= 5 && heads.length >= 5);
    assert.deepEqual(values, [100, 101, 102, 103, 104]);
    heads.forEach((head, i) => assert.equal(head, heads[0] + i));
  } finally {
    await socket.destroy();
  }
}

async function again() {
  const left = JSON.parse(readFileSync(stateFile));
  const token = new Contract(left.token, abi);
  await step("balances are as before on every node", async () => {
    for (const node of nodes) {
      assert.equal(`${await token.connect(node).balanceOf(bob)}`, left.tokens);
      assert.equal(`${await node.getBalance(bob)}`, left.ether);
    }
  });
  await step("the old events are found and new ones follow", async () => {
    const before = await token.connect(nodes[1]).queryFilter(token.filters.Transfer(owner.address, bob));
    assert.equal(before.reduce((sum, log) => sum + log.args.value, 0n), BigInt(left.tokens));
    await (await token.connect(owner.connect(nodes[2])).transfer(bob, 5n)).wait();
    assert.equal((await token.connect(nodes[2]).queryFilter(token.filters.Transfer(owner.address, bob))).length, before.length + 1);
  });
}

await (phase === "first" ? first() : again());
for (const node of nodes) node.destroy();
