// Multiples of the generators of BLS12-381 and numbers to multiply them by, all different, since some machines are faster on equal ones.
import { createHash } from "node:crypto";

const p = BigInt("0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab");
const order = BigInt("0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");
const mod = (a) => ((a % p) + p) % p;

function power(base, exponent) {
  let result = 1n;
  for (base = mod(base); exponent > 0n; exponent >>= 1n, base = mod(base * base)) if (exponent & 1n) result = mod(result * base);
  return result;
}

// Numbers of Fp2 are [a, b] for a + b i; those of Fp have b = 0.
const minus = (x, y) => [mod(x[0] - y[0]), mod(x[1] - y[1])];
const times = (x, y) => [mod(x[0] * y[0] - x[1] * y[1]), mod(x[0] * y[1] + x[1] * y[0])];
const inverse = (x) => {
  const norm = power(x[0] * x[0] + x[1] * x[1], p - 2n);
  return [mod(x[0] * norm), mod(-x[1] * norm)];
};

function add([x1, y1], [x2, y2]) {
  const same = x1[0] === x2[0] && x1[1] === x2[1];
  const slope = same ? times(times([3n, 0n], times(x1, x1)), inverse(times([2n, 0n], y1))) : times(minus(y2, y1), inverse(minus(x2, x1)));
  const x = minus(minus(times(slope, slope), x1), x2);
  return [x, minus(times(slope, minus(x1, x)), y1)];
}

const hex = (number, digits) => number.toString(16).padStart(digits, "0");

// As the precompiled contracts read them: points with a number behind each.
export function terms(generator, count) {
  const words = generator.match(/.{128}/g).map((word) => BigInt(`0x${word}`));
  const isFp2 = words.length === 4;
  const first = isFp2 ? [[words[0], words[1]], [words[2], words[3]]] : [[words[0], 0n], [words[1], 0n]];
  let text = "";
  for (let i = 0, point = first; i < count; i++, point = add(point, first)) {
    const numbers = isFp2 ? point.flat() : point.map(([a]) => a);
    text += numbers.map((number) => hex(number, 128)).join("");
    text += hex(BigInt(`0x${createHash("sha256").update(`${i}`).digest("hex")}`) % order, 64);
  }
  return text;
}
