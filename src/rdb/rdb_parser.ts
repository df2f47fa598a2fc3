/**
 * The RDB parser: bytes pushed in as they arrive, cut anywhere; keys and values handed to a visitor.
 *
 * - Synchronous and without a promise; a chunk is not kept after `feed()` returns.
 * - Memory is bounded by one element of an aggregate, or one string value, that has really arrived.
 * - The walk through the file is one generator that pauses where bytes are missing. Only keys with strings and with small
 *   values, the most frequent records, are read in a plain loop beside it, which allocates nothing but the values.
 */

import { Slice } from "../bytes/slice.ts";
import { type Int64, readInt64 } from "../values/int64.ts";
import { type Kind, KIND_CODES, KIND_STRING, type KindCode } from "../values/kind.ts";
import { readUint32 } from "../values/listpack_encoding.ts";
import type { LoadContext } from "./load_context.ts";
import { moduleName } from "./module_name.ts";
import { CandidateFunction } from "./candidate_function.ts";
import {
  CHECKSUM_BYTES,
  CHECKSUM_SINCE_VERSION,
  describeType,
  HEADER_BYTES,
  MAX_READABLE_RDB_VERSION,
  MODULE_OPCODE_UINT,
  OPCODE_AUX,
  OPCODE_EOF,
  OPCODE_EXPIRETIME,
  OPCODE_EXPIRETIME_MS,
  OPCODE_FREQ,
  OPCODE_FUNCTION,
  OPCODE_FUNCTION2,
  OPCODE_IDLE,
  OPCODE_MODULE_AUX,
  OPCODE_RESIZEDB,
  OPCODE_SELECTDB,
  OPCODE_SLOT_INFO,
  TYPE_MODULE,
  TYPE_MODULE_2,
  TYPE_STRING,
} from "./rdb_format.ts";
import { RdbFormatError } from "./rdb_format_error.ts";
import { RdbReader, StringSlot } from "./rdb_reader.ts";
import type { RdbEntry, RdbValue, RdbVisitor } from "./rdb_visitor.ts";
import { kindOfType, VALUE_TYPES } from "./value_types.ts";

/** How to read a file. */
export interface RdbParserOptions extends LoadContext {
  /** Whether the checksum is compared: `rdbchecksum`. */
  readonly verifyChecksum: boolean;
}

/** The flyweight behind `RdbEntry`: one for all keys of a file. */
class Entry {
  readonly key = new StringSlot();
  readonly text = new StringSlot();
  kind: KindCode = KIND_STRING;
  value: RdbValue = this.text;
  expireAtMs: Int64 = -1;
  lruIdleSeconds = -1;
  lfuFrequency = -1;
}

/** Reads one RDB file. */
export class RdbParser {
  readonly #reader: RdbReader;
  readonly #visitor: RdbVisitor;
  readonly #options: RdbParserOptions;
  readonly #progress: Generator<void, void>;
  readonly #entry = new Entry();
  #version = 0;
  #isEnded = false;

  /** A parser at the start of a file. */
  constructor(visitor: RdbVisitor, options: RdbParserOptions) {
    this.#visitor = visitor;
    this.#options = options;
    this.#reader = new RdbReader(options.verifyChecksum);
    this.#progress = this.#file();
  }

  /** Whether the file is complete; bytes after it are not taken. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Bytes understood so far. */
  get offset(): number {
    return this.#reader.offset;
  }

  /** The version in the file's header; 0 until that has arrived. */
  get version(): number {
    return this.#version;
  }

