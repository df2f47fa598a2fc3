/**
 * The writing end of an RDB byte stream: header, notes, attributes, lengths and strings (`rdb_format.ts` draws them).
 *
 * - Bytes collect until `take()`; whoever runs a save takes them between slices. They must be taken here and not from the
 *   `ByteWriter` below, because the checksum is computed on what is taken.
 * - Savers in `types/` are generators that yield about every 16 KiB, so that one large value can be written between commands;
 *   `drain()` runs one to its end.
 */

import { ascii } from "../bytes/ascii.ts";
import type { ByteWriter } from "../bytes/byte_writer.ts";
import { Crc64 } from "../bytes/crc64.ts";
import { MAX_INTEGER_LENGTH, parseSafeInteger } from "../bytes/integer.ts";
import { lzfCompress, LzfCompressor } from "../bytes/lzf.ts";
import { type Int64, writeInt64Text } from "../values/int64.ts";
import type { Uint64 } from "../values/stream_id.ts";
import {
  ENCODED_STRING,
  ENCODING_INT16,
  ENCODING_INT32,
  ENCODING_INT8,
  ENCODING_LZF,
  LENGTH_32_BITS,
  LENGTH_64_BITS,
  MIN_COMPRESSED_BYTES,
  OPCODE_AUX,
  OPCODE_EOF,
  OPCODE_EXPIRETIME_MS,
  OPCODE_FREQ,
  OPCODE_FUNCTION2,
  OPCODE_IDLE,
  OPCODE_RESIZEDB,
  OPCODE_SELECTDB,
  RDB_VERSION,
} from "./rdb_format.ts";

/** A saver yields when it has gone through about this many bytes, before compression, since it last did. */
const SLICE_BYTES = 16 * 1024;
/** What an item costs beside its bytes, so that many tiny ones end a slice too. */
const ITEM_COST = 8;

/** From this length on a string is worth slices of its own: the compressor makes about 100 MB/s. */
const LONG_STRING_BYTES = 64 * 1024;
/** Bytes of a long string that are compressed or copied at a time: about a third of a millisecond. */
const LONG_STRING_SLICE_BYTES = 32 * 1024;

/** The checksum is computed for about this many bytes at a time: for fewer, views of the bytes would cost more than it does. */
const DIGEST_BYTES = 4 * 1024;

/** Room that is made at most for what comes next. */
const MAX_RESERVED_BYTES = 512 * 1024;

/** Longer texts are not tried as integers: -2147483648 has 11 characters. */
const MAX_INTEGER_TEXT = 11;
/** When a string is worth compressing. */
interface CompressionTerms {
  readonly minBytes: number;
  /** By how much the room for the outcome is less than the string: without room the compressor gives up. */
  readonly lessRoom: number;
  /** By how much the outcome must be shorter. */
  readonly minGain: number;
}

/** `rdbcompression`. */
const FILE_TERMS: CompressionTerms = { minBytes: MIN_COMPRESSED_BYTES + 1, lessRoom: 4, minGain: 4 };
/** `list-compress-depth`. */
const MEMORY_TERMS: CompressionTerms = { minBytes: 48, lessRoom: 0, minGain: 9 };
/** Strings up to about this size are compressed into memory that is kept between strings. */
const MAX_KEPT_TARGET_BYTES = 64 * 1024;
/** Views of it below this size are kept too: for a short string a view would cost as much as its compression. */
const MAX_KEPT_TARGETS = 1024;
const TWO_32 = 0x1_0000_0000;

// Shared by all writers: nothing stays in them between two calls.
const digits = new Uint8Array(MAX_INTEGER_LENGTH);
const scratch = new Uint8Array(MAX_KEPT_TARGET_BYTES);
const targets: (Uint8Array<ArrayBuffer> | undefined)[] = [];

/** How to write. */
export interface RdbWriterOptions {
  /** Whether strings are compressed: `rdbcompression`. */
  readonly compression: boolean;
  /** Whether the file ends in its checksum or in zeros: `rdbchecksum`. */
  readonly checksum: boolean;
}

/** Runs a saver to its end without a pause. */
export function drain(saver: Generator<void>): void {
  while (!saver.next().done);
}

/** Writes one RDB file, or the body of one DUMP payload. */
export class RdbWriter {
  readonly #out: ByteWriter;
  readonly #terms: CompressionTerms | null;
  readonly #crc: Crc64 | null;
  #takenBytes = 0;
  /** How many of the pending bytes are in the checksum. */
  #digestedBytes = 0;
  #sliceCost = 0;

  /** Writes behind whatever `out` holds, which counts as part of the file. */
  constructor(out: ByteWriter, options: RdbWriterOptions) {
    this.#out = out;
    this.#terms = options.compression ? FILE_TERMS : null;
    this.#crc = options.checksum ? new Crc64() : null;
  }

