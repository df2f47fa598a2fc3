/**
 * The reading end of an RDB byte stream: whatever has arrived, and attempts to take lengths and strings from it.
 *
 * - Every `try...` either takes one whole item and returns true, or takes nothing and returns false because bytes are
 *   missing; the caller tries again when more have arrived. Nothing is allocated for bytes that have not arrived.
 * - A chunk is read in place. Only what is left of it when `endChunk()` is called is copied, into a buffer of the
 *   reader's own, so the chunk may be reused afterwards.
 * - Results (`length`, a `StringSlot`) are flyweights: valid until the next attempt with the same target, and no longer
 *   than until the chunk ends.
 */

import { Crc64 } from "../bytes/crc64.ts";
import { MAX_INTEGER_LENGTH } from "../bytes/integer.ts";
import { lzfDecompress, lzfDecompressInto } from "../bytes/lzf.ts";
import { Slice } from "../bytes/slice.ts";
import { writeInt64Text } from "../values/int64.ts";
import type { Uint64 } from "../values/stream_id.ts";
import {
  ENCODED_STRING,
  ENCODING_INT16,
  ENCODING_INT32,
  ENCODING_INT8,
  ENCODING_LZF,
  LENGTH_32_BITS,
  LENGTH_64_BITS,
  MAX_RDB_STRING_BYTES,
} from "./rdb_format.ts";
import { RdbFormatError } from "./rdb_format_error.ts";

const EMPTY = new Uint8Array(0);
const TWO_32 = 0x1_0000_0000;
/** Compressed strings up to this length are inflated into memory that is kept: for a short one new memory costs more. */
const INFLATED_BYTES = 4096;
/** The smallest buffer for bytes that straddle chunks. */
const MIN_CARRY_BYTES = 4096;
/** A buffer larger than this is given back as soon as it is empty. */
const MAX_KEPT_CARRY_BYTES = 256 * 1024;

/** Where a string is read to: a slice of the input where possible, else of a buffer that belongs to the slot. */
export class StringSlot extends Slice {
  /** Digits of an integer-encoded string. */
  readonly digits = new Uint8Array(MAX_INTEGER_LENGTH);
  /** A short string that was compressed; made when there is the first. */
  inflated: Uint8Array<ArrayBuffer> | null = null;

  /** Moves the string into memory of its own if it lies in `bytes`, so that it outlives them. */
  detachFrom(bytes: Uint8Array): void {
    if (this.bytes !== bytes) return;
    const length = this.end - this.start;
    this.bytes = this.copy();
    this.start = 0;
    this.end = length;
  }
}

/** Bytes that have arrived and are not understood yet. */
export class RdbReader {
  /** What is being read: the caller's chunk, or the reader's own buffer. Unread: `[position, end)`. */
  bytes: Uint8Array = EMPTY;
  position = 0;
  end = 0;

  /** A slot for whoever reads one string after the other, so that not every value needs its own. */
  readonly text: StringSlot = new StringSlot();
  /** A second one, for the first of two strings that belong together. */
  readonly field: StringSlot = new StringSlot();

  /** The length that `tryLength()` read; above 2^53 it is rounded, and `lengthHigh` and `lengthLow` are exact. */
  length = 0;
  /** Upper 32 bits of the length, unsigned. */
  lengthHigh = 0;
  /** Lower 32 bits of the length, unsigned. */
  lengthLow = 0;
  /** The string encoding that stood where a length could, or -1. */
  encoding = -1;

  readonly #crc: Crc64 | null;
  #hashedTo = 0;
  /** Input bytes before `bytes[0]`. */
  #base = 0;
  #carry: Uint8Array<ArrayBuffer> = EMPTY;

  /** Keeps a running checksum of everything consumed if `hasChecksum`. */
  constructor(hasChecksum: boolean) {
    this.#crc = hasChecksum ? new Crc64() : null;
  }

  /** Input bytes consumed so far. */
  get offset(): number {
    return this.#base + this.position;
  }

