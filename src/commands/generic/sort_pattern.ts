/**
 * The patterns of BY and GET: the name of a key, or of a field of a hash, with an element in the place of the star.
 *
 * ```
 * "#"                    the element itself
 * prefix * suffix        the string at that key
 * prefix * suffix -> f   field f of the hash at that key
 * ```
 *
 * - As in Redis, the star and the arrow are looked for up to the first NUL only, the first arrow after the star counts,
 *   and one without a field behind it is part of the key.
 */

import { copyBytes } from "../../bytes/copy.ts";
import { lasting } from "../../bytes/lasting_slice.ts";
import { Slice } from "../../bytes/slice.ts";
import type { Database } from "../../store/database.ts";
import { type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import { readString, StringView } from "../../store/string_entries.ts";
import type { Value } from "../../store/value.ts";
import { type Kind, KIND_STRING } from "../../values/kind.ts";
import { ListpackEntry } from "../../values/listpack.ts";

const STAR = 0x2a;
const HASH_SIGN = 0x23;
const DASH = 0x2d;
const GREATER = 0x3e;

/** Reads the value of a field into `out`; false when there is no such field. */
type FieldReader<V> = (value: V, field: Slice, out: ListpackEntry) => boolean;

/** How fields are read from values of each kind; null where they have none. */
const FIELD_READERS: { readonly [K in Kind]: FieldReader<Extract<Value, { kind: K }>> | null } = {
  string: null,
  list: null,
  set: null,
  zset: null,
  hash: (hash, field, out) => hash.get(field, out),
  stream: null,
};

const key = lasting(new Slice());
const text = lasting(new StringView());
const fieldValue = lasting(new ListpackEntry());

/** Whether a pattern names different keys for different elements; BY without that means not to sort. */
export function hasStar(pattern: Slice): boolean {
  return indexOfStar(pattern) >= 0;
}

/** A pattern, taken apart once for all elements. What it was made of must outlive it. */
export class SortPattern {
  readonly #isElement: boolean;
  readonly #prefix: Slice | null;
  readonly #suffix: Slice;
  readonly #field: Slice | null;
  #name = new Uint8Array(64);

  constructor({ bytes, start, end }: Slice) {
    const textEnd = indexOfNul(bytes, start, end);
    this.#isElement = textEnd === start + 1 && bytes[start] === HASH_SIGN;
    const star = bytes.subarray(0, textEnd).indexOf(STAR, start);
    const arrow = star < 0 ? -1 : indexOfArrow(bytes, star + 1, textEnd);
    this.#prefix = star < 0 ? null : new Slice(bytes, start, star);
    this.#suffix = new Slice(bytes, star + 1, arrow < 0 ? end : arrow);
    this.#field = arrow < 0 ? null : new Slice(bytes, arrow + 2, end);
  }

  /**
   * Looks up what the pattern means for an element, as reading it would; null when there is none. Valid until the next
   * lookup or the next change of the database.
   */
  lookup(db: Database, element: Slice): Slice | null {
    if (this.#isElement) return element;
    if (this.#prefix === null) return null;
    const entry = db.lookupRead(this.#keyFor(this.#prefix, element));
    if (entry === NO_ENTRY) return null;
    if (this.#field !== null) return lookupField(db, entry, this.#field);
    return db.kindOf(entry) === KIND_STRING ? readString(db.keyspace, entry, text) : null;
  }

  #keyFor(prefix: Slice, element: Slice): Slice {
    const length = prefix.length + element.length + this.#suffix.length;
    if (this.#name.length < length) this.#name = new Uint8Array(2 * length);
    key.bytes = this.#name;
    key.start = 0;
    key.end = append(this.#name, append(this.#name, append(this.#name, 0, prefix), element), this.#suffix);
    return key;
  }
}

function lookupField(db: Database, entry: EntryRef, field: Slice): Slice | null {
  if (db.kindOf(entry) === KIND_STRING) return null;
  const value = db.valueOf(entry);
  // The union cannot say that a value and the reader of its kind belong together.
  const read = FIELD_READERS[value.kind] as FieldReader<Value> | null;
  return read !== null && read(value, field, fieldValue) ? fieldValue : null;
}

function indexOfStar({ bytes, start, end }: Slice): number {
  return bytes.subarray(0, indexOfNul(bytes, start, end)).indexOf(STAR, start);
}

/** Where the text ends for C. */
function indexOfNul(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === 0) return at;
  return end;
}

/** The first "->", unless nothing follows it; -1 when there is none. */
function indexOfArrow(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at + 1 < end; at++) {
    if (bytes[at] === DASH && bytes[at + 1] === GREATER) return at + 2 < end ? at : -1;
  }
  return -1;
}

function append(target: Uint8Array, at: number, { bytes, start, end }: Slice): number {
  copyBytes(target, at, bytes, start, end);
  return at + end - start;
}