  /** Bytes written since the start, taken or not. */
  get totalBytes(): number {
    return this.#takenBytes + this.#out.length;
  }

  /** Bytes that `take()` would return. */
  get pendingBytes(): number {
    return this.#out.length;
  }

  /** Whether a saver has done a slice of work and is to yield; asking starts the next slice. */
  endSlice(): boolean {
    if (this.#sliceCost < SLICE_BYTES) return false;
    this.#sliceCost = 0;
    return true;
  }

  /** Whether a string is so long that a saver is to write it by `longString`. */
  isLong(length: number): boolean {
    return length >= LONG_STRING_BYTES;
  }

  /**
   * Computes the checksum of what has been written, when that is enough to be worth it. `take` does so for all the rest at once:
   * 64 KiB are 0.07 ms, but 4 ms for the first file of a process, when the code is not compiled yet.
   */
  digest(): void {
    if (this.#out.length - this.#digestedBytes >= DIGEST_BYTES) this.#digest(this.#out.view(), this.#out.length);
  }

  #digest(pending: Uint8Array, end: number): void {
    this.#crc?.update(pending, this.#digestedBytes, end);
    this.#digestedBytes = end;
  }

  /** Hands over what was written since the last call; the memory belongs to the caller. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#out.take();
    this.#digest(taken, taken.length);
    this.#digestedBytes = 0;
    // A little more than as much again is to be expected, if it is not one long string.
    this.#out.reserve(Math.min(taken.length + (taken.length >> 3), MAX_RESERVED_BYTES));
    this.#takenBytes += taken.length;
    return taken;
  }

  /** Signature and version. */
  header(): void {
    this.#out.text(`REDIS${String(RDB_VERSION).padStart(4, "0")}`);
  }

  /** A note about the file; `key` and a string `value` are one byte per character. */
  aux(key: string, value: string | number): void {
    this.#out.byte(OPCODE_AUX);
    this.text(key);
    this.text(String(value));
  }

  /** The source of a function library. */
  functionLibrary(source: Uint8Array): void {
    this.#out.byte(OPCODE_FUNCTION2);
    this.string(source, 0, source.length);
  }

  /** The database of the keys that follow. */
  selectDb(index: number): void {
    this.#out.byte(OPCODE_SELECTDB);
    this.length(index);
  }

  /** How many keys and expires the selected database has. */
  resizeDb(keyCount: number, expireCount: number): void {
    this.#out.byte(OPCODE_RESIZEDB);
    this.length(keyCount);
    this.length(expireCount);
  }

  /** When the next key expires, in unix ms. */
  expiry(atMs: Int64): void {
    this.#out.byte(OPCODE_EXPIRETIME_MS);
    this.int64(atMs);
  }

  /** How long ago the next key was used. */
  idle(seconds: number): void {
    this.#out.byte(OPCODE_IDLE);
    this.length(seconds);
  }

  /** The access counter of the next key, 0 to 255. */
  frequency(counter: number): void {
    this.#out.byte(OPCODE_FREQ);
    this.#out.byte(counter);
  }

  /** A value's type; the key and the value must follow. */
  type(type: number): void {
    this.#out.byte(type);
  }

  /** The end of the file: its opcode and its checksum. Returns what `take()` would; nothing may follow. */
  end(): Uint8Array<ArrayBuffer> {
    const out = this.#out;
    out.byte(OPCODE_EOF);
    const start = out.length;
    out.uint64le(0n);
    const taken = out.take();
    this.#takenBytes += taken.length;
    this.#digest(taken, start);
    this.#crc?.writeTo(taken, start);
    return taken;
  }

  /** A length, from 0 to 2^53 - 1. */
  length(value: number): void {
    const out = this.#out;
    if (value < 0x40) {
      out.byte(value);
    } else if (value < 0x4000) {
      out.byte(0x40 | value >> 8);
      out.byte(value);
    } else if (value < TWO_32) {
      out.byte(LENGTH_32_BITS);
      out.uint32be(value);
    } else {
      out.byte(LENGTH_64_BITS);
      out.uint32be(Math.floor(value / TWO_32));
      out.uint32be(value % TWO_32);
    }
  }

  /** A length from 0 to 2^64 - 1: ids and counters are written as lengths too. */
  length64(value: Uint64): void {
    if (typeof value === "number") return this.length(value);
    this.#out.byte(LENGTH_64_BITS);
    this.#out.uint64be(value);
  }

  /** A signed 64-bit integer, little endian. */
  int64(value: Int64): void {
    if (typeof value === "bigint") return this.#out.uint64le(value);
    this.#out.uint32le(value | 0);
    this.#out.uint32le(Math.floor(value / TWO_32) | 0);
  }

  /** `source[start, end)` as it is. */
  raw(source: Uint8Array, start: number, end: number): void {
    this.#sliceCost += end - start + ITEM_COST;
    this.#out.bytes(source, start, end);
  }

  /** A string of one byte per character. */
  text(text: string): void {
    const bytes = ascii(text);
    this.string(bytes, 0, bytes.length);
  }

  /** A string in its shortest form: as integer, compressed, or as it is. */
  string(source: Uint8Array, start: number, end: number): void {
    this.#string(source, start, end, this.#terms);
  }

  /** As `longString`, of bytes that Redis keeps compressed in memory: it writes them so whatever `rdbcompression` says. */
  *packedString(source: Uint8Array, start: number, end: number): Generator<void> {
    const terms = this.#terms ?? MEMORY_TERMS;
    if (this.isLong(end - start)) yield* this.#longString(source, start, end, terms);
    else this.#string(source, start, end, terms);
  }

  #string(source: Uint8Array, start: number, end: number, terms: CompressionTerms | null): void {
    const length = end - start;
    this.#sliceCost += length + ITEM_COST;
    if (length <= MAX_INTEGER_TEXT) {
      const integer = parseSafeInteger(source, start, end);
      if (this.#tryInteger(integer)) return;
    } else if (terms !== null && length >= terms.minBytes) {
      if (this.#tryCompressed(source, start, end, terms)) return;
    }
    this.length(length);
    this.#out.bytes(source, start, end);
  }

  /** As `string`, in slices where it is long: the bytes must stay as they are until the generator is done. */
  *longString(source: Uint8Array, start: number, end: number): Generator<void> {
    if (this.isLong(end - start)) yield* this.#longString(source, start, end, this.#terms);
    else this.string(source, start, end);
  }

  *#longString(source: Uint8Array, start: number, end: number, terms: CompressionTerms | null): Generator<void> {
    const length = end - start;
    if (terms !== null) {
      // One of its own: other strings are compressed between the slices.
      const compressor = new LzfCompressor();
      const target = new Uint8Array(length - terms.lessRoom);
      compressor.begin(source, start, end, target);
      while (!compressor.step(LONG_STRING_SLICE_BYTES)) yield;
      if (isWorthwhile(compressor.length, length, terms)) {
        this.#compressedLengths(compressor.length, length);
        return yield* this.#copySlices(target, 0, compressor.length);
      }
    }
    this.length(length);
    yield* this.#copySlices(source, start, end);
  }

  *#copySlices(source: Uint8Array, start: number, end: number): Generator<void> {
    for (let at = start; at < end; at += LONG_STRING_SLICE_BYTES) {
      this.#out.bytes(source, at, Math.min(end, at + LONG_STRING_SLICE_BYTES));
      yield;
    }
  }

