/**
 * ZRANDMEMBER: members by chance.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { SYNTAX_ERROR, VALUE_OUT_OF_RANGE, valueNotBetween } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { SortedSetCursor } from "../../values/sorted_set_cursor.ts";
import type { SortedSetValue } from "../../values/sorted_set_value.ts";
import { memberHeader, readSortedSet, replyEmptyArray, replyMember, replyNil } from "./sorted_set_keys.ts";

const WITHSCORES = ascii("withscores");
const COUNT_MAX = 2n ** 63n - 1n;
/** When more than a third of the members is wanted, they are drawn from a list of all. */
const DRAW_FACTOR = 3;

const cursor = new SortedSetCursor();

function zrandmember({ db }: Context, args: Args, reply: Reply): void {
  if (args.count > 2) return replySeveral(db, args, reply);
  const set = readSortedSet(db, args.at(1), reply, replyNil);
  if (set === null) return;
  replyMember(set, set.randomHandle(db.store.random), null, reply);
}

function replySeveral(db: Database, args: Args, reply: Reply): void {
  const count = readInteger(args, 2, reply);
  if (count === null) return;
  if (count < -COUNT_MAX) return reply.error(valueNotBetween(-COUNT_MAX, COUNT_MAX));
  const hasScores = args.count === 4 && equalsIgnoreCase(args.at(3), WITHSCORES);
  if (args.count > 3 && !hasScores) return reply.error(SYNTAX_ERROR);
  if (hasScores && (count < -COUNT_MAX / 2n || count > COUNT_MAX / 2n)) return reply.error(VALUE_OUT_OF_RANGE);
  const set = readSortedSet(db, args.at(1), reply, replyEmptyArray);
  if (set === null) return;
  // A bigint is more than any sorted set has, and more than anybody waits for.
  const wanted = Number(count);
  if (wanted === 0) reply.emptyArray();
  else if (wanted < 0 || wanted === 1) replyRepeatedly(db, set, Math.abs(wanted), hasScores, reply);
  else if (wanted >= set.size) replyAll(set, hasScores, reply);
  else replyDistinct(db, set, wanted, hasScores, reply);
}

function replyHandle(set: SortedSetValue, handle: number, hasScores: boolean, reply: Reply): void {
  replyMember(set, handle, hasScores ? set.scoreOf(handle) : null, reply);
}

/** Replies with `count` random members, which may repeat. */
function replyRepeatedly(db: Database, set: SortedSetValue, count: number, hasScores: boolean, reply: Reply): void {
  memberHeader(count, hasScores, reply);
  for (let left = count; left > 0 && !reply.isCutOff; left--) {
    replyHandle(set, set.randomHandle(db.store.random), hasScores, reply);
  }
}

/** As in Redis from the greatest score down. */
function replyAll(set: SortedSetValue, hasScores: boolean, reply: Reply): void {
  memberHeader(set.size, hasScores, reply);
  cursor.seek(set, 0, true);
  while (cursor.next()) replyMember(set, cursor.handle, hasScores ? cursor.score : null, reply);
}

/** Replies with `count` different random members, of more. */
function replyDistinct(db: Database, set: SortedSetValue, count: number, hasScores: boolean, reply: Reply): void {
  const { random } = db.store;
  memberHeader(count, hasScores, reply);
  if (count * DRAW_FACTOR > set.size) {
    const handles = set.handles();
    for (let index = 0; index < count; index++) {
      const drawn = index + random.below(handles.length - index);
      const handle = handles[drawn]!;
      handles[drawn] = handles[index]!;
      replyHandle(set, handle, hasScores, reply);
    }
    return;
  }
  const drawn = new Set<number>();
  while (drawn.size < count) {
    const handle = set.randomHandle(random);
    if (drawn.has(handle)) continue;
    drawn.add(handle);
    replyHandle(set, handle, hasScores, reply);
  }
}

/** ZRANDMEMBER. */
export const sortedSetRandomCommands: CommandSpec[] = [
  {
    name: "zrandmember",
    group: "sorted-set",
    since: "6.2.0",
    summary: "Get one or multiple random elements from a sorted set",
    complexity: "O(N) where N is the number of elements returned",
    arity: -2,
    flags: "readonly",
    acl: "sortedset",
    hints: "nondeterministic_output",
    keys: [key(1, "RO access")],
    syntax: "key [options(count:integer [WITHSCORES])]",
    run: zrandmember,
  },
];
