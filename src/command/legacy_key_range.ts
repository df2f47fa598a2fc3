/**
 * The first three numbers that clients older than key specs read: first key, last key and step.
 *
 * - They are derived from the key specs by Redis's rules; what they cannot express sets `isMovable`.
 */
import { KEY_FLAGS, type KeySpec } from "./key_specs.ts";

/** First key, last key (negative: from the end) and step; all 0 without keys at fixed places. */
export interface LegacyKeyRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** The range does not tell all keys: the flag `movablekeys`. */
  readonly isMovable: boolean;
}

/** The legacy range that follows from key specs. */
export function legacyKeyRange(specs: readonly KeySpec[]): LegacyKeyRange {
  const only = specs.length === 1 ? rangeOf(specs[0]!) : null;
  if (only !== null) return { ...only, isMovable: isIncomplete(specs[0]!) };
  let first = 0;
  let last = 0;
  let isMovable = false;
  for (const spec of specs) {
    const range = rangeOf(spec);
    const isNext = range !== null && range.step === 1 && (last === 0 || last === range.first - 1);
    if (!isNext || isIncomplete(spec)) isMovable = true;
    if (!isNext) continue;
    if (first === 0 || range.first < first) first = range.first;
    // Unsigned: a negative end, counted from the back, is beyond any other.
    if (range.last >>> 0 > last >>> 0) last = range.last;
  }
  if (first === 0) return { first: 0, last: 0, step: 0, isMovable: specs.length > 0 };
  return { first, last, step: 1, isMovable };
}

function rangeOf({ beginSearch, findKeys }: KeySpec): { first: number; last: number; step: number } | null {
  if (beginSearch.type !== "index" || findKeys.type !== "range") return null;
  const first = beginSearch.index;
  return { first, last: findKeys.lastKey < 0 ? findKeys.lastKey : first + findKeys.lastKey, step: findKeys.step };
}

function isIncomplete(spec: KeySpec): boolean {
  return (spec.flags & KEY_FLAGS.incomplete) !== 0;
}