  /** The decimal text of `value` as a string. */
  integerString(value: Int64): void {
    if (typeof value === "number" && this.#tryInteger(value)) return;
    const length = writeInt64Text(digits, 0, value);
    this.length(length);
    this.#out.bytes(digits, 0, length);
  }

  #tryInteger(value: number): boolean {
    if ((value | 0) !== value) return false;
    const out = this.#out;
    if (value >= -128 && value <= 127) {
      out.byte(ENCODED_STRING | ENCODING_INT8);
      out.byte(value);
    } else if (value >= -32768 && value <= 32767) {
      out.byte(ENCODED_STRING | ENCODING_INT16);
      out.uint16le(value);
    } else {
      out.byte(ENCODED_STRING | ENCODING_INT32);
      out.uint32le(value);
    }
    return true;
  }

  #tryCompressed(source: Uint8Array, start: number, end: number, terms: CompressionTerms): boolean {
    const target = compressionTarget(end - start - terms.lessRoom);
    const length = lzfCompress(source, start, end, target);
    if (!isWorthwhile(length, end - start, terms)) return false;
    this.#compressedLengths(length, end - start);
    this.#out.bytes(target, 0, length);
    return true;
  }

  #compressedLengths(compressed: number, original: number): void {
    this.#out.byte(ENCODED_STRING | ENCODING_LZF);
    this.length(compressed);
    this.length(original);
  }
}

/** `compressed` is 0 where the compressor gave up. */
function isWorthwhile(compressed: number, original: number, { minGain }: CompressionTerms): boolean {
  return compressed > 0 && original - compressed >= minGain;
}

/** Memory of exactly `size` bytes: the room decides what the compressor gives up on, as it does for Redis. */
function compressionTarget(size: number): Uint8Array<ArrayBuffer> {
  if (size > MAX_KEPT_TARGET_BYTES) return new Uint8Array(size);
  let target = targets[size];
  if (target === undefined) {
    target = scratch.subarray(0, size);
    if (size < MAX_KEPT_TARGETS) targets[size] = target;
  }
  return target;
}
