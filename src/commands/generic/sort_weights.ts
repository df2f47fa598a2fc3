/**
 * What SORT compares: a number or a text for each element, which the element is itself or which BY looks up.
 *
 * - Numbers are read as C's strtod does, with leading blanks and nothing behind them; the empty text is 0.
 * - A key that BY does not find weighs 0, or comes before all texts.
 */

import { compareBytes } from "../../bytes/ascii.ts";
import { parseDouble } from "../../bytes/double.ts";
import { lasting } from "../../bytes/lasting_slice.ts";
import { Slice } from "../../bytes/slice.ts";
import type { Database } from "../../store/database.ts";
import { TextColumn } from "./sort_elements.ts";
import type { ElementOrder } from "./sort_order.ts";
import type { SortPattern } from "./sort_pattern.ts";

const BLANK = 0x20;
const FIRST_CONTROL_BLANK = 0x09;
const LAST_CONTROL_BLANK = 0x0d;

/** Below this strtod reports that the number is out of range, unless it is zero. */
const MIN_NORMAL = 2 ** -1022;

const NO_BYTES = new Slice();
const element = lasting(new Slice());

/** How to compare. */
export interface WeightOptions {
  /** Null: the elements are their own weights. */
  readonly by: SortPattern | null;
  readonly isAlpha: boolean;
  readonly isDescending: boolean;
  /** The result is stored: texts are compared by all their bytes, so that replicas agree whatever their locale is. */
  readonly isStored: boolean;
}

/** The order of the elements, or null when a weight is no number. */
export function weightOrder(db: Database, elements: TextColumn, options: WeightOptions): ElementOrder | null {
  const sign = options.isDescending ? -1 : 1;
  if (!options.isAlpha) {
    const scores = readScores(db, elements, options.by);
    return scores === null ? null : byScore(scores, elements, sign);
  }
  if (options.by === null) return byText(elements, options.isStored, sign);
  return byForeignText(db, elements, options.by, { isStored: options.isStored, sign });
}

function readScores(db: Database, elements: TextColumn, by: SortPattern | null): Float64Array | null {
  const scores = new Float64Array(elements.count);
  let areNumbers = true;
  for (let index = 0; index < elements.count; index++) {
    elements.read(index, element);
    const weight = by === null ? element : by.lookup(db, element);
    if (weight === null) continue;
    const score = scoreOf(weight);
    // On with it all the same: lookups leave traces, and Redis looks all of them up.
    if (Number.isNaN(score)) areNumbers = false;
    scores[index] = score;
  }
  return areNumbers ? scores : null;
}

/** The number that a text spells, or NaN. */
function scoreOf({ bytes, start, end }: Slice): number {
  const plain = parseDouble(bytes, start, end);
  if (plain !== null) return isTooSmall(plain) ? NaN : plain;
  let textEnd = start;
  while (textEnd < end && bytes[textEnd] !== 0) textEnd++;
  if (textEnd === start) return 0;
  let at = start;
  while (at < textEnd && isBlank(bytes[at]!)) at++;
  const value = parseDouble(bytes, at, textEnd);
  return value === null || isTooSmall(value) ? NaN : value;
}

function isTooSmall(value: number): boolean {
  return value !== 0 && Math.abs(value) < MIN_NORMAL;
}

function isBlank(byte: number): boolean {
  return byte === BLANK || (byte >= FIRST_CONTROL_BLANK && byte <= LAST_CONTROL_BLANK);
}

function byScore(scores: Float64Array, { bytes, starts, ends }: TextColumn, sign: number): ElementOrder {
  return (a, b) => {
    const first = scores[a]!;
    const second = scores[b]!;
    if (first !== second) return first > second ? sign : -sign;
    return sign * compareBytes(bytes, starts[a]!, ends[a]!, bytes, starts[b]!, ends[b]!);
  };
}

function byText(elements: TextColumn, isStored: boolean, sign: number): ElementOrder {
  const { bytes, starts } = elements;
  const ends = isStored ? elements.ends : elements.endsAtNul();
  return (a, b) => sign * compareBytes(bytes, starts[a]!, ends[a]!, bytes, starts[b]!, ends[b]!);
}

function byForeignText(
  db: Database,
  elements: TextColumn,
  by: SortPattern,
  { isStored, sign }: { readonly isStored: boolean; readonly sign: number },
): ElementOrder {
  const texts = new TextColumn(elements.count);
  const isFound = new Uint8Array(elements.count);
  for (let index = 0; index < elements.count; index++) {
    const weight = by.lookup(db, elements.read(index, element));
    isFound[index] = Number(weight !== null);
    texts.add(weight ?? NO_BYTES);
  }
  const compare = byText(texts, isStored, sign);
  return (a, b) => {
    const difference = isFound[a]! - isFound[b]!;
    return difference === 0 ? compare(a, b) : sign * difference;
  };
}
