/**
 * ZUNION, ZINTER, ZDIFF, their STORE forms and ZINTERCARD.
 *
 * - A product or a sum that is no number (0 times infinity, infinity less infinity) counts as 0.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readClampedInteger, readFloat, readPositiveInteger } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import type { Reply } from "../../resp/reply.ts";
import { LIMIT_NEGATIVE, noInputKey, SYNTAX_ERROR, WEIGHT_NOT_A_FLOAT } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import type { ListpackEntry } from "../../values/listpack.ts";
import { SortedSetCursor } from "../../values/sorted_set_cursor.ts";
import type { SortedSetLimits, SortedSetValue } from "../../values/sorted_set_value.ts";
import { memberHeader, newSortedSet, replyMember, storeSortedSet } from "./sorted_set_keys.ts";
import { readSources, type Source } from "./sources.ts";

const WEIGHTS = ascii("weights");
const AGGREGATE = ascii("aggregate");
const WITHSCORES = ascii("withscores");
const LIMIT = ascii("limit");
const SUM = ascii("sum");
const MIN = ascii("min");
const MAX = ascii("max");

/** While results are built, no member is too much for a table. */
const AS_TABLE: SortedSetLimits = { maxListpackEntries: 0, maxListpackValue: 0 };

/** What is done with the inputs. */
export type SetOperation = "union" | "inter" | "diff";

/** Which command asks. */
export interface AlgebraForm {
  readonly operation: SetOperation;
  /** The command's name, as errors show it. */
  readonly name: string;
  /** Position of the number of keys: 2 where the result is stored. */
  readonly numkeysIndex: 1 | 2;
  /** Only the number of members is asked for. */
  readonly isCount?: boolean;
}

type Aggregate = (sum: number, score: number) => number;

interface AlgebraRequest {
  readonly sources: Source[];
  aggregate: Aggregate;
  hasScores: boolean;
  /** 0: without limit. */
  limit: number;
}

const cursor = new SortedSetCursor();

function sum(total: number, score: number): number {
  const result = total + score;
  return result !== result ? 0 : result;
}

function least(total: number, score: number): number {
  return score < total ? score : total;
}

function greatest(total: number, score: number): number {
  return score > total ? score : total;
}

/** A weighted score. */
function weighted(source: Source, score: number): number {
  const product = source.weight * score;
  return product !== product ? 0 : product;
}

/** The arguments from the number of keys on; null after the error reply. */
function readRequest(db: Database, args: Args, reply: Reply, form: AlgebraForm): AlgebraRequest | null {
  const { numkeysIndex, name } = form;
  const numkeys = readClampedInteger(args, numkeysIndex, reply);
  if (numkeys === null) return null;
  if (numkeys < 1) return refuse(reply, noInputKey(name));
  const first = numkeysIndex + 1;
  if (numkeys > args.count - first) return refuse(reply, SYNTAX_ERROR);
  const sources = readSources(db, args, first, numkeys, reply);
  if (sources === null) return null;
  const request: AlgebraRequest = { sources, aggregate: sum, hasScores: false, limit: 0 };
  for (let index = first + numkeys; index < args.count;) {
    index = readOption(args, index, reply, form, request);
    if (index === 0) return null;
  }
  return request;
}

/** Reads one option into `request`, and returns where the next begins; 0 after the error reply. */
function readOption(args: Args, index: number, reply: Reply, form: AlgebraForm, request: AlgebraRequest): number {
  const { operation, isCount = false, numkeysIndex } = form;
  const option = args.at(index);
  const left = args.count - index - 1;
  const isWeighted = operation !== "diff" && !isCount;
  if (isWeighted && left >= request.sources.length && equalsIgnoreCase(option, WEIGHTS)) {
    return readWeights(args, index + 1, reply, request.sources);
  }
  if (isWeighted && left >= 1 && equalsIgnoreCase(option, AGGREGATE)) {
    const aggregate = aggregateOf(args, index + 1);
    if (aggregate === null) return refuse(reply, SYNTAX_ERROR) ?? 0;
    request.aggregate = aggregate;
    return index + 2;
  }
  if (numkeysIndex === 1 && !isCount && equalsIgnoreCase(option, WITHSCORES)) {
    request.hasScores = true;
    return index + 1;
  }
  if (isCount && left >= 1 && equalsIgnoreCase(option, LIMIT)) {
    const limit = readPositiveInteger(args, index + 1, reply, LIMIT_NEGATIVE);
    if (limit === null) return 0;
    request.limit = limit;
    return index + 2;
  }
  return refuse(reply, SYNTAX_ERROR) ?? 0;
}

