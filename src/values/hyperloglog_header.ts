/**
 * What both representations of a HyperLogLog begin with.
 *
 * ```
 * byte 0    "HYLL"
 *      4    0 dense, 1 sparse
 *      5    three bytes without a meaning, zero
 *      8    the cardinality as it was last computed, little-endian; its highest bit says that it is out of date
 *     16    the registers
 * ```
 */

import type { Slice } from "../bytes/slice.ts";
import { type Int64, readInt64, writeInt64 } from "./int64.ts";

/** Bytes before the registers. */
export const HEADER_BYTES = 16;
/** Registers of every HyperLogLog. */
export const REGISTER_COUNT = 16_384;
/** Length of a dense HyperLogLog: six bits for each register. */
export const DENSE_BYTES: number = HEADER_BYTES + REGISTER_COUNT * 6 / 8;

const MAGIC = [0x48, 0x59, 0x4c, 0x4c] as const;
const ENCODING_AT = 4;
const DENSE = 0;
const SPARSE = 1;
const COUNT_AT = 8;
const STALE_AT = 15;
const STALE_BIT = 0x80;

/** A HyperLogLog without elements: sparse, one run of zeros. Not to be written to. */
export const EMPTY_HYPERLOGLOG: Uint8Array = Uint8Array.of(
  ...MAGIC,
  SPARSE,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0x7f,
  0xff,
);

/** True for a string that may be a HyperLogLog: its header is one's, and the length if it is dense. */
export function isHyperLogLog({ bytes, start, end }: Slice): boolean {
  const length = end - start;
  if (length < HEADER_BYTES) return false;
  const isMagic = bytes[start] === MAGIC[0] && bytes[start + 1] === MAGIC[1] && bytes[start + 2] === MAGIC[2] &&
    bytes[start + 3] === MAGIC[3];
  if (!isMagic) return false;
  const encoding = bytes[start + ENCODING_AT]!;
  return encoding === SPARSE || (encoding === DENSE && length === DENSE_BYTES);
}

/** True for the dense representation of what `isHyperLogLog` accepts. */
export function isDense(bytes: Uint8Array, start: number): boolean {
  return bytes[start + ENCODING_AT] === DENSE;
}

/** Says in the header that the registers are dense. */
export function markDense(bytes: Uint8Array, start: number): void {
  bytes[start + ENCODING_AT] = DENSE;
}

/** The cardinality in the header, or null when it is out of date. */
export function readCachedCount(bytes: Uint8Array, start: number): Int64 | null {
  return (bytes[start + STALE_AT]! & STALE_BIT) === 0 ? readInt64(bytes, start + COUNT_AT) : null;
}

/** Puts the cardinality into the header; a negative one reads as out of date. */
export function writeCachedCount(bytes: Uint8Array, start: number, count: Int64): void {
  writeInt64(bytes, start + COUNT_AT, count);
}

/** Says in the header that its cardinality is out of date. */
export function dropCachedCount(bytes: Uint8Array, start: number): void {
  bytes[start + STALE_AT]! |= STALE_BIT;
}
