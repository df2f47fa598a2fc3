/**
 * What values share that are hash tables: reading the text of an entry, and going through all entries.
 */

import type { Dict } from "./dict.ts";
import type { ListpackEntry } from "./listpack_encoding.ts";

/** Reads the text that an entry is found by into `text`. */
export function readTableKey(table: Dict, entry: number, text: ListpackEntry): void {
  const start = table.keyOffset(entry);
  text.setString(table.arena.bytesOf(entry), start, start + table.keyLength(entry));
}

/** All entries of a table. */
export function entriesOf(table: Dict): Int32Array {
  const entries = new Int32Array(table.size);
  const walk = new TableWalk();
  walk.open(table);
  for (let index = 0; index < entries.length; index++) entries[index] = walk.next();
  walk.close();
  return entries;
}

/**
 * A walk over the entries of a table, in its order. It can be left and taken up later: while it is open the table does
 * not rehash, so it must be closed. The entry that was handed out last may be removed; nothing else may change.
 */
export class TableWalk {
  #table: Dict | null = null;
  #half: 0 | 1 = 0;
  /** The bucket after that of `#entry`. */
  #bucket = 0;
  /** The entry to hand out next, 0 where another bucket has to be looked for. */
  #entry = 0;

  /** Stands before the first entry. */
  open(table: Dict): void {
    this.close();
    this.#table = table;
    this.#half = 0;
    this.#bucket = 0;
    this.#entry = 0;
    table.pauseResize();
  }

  /** The next entry, or 0 when there is none. */
  next(): number {
    const table = this.#table;
    if (table === null) return 0;
    while (this.#entry === 0) {
      if (this.#bucket < table.bucketCount(this.#half)) {
        this.#entry = table.buckets(this.#half)[this.#bucket++]!;
      } else if (this.#half === 0) {
        this.#half = 1;
        this.#bucket = 0;
      } else {
        return 0;
      }
    }
    const entry = this.#entry;
    this.#entry = table.nextInBucket(entry);
    return entry;
  }

  /** Ends the walk. Harmless if there is none. */
  close(): void {
    this.#table?.resumeResize();
    this.#table = null;
  }
}
