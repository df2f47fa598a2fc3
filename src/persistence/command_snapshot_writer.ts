/**
 * A snapshot as commands: the base of an append-only file with `aof-use-rdb-preamble no`.
 *
 * - A command is never written into another one: keys that are saved out of turn come between two commands of a large
 *   value, and SELECT stands wherever the database differs from that of the command before.
 */

import { Slice } from "../bytes/slice.ts";
import { OutputBuffer } from "../resp/output_buffer.ts";
import { appendRequestOf } from "../resp/request_encoder.ts";
import type { EntryRef } from "../store/entry_layout.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { readString, StringView } from "../store/string_entries.ts";
import { KIND_STRING } from "../values/kind.ts";
import type { SnapshotWriter } from "./rdb_snapshot.ts";
import { valueCommands } from "./value_commands.ts";

/** What stands before the keys. */
export interface CommandPreamble {
  /** Unix time in seconds for a note of the time; null for none. */
  readonly stampSeconds: number | null;
  /** Sources of the function libraries. */
  readonly libraries: readonly Uint8Array[];
}

const NO_DATABASE = -1;
/** A slice of a large value ends when it has made this many bytes. */
const SLICE_BYTES = 4 * 1024;
const SET = new TextEncoder().encode("SET");
const STAR = 0x2a;

/** Writes what a walk hands over. Bytes collect until `take()`. */
export class CommandSnapshotWriter implements SnapshotWriter {
  readonly #output = new OutputBuffer();
  #dbIndex = NO_DATABASE;
  readonly #key = new Slice();
  readonly #text = new StringView();

  /** Writes the preamble. */
  constructor({ stampSeconds, libraries }: CommandPreamble) {
    if (stampSeconds !== null) this.#output.text(`#TS:${stampSeconds}\r\n`);
    for (const source of libraries) appendRequestOf(this.#output, ["FUNCTION", "LOAD", source]);
  }

  /** Part of `SnapshotWriter`. */
  get pendingBytes(): number {
    return this.#output.length;
  }

  /** Part of `SnapshotWriter`. */
  get readyBytes(): number {
    return this.#output.length;
  }

  /** Part of `SnapshotWriter`. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#output.take();
  }

  /** Part of `SnapshotWriter`. */
  end(): Uint8Array<ArrayBuffer> {
    return this.#output.take();
  }

  /** Part of `SnapshotSink`: the first key of the database selects it. */
  beginDatabase(): void {}

  /** Part of `SnapshotSink`. */
  saveEntry(dbIndex: number, keyspace: Keyspace, entry: EntryRef): void {
    if (keyspace.kindOf(entry) === KIND_STRING) return this.#saveString(dbIndex, keyspace, entry);
    const commands = this.#commandsOf(dbIndex, keyspace, entry, keyspace.readKey(entry, this.#key));
    while (!commands.next().done);
    this.#saveExpiry(dbIndex, keyspace, entry);
  }

  /** Part of `SnapshotSink`. */
  *saveLargeEntry(dbIndex: number, keyspace: Keyspace, entry: EntryRef): Generator<void> {
    if (keyspace.kindOf(entry) === KIND_STRING) return this.#saveString(dbIndex, keyspace, entry);
    // Other keys are read between two slices.
    const key = new Slice(keyspace.readKey(entry, this.#key).copy());
    let sliceStart = this.#output.length;
    for (const _ of this.#commandsOf(dbIndex, keyspace, entry, key)) {
      if (this.#output.length - sliceStart < SLICE_BYTES) continue;
      yield;
      sliceStart = this.#output.length;
    }
    this.#saveExpiry(dbIndex, keyspace, entry);
  }

  #commandsOf(dbIndex: number, keyspace: Keyspace, entry: EntryRef, key: Slice): Generator<void> {
    return valueCommands({ begin: () => this.#outputFor(dbIndex) }, key, keyspace.peekValue(entry));
  }

  #saveString(dbIndex: number, keyspace: Keyspace, entry: EntryRef): void {
    const output = this.#outputFor(dbIndex);
    const key = keyspace.readKey(entry, this.#key);
    output.header(STAR, 3);
    output.bulk(SET, 0, SET.length);
    output.bulk(key.bytes, key.start, key.end);
    const text = readString(keyspace, entry, this.#text);
    output.bulk(text.bytes, text.start, text.end);
    this.#saveExpiry(dbIndex, keyspace, entry);
  }

  #saveExpiry(dbIndex: number, keyspace: Keyspace, entry: EntryRef): void {
    const expireAtMs = keyspace.exactExpiryOf(entry);
    if (expireAtMs < 0) return;
    appendRequestOf(this.#outputFor(dbIndex), ["PEXPIREAT", keyspace.readKey(entry, this.#key).copy(), expireAtMs]);
  }

  #outputFor(dbIndex: number): OutputBuffer {
    if (dbIndex !== this.#dbIndex) {
      appendRequestOf(this.#output, ["SELECT", dbIndex]);
      this.#dbIndex = dbIndex;
    }
    return this.#output;
  }
}
