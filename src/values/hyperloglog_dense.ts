/**
 * The dense registers of a HyperLogLog: six bits each, from the lowest bit of the first byte on.
 *
 * ```
 * byte 0         byte 1         byte 2
 * 1 1 0 0 0 0 0 0   2 2 2 2 1 1 1 1   3 3 3 3 3 3 2 2      the register that each bit belongs to, highest bit first
 * ```
 *
 * - `start` is where the string begins, 16 bytes before the registers.
 */

import { DENSE_BYTES, HEADER_BYTES, REGISTER_COUNT } from "./hyperloglog_header.ts";

/** The largest value of six bits. */
export const MAX_REGISTER = 63;

/** The register at `index`. */
export function readDense(bytes: Uint8Array, start: number, index: number): number {
  const bit = index * 6;
  const at = start + HEADER_BYTES + (bit >>> 3);
  const shift = bit & 7;
  // The last register ends with the string: what lies behind is none of its bits.
  return shift > 2
    ? ((bytes[at]! | bytes[at + 1]! << 8) >>> shift) & MAX_REGISTER
    : (bytes[at]! >>> shift) & MAX_REGISTER;
}

/** Sets the register at `index`. */
export function writeDense(bytes: Uint8Array, start: number, index: number, value: number): void {
  const bit = index * 6;
  const at = start + HEADER_BYTES + (bit >>> 3);
  const shift = bit & 7;
  bytes[at] = (bytes[at]! & ~(MAX_REGISTER << shift)) | value << shift;
  if (shift > 2) bytes[at + 1] = (bytes[at + 1]! & ~(MAX_REGISTER >>> (8 - shift))) | value >>> (8 - shift);
}

/** Raises the register at `index` to `value`; false when it is no lower already. */
export function raiseDense(bytes: Uint8Array, start: number, index: number, value: number): boolean {
  if (readDense(bytes, start, index) >= value) return false;
  writeDense(bytes, start, index, value);
  return true;
}

/** Raises each of `registers`, one a byte, to the value that the string has for it. */
export function mergeDense(bytes: Uint8Array, start: number, registers: Uint8Array): void {
  for (let i = 0, at = start + HEADER_BYTES; i < REGISTER_COUNT; i += 4, at += 3) {
    const four = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16;
    const first = four & MAX_REGISTER;
    const second = (four >>> 6) & MAX_REGISTER;
    const third = (four >>> 12) & MAX_REGISTER;
    const fourth = four >>> 18;
    if (first > registers[i]!) registers[i] = first;
    if (second > registers[i + 1]!) registers[i + 1] = second;
    if (third > registers[i + 2]!) registers[i + 2] = third;
    if (fourth > registers[i + 3]!) registers[i + 3] = fourth;
  }
}

/** Sets all registers of the string to those in `registers`, one a byte. */
export function packDense(registers: Uint8Array, bytes: Uint8Array, start: number): void {
  for (let i = 0, at = start + HEADER_BYTES; i < REGISTER_COUNT; i += 4, at += 3) {
    const four = registers[i]! | registers[i + 1]! << 6 | registers[i + 2]! << 12 | registers[i + 3]! << 18;
    bytes[at] = four;
    bytes[at + 1] = four >>> 8;
    bytes[at + 2] = four >>> 16;
  }
}

/** Counts into `pairs`, of 4096, how often two neighbours have each two values: the second's six bits above the first's. */
export function countDensePairs(bytes: Uint8Array, start: number, pairs: Uint16Array): void {
  for (let at = start + HEADER_BYTES, end = start + DENSE_BYTES; at < end; at += 3) {
    const four = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16;
    pairs[four & 0xfff]!++;
    pairs[four >>> 12]!++;
  }
}
