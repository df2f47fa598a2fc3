/**
 * Ranges of a sorted set: by score, and by the bytes of the members where all have the same score.
 *
 * - A range knows its two ends apart, as a search needs it: whether an element lies at or above the lower one, and
 *   whether it lies at or below the upper one.
 */

import { compareBytes } from "../bytes/ascii.ts";
import type { Slice } from "../bytes/slice.ts";

/** Scores from `min` to `max`; either may be exclusive. */
export class ScoreRange {
  readonly kind = "score";
  readonly #min: number;
  readonly #max: number;
  readonly #isMinExclusive: boolean;
  readonly #isMaxExclusive: boolean;

  constructor(min: number, max: number, isMinExclusive = false, isMaxExclusive = false) {
    this.#min = min;
    this.#max = max;
    this.#isMinExclusive = isMinExclusive;
    this.#isMaxExclusive = isMaxExclusive;
  }

  /** Whether no score at all lies in the range. */
  get isEmpty(): boolean {
    return this.#min > this.#max || (this.#min === this.#max && (this.#isMinExclusive || this.#isMaxExclusive));
  }

  /** Whether `score` is not below the range. */
  startsBefore(score: number): boolean {
    return this.#isMinExclusive ? score > this.#min : score >= this.#min;
  }

  /** Whether `score` is not above the range. */
  endsAfter(score: number): boolean {
    return this.#isMaxExclusive ? score < this.#max : score <= this.#max;
  }
}

/** An end of a range of members: the bytes, or the ends of all that there can be. */
export type LexBound = Slice | "lowest" | "highest";

/** Members from `min` to `max`; either may be exclusive. The slices must live as long as the range. */
export class LexRange {
  readonly kind = "lex";
  readonly #min: LexBound;
  readonly #max: LexBound;
  readonly #isMinExclusive: boolean;
  readonly #isMaxExclusive: boolean;

  /** "lowest" and "highest" count as exclusive whatever is said. */
  constructor(min: LexBound, max: LexBound, isMinExclusive = false, isMaxExclusive = false) {
    this.#min = min;
    this.#max = max;
    this.#isMinExclusive = isMinExclusive;
    this.#isMaxExclusive = isMaxExclusive;
  }

  /** Whether no member at all lies in the range. */
  get isEmpty(): boolean {
    const min = this.#min;
    const max = this.#max;
    if (min === "highest" || max === "lowest") return true;
    if (min === "lowest" || max === "highest") return false;
    const order = compareBytes(min.bytes, min.start, min.end, max.bytes, max.start, max.end);
    return order > 0 || (order === 0 && (this.#isMinExclusive || this.#isMaxExclusive));
  }

  /** Whether the member `bytes[start, end)` is not below the range. */
  startsBefore(bytes: Uint8Array, start: number, end: number): boolean {
    const min = this.#min;
    if (typeof min === "string") return min === "lowest";
    const order = compareBytes(bytes, start, end, min.bytes, min.start, min.end);
    return this.#isMinExclusive ? order > 0 : order >= 0;
  }

  /** Whether the member `bytes[start, end)` is not above the range. */
  endsAfter(bytes: Uint8Array, start: number, end: number): boolean {
    const max = this.#max;
    if (typeof max === "string") return max === "highest";
    const order = compareBytes(bytes, start, end, max.bytes, max.start, max.end);
    return this.#isMaxExclusive ? order < 0 : order <= 0;
  }
}

/** A range of either sort. */
export type SortedSetRange = ScoreRange | LexRange;
