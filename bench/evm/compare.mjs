// Measures every program beside peers: node compare.mjs COCO NAME=URL ... [--repeat N] [--only TEXT]; prints a table in Markdown.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const options = process.argv.slice(2);
const take = (name, fallback) => {
  const at = options.indexOf(name);
  return at < 0 ? fallback : options.splice(at, 2)[1];
};
const repeat = take("--repeat", "10");
const only = take("--only", "");
const [coco, ...peers] = options;
const run = (program, url) => {
  const peer = url ? ["--peer", url] : [];
  try {
    return JSON.parse(execFileSync(coco, ["bench", "evm", "--code", program.code, "--input", program.input, "--repeat", repeat, "--json", ...peer], { stdio: ["ignore", "pipe", "pipe"] }));
  } catch (failed) {
    if (failed.status === 1 && failed.stdout.length > 0) return JSON.parse(failed.stdout); // the outputs differ
    return { failed: `${failed.stderr}`.trim() };
  }
};
const names = peers.map((peer) => peer.slice(0, peer.indexOf("=")));
console.log(`| program | gas | Coco, Mgas/s | ${names.map((name) => `${name} | ratio`).join(" | ")} |`);
console.log(`|---|---|---|${names.map(() => "---|---|").join("")}`);
const logs = names.map(() => []);
for (const program of JSON.parse(readFileSync(new URL("programs.json", import.meta.url))).filter((one) => one.name.includes(only))) {
  const results = peers.map((peer) => run(program, peer.slice(peer.indexOf("=") + 1)));
  const ours = results.find((result) => result.gas) ?? run(program);
  const cells = results.map((result, i) => {
    if (!result.peer) return `${result.failed ?? "-"} | -`;
    logs[i].push(Math.log(result.ratio));
    return `${result.peer.mgasPerSecond}${result.peer.outputEqual ? "" : " (another answer)"} | ${result.ratio.toFixed(2)}`;
  });
  console.log(`| ${program.name} | ${ours.gas} | ${ours.mgasPerSecond}${ours.error ? ` (${ours.error})` : ""} | ${cells.join(" | ")} |`);
}
console.log(`| geometric mean | | | ${logs.map((all) => ` | ${Math.exp(all.reduce((sum, value) => sum + value, 0) / all.length).toFixed(2)}`).join(" | ")} |`);
