/**
 * What ZUNION, ZINTER and ZDIFF take in: sorted sets and plain sets, whose members all count with the score 1.
 */

import { WRONG_TYPE } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { KIND_SET, KIND_ZSET } from "../../values/kind.ts";
import type { ListpackEntry } from "../../values/listpack.ts";
import { SetCursor, type SetValue } from "../../values/set_value.ts";
import { SortedSetCursor } from "../../values/sorted_set_cursor.ts";
import type { SortedSetValue } from "../../values/sorted_set_value.ts";

/** The score of the members of plain sets. */
const PLAIN_SCORE = 1;

// No source is visited while another is.
const setCursor = new SetCursor();
const sortedSetCursor = new SortedSetCursor();

/** One input. */
export class Source {
  /** What the scores are multiplied by. */
  weight = 1;
  readonly #value: SetValue | SortedSetValue | null;

  /** `null` stands for a missing key. */
  constructor(value: SetValue | SortedSetValue | null) {
    this.#value = value;
  }

  /** Number of members. */
  get size(): number {
    return this.#value === null ? 0 : this.#value.size;
  }

  /** Whether both are the same value of the same key. */
  isSameAs(other: Source): boolean {
    return this.#value !== null && this.#value === other.#value;
  }

  /** The unweighted score of a member, or NaN where it is none. */
  scoreOf(member: ListpackEntry): number {
    const value = this.#value;
    if (value === null) return NaN;
    if (value.kind === "set") return value.has(member) ? PLAIN_SCORE : NaN;
    const handle = value.find(member);
    return handle === 0 ? NaN : value.scoreOf(handle);
  }

  /** Calls `visit` with each member and its unweighted score while it returns true. It may not change the source. */
  visit(visit: (member: ListpackEntry, score: number) => boolean): void {
    const value = this.#value;
    if (value === null) return;
    if (value.kind === "zset") {
      sortedSetCursor.seek(value, 0, true);
      while (sortedSetCursor.next() && visit(sortedSetCursor.member, sortedSetCursor.score));
      return;
    }
    setCursor.open(value);
    try {
      while (setCursor.next() && visit(setCursor.member, PLAIN_SCORE));
    } finally {
      setCursor.close();
    }
  }
}

/** The sources at `count` keys from position `first` on; null after the error reply. */
export function readSources(db: Database, args: Args, first: number, count: number, reply: Reply): Source[] | null {
  const sources: Source[] = [];
  for (let index = first; index < first + count; index++) {
    const entry = db.lookupRead(args.at(index));
    if (entry === NO_ENTRY) {
      sources.push(new Source(null));
      continue;
    }
    const kind = db.kindOf(entry);
    if (kind !== KIND_SET && kind !== KIND_ZSET) {
      reply.error(WRONG_TYPE);
      return null;
    }
    sources.push(new Source(db.valueOf(entry) as SetValue | SortedSetValue));
  }
  return sources;
}
