/**
 * Changes the HyperLogLog of one key where it lies: registers are raised, and what is sparse becomes dense when it must.
 *
 * - One editor serves all commands of a server, one after the other; it is pointed at a key by `open`.
 */

import { Slice } from "../../bytes/slice.ts";
import type { IntegerCell } from "../../config/integer_cell.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Database } from "../../store/database.ts";
import { ENCODING_RAW, type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import {
  readString,
  reserveString,
  setStringLength,
  StringView,
  writeStringBytes,
} from "../../store/string_entries.ts";
import { makeDense } from "../../values/hyperloglog.ts";
import { raiseDense } from "../../values/hyperloglog_dense.ts";
import { DENSE_BYTES, dropCachedCount, EMPTY_HYPERLOGLOG, isDense } from "../../values/hyperloglog_header.ts";
import {
  CORRUPTED,
  NEEDS_DENSE,
  raiseSparse,
  SPARSE_GROWTH_BYTES,
  SparseCursor,
  UNCHANGED,
} from "../../values/hyperloglog_sparse.ts";
import { KIND_STRING } from "../../values/kind.ts";
import { requireHyperLogLog } from "./hyperloglog_keys.ts";

/** What became of a register. */
export type Raise = "raised" | "unchanged" | "corrupted";

const EMPTY = new Slice(EMPTY_HYPERLOGLOG);
const dense = new Slice(new Uint8Array(DENSE_BYTES));

/** The HyperLogLog of the key that was opened last. */
export class HyperLogLogEditor {
  readonly #maxSparseBytes: IntegerCell;
  readonly #string = new StringView();
  readonly #cursor = new SparseCursor();
  #db: Database | null = null;
  #key: Slice = EMPTY;
  #entry: EntryRef = NO_ENTRY;

  /** Strings that would be longer than `maxSparseBytes` become dense. */
  constructor(maxSparseBytes: IntegerCell) {
    this.#maxSparseBytes = maxSparseBytes;
  }

  /** The bytes of the string: valid until it is changed. */
  get string(): Slice {
    return this.#string;
  }

  /** True when the string is dense. */
  get isDense(): boolean {
    return isDense(this.#string.bytes, this.#string.start);
  }

  /**
   * Turns to `key`, whose entry from `lookupWrite` is `found`; where there is none an empty HyperLogLog is made. False when
   * the entry is no HyperLogLog: the error is written then. As in Redis the string becomes raw, even if nothing is changed
   * afterwards.
   */
  open(db: Database, key: Slice, found: EntryRef, reply: Reply): boolean {
    this.#db = db;
    this.#key = key;
    this.#cursor.reset();
    if (found === NO_ENTRY) {
      this.#moveTo(db.setStringBytes(key, EMPTY, ENCODING_RAW));
      return true;
    }
    if (!requireHyperLogLog(db, found, reply, this.#string)) return false;
    db.keyspace.setKind(found, KIND_STRING, ENCODING_RAW);
    this.#entry = found;
    return true;
  }

  /** Raises the register at `index` to `value`, which may make the string dense. */
  raise(index: number, value: number): Raise {
    const string = this.#string;
    if (this.isDense) return raiseDense(string.bytes, string.start, index, value) ? "raised" : "unchanged";
    const { keyspace } = this.#db!;
    const entry = reserveString(keyspace, this.#entry, SPARSE_GROWTH_BYTES);
    if (entry !== this.#entry) this.#moveTo(entry);
    const length = raiseSparse(
      string.bytes,
      string.start,
      string.end,
      index,
      value,
      this.#maxSparseBytes.value,
      this.#cursor,
    );
    if (length === UNCHANGED) return "unchanged";
    if (length === CORRUPTED) return "corrupted";
    if (length === NEEDS_DENSE) return this.makeDense() ? this.raise(index, value) : "corrupted";
    setStringLength(keyspace, entry, length);
    string.end = string.start + length;
    return "raised";
  }

  /** Makes the string dense if it is not; false when it is corrupted. The count in the header stays. */
  makeDense(): boolean {
    if (this.isDense) return true;
    if (!makeDense(this.#string, dense.bytes)) return false;
    const { keyspace } = this.#db!;
    const options = { encoding: ENCODING_RAW, lru: keyspace.lruOf(this.#entry) };
    this.#moveTo(writeStringBytes(keyspace, this.#entry, this.#key, dense, options));
    return true;
  }

  /** Says in the header that the count there is out of date. */
  dropCachedCount(): void {
    dropCachedCount(this.#string.bytes, this.#string.start);
  }

  #moveTo(entry: EntryRef): void {
    this.#entry = entry;
    readString(this.#db!.keyspace, entry, this.#string);
  }
}
