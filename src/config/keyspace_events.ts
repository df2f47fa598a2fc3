/**
 * The `notify-keyspace-events` parameter: which classes of events are published, as bits.
 *
 * - `A` stands for every class except `m` (misses).
 */

import { untilNul } from "./byte_text.ts";
import { type AssignResult, Cell, CHANGED, type RewriteLine } from "./cell.ts";

/** The bit of each class of events. */
export const KEYSPACE_EVENTS = {
  keyspace: 1 << 0,
  keyevent: 1 << 1,
  generic: 1 << 2,
  string: 1 << 3,
  list: 1 << 4,
  set: 1 << 5,
  hash: 1 << 6,
  zset: 1 << 7,
  expired: 1 << 8,
  evicted: 1 << 9,
  stream: 1 << 10,
  miss: 1 << 11,
  module: 1 << 13,
  new: 1 << 14,
} as const;

/** A class of events. */
export type KeyspaceEventClass = keyof typeof KEYSPACE_EVENTS;

/** Letters in the order in which they print. */
const CLASS_LETTERS: readonly (readonly [letter: string, name: KeyspaceEventClass])[] = [
  ["g", "generic"],
  ["$", "string"],
  ["l", "list"],
  ["s", "set"],
  ["h", "hash"],
  ["z", "zset"],
  ["x", "expired"],
  ["e", "evicted"],
  ["t", "stream"],
  ["d", "module"],
  ["n", "new"],
];

const OTHER_LETTERS: readonly (readonly [letter: string, name: KeyspaceEventClass])[] = [
  ["K", "keyspace"],
  ["E", "keyevent"],
  ["m", "miss"],
];

/** `A` holds everything that Redis's NOTIFY_ALL does: all of `CLASS_LETTERS` except `n`. */
const ALL_CLASSES = CLASS_LETTERS.reduce(
  (bits, [letter, name]) => letter === "n" ? bits : bits | KEYSPACE_EVENTS[name],
  0,
);

/** The bits that the letters of `text` name, or null if one is unknown. */
export function parseKeyspaceEvents(text: string): number | null {
  let bits = 0;
  for (const letter of text) {
    if (letter === "A") {
      bits |= ALL_CLASSES;
      continue;
    }
    const entry = [...CLASS_LETTERS, ...OTHER_LETTERS].find(([candidate]) => candidate === letter);
    if (entry === undefined) return null;
    bits |= KEYSPACE_EVENTS[entry[1]];
  }
  return bits;
}

/** The letters of `bits` as CONFIG GET prints them. */
export function formatKeyspaceEvents(bits: number): string {
  const lettersOf = (table: typeof CLASS_LETTERS) =>
    table.filter(([, name]) => (bits & KEYSPACE_EVENTS[name]) !== 0).map(([letter]) => letter).join("");
  const classes = (bits & ALL_CLASSES) === ALL_CLASSES ? "A" : lettersOf(CLASS_LETTERS);
  return classes + lettersOf(OTHER_LETTERS);
}

/** The value of `notify-keyspace-events`: bits of `KEYSPACE_EVENTS`. */
export class KeyspaceEventsCell extends Cell {
  readonly kind = "keyspace-events";
  override value = 0;

  override assign(args: readonly string[]): AssignResult {
    const bits = parseKeyspaceEvents(untilNul(args[0]!));
    if (bits === null) return { error: "Invalid event class character. Use 'Ag$lshzxeKEtmdn'." };
    this.value = bits;
    return CHANGED;
  }

  override print(): string {
    return formatKeyspaceEvents(this.value);
  }

  override rewriteLines(name: string): RewriteLine[] {
    return [{ text: `${name} "${this.print()}"`, isForced: this.value !== 0 }];
  }
}
