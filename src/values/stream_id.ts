/**
 * Stream ids: a time in milliseconds and a sequence number, both unsigned integers of 64 bits.
 *
 * - A part is a number when it is a safe integer and a bigint only when it is not: times of this century and ordinary
 *   sequences never allocate, and every id up to 2^64-1 is exact. `<` across the two forms is exact; `===` holds
 *   within each form's one spelling.
 * - As a key an id is 16 bytes, both parts big endian, so that ids sort as bytes do.
 */

import { parseSafeInteger, parseUnsignedInteger } from "../bytes/integer.ts";
import type { Slice } from "../bytes/slice.ts";
import { canonicalInt64, type Int64, writeInt64Text } from "./int64.ts";

/** An unsigned 64-bit integer: a bigint only beyond `Number.MAX_SAFE_INTEGER`. */
export type Uint64 = number | bigint;

/** Largest value of a part. */
export const UINT64_MAX: bigint = 2n ** 64n - 1n;
/** Longest text of an id: two parts of 20 digits and a dash. */
export const STREAM_ID_TEXT_MAX = 41;
/** Bytes of an id as a key. */
export const STREAM_ID_BYTES = 16;

const DASH = 0x2d;
const STAR = 0x2a;
/** Redis's buffer for the text of an id; longer text is refused. */
const ID_TEXT_LIMIT = 127;
const TWO_32 = 0x1_0000_0000;

/** An id. Mutable, so that walks can reuse one. */
export class StreamId {
  ms: Uint64;
  seq: Uint64;

  constructor(ms: Uint64 = 0, seq: Uint64 = 0) {
    this.ms = ms;
    this.seq = seq;
  }

  /** Takes over both parts. */
  set(ms: Uint64, seq: Uint64): this {
    this.ms = ms;
    this.seq = seq;
    return this;
  }

  /** Takes over another id. */
  assign(other: StreamId): this {
    this.ms = other.ms;
    this.seq = other.seq;
    return this;
  }

  /** An id of its own with the same parts. */
  clone(): StreamId {
    return new StreamId(this.ms, this.seq);
  }

  /** Whether this is 0-0. */
  get isZero(): boolean {
    return this.ms === 0 && this.seq === 0;
  }

  /** Whether both parts are numbers, which doubles hold exactly. */
  get isSafe(): boolean {
    return typeof this.ms === "number" && typeof this.seq === "number";
  }

  /** Whether both parts are the same. */
  equals(other: StreamId): boolean {
    return equalsUint64(this.ms, other.ms) && equalsUint64(this.seq, other.seq);
  }

  /** Less than 0, 0 or more than 0 as this id is before, the same as or after the other. */
  compare(other: StreamId): number {
    const order = compareUint64(this.ms, other.ms);
    return order === 0 ? compareUint64(this.seq, other.seq) : order;
  }

  /** Becomes the next id; false, and 0-0, when there is none. */
  increment(): boolean {
    if (this.seq !== UINT64_MAX) {
      this.seq = addUint64(this.seq, 1);
      return true;
    }
    this.seq = 0;
    const hasNext = this.ms !== UINT64_MAX;
    this.ms = hasNext ? addUint64(this.ms, 1) : 0;
    return hasNext;
  }

  /** Becomes the id before; false, and the largest id, when there is none. */
  decrement(): boolean {
    if (this.seq !== 0) {
      this.seq = addUint64(this.seq, -1);
      return true;
    }
    this.seq = UINT64_MAX;
    const hasPrevious = this.ms !== 0;
    this.ms = hasPrevious ? addUint64(this.ms, -1) : UINT64_MAX;
    return hasPrevious;
  }

  /** Writes `ms-seq` at `at` and returns where it ends. Needs `STREAM_ID_TEXT_MAX` bytes. */
  writeText(target: Uint8Array, at: number): number {
    return this.writeSequenceText(target, this.writeTimeText(target, at));
  }

  /** The first part of `writeText`: the time and the dash. */
  writeTimeText(target: Uint8Array, at: number): number {
    const dash = writeInt64Text(target, at, this.ms);
    target[dash] = DASH;
    return dash + 1;
  }

  /** The second part of `writeText`: the sequence. */
  writeSequenceText(target: Uint8Array, at: number): number {
    return writeInt64Text(target, at, this.seq);
  }

  /** `ms-seq`, for people and slow paths. */
  toString(): string {
    return `${this.ms}-${this.seq}`;
  }

  /** Writes the 16 bytes of the key form at `at`. */
  writeKey(target: Uint8Array, at: number): void {
    writeUint64BigEndian(target, at, this.ms);
    writeUint64BigEndian(target, at + 8, this.seq);
  }

