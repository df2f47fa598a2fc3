/**
 * ZADD and ZINCRBY.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readFloat } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { SCORE_NAN, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_ZSET } from "../../store/keyspace_events.ts";
import {
  PUT_EXISTING,
  PUT_GREATER,
  PUT_INCREMENT,
  PUT_LESS,
  PUT_NEW,
  type SortedSetLimits,
} from "../../values/sorted_set_value.ts";
import { addSortedSet, sortedSetOf } from "./sorted_set_keys.ts";

const NX = ascii("nx");
const XX = ascii("xx");
const CH = ascii("ch");
const INCR = ascii("incr");
const GT = ascii("gt");
const LT = ascii("lt");

/** Beside the rules of `put`: what changed is counted too. */
export const COUNT_CHANGED = 1 << 8;
/** The scores of one request up to this number are kept in memory that stays. */
const KEPT_SCORES = 1024;

const NEW_AND_EXISTING = "ERR XX and NX options at the same time are not compatible";
const COMPARISONS = "ERR GT, LT, and/or NX options at the same time are not compatible";
const SINGLE_INCREMENT = "ERR INCR option supports a single increment-element pair";

const keptScores = new Float64Array(KEPT_SCORES);

/** The bit of an option of ZADD, or 0 for what is none. */
export function optionBit(args: Args, index: number): number {
  const word = args.at(index);
  const length = word.end - word.start;
  if (length === 2) {
    if (equalsIgnoreCase(word, NX)) return PUT_NEW;
    if (equalsIgnoreCase(word, XX)) return PUT_EXISTING;
    if (equalsIgnoreCase(word, CH)) return COUNT_CHANGED;
    if (equalsIgnoreCase(word, GT)) return PUT_GREATER;
    if (equalsIgnoreCase(word, LT)) return PUT_LESS;
    return 0;
  }
  return length === 4 && equalsIgnoreCase(word, INCR) ? PUT_INCREMENT : 0;
}

/** The error of options that do not go together, or null. */
function conflictOf(rules: number, pairs: number): string | null {
  const isNew = (rules & PUT_NEW) !== 0;
  if (isNew && (rules & PUT_EXISTING) !== 0) return NEW_AND_EXISTING;
  const comparisons = rules & (PUT_GREATER | PUT_LESS);
  if ((isNew && comparisons !== 0) || comparisons === (PUT_GREATER | PUT_LESS)) return COMPARISONS;
  return (rules & PUT_INCREMENT) !== 0 && pairs > 1 ? SINGLE_INCREMENT : null;
}

/** What both commands do; `rules` are those that the command itself brings. */
function add(context: Context, args: Args, reply: Reply, rules: number, limits: SortedSetLimits): void {
  let first = 2;
  for (let bit = 0; first < args.count && (bit = optionBit(args, first)) !== 0; first++) rules |= bit;
  const pairs = (args.count - first) / 2;
  if (pairs === 0 || !Number.isInteger(pairs)) return reply.error(SYNTAX_ERROR);
  const conflict = conflictOf(rules, pairs);
  if (conflict !== null) return reply.error(conflict);
  // All scores are read before anything is added.
  const scores = pairs <= KEPT_SCORES ? keptScores : new Float64Array(pairs);
  for (let pair = 0; pair < pairs; pair++) {
    const score = readFloat(args, first + 2 * pair, reply);
    if (score === null) return;
    scores[pair] = score;
  }
  addMembers(context, args, reply, { rules, first: first + 1, stride: 2, count: pairs, scores, limits });
}

/** The members of a request, each with its score. */
export interface ScoredMembers {
  /** The rules of `put`, and `COUNT_CHANGED`. */
  readonly rules: number;
  /** Position of the first member. */
  readonly first: number;
  /** How far it is from one member to the next. */
  readonly stride: number;
  readonly count: number;
  readonly scores: Float64Array;
  readonly limits: SortedSetLimits;
}

/** Adds members to the sorted set at the key of a request, and replies: what ZADD does once the arguments are read. */
export function addMembers({ db }: Context, args: Args, reply: Reply, request: ScoredMembers): void {
  const { rules, first, stride, count, scores, limits } = request;
  const isIncrement = (rules & PUT_INCREMENT) !== 0;
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY && (rules & PUT_EXISTING) !== 0) return isIncrement ? reply.nil() : reply.integer(0);
  const set = entry === NO_ENTRY ? addSortedSet(db, name) : sortedSetOf(db, entry, reply);
  if (set === null) return;
  db.expectMember(set.table, args, first);
  let added = 0;
  let updated = 0;
  let isSkipped = false;
  for (let index = 0; index < count; index++) {
    const outcome = set.put(args.at(first + stride * index), scores[index]!, rules, limits);
    if (outcome === "added") added++;
    else if (outcome === "updated") updated++;
    else if (outcome === "skipped") isSkipped = true;
    else if (outcome === "nan") return reply.error(SCORE_NAN);
  }
  if (!isIncrement) reply.integer((rules & COUNT_CHANGED) !== 0 ? added + updated : added);
  else if (isSkipped) reply.nil();
  else reply.double(set.resultScore);
  if (added + updated > 0) db.commit(name, NOTIFY_ZSET, isIncrement ? "zincr" : "zadd", added + updated);
}

/** ZADD, ZINCRBY. */
export function sortedSetAddCommands(limits: SortedSetLimits): CommandSpec[] {
  return [
    {
      name: "zadd",
      group: "sorted-set",
      since: "1.2.0",
      summary: "Add one or more members to a sorted set, or update its score if it already exists",
      complexity: "O(log(N)) for each item added, where N is the number of elements in the sorted set.",
      briefUpTo: 4,
      arity: -4,
      flags: "write denyoom fast",
      acl: "sortedset",
      history: [
        ["2.4.0", "Accepts multiple elements."],
        ["3.0.2", "Added the `XX`, `NX`, `CH` and `INCR` options."],
        ["6.2.0", "Added the `GT` and `LT` options."],
      ],
      keys: [key(1, "RW update")],
      syntax: `
      key [condition@3.0.2<NX | XX>] [comparison@6.2.0<GT | LT>] [change=CH@3.0.2] [increment=INCR@3.0.2]
      score_member(score:double member)...
    `,
      run: (context, args, reply) => add(context, args, reply, 0, limits),
    },
    {
      name: "zincrby",
      group: "sorted-set",
      since: "1.2.0",
      summary: "Increment the score of a member in a sorted set",
      complexity: "O(log(N)) where N is the number of elements in the sorted set.",
      briefUpTo: 4,
      arity: 4,
      flags: "write denyoom fast",
      acl: "sortedset",
      keys: [key(1, "RW access update")],
      syntax: "key increment:integer member",
      run: (context, args, reply) => add(context, args, reply, PUT_INCREMENT, limits),
    },
  ];
}