  /** The length that `tryLength()` read, exactly. */
  get length64(): Uint64 {
    return this.length <= Number.MAX_SAFE_INTEGER
      ? this.length
      : BigInt(this.lengthHigh) << 32n | BigInt(this.lengthLow);
  }

  /** Makes `chunk` readable after what was left of the ones before it. */
  beginChunk(chunk: Uint8Array): void {
    const kept = this.end - this.position;
    if (kept === 0) {
      this.#base += this.position;
      this.bytes = chunk;
      this.position = 0;
      this.end = chunk.length;
      this.#hashedTo = 0;
      return;
    }
    // What is left stands at the start of the carry: `endChunk` put it there.
    if (this.#carry.length < kept + chunk.length) this.#growCarry(kept + chunk.length);
    this.#carry.set(chunk, kept);
    this.bytes = this.#carry;
    this.end = kept + chunk.length;
  }

  /** Lets go of the chunk: hashes what was consumed and copies what was not. */
  endChunk(): void {
    this.#hashConsumed();
    const { bytes, position, end } = this;
    const kept = end - position;
    this.#base += position;
    this.position = 0;
    this.end = kept;
    this.#hashedTo = 0;
    if (kept === 0) {
      this.bytes = EMPTY;
      if (this.#carry.length > MAX_KEPT_CARRY_BYTES) this.#carry = EMPTY;
      return;
    }
    if (bytes === this.#carry) {
      if (position > 0) bytes.copyWithin(0, position, end);
    } else {
      if (this.#carry.length < kept) this.#carry = this.#allocate(Math.max(kept, MIN_CARRY_BYTES));
      this.#carry.set(bytes.subarray(position, end));
    }
    this.bytes = this.#carry;
  }

  /** The checksum of everything consumed, or `null` if none is kept. */
  checksum(): bigint | null {
    this.#hashConsumed();
    return this.#crc === null ? null : this.#crc.value;
  }

  /** Whether `count` more bytes have arrived. */
  has(count: number): boolean {
    return this.end - this.position >= count;
  }

  /** Reads a length, or a string encoding in its place, into `length` and `encoding`. */
  tryLength(): boolean {
    const { bytes, position } = this;
    const available = this.end - position;
    if (available < 1) return false;
    const first = bytes[position]!;
    this.encoding = -1;
    this.lengthHigh = 0;
    if (first < 0x40) {
      this.length = this.lengthLow = first;
      this.position = position + 1;
      return true;
    }
    if (first < 0x80) {
      if (available < 2) return false;
      this.length = this.lengthLow = (first & 0x3f) << 8 | bytes[position + 1]!;
      this.position = position + 2;
      return true;
    }
    if (first === LENGTH_32_BITS) {
      if (available < 5) return false;
      this.length = this.lengthLow = readUint32BigEndian(bytes, position + 1);
      this.position = position + 5;
      return true;
    }
    if (first === LENGTH_64_BITS) {
      if (available < 9) return false;
      this.lengthHigh = readUint32BigEndian(bytes, position + 1);
      this.lengthLow = readUint32BigEndian(bytes, position + 5);
      this.length = this.lengthHigh * TWO_32 + this.lengthLow;
      this.position = position + 9;
      return true;
    }
    if (first < ENCODED_STRING) throw this.corrupt("Unknown length encoding 2 in rdbLoadLen()");
    // Where no encoding may stand, Redis takes its number for the length; so do the callers that do not look.
    this.encoding = this.length = this.lengthLow = first & 0x3f;
    this.position = position + 1;
    return true;
  }

  /** Reads a string in any encoding into `slot`. */
  tryString(slot: StringSlot): boolean {
    const { bytes, position, end } = this;
    if (position >= end) return false;
    const first = bytes[position]!;
    if (first < 0x40) {
      const stop = position + 1 + first;
      if (stop > end) return false;
      slot.bytes = bytes;
      slot.start = position + 1;
      slot.end = stop;
      this.position = stop;
      return true;
    }
    if (this.#tryOtherString(slot)) return true;
    this.position = position;
    return false;
  }

  /** Takes `count` bytes as they are: `slot` becomes a slice of them. */
  tryBytes(slot: Slice, count: number): boolean {
    if (this.end - this.position < count) return false;
    slot.bytes = this.bytes;
    slot.start = this.position;
    this.position += count;
    slot.end = this.position;
    return true;
  }

  /** The error that the input contradicts the format here. */
  corrupt(reason: string, precedingLines: readonly string[] = []): RdbFormatError {
    return RdbFormatError.corrupt(reason, this.offset, precedingLines);
  }

  #tryOtherString(slot: StringSlot): boolean {
    if (!this.tryLength()) return false;
    switch (this.encoding) {
      case -1:
        this.#checkStringLength(this.length, "rdbGenericLoadStringObject");
        return this.tryBytes(slot, this.length);
      case ENCODING_INT8:
      case ENCODING_INT16:
      case ENCODING_INT32:
        return this.#tryIntegerString(slot, 1 << this.encoding);
      case ENCODING_LZF:
        return this.#tryCompressedString(slot);
      default:
        throw this.corrupt(`Unknown RDB string encoding type ${this.encoding}`);
    }
  }

  #tryIntegerString(slot: StringSlot, width: number): boolean {
    if (!this.has(width)) return false;
    const { bytes, position } = this;
    let value = 0;
    for (let index = 0; index < width; index++) value |= bytes[position + index]! << (8 * index);
    const unused = 32 - 8 * width;
    slot.bytes = slot.digits;
    slot.start = 0;
    slot.end = writeInt64Text(slot.digits, 0, value << unused >> unused);
    this.position = position + width;
    return true;
  }

  #tryCompressedString(slot: StringSlot): boolean {
    if (!this.tryLength()) return false;
    const compressed = this.length;
    this.#checkStringLength(compressed, "rdbLoadLzfStringObject");
    if (!this.tryLength()) return false;
    const original = this.length;
    this.#checkStringLength(original, "rdbLoadLzfStringObject");
    if (!this.has(compressed)) return false;
    const text = this.#decompress(slot, compressed, original);
    if (text === null) throw this.corrupt("Invalid LZF compressed string");
    slot.bytes = text;
    slot.start = 0;
    slot.end = original;
    this.position += compressed;
    return true;
  }

  #decompress(slot: StringSlot, compressed: number, original: number): Uint8Array<ArrayBuffer> | null {
    const { bytes, position } = this;
    const end = position + compressed;
    if (original <= INFLATED_BYTES) {
      const target = slot.inflated ??= new Uint8Array(INFLATED_BYTES);
      return lzfDecompressInto(target, bytes, position, end, original) ? target : null;
    }
    try {
      return lzfDecompress(bytes, position, end, original);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw this.#outOfMemory(`rdbLoadLzfStringObject failed allocating ${original} bytes`);
    }
  }

  #checkStringLength(length: number, where: string): void {
    if (length > MAX_RDB_STRING_BYTES) throw this.#outOfMemory(`${where} failed allocating ${length} bytes`);
  }

  #growCarry(needed: number): void {
    const grown = this.#allocate(Math.max(needed, this.#carry.length * 2));
    grown.set(this.#carry.subarray(0, this.end));
    this.#carry = grown;
  }

  #allocate(size: number): Uint8Array<ArrayBuffer> {
    try {
      return new Uint8Array(size);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw this.#outOfMemory(`rdbGenericLoadStringObject failed allocating ${size} bytes`);
    }
  }

  #outOfMemory(line: string): RdbFormatError {
    return RdbFormatError.shortRead(this.offset, line);
  }

  #hashConsumed(): void {
    if (this.#crc !== null && this.position > this.#hashedTo) {
      this.#crc.update(this.bytes, this.#hashedTo, this.position);
    }
    this.#hashedTo = this.position;
  }
}

function readUint32BigEndian(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24 | bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!) >>> 0;
}
