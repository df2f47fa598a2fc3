/**
 * CRC-16/XMODEM and the cluster's hash slots.
 *
 * - Polynomial 0x1021, initial value 0, not reflected: "123456789" gives 0x31c3.
 * - A key's slot is the CRC of its hash tag, or of the whole key when it has none. The tag is what stands between
 *   the first `{` and the next `}`, if that is at least one byte.
 */

import type { Slice } from "./slice.ts";

/** Number of hash slots of a cluster. */
export const SLOT_COUNT = 16384;

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/** The CRC-16/XMODEM of `bytes[start, end)`. */
export function crc16(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  let crc = 0;
  for (let at = start; at < end; at++) crc = ((crc << 8) & 0xffff) ^ TABLE[(crc >>> 8) ^ bytes[at]!]!;
  return crc;
}

/**
 * The hash slot of a key, 0 to 16383.
 *
 * @example
 * ```ts
 * import { ascii } from "./ascii.ts";
 * import { keySlot } from "./crc16.ts";
 * import { Slice } from "./slice.ts";
 * console.log(keySlot(new Slice(ascii("{user}:1"))) === keySlot(new Slice(ascii("user")))); // true
 * ```
 */
export function keySlot(key: Slice): number {
  const { bytes, start, end } = key;
  let open = start;
  while (open < end && bytes[open] !== OPEN_BRACE) open++;
  if (open < end) {
    let close = open + 1;
    while (close < end && bytes[close] !== CLOSE_BRACE) close++;
    if (close < end && close > open + 1) return crc16(bytes, open + 1, close) & (SLOT_COUNT - 1);
  }
  return crc16(bytes, start, end) & (SLOT_COUNT - 1);
}
