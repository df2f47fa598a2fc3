/**
 * What SORT sorts: the elements of a list or a set, copied side by side into one buffer.
 *
 * - A copy, because looking up the keys that BY and GET name may delete expired ones, and because STORE may replace the
 *   very key that is sorted.
 * - A kind of value that is added to the union does not compile until `SORTABLES` says what SORT makes of it.
 */

import { copyBytes } from "../../bytes/copy.ts";
import { Slice } from "../../bytes/slice.ts";
import type { Value } from "../../store/value.ts";
import type { Kind } from "../../values/kind.ts";
import { ListCursor, type ListValue } from "../../values/list_value.ts";
import { SetCursor, type SetValue } from "../../values/set_value.ts";
import { SortedSetCursor } from "../../values/sorted_set_cursor.ts";
import type { SortedSetValue } from "../../values/sorted_set_value.ts";

const MIN_BYTES = 1024;
/** Offsets are 32 bits. */
const MAX_BYTES = 2 ** 32 - 1;

/** Texts side by side: number `index` is `bytes[starts[index], ends[index])`. */
export class TextColumn {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(MIN_BYTES);
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Number of texts so far. */
  count = 0;
  #length = 0;

  /** A column for up to `capacity` texts. */
  constructor(capacity: number) {
    this.starts = new Uint32Array(capacity);
    this.ends = new Uint32Array(capacity);
  }

  /** Adds a copy of a text. */
  add({ bytes, start, end }: Slice): void {
    const from = this.#length;
    const to = from + end - start;
    if (to > this.bytes.length) this.#grow(to);
    copyBytes(this.bytes, from, bytes, start, end);
    this.starts[this.count] = from;
    this.ends[this.count++] = to;
    this.#length = to;
  }

  /** Points `out` at a text: valid while nothing is added. */
  read(index: number, out: Slice): Slice {
    out.bytes = this.bytes;
    out.start = this.starts[index]!;
    out.end = this.ends[index]!;
    return out;
  }

  /** Where the texts end for C, which knows nothing behind a NUL. */
  endsAtNul(): Uint32Array {
    const used = this.bytes.subarray(0, this.#length);
    const ends = this.ends;
    if (used.indexOf(0) < 0) return ends;
    return ends.map((end, index) => {
      const nul = used.indexOf(0, this.starts[index]);
      return nul < 0 || nul > end ? end : nul;
    });
  }

  #grow(needed: number): void {
    if (needed > MAX_BYTES) throw new RangeError(`Cannot sort: the elements take more than ${MAX_BYTES} bytes`);
    const grown = new Uint8Array(Math.min(MAX_BYTES, Math.max(needed, this.bytes.length * 2)));
    grown.set(this.bytes.subarray(0, this.#length));
    this.bytes = grown;
  }
}

/** Which elements are wanted: `count` from `first` on, which are all there, counted from the end if `isReverse`. */
export interface ElementRange {
  readonly first: number;
  readonly count: number;
  readonly isReverse: boolean;
}

/** What SORT does with values of one kind; values of a kind without it are no sortable ones. */
interface Sortable<V> {
  length(value: V): number;
  /** Whether the elements have an order of their own, so that those of a range can be had without the others. */
  readonly isOrdered: boolean;
  /** Adds the elements of a range; without an order `isReverse` has no meaning. */
  collect(value: V, range: ElementRange, elements: TextColumn): void;
}

const listCursor = new ListCursor();
const setCursor = new SetCursor();
const sortedSetCursor = new SortedSetCursor();

const SORTABLE_LIST: Sortable<ListValue> = {
  isOrdered: true,
  length: (list) => list.length,
  collect(list, { first, count, isReverse }, elements) {
    if (count === 0) return;
    listCursor.seek(list, isReverse ? -1 - first : first, isReverse);
    for (let left = count; left > 0; left--) {
      listCursor.next();
      elements.add(listCursor.entry);
    }
  },
};

const SORTABLE_SET: Sortable<SetValue> = {
  isOrdered: false,
  length: (set) => set.size,
  collect(set, { first, count }, elements) {
    setCursor.open(set);
    for (let index = 0; index < first + count; index++) {
      setCursor.next();
      if (index >= first) elements.add(setCursor.member);
    }
    setCursor.close();
  },
};

const SORTABLE_SORTED_SET: Sortable<SortedSetValue> = {
  isOrdered: true,
  length: (set) => set.size,
  collect(set, { first, count, isReverse }, elements) {
    sortedSetCursor.seek(set, first, isReverse);
    for (let left = count; left > 0; left--) {
      sortedSetCursor.next();
      elements.add(sortedSetCursor.member);
    }
  },
};

const SORTABLES: { readonly [K in Kind]: Sortable<Extract<Value, { kind: K }>> | null } = {
  string: null,
  list: SORTABLE_LIST,
  set: SORTABLE_SET,
  zset: SORTABLE_SORTED_SET,
  hash: null,
  stream: null,
};

/** What SORT does with this value, or null when that is the wrong kind. */
export function sortableOf(value: Value): Sortable<Value> | null {
  // The union cannot say that a value and the row of its kind belong together.
  return SORTABLES[value.kind] as Sortable<Value> | null;
}