function readWeights(args: Args, first: number, reply: Reply, sources: readonly Source[]): number {
  for (const [index, source] of sources.entries()) {
    const weight = readFloat(args, first + index, reply, WEIGHT_NOT_A_FLOAT);
    if (weight === null) return 0;
    source.weight = weight;
  }
  return first + sources.length;
}

function aggregateOf(args: Args, index: number): Aggregate | null {
  const word = args.at(index);
  if (equalsIgnoreCase(word, SUM)) return sum;
  if (equalsIgnoreCase(word, MIN)) return least;
  return equalsIgnoreCase(word, MAX) ? greatest : null;
}

function refuse(reply: Reply, error: string): null {
  reply.error(error);
  return null;
}

/** Calls `visit` with each common member and its score while it returns true; sorts the sources. */
function visitIntersection(
  { sources, aggregate }: AlgebraRequest,
  visit: (member: ListpackEntry, score: number) => boolean,
): void {
  sources.sort((a, b) => a.size - b.size);
  const [smallest, ...others] = sources as [Source, ...Source[]];
  smallest.visit((candidate, score) => {
    let total = weighted(smallest, score);
    for (const other of others) {
      const found = other.isSameAs(smallest) ? score : other.scoreOf(candidate);
      if (found !== found) return true;
      total = aggregate(total, other.weight * found);
    }
    return visit(candidate, total);
  });
}

function unite({ sources, aggregate }: AlgebraRequest, result: SortedSetValue): void {
  sources.sort((a, b) => a.size - b.size);
  result.convertToTable(sources.at(-1)!.size);
  for (const source of sources) {
    source.visit((each, score) => {
      const added = weighted(source, score);
      const handle = result.find(each);
      if (handle === 0) result.put(each, added, 0, AS_TABLE);
      else result.setScore(handle, aggregate(result.scoreOf(handle), added));
      return true;
    });
  }
}

function subtract({ sources }: AlgebraRequest, result: SortedSetValue): void {
  const [first, ...others] = sources as [Source, ...Source[]];
  if (first.size === 0 || others.some((other) => other.isSameAs(first))) return;
  const total = others.reduce((size, other) => size + other.size, first.size);
  if (first.size * sources.length / 2 <= total) {
    // The largest first: it is the most likely one to have a member.
    others.sort((a, b) => b.size - a.size);
    first.visit((each, score) => {
      for (const other of others) if (!Number.isNaN(other.scoreOf(each))) return true;
      result.put(each, score, 0, AS_TABLE);
      return true;
    });
    return;
  }
  first.visit((each, score) => {
    result.put(each, score, 0, AS_TABLE);
    return true;
  });
  for (const other of others) {
    other.visit((each) => {
      result.remove(each);
      return result.size > 0;
    });
    if (result.size === 0) return;
  }
}

/** A new sorted set with what an operation yields: a table, whatever its size. */
function combine(db: Database, request: AlgebraRequest, operation: SetOperation): SortedSetValue {
  const result = newSortedSet(db);
  if (operation === "union") unite(request, result);
  else if (operation === "diff") subtract(request, result);
  else {
    visitIntersection(request, (each, score) => {
      result.put(each, score, 0, AS_TABLE);
      return true;
    });
  }
  return result;
}

/** ZINTERCARD. */
export function replyIntersectionCount({ db }: Context, args: Args, reply: Reply, form: AlgebraForm): void {
  const request = readRequest(db, args, reply, form);
  if (request === null) return;
  let count = 0;
  visitIntersection(request, () => ++count !== request.limit);
  reply.integer(count);
}

/** ZUNION, ZINTER, ZDIFF. */
export function replyCombination({ db }: Context, args: Args, reply: Reply, form: AlgebraForm): void {
  const request = readRequest(db, args, reply, form);
  if (request === null) return;
  const result = combine(db, request, form.operation);
  memberHeader(result.size, request.hasScores, reply);
  cursor.seek(result);
  const { hasScores } = request;
  while (cursor.next()) replyMember(result, cursor.handle, hasScores ? cursor.score : null, reply);
  db.store.lazyFree.release(result);
}

/** ZUNIONSTORE, ZINTERSTORE, ZDIFFSTORE. */
export function storeCombination(
  { db }: Context,
  args: Args,
  reply: Reply,
  form: AlgebraForm,
  limits: SortedSetLimits,
): void {
  const request = readRequest(db, args, reply, form);
  if (request === null) return;
  const result = combine(db, request, form.operation);
  result.convertToListpack(limits);
  storeSortedSet(db, args.at(1), result, form.name, reply);
}
