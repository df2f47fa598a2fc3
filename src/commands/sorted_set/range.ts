/**
 * ZRANGE in all its forms, ZRANGESTORE, and the older commands that are each one of those forms.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readClampedInteger } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import type { Reply } from "../../resp/reply.ts";
import { SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { SortedSetCursor } from "../../values/sorted_set_cursor.ts";
import type { SortedSetRange } from "../../values/sorted_set_range.ts";
import type { SortedSetLimits, SortedSetValue } from "../../values/sorted_set_value.ts";
import { coveredRanks, readLexRange, readRanks, readScoreRange } from "./range_arguments.ts";
import {
  memberHeader,
  newSortedSet,
  readSortedSet,
  replyEmptyArray,
  replyMember,
  sortedSetOf,
  storeSortedSet,
} from "./sorted_set_keys.ts";

const WITHSCORES = ascii("withscores");
const LIMIT = ascii("limit");
const REV = ascii("rev");
const BYLEX = ascii("bylex");
const BYSCORE = ascii("byscore");

const LIMIT_OF_RANKS = "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX";
const SCORES_OF_LEX = "ERR syntax error, WITHSCORES not supported in combination with BYLEX";

/** What a command fixes; what is absent is left to the options. */
export interface RangeForm {
  readonly by?: "rank" | "score" | "lex";
  readonly isReverse?: boolean;
}

/** What is asked for. */
interface RangeRequest {
  by: "rank" | "score" | "lex";
  isReverse: boolean;
  hasScores: boolean;
  offset: number;
  /** Negative: all. */
  limit: number;
  ranks: readonly [start: number, stop: number];
  range: SortedSetRange | null;
}

const cursor = new SortedSetCursor();

/** Reads what follows the source key at `source`; null after the error reply. */
function readRequest(
  args: Args,
  source: number,
  form: RangeForm,
  reply: Reply,
  isStore = false,
): RangeRequest | null {
  const request = readOptions(args, source + 3, form, reply, isStore);
  if (request === null) return null;
  const { by, isReverse } = request;
  if (by === "rank") {
    const ranks = readRanks(args, source + 1, reply);
    if (ranks === null) return null;
    request.ranks = ranks;
    return request;
  }
  const minIndex = isReverse ? source + 2 : source + 1;
  const maxIndex = isReverse ? source + 1 : source + 2;
  const range = by === "score"
    ? readScoreRange(args, minIndex, maxIndex, reply)
    : readLexRange(args, minIndex, maxIndex, reply);
  if (range === null) return null;
  request.range = range;
  return request;
}

function readOptions(
  args: Args,
  first: number,
  form: RangeForm,
  reply: Reply,
  isStore: boolean,
): RangeRequest | null {
  let { by, isReverse } = form;
  let hasScores = false;
  let offset = 0;
  let limit = -1;
  for (let index = first; index < args.count; index++) {
    const option = args.at(index);
    if (!isStore && equalsIgnoreCase(option, WITHSCORES)) {
      hasScores = true;
    } else if (equalsIgnoreCase(option, LIMIT) && index + 2 < args.count) {
      const readOffset = readClampedInteger(args, index + 1, reply);
      if (readOffset === null) return null;
      const readLimit = readClampedInteger(args, index + 2, reply);
      if (readLimit === null) return null;
      offset = readOffset;
      limit = readLimit;
      index += 2;
    } else if (isReverse === undefined && equalsIgnoreCase(option, REV)) {
      isReverse = true;
    } else if (by === undefined && equalsIgnoreCase(option, BYLEX)) {
      by = "lex";
    } else if (by === undefined && equalsIgnoreCase(option, BYSCORE)) {
      by = "score";
    } else {
      return refuse(reply, SYNTAX_ERROR);
    }
  }
  if (limit !== -1 && (by ?? "rank") === "rank") return refuse(reply, LIMIT_OF_RANKS);
  if (hasScores && by === "lex") return refuse(reply, SCORES_OF_LEX);
  return { by: by ?? "rank", isReverse: isReverse ?? false, hasScores, offset, limit, ranks: [0, 0], range: null };
}

function refuse(reply: Reply, error: string): null {
  reply.error(error);
  return null;
}

/** Puts the cursor before the first member of a range of scores or members, after the offset; false if there is none. */
function seekWithOffset(set: SortedSetValue, range: SortedSetRange, request: RangeRequest): boolean {
  const { isReverse, offset, by } = request;
  // No offset that is negative is ever reached: as in Redis.
  if (offset < 0 || (by === "score" && offset > 0 && offset >= set.size)) return false;
  cursor.seekRange(set, range, isReverse);
  for (let left = offset; left > 0; left--) if (!cursor.next()) return false;
  return true;
}

/** Replies with what is asked for of the sorted set at `source`. */
export function replyRange({ db }: Context, args: Args, reply: Reply, form: RangeForm): void {
  const request = readRequest(args, 1, form, reply);
  if (request === null) return;
  const set = readSortedSet(db, args.at(1), reply, replyEmptyArray);
  if (set === null) return;
  if (request.range === null) return replyRanks(set, request, reply);
  const { range, hasScores, limit } = request;
  const token = reply.deferredArray();
  let count = 0;
  if (seekWithOffset(set, range, request)) {
    while (count !== limit && cursor.next() && cursor.isWithin(range)) {
      replyMember(set, cursor.handle, hasScores ? cursor.score : null, reply);
      count++;
    }
  }
  reply.endDeferred(token, hasScores && !reply.isResp3 ? 2 * count : count);
}

function replyRanks(set: SortedSetValue, { ranks, isReverse, hasScores }: RangeRequest, reply: Reply): void {
  const { first, count } = coveredRanks(ranks[0], ranks[1], set.size);
  if (count === 0) return reply.emptyArray();
  memberHeader(count, hasScores, reply);
  cursor.seek(set, first, isReverse);
  for (let left = count; left > 0; left--) {
    cursor.next();
    replyMember(set, cursor.handle, hasScores ? cursor.score : null, reply);
  }
}

/** ZRANGESTORE: makes what is asked for a sorted set of its own. */
export function storeRange({ db }: Context, args: Args, reply: Reply, limits: SortedSetLimits): void {
  const request = readRequest(args, 2, {}, reply, true);
  if (request === null) return;
  const entry = db.lookupRead(args.at(2));
  const set = entry === NO_ENTRY ? null : sortedSetOf(db, entry, reply);
  if (set === null && entry !== NO_ENTRY) return;
  const result = newSortedSet(db);
  if (set !== null) copyRange(set, request, result, limits);
  storeSortedSet(db, args.at(1), result, "zrangestore", reply);
}

function copyRange(set: SortedSetValue, request: RangeRequest, result: SortedSetValue, limits: SortedSetLimits): void {
  const { range, ranks, isReverse, limit } = request;
  if (range === null) {
    const { first, count } = coveredRanks(ranks[0], ranks[1], set.size);
    if (count > limits.maxListpackEntries) result.convertToTable(count);
    cursor.seek(set, first, isReverse);
    for (let left = count; left > 0; left--) {
      cursor.next();
      result.put(cursor.member, cursor.score, 0, limits);
    }
    return;
  }
  if (!seekWithOffset(set, range, request)) return;
  for (let count = 0; count !== limit && cursor.next() && cursor.isWithin(range); count++) {
    result.put(cursor.member, cursor.score, 0, limits);
  }
}
