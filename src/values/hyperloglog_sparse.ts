/**
 * The sparse registers of a HyperLogLog: runs of equal ones, each an opcode of one or two bytes.
 *
 * ```
 * 00xxxxxx             ZERO    x + 1 registers (1-64) are 0
 * 01xxxxxx yyyyyyyy    XZERO   xy + 1 registers (1-16384) are 0, x the upper bits
 * 1vvvvvxx             VAL     x + 1 registers (1-4) are v + 1 (1-32)
 * ```
 *
 * - Which opcodes stand for the same registers depends on the order in which they were raised: as in Redis.
 * - A string may have been corrupted in any way: an XZERO cut off at its end has zeros for its second byte, and whether
 *   the runs make up all registers shows only at the end.
 * - `start` is where the string begins, 16 bytes before the opcodes.
 */

import { dropCachedCount, HEADER_BYTES, REGISTER_COUNT } from "./hyperloglog_header.ts";

/** `raiseSparse` may write up to so many bytes behind the end of the string. */
export const SPARSE_GROWTH_BYTES = 4;
/** `raiseSparse`: the register is no lower already. */
export const UNCHANGED = 0;
/** `raiseSparse`: no opcode covers the register. */
export const CORRUPTED = -1;
/** `raiseSparse`: only the dense representation can hold this; nothing has changed. */
export const NEEDS_DENSE = -2;

const XZERO = 0x40;
const VAL = 0x80;
const RUN_MAX_ZERO = 64;
const RUN_MAX_VAL = 4;
const VALUE_MAX = 32;
/** How many opcodes, from the one before the change, are looked at for neighbours to be joined. */
const JOIN_LOOKS = 5;

/** By opcode: how many registers it stands for; 0 for an XZERO, whose second byte must be looked at. */
const RUNS = Uint8Array.from({ length: 256 }, (_, byte) => byte >= VAL ? (byte & 3) + 1 : byte < XZERO ? byte + 1 : 0);
/** By opcode: the value of those registers. */
const VALUES = Uint8Array.from({ length: 256 }, (_, byte) => byte >= VAL ? ((byte >>> 2) & 0x1f) + 1 : 0);

/** The registers that the XZERO at `at` stands for. */
function longRun(bytes: Uint8Array, at: number, end: number): number {
  return ((bytes[at]! & 0x3f) << 8 | (at + 1 < end ? bytes[at + 1]! : 0)) + 1;
}

function isXzero(byte: number): boolean {
  return (byte & 0xc0) === XZERO;
}

/**
 * Where a string was changed last: a register behind that place is searched for from there, which makes it cheap to raise
 * many in the order of their indexes.
 *
 * - To be reset before another string is searched, or one that something else than `raiseSparse` has changed.
 */
export class SparseCursor {
  /** The opcode in front of the one found, counted from the beginning of the string; the one found if it is the first. */
  before = HEADER_BYTES;
  /** The first register of `before`. */
  beforeFirst = 0;
  /** The first register of the opcode found. */
  first = 0;
  /** The registers of the opcode found. */
  run = 0;

  /** Returns to the beginning. */
  reset(): void {
    this.before = HEADER_BYTES;
    this.beforeFirst = 0;
  }
}

/** Finds the opcode that covers the register at `index`, or a place at or behind `end`. */
function locate(bytes: Uint8Array, start: number, end: number, index: number, cursor: SparseCursor): number {
  let before = start + cursor.before;
  let beforeFirst = cursor.beforeFirst;
  if (index < beforeFirst + (RUNS[bytes[before]!] || longRun(bytes, before, end))) {
    // What is in front of an opcode must be known as well: only the beginning has nothing there.
    before = start + HEADER_BYTES;
    beforeFirst = 0;
  }
  let at = before;
  let first = beforeFirst;
  let run = 0;
  while (at < end) {
    run = RUNS[bytes[at]!]!;
    const isLong = run === 0;
    if (isLong) run = longRun(bytes, at, end);
    if (index < first + run) break;
    before = at;
    beforeFirst = first;
    at += isLong ? 2 : 1;
    first += run;
  }
  cursor.before = before - start;
  cursor.beforeFirst = beforeFirst;
  cursor.first = first;
  cursor.run = run;
  return at;
}

/**
 * Raises the register at `index` to `value`. Returns the new length of the string, or `UNCHANGED`, `CORRUPTED`, or
 * `NEEDS_DENSE` for a value over 32 or a string that would grow beyond `maxBytes`.
 *
 * Needs `SPARSE_GROWTH_BYTES` of room behind `end`.
 */
