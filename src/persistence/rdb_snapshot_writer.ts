/**
 * The records of one RDB file, made from the keys that a `SnapshotWalk` hands over.
 *
 * - A key that is saved out of turn while a large value is in progress goes to a side buffer, which is appended when that
 *   value is complete: a record is never written into another one.
 * - SELECTDB stands wherever the database differs from that of the record before, so records may come in any order.
 */

import { ByteWriter } from "../bytes/byte_writer.ts";
import { Slice } from "../bytes/slice.ts";
import { drain, RdbWriter, type RdbWriterOptions } from "../rdb/rdb_writer.ts";
import type { RdbValue } from "../rdb/rdb_visitor.ts";
import { VALUE_TYPES, type ValueType } from "../rdb/value_types.ts";
import { TYPE_STRING } from "../rdb/rdb_format.ts";
import type { EntryRef } from "../store/entry_layout.ts";
import type { Keyspace } from "../store/keyspace.ts";
import type { SnapshotSink } from "../store/snapshot_walk.ts";
import type { Store } from "../store/store.ts";
import { readString, StringView } from "../store/string_entries.ts";
import type { Value } from "../store/value.ts";
import { type Kind, KIND_STRING } from "../values/kind.ts";

/** A note at the start of the file: its key and its value. */
export type RdbNote = readonly [key: string, value: string | number];

/** Which access clock goes into the file beside each key, as `maxmemory-policy` asks for. */
export type SavedAccess = "none" | "idle" | "frequency";

/** How to write the file. */
export interface RdbSnapshotWriterOptions extends RdbWriterOptions {
  readonly access: SavedAccess;
}

const NO_DATABASE = -1;

/** A stream of records with the database that its last one belongs to. */
interface RecordStream {
  readonly writer: RdbWriter;
  dbIndex: number;
}

/** Writes what a walk hands over. Bytes collect until `take()`. */
export class RdbSnapshotWriter implements SnapshotSink {
  readonly #store: Store;
  readonly #options: RdbSnapshotWriterOptions;
  readonly #main: RecordStream;
  #side: RecordStream | null = null;
  readonly #sideBytes = new ByteWriter();
  #isLargeInProgress = false;
  readonly #key = new Slice();
  readonly #text = new StringView();

  /** Writes the header, the notes and the function libraries. */
  constructor(
    store: Store,
    options: RdbSnapshotWriterOptions,
    preamble: { readonly notes: readonly RdbNote[]; readonly libraries: readonly Uint8Array[] },
  ) {
    this.#store = store;
    this.#options = options;
    const writer = new RdbWriter(new ByteWriter(), options);
    this.#main = { writer, dbIndex: NO_DATABASE };
    writer.header();
    for (const [key, value] of preamble.notes) writer.aux(key, value);
    for (const source of preamble.libraries) writer.functionLibrary(source);
  }

  /** Bytes that wait, those of the side buffer included. */
  get pendingBytes(): number {
    return this.#main.writer.pendingBytes + this.#sideBytes.length;
  }

  /** Bytes that `take()` would return. */
  get readyBytes(): number {
    return this.#main.writer.pendingBytes;
  }

  /** Hands over what is ready; the memory belongs to the caller. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#main.writer.take();
  }

  /** Ends the file; returns its last bytes. */
  end(): Uint8Array<ArrayBuffer> {
    return this.#main.writer.end();
  }

  /** Part of `SnapshotSink`. */
  beginDatabase(dbIndex: number, keyCount: number, expiresCount: number): void {
    const { writer } = this.#main;
    writer.selectDb(dbIndex);
    writer.resizeDb(keyCount, expiresCount);
    this.#main.dbIndex = dbIndex;
  }

  /** Part of `SnapshotSink`. */
  saveEntry(dbIndex: number, keyspace: Keyspace, entry: EntryRef): void {
    const stream = this.#isLargeInProgress ? this.#openSide() : this.#main;
    const { writer } = stream;
    const kind = keyspace.kindOf(entry);
    if (kind !== KIND_STRING) {
      const value = keyspace.peekValue(entry);
      const rows = rowsOf(value);
      this.#beginRecord(stream, dbIndex, keyspace, entry, rows.typeOf(value as RdbValue as never));
      if (rows.trySave?.(writer, value as RdbValue as never) !== true) {
        drain(rows.save(writer, value as RdbValue as never));
      }
    } else {
      this.#beginRecord(stream, dbIndex, keyspace, entry, TYPE_STRING);
      const text = readString(keyspace, entry, this.#text);
      writer.string(text.bytes, text.start, text.end);
    }
    writer.digest();
  }

  /** Part of `SnapshotSink`. */
  *saveLargeEntry(dbIndex: number, keyspace: Keyspace, entry: EntryRef): Generator<void> {
    this.#isLargeInProgress = true;
    const { writer } = this.#main;
    for (const _slice of this.#saveLarge(dbIndex, keyspace, entry)) {
      writer.digest();
      yield;
    }
    this.#isLargeInProgress = false;
    this.#closeSide();
  }

  #saveLarge(dbIndex: number, keyspace: Keyspace, entry: EntryRef): Generator<void> {
    const { writer } = this.#main;
    if (keyspace.kindOf(entry) === KIND_STRING) {
      this.#beginRecord(this.#main, dbIndex, keyspace, entry, TYPE_STRING);
      const { bytes, start, end } = readString(keyspace, entry, this.#text);
      return writer.longString(bytes, start, end);
    }
    const value = keyspace.valueOf(entry);
    const rows = rowsOf(value);
    this.#beginRecord(this.#main, dbIndex, keyspace, entry, rows.typeOf(value as RdbValue as never));
    return rows.save(writer, value as RdbValue as never);
  }

  #beginRecord(stream: RecordStream, dbIndex: number, keyspace: Keyspace, entry: EntryRef, type: number): void {
    const { writer } = stream;
    if (stream.dbIndex !== dbIndex) {
      writer.selectDb(dbIndex);
      stream.dbIndex = dbIndex;
    }
    const expireAtMs = keyspace.exactExpiryOf(entry);
    if (expireAtMs >= 0) writer.expiry(expireAtMs);
    if (this.#options.access !== "none") this.#writeAccess(writer, keyspace.lruOf(entry));
    const key = keyspace.readKey(entry, this.#key);
    writer.type(type);
    writer.string(key.bytes, key.start, key.end);
  }

  #writeAccess(writer: RdbWriter, bits: number): void {
    const { access, clock } = this.#store;
    if (this.#options.access === "idle") writer.idle(access.idleSeconds(bits, clock.now));
    else writer.frequency(access.frequency(bits, clock.now));
  }

  #openSide(): RecordStream {
    // Its bytes are checksummed when they become part of the main stream.
    return this.#side ??= {
      writer: new RdbWriter(this.#sideBytes, { compression: this.#options.compression, checksum: false }),
      dbIndex: NO_DATABASE,
    };
  }

  #closeSide(): void {
    const side = this.#side;
    if (side === null) return;
    const bytes = side.writer.take();
    this.#main.writer.raw(bytes, 0, bytes.length);
    this.#main.dbIndex = side.dbIndex;
    this.#side = null;
  }
}

/** The table row that fits the value, whatever its kind: the union cannot say that the two belong together. */
function rowsOf(value: Value): ValueType<Kind> {
  return VALUE_TYPES[value.kind] as unknown as ValueType<Kind>;
}
