/**
 * SHA-256 (FIPS 180-4), synchronous: how ACL rules store passwords.
 *
 * - Web Crypto answers asynchronously, and commands are synchronous; Node's module costs 25 ms of start-up time.
 * - For passwords of a few bytes; not made for large inputs.
 */

const BLOCK_BYTES = 64;
const ROUNDS = 64;

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const ROUND_CONSTANTS = fractionalRoots(ROUNDS, 1 / 3);
/** The same of the square roots of the first 8 primes. */
const INITIAL_STATE = fractionalRoots(8, 1 / 2);

/**
 * The digest of `input` as 64 lowercase hexadecimal digits.
 *
 * @example
 * ```ts
 * import { sha256Hex } from "./sha256.ts";
 * console.assert(sha256Hex(new Uint8Array(0)).startsWith("e3b0c44298fc1c14"));
 * ```
 */
export function sha256Hex(input: Uint8Array): string {
  const message = padded(input);
  const view = new DataView(message.buffer);
  const state = INITIAL_STATE.slice();
  const schedule = new Uint32Array(ROUNDS);
  for (let block = 0; block < message.length; block += BLOCK_BYTES) {
    for (let i = 0; i < 16; i++) schedule[i] = view.getUint32(block + i * 4);
    compress(state, schedule);
  }
  return [...state].map((word) => word.toString(16).padStart(8, "0")).join("");
}

/** The message, a one bit, zeros, and its length in bits at the end of the last block. */
function padded(input: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = Math.ceil((input.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const message = new Uint8Array(length);
  message.set(input);
  message[input.length] = 0x80;
  new DataView(message.buffer).setBigUint64(length - 8, BigInt(input.length) * 8n);
  return message;
}

function compress(state: Uint32Array, schedule: Uint32Array): void {
  for (let i = 16; i < ROUNDS; i++) {
    const w15 = schedule[i - 15]!;
    const w2 = schedule[i - 2]!;
    const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3);
    const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10);
    schedule[i] = schedule[i - 16]! + s0 + schedule[i - 7]! + s1;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < ROUNDS; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND_CONSTANTS[i]! + schedule[i]!) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => state[i] = state[i]! + word);
}

function rotate(word: number, count: number): number {
  return (word >>> count) | (word << (32 - count));
}

function fractionalRoots(count: number, power: number): Uint32Array {
  const roots: number[] = [];
  for (let candidate = 2; roots.length < count; candidate++) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor++;
    if (divisor * divisor > candidate) roots.push((candidate ** power % 1) * 2 ** 32);
  }
  return Uint32Array.from(roots);
}