export function raiseSparse(
  bytes: Uint8Array,
  start: number,
  end: number,
  index: number,
  value: number,
  maxBytes: number,
  cursor: SparseCursor,
): number {
  if (value > VALUE_MAX) return NEEDS_DENSE;
  const at = locate(bytes, start, end, index, cursor);
  if (at >= end) return CORRUPTED;
  const { first, run } = cursor;
  const byte = bytes[at]!;
  if (VALUES[byte]! >= value) return UNCHANGED;
  let newEnd = end;
  if (run === 1 && !isXzero(byte)) {
    bytes[at] = valueOpcode(value, 1);
  } else {
    newEnd = splitRun(bytes, at, end, index - first, run, value, start + maxBytes);
    if (newEnd < 0) return NEEDS_DENSE;
  }
  newEnd = joinValues(bytes, start + cursor.before, newEnd);
  dropCachedCount(bytes, start);
  return newEnd - start;
}

/**
 * Replaces the opcode at `at`, a run of `run` registers, by up to three, so that the one at `offset` in the run has a value
 * of its own. Returns where the string ends then, or a negative number when that would be behind `limit`.
 */
function splitRun(
  bytes: Uint8Array,
  at: number,
  end: number,
  offset: number,
  run: number,
  value: number,
  limit: number,
): number {
  const byte = bytes[at]!;
  const after = run - offset - 1;
  const sizeBefore = runSize(byte, offset);
  const size = sizeBefore + 1 + runSize(byte, after);
  const oldSize = isXzero(byte) ? 2 : 1;
  const newEnd = end + size - oldSize;
  if (size > oldSize && newEnd > limit) return -1;
  if (size !== oldSize && at + oldSize < end) bytes.copyWithin(at + size, at + oldSize, end);
  writeRun(bytes, at, byte, offset);
  bytes[at + sizeBefore] = valueOpcode(value, 1);
  writeRun(bytes, at + sizeBefore + 1, byte, after);
  return newEnd;
}

/** The bytes that `run` registers take which have been part of the run of `opcode`. */
function runSize(opcode: number, run: number): number {
  if (run === 0) return 0;
  return opcode < VAL && run > RUN_MAX_ZERO ? 2 : 1;
}

function writeRun(bytes: Uint8Array, at: number, opcode: number, run: number): void {
  if (run === 0) return;
  if (opcode >= VAL) {
    bytes[at] = valueOpcode(VALUES[opcode]!, run);
  } else if (run <= RUN_MAX_ZERO) {
    bytes[at] = run - 1;
  } else {
    bytes[at] = XZERO | (run - 1) >>> 8;
    bytes[at + 1] = run - 1;
  }
}

function valueOpcode(value: number, run: number): number {
  return VAL | (value - 1) << 2 | (run - 1);
}

/** Joins neighbouring values that are equal among the few opcodes from `at` on; returns where the string ends then. */
function joinValues(bytes: Uint8Array, at: number, end: number): number {
  for (let looks = JOIN_LOOKS; at < end && looks > 0; looks--) {
    const byte = bytes[at]!;
    const next = at + 1 < end ? bytes[at + 1]! : 0;
    const run = (byte & 3) + (next & 3) + 2;
    if (byte >= VAL && (byte & 0xfc) === (next & 0xfc) && run <= RUN_MAX_VAL) {
      bytes[at] = valueOpcode(VALUES[byte]!, run);
      bytes.copyWithin(at + 1, at + 2, end);
      end--;
    } else {
      at += isXzero(byte) ? 2 : 1;
    }
  }
  return end;
}

/**
 * Raises each of `registers`, one a byte, to the value that the string has for it; false when the string is corrupted, and
 * then some may have been raised.
 */
export function mergeSparse(bytes: Uint8Array, start: number, end: number, registers: Uint8Array): boolean {
  let index = 0;
  for (let at = start + HEADER_BYTES; at < end; at++) {
    const byte = bytes[at]!;
    let run = RUNS[byte]!;
    if (run === 0) run = longRun(bytes, at++, end);
    const last = index + run;
    if (last > REGISTER_COUNT) return false;
    if (byte >= VAL) {
      const value = VALUES[byte]!;
      for (let i = index; i < last; i++) if (value > registers[i]!) registers[i] = value;
    }
    index = last;
  }
  return index === REGISTER_COUNT;
}

/** Counts into `histogram` how many registers have each value; false when the string is corrupted. */
export function countSparseValues(bytes: Uint8Array, start: number, end: number, histogram: Int32Array): boolean {
  let index = 0;
  for (let at = start + HEADER_BYTES; at < end; at++) {
    const byte = bytes[at]!;
    let run = RUNS[byte]!;
    if (run === 0) run = longRun(bytes, at++, end);
    histogram[VALUES[byte]!]! += run;
    index += run;
  }
  return index === REGISTER_COUNT;
}

/** The opcodes as PFDEBUG DECODE shows them: `z:`, `Z:` and `v:value,` before the number of registers. */
export function describeSparse(bytes: Uint8Array, start: number, end: number): string {
  const opcodes: string[] = [];
  for (let at = start + HEADER_BYTES; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= VAL) opcodes.push(`v:${VALUES[byte]},${RUNS[byte]}`);
    else if (isXzero(byte)) opcodes.push(`Z:${longRun(bytes, at++, end)}`);
    else opcodes.push(`z:${RUNS[byte]}`);
  }
  return opcodes.join(" ");
}