  /**
   * Reads on with the bytes that follow and returns how many of them belong to the file: all, unless it ended here.
   *
   * Throws `RdbFormatError`, after which the parser is of no more use.
   */
  feed(chunk: Uint8Array): number {
    if (this.#isEnded) return 0;
    const reader = this.#reader;
    reader.beginChunk(chunk);
    this.#progress.next();
    if (this.#isEnded) return chunk.length - (reader.end - reader.position);
    // The key of the value that is waited for, or of the note.
    this.#entry.key.detachFrom(reader.bytes);
    reader.endChunk();
    return chunk.length;
  }

  /** Says that no more bytes will come. Throws `RdbFormatError` (a short read) if the file is not complete. */
  finish(): void {
    if (this.#isEnded) return;
    this.abort();
    throw RdbFormatError.shortRead(this.offset);
  }

  /** Gives up: frees the value that is half built. Nothing may be fed afterwards; not for the visitor to call. */
  abort(): void {
    this.#progress.return();
  }

  *#file(): Generator<void, void> {
    const reader = this.#reader;
    while (!reader.has(HEADER_BYTES)) yield;
    this.#version = readVersion(reader);
    for (;;) {
      this.#readWholeKeys();
      while (!reader.has(1)) yield;
      const opcode = reader.bytes[reader.position++]!;
      if (opcode === OPCODE_EOF) break;
      const kind = kindOfType(opcode);
      if (kind === null) {
        yield* this.#section(opcode);
        continue;
      }
      while (!reader.tryString(this.#entry.key)) yield;
      this.#handOver(kind, yield* VALUE_TYPES[kind].load(reader, opcode, this.#options));
    }
    yield* this.#checksum();
    this.#isEnded = true;
  }

  #handOver(kind: Kind, value: RdbValue | null): void {
    const entry = this.#entry;
    if (value === null) {
      this.#visitor.onEmptyKey(entry.key);
    } else {
      entry.kind = KIND_CODES[kind];
      entry.value = value;
      this.#visitor.onKey(entry as RdbEntry);
      entry.value = entry.text;
    }
    entry.expireAtMs = entry.lruIdleSeconds = entry.lfuFrequency = -1;
  }

  /** Hands over keys with strings or small values, and their expiries, for as long as they are there whole. */
  #readWholeKeys(): void {
    const reader = this.#reader;
    const visitor = this.#visitor;
    const entry = this.#entry;
    const { key, text } = entry;
    for (;;) {
      const start = reader.position;
      if (start >= reader.end) return;
      const opcode = reader.bytes[start]!;
      if (opcode === TYPE_STRING) {
        reader.position = start + 1;
        // What is not there whole is left to the generator, which does not start over when more arrives.
        if (!reader.tryString(key) || !reader.tryString(text)) {
          reader.position = start;
          return;
        }
        entry.kind = KIND_STRING;
        visitor.onKey(entry as RdbEntry);
        entry.expireAtMs = entry.lruIdleSeconds = entry.lfuFrequency = -1;
      } else if (opcode === OPCODE_EXPIRETIME_MS && reader.has(9)) {
        entry.expireAtMs = readInt64(reader.bytes, start + 1);
        reader.position = start + 9;
      } else if (!this.#readWholeValue(opcode)) {
        reader.position = start;
        return;
      }
    }
  }

  /** Hands over a key with a small value if both are there whole; else the caller gives back what was taken. */
  #readWholeValue(opcode: number): boolean {
    const reader = this.#reader;
    const kind = kindOfType(opcode);
    const tryLoad = kind === null ? undefined : VALUE_TYPES[kind].tryLoad;
    if (tryLoad === undefined) return false;
    reader.position++;
    if (!reader.tryString(this.#entry.key)) return false;
    const value = tryLoad(reader, opcode, this.#options);
    if (value === undefined) return false;
    this.#handOver(kind!, value);
    return true;
  }

  *#section(opcode: number): Generator<void, void> {
    const reader = this.#reader;
    const entry = this.#entry;
    switch (opcode) {
      case OPCODE_EXPIRETIME_MS:
        while (!reader.has(8)) yield;
        entry.expireAtMs = readInt64(reader.bytes, reader.position);
        reader.position += 8;
        return;
      case OPCODE_EXPIRETIME:
        while (!reader.has(4)) yield;
        entry.expireAtMs = (readUint32(reader.bytes, reader.position) | 0) * 1000;
        reader.position += 4;
        return;
      case OPCODE_IDLE:
        while (!reader.tryLength()) yield;
        entry.lruIdleSeconds = reader.length;
        return;
      case OPCODE_FREQ:
        while (!reader.has(1)) yield;
        entry.lfuFrequency = reader.bytes[reader.position++]!;
        return;
      case OPCODE_SELECTDB:
        while (!reader.tryLength()) yield;
        return this.#visitor.onSelectDb(reader.length);
      case OPCODE_RESIZEDB: {
        while (!reader.tryLength()) yield;
        const keyCount = reader.length;
        while (!reader.tryLength()) yield;
        return this.#visitor.onResizeDb(keyCount, reader.length);
      }
      case OPCODE_SLOT_INFO:
        for (let count = 0; count < 3; count++) while (!reader.tryLength()) yield;
        return;
      case OPCODE_AUX:
        return yield* this.#aux();
      case OPCODE_FUNCTION2:
        while (!reader.tryString(entry.text)) yield;
        return this.#visitor.onFunction(entry.text);
      case OPCODE_FUNCTION:
        return yield* this.#candidateFunction();
      case OPCODE_MODULE_AUX:
        return yield* this.#moduleAux();
      default:
        return yield* this.#refuse(opcode);
    }
  }

  *#refuse(type: number): Generator<void, void> {
    const reader = this.#reader;
    while (!reader.tryString(this.#entry.key)) yield;
    if (type !== TYPE_MODULE && type !== TYPE_MODULE_2) {
      throw RdbFormatError.unsupported(`Unknown RDB encoding type ${describeType(type)}`, reader.offset);
    }
    while (!reader.tryLength()) yield;
    const name = moduleName(reader.lengthHigh, reader.lengthLow);
    const reason = `The RDB file contains module data I can't load: no matching module type '${name}'`;
    throw RdbFormatError.unsupported(reason, reader.offset);
  }

  *#aux(): Generator<void, void> {
    const { key, text } = this.#entry;
    while (!this.#reader.tryString(key)) yield;
    while (!this.#reader.tryString(text)) yield;
    this.#visitor.onAux(key, text);
  }

  *#moduleAux(): Generator<void, void> {
    const reader = this.#reader;
    while (!reader.tryLength()) yield;
    const name = moduleName(reader.lengthHigh, reader.lengthLow);
    while (!reader.tryLength()) yield;
    const whenOpcode = reader.length;
    while (!reader.tryLength()) yield;
    if (whenOpcode !== MODULE_OPCODE_UINT) throw reader.corrupt("bad when_opcode");
    const line = `The RDB file contains AUX module data I can't load: no matching module '${name}'`;
    throw new RdbFormatError("unsupported", line, reader.offset);
  }

  *#candidateFunction(): Generator<void, void> {
    const source = yield* new CandidateFunction().read(this.#reader, this.#entry.text);
    this.#visitor.onFunction(new Slice(source));
  }

  *#checksum(): Generator<void, void> {
    const reader = this.#reader;
    if (this.#version < CHECKSUM_SINCE_VERSION) return this.#visitor.onEnd(false);
    const computed = reader.checksum();
    while (!reader.has(CHECKSUM_BYTES)) yield;
    const stored = readUint64(reader.bytes, reader.position);
    reader.position += CHECKSUM_BYTES;
    if (computed !== null && stored !== 0n && stored !== computed) {
      const line = `Wrong RDB checksum expected: (${computed.toString(16)}) but got (${stored.toString(16)}). ` +
        "Aborting now.";
      throw reader.corrupt("RDB CRC error", [line]);
    }
    this.#visitor.onEnd(stored !== 0n);
  }
}

function readUint64(bytes: Uint8Array, at: number): bigint {
  return BigInt(readUint32(bytes, at + 4)) << 32n | BigInt(readUint32(bytes, at));
}

function readVersion(reader: RdbReader): number {
  const header = String.fromCharCode(...reader.bytes.subarray(reader.position, reader.position + HEADER_BYTES));
  if (!header.startsWith("REDIS")) {
    throw new RdbFormatError("signature", "Wrong signature trying to load DB from file", 0);
  }
  const version = Number.parseInt(header.slice(5), 10) || 0;
  if (version < 1 || version > MAX_READABLE_RDB_VERSION) {
    throw new RdbFormatError("version", `Can't handle RDB format version ${version}`, 0);
  }
  reader.position += HEADER_BYTES;
  return version;
}