  /** Becomes the id whose key form is at `at`. */
  readKey(bytes: Uint8Array, at: number): this {
    return this.set(readUint64BigEndian(bytes, at), readUint64BigEndian(bytes, at + 8));
  }
}

/** The smallest id. */
export const MIN_STREAM_ID: Readonly<StreamId> = Object.freeze(new StreamId());
/** The largest id. */
export const MAX_STREAM_ID: Readonly<StreamId> = Object.freeze(new StreamId(UINT64_MAX, UINT64_MAX));

/** The value in its one form: a number if it is safe, else the bigint. */
export function canonicalUint64(value: bigint): Uint64 {
  return value <= 9007199254740991n ? Number(value) : value;
}

// In both, numbers apart from the rest, so that V8 sees nothing but numbers there.

function equalsUint64(left: Uint64, right: Uint64): boolean {
  if (typeof left === "number") return typeof right === "number" && left === right;
  return typeof right === "bigint" && left === right;
}

function compareUint64(left: Uint64, right: Uint64): number {
  if (typeof left === "number") return typeof right === "number" ? left - right : -1;
  if (typeof right === "number") return 1;
  return left === right ? 0 : left < right ? -1 : 1;
}

/** `value + change`, wrapping around at 2^64. */
export function addUint64(value: Uint64, change: Int64): Uint64 {
  if (typeof value === "number" && typeof change === "number") {
    const sum = value + change;
    if (sum >= 0 && sum <= Number.MAX_SAFE_INTEGER) return sum;
  }
  return canonicalUint64(BigInt.asUintN(64, BigInt(value) + BigInt(change)));
}

/** `left - right` as a signed integer of 64 bits, wrapping around as two's complement does. */
export function subtractUint64(left: Uint64, right: Uint64): Int64 {
  const difference = typeof left === "number" && typeof right === "number" ? left - right : NaN;
  if (Number.isSafeInteger(difference)) return difference;
  return canonicalInt64(BigInt.asIntN(64, BigInt(left) - BigInt(right)));
}

/** Reads an unsigned decimal of 64 bits as Redis's `string2ull`, or `NaN` if it is none. */
export function parseUint64(bytes: Uint8Array, start: number, end: number): Uint64 {
  const safe = parseSafeInteger(bytes, start, end);
  if (safe >= 0) return safe;
  const value = parseUnsignedInteger(bytes, start, end);
  return value === null ? NaN : canonicalUint64(value);
}

/** How an id was given: not at all, in full, or as `ms-*`. */
export type StreamIdForm = "invalid" | "complete" | "auto-sequence";

/**
 * Reads `ms`, `ms-seq` or `ms-*` into `id`; without a sequence it is `missingSeq`. As Redis's
 * `streamGenericParseIDOrReply` without the special ids `-` and `+`, which are the caller's.
 */
export function parseStreamId(text: Slice, id: StreamId, missingSeq: Uint64): StreamIdForm {
  const { bytes, start, end } = text;
  if (end - start > ID_TEXT_LIMIT) return "invalid";
  let dash = start;
  while (dash < end && bytes[dash] !== DASH) dash++;
  const ms = parseUint64(bytes, start, dash);
  if (ms !== ms) return "invalid";
  if (dash === end) {
    id.set(ms, missingSeq);
    return "complete";
  }
  if (end - dash === 2 && bytes[dash + 1] === STAR) {
    id.set(ms, 0);
    return "auto-sequence";
  }
  const seq = parseUint64(bytes, dash + 1, end);
  if (seq !== seq) return "invalid";
  id.set(ms, seq);
  return "complete";
}

function writeUint64BigEndian(target: Uint8Array, at: number, value: Uint64): void {
  const high = typeof value === "number" ? Math.floor(value / TWO_32) : Number(value >> 32n);
  const low = typeof value === "number" ? value | 0 : Number(BigInt.asIntN(32, value));
  target[at] = high >>> 24;
  target[at + 1] = high >>> 16;
  target[at + 2] = high >>> 8;
  target[at + 3] = high;
  target[at + 4] = low >>> 24;
  target[at + 5] = low >>> 16;
  target[at + 6] = low >>> 8;
  target[at + 7] = low;
}

function readUint64BigEndian(bytes: Uint8Array, at: number): Uint64 {
  const high = (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!) >>> 0;
  const low = (bytes[at + 4]! << 24 | bytes[at + 5]! << 16 | bytes[at + 6]! << 8 | bytes[at + 7]!) >>> 0;
  const value = high * TWO_32 + low;
  return value <= Number.MAX_SAFE_INTEGER ? value : BigInt(high) << 32n | BigInt(low);
}
