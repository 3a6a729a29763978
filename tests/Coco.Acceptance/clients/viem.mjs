// Unmodified viem, in short: deploy, write, read, events, errors. Usage: node viem.mjs STATUS.json TOKEN.json
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { BaseError, ContractFunctionRevertedError, createPublicClient, createWalletClient, defineChain, http, parseAbi, parseEther } from "viem";
import { privateKeyToAccount } from "viem/accounts";

const [, , statusFile, tokenFile] = process.argv;
const status = JSON.parse(readFileSync(statusFile));
const abi = parseAbi([
  "function fund(address[] accounts, uint256 tokens) payable",
  "function transfer(address to, uint256 value) returns (bool)",
  "function balanceOf(address account) view returns (uint256)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
]);
const urls = status.nodes.map((node) => node.rpc);
const chain = defineChain({
  id: status.chainId, name: "coco", nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 }, rpcUrls: { default: { http: urls } },
});
const readers = urls.map((url) => createPublicClient({ chain, transport: http(url), pollingInterval: 100 }));
const account = privateKeyToAccount(status.accounts[1].privateKey);
const writer = createWalletClient({ account, chain, transport: http(urls[1]) });
const carol = "0x00000000000000000000000000000000000000c0";
const done = (hash, i = 1) => readers[i].waitForTransactionReceipt({ hash });

const { contractAddress: address } = await done(await writer.deployContract({ abi, bytecode: JSON.parse(readFileSync(tokenFile)).creation }));
await done(await writer.writeContract({ address, abi, functionName: "fund", args: [[account.address], 50n] }));
const receipt = await done(await writer.writeContract({ address, abi, functionName: "transfer", args: [carol, 8n] }), 2);
assert.equal(receipt.status, "success");
assert.equal(await readers[2].readContract({ address, abi, functionName: "balanceOf", args: [carol] }), 8n);
const events = await readers[2].getContractEvents({ address, abi, eventName: "Transfer", fromBlock: 0n, args: { to: carol } });
assert.deepEqual(events.map((event) => event.args.value), [8n]);
await done(await writer.sendTransaction({ to: carol, value: parseEther("2") }));
assert.equal(await readers[1].getBalance({ address: carol }), parseEther("2"));
const refused = await readers[0].simulateContract({ address, abi, functionName: "transfer", args: [carol, 10n ** 20n], account }).catch((error) => error);
assert.ok(refused instanceof BaseError);
assert.equal(refused.walk((cause) => cause instanceof ContractFunctionRevertedError).data.errorName, "ERC20InsufficientBalance");
console.log("ok viem");
