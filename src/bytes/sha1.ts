/**
 * SHA-1, for what the protocol is made of (names of scripts, DEBUG DIGEST): never for secrets.
 *
 * - One hasher is reused: hashing allocates nothing.
 */

const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;

/** Bytes of a SHA-1 hash. */
export const SHA1_BYTES = 20;

const schedule = new Int32Array(80);
const lastBlocks = new Uint8Array(2 * BLOCK_BYTES);
const state = new Int32Array(5);

/**
 * Writes the hash of `source[start, end)` to `target[at, at + 20)`, which may lie inside the source.
 *
 * @example
 * ```ts
 * import { ascii } from "./ascii.ts";
 * import { sha1 } from "./sha1.ts";
 * const hash = new Uint8Array(20);
 * sha1(ascii("abc"), 0, 3, hash, 0);
 * console.log(hash.toHex()); // a9993e364706816aba3e25717850c26c9cd0d89d
 * ```
 */
export function sha1(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void {
  state[0] = 0x67452301;
  state[1] = 0xefcdab89 | 0;
  state[2] = 0x98badcfe | 0;
  state[3] = 0x10325476;
  state[4] = 0xc3d2e1f0 | 0;
  let from = start;
  for (; end - from >= BLOCK_BYTES; from += BLOCK_BYTES) mixBlock(source, from);
  const rest = end - from;
  const paddedBytes = rest + 1 + LENGTH_BYTES <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
  for (let i = 0; i < rest; i++) lastBlocks[i] = source[from + i]!;
  lastBlocks[rest] = 0x80;
  lastBlocks.fill(0, rest + 1, paddedBytes);
  writeWord(lastBlocks, paddedBytes - 8, (end - start) / 0x20000000 | 0);
  writeWord(lastBlocks, paddedBytes - 4, (end - start) << 3);
  for (let block = 0; block < paddedBytes; block += BLOCK_BYTES) mixBlock(lastBlocks, block);
  for (let i = 0; i < 5; i++) writeWord(target, at + 4 * i, state[i]!);
}

function mixBlock(bytes: Uint8Array, at: number): void {
  const w = schedule;
  for (let i = 0, p = at; i < 16; i++, p += 4) {
    w[i] = (bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!;
  }
  for (let i = 16; i < 80; i++) {
    const x = w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!;
    w[i] = (x << 1) | (x >>> 31);
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  for (let i = 0; i < 80; i++) {
    let f: number;
    if (i < 20) f = ((b & c) | (~b & d)) + 0x5a827999;
    else if (i < 40) f = (b ^ c ^ d) + 0x6ed9eba1;
    else if (i < 60) f = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    else f = (b ^ c ^ d) + 0xca62c1d6;
    const next = (((a << 5) | (a >>> 27)) + f + e + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
}

function writeWord(target: Uint8Array, at: number, word: number): void {
  target[at] = word >>> 24;
  target[at + 1] = word >>> 16;
  target[at + 2] = word >>> 8;
  target[at + 3] = word;
}
