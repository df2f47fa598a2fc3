/**
 * The ranges that commands on sorted sets are given.
 */

import { parseLenientDouble } from "../../bytes/double.ts";
import { Slice } from "../../bytes/slice.ts";
import { readClampedInteger } from "../../command/arguments.ts";
import type { Reply } from "../../resp/reply.ts";
import { RANGE_NOT_A_FLOAT, RANGE_NOT_LEXICAL } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { type LexBound, LexRange, ScoreRange } from "../../values/sorted_set_range.ts";

const OPEN_PARENTHESIS = 0x28;
const OPEN_BRACKET = 0x5b;
const PLUS = 0x2b;
const MINUS = 0x2d;

/** Ranks from `first` on: an empty range has the count 0. */
export interface RankRange {
  readonly first: number;
  readonly count: number;
}

/** A range of scores; null after the error reply. */
export function readScoreRange(args: Args, minIndex: number, maxIndex: number, reply: Reply): ScoreRange | null {
  const min = parseScore(args.at(minIndex));
  const max = parseScore(args.at(maxIndex));
  if (min !== null && max !== null) {
    return new ScoreRange(min, max, isExclusive(args.at(minIndex)), isExclusive(args.at(maxIndex)));
  }
  reply.error(RANGE_NOT_A_FLOAT);
  return null;
}

/** A range of members; null after the error reply. Lives as long as the request. */
export function readLexRange(args: Args, minIndex: number, maxIndex: number, reply: Reply): LexRange | null {
  const min = parseLexBound(args.at(minIndex));
  const max = parseLexBound(args.at(maxIndex));
  if (min !== null && max !== null) {
    return new LexRange(min, max, isExclusive(args.at(minIndex)), isExclusive(args.at(maxIndex)));
  }
  reply.error(RANGE_NOT_LEXICAL);
  return null;
}

/** Two ranks, negative ones from the end, which may lie outside; null after the error reply. */
export function readRanks(args: Args, index: number, reply: Reply): [start: number, stop: number] | null {
  const start = readClampedInteger(args, index, reply);
  if (start === null) return null;
  const stop = readClampedInteger(args, index + 1, reply);
  return stop === null ? null : [start, stop];
}

/** What two ranks cover of `size` members. */
export function coveredRanks(start: number, stop: number, size: number): RankRange {
  const first = Math.max(start < 0 ? start + size : start, 0);
  const last = Math.min(stop < 0 ? stop + size : stop, size - 1);
  return { first, count: Math.max(last - first + 1, 0) };
}

function isExclusive({ bytes, start, end }: Slice): boolean {
  return end > start && bytes[start] === OPEN_PARENTHESIS;
}

function parseScore(slice: Slice): number | null {
  const { bytes, start, end } = slice;
  return parseLenientDouble(bytes, isExclusive(slice) ? start + 1 : start, end);
}

function parseLexBound({ bytes, start, end }: Slice): LexBound | null {
  if (start === end) return null;
  const first = bytes[start];
  if (first === OPEN_PARENTHESIS || first === OPEN_BRACKET) return new Slice(bytes, start + 1, end);
  if (first !== PLUS && first !== MINUS) return null;
  // As in C a NUL ends the text.
  if (end - start > 1 && bytes[start + 1] !== 0) return null;
  return first === PLUS ? "highest" : "lowest";
}
