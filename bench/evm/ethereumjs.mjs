// The machine of ethereumjs, from npm as it is, behind the three JSON-RPC methods that `coco bench evm --peer` asks:
// node ethereumjs.mjs [PORT], after npm i @ethereumjs/evm @ethereumjs/common @ethereumjs/statemanager @ethereumjs/util (10.1.3).
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(process.env.COCO_NODE_MODULES ?? import.meta.url);
const load = (name) => import(pathToFileURL(require.resolve(name)));
const [{ createEVM }, { Common, Mainnet, Hardfork }, { SimpleStateManager }, util] = await Promise.all(
  ["@ethereumjs/evm", "@ethereumjs/common", "@ethereumjs/statemanager", "@ethereumjs/util"].map(load));
const { createAddressFromString, hexToBytes, bytesToHex } = util;
const common = new Common({ chain: Mainnet, hardfork: Hardfork.Osaka ?? Hardfork.Prague });
const codes = new Map();

// As eth_call: on a state of its own, the code put over the address.
async function call([{ from, to, gas, data, input }, , overrides]) {
  const stateManager = new SimpleStateManager({ common });
  const evm = await createEVM({ common, stateManager });
  for (const [address, { code }] of Object.entries(overrides ?? {})) {
    if (!codes.has(code)) codes.set(code, hexToBytes(code));
    await stateManager.putCode(createAddressFromString(address), codes.get(code));
  }
  const result = await evm.runCall({
    caller: createAddressFromString(from ?? "0x" + "00".repeat(20)), origin: createAddressFromString(from ?? "0x" + "00".repeat(20)),
    to: createAddressFromString(to), gasLimit: BigInt(gas ?? 1e9), data: hexToBytes(data ?? input ?? "0x"),
  });
  if (result.execResult.exceptionError) throw new Error(`${result.execResult.exceptionError.error}`);
  return bytesToHex(result.execResult.returnValue);
}

async function answer({ id, method, params }) {
  try {
    if (method === "eth_call") return { jsonrpc: "2.0", id, result: await call(params) };
    if (method === "web3_clientVersion") return { jsonrpc: "2.0", id, result: "ethereumjs" };
    return { jsonrpc: "2.0", id, result: method === "eth_chainId" ? "0x1" : [] };
  } catch (failed) {
    return { jsonrpc: "2.0", id, error: { code: -32000, message: failed.message } };
  }
}

createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  const asked = JSON.parse(body);
  const text = JSON.stringify(Array.isArray(asked) ? await Promise.all(asked.map(answer)) : await answer(asked));
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) }).end(text);
}).listen(Number(process.argv[2] ?? 8547), "127.0.0.1");
