/**
 * What the parser hands over, piece by piece: the contract between the file format and whoever keeps the data.
 *
 * - Every argument but an aggregate is a flyweight: its bytes are valid until the method returns.
 * - An aggregate belongs to the visitor from then on, also when it does not want it: it must free it.
 */

import type { Slice } from "../bytes/slice.ts";
import type { Kind, KIND_CODES } from "../values/kind.ts";
import type { Int64 } from "../values/int64.ts";
import type { HashValue } from "../values/hash_value.ts";
import type { ListValue } from "../values/list_value.ts";
import type { SetValue } from "../values/set_value.ts";
import type { SortedSetValue } from "../values/sorted_set_value.ts";
import type { StreamValue } from "../values/stream_value.ts";

/** A record type, refused by the compiler unless it has a member for every kind. */
type EachKind<T extends Record<Kind, unknown>> = T;

/** What a value of each kind is outside the file: the bytes of a string, an object for the others. */
export type RdbValues = EachKind<{
  string: Slice;
  list: ListValue;
  set: SetValue;
  zset: SortedSetValue;
  hash: HashValue;
  stream: StreamValue;
}>;

/** A value of any kind. */
export type RdbValue = RdbValues[Kind];

/** One key of the file with a value of kind `K`. */
export interface RdbEntryOf<K extends Kind> {
  readonly key: Slice;
  /** Number of the kind; comparing it narrows `value`. */
  readonly kind: (typeof KIND_CODES)[K];
  readonly value: RdbValues[K];
  /** Unix time in ms, which may have passed; -1 when the key does not expire. */
  readonly expireAtMs: Int64;
  /** Seconds since the last access, or -1 when the file does not say. */
  readonly lruIdleSeconds: number;
  /** Logarithmic access counter, 0 to 255, or -1 when the file does not say. */
  readonly lfuFrequency: number;
}

/** One key of the file. */
export type RdbEntry = { [K in Kind]: RdbEntryOf<K> }[Kind];

/** Receives the content of an RDB file in its order. What a method throws ends the parse and reaches the feeder. */
export interface RdbVisitor {
  /** A note about the file, such as "repl-id" or "ctime". */
  onAux(key: Slice, value: Slice): void;
  /** The keys that follow belong to database `index`, which no one has checked against the number of databases. */
  onSelectDb(index: number): void;
  /** How many keys and expires will follow: a hint that may lie, so never allocate for all of it. */
  onResizeDb(keyCount: number, expireCount: number): void;
  /** The source of a function library, starting with its `#!` line. */
  onFunction(source: Slice): void;
  /** A key with its value and attributes. */
  onKey(entry: RdbEntry): void;
  /** A key whose aggregate has no elements, which Redis skips with a log line. */
  onEmptyKey(key: Slice): void;
  /** The file is complete; `hasChecksum` tells whether a checksum stood in it (it has been compared by now). */
  onEnd(hasChecksum: boolean): void;
}
