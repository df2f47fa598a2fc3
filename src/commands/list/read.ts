/**
 * LLEN, LINDEX, LRANGE and LPOS: the commands that only look at a list.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { lasting } from "../../bytes/lasting_slice.ts";
import { readClampedInteger, readInteger, readPositiveInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { COUNT_NEGATIVE, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { ListCursor, type ListValue } from "../../values/list_value.ts";
import { ListpackEntry, ListpackNeedle } from "../../values/listpack.ts";
import { listOf, replyRange } from "./list_keys.ts";

const RANK = ascii("rank");
const MIN_RANK = -(2n ** 63n);
const COUNT = ascii("count");
const MAXLEN = ascii("maxlen");
const MAXLEN_NEGATIVE = "ERR MAXLEN can't be negative";
const RANK_ZERO = "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use " +
  "negative to start from the end of the list";

const element = lasting(new ListpackEntry());
const cursor = new ListCursor();
const needle = new ListpackNeedle();

function llen(context: Context, args: Args, reply: Reply): void {
  const entry = context.db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.integer(0);
  const list = listOf(context.db, entry, reply);
  if (list !== null) reply.integer(list.length);
}

function lindex(context: Context, args: Args, reply: Reply): void {
  const entry = context.db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.nil();
  const list = listOf(context.db, entry, reply);
  if (list === null) return;
  const index = readClampedInteger(args, 2, reply);
  if (index === null) return;
  if (list.entryAt(index, element)) reply.bulkSlice(element);
  else reply.nil();
}

function lrange(context: Context, args: Args, reply: Reply): void {
  const start = readClampedInteger(args, 2, reply);
  if (start === null) return;
  const stop = readClampedInteger(args, 3, reply);
  if (stop === null) return;
  const entry = context.db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.emptyArray();
  const list = listOf(context.db, entry, reply);
  if (list === null) return;
  const { length } = list;
  const first = start < 0 ? Math.max(0, length + start) : start;
  const last = Math.min(stop < 0 ? length + stop : stop, length - 1);
  if (first > last) return reply.emptyArray();
  replyRange(list, first, last - first + 1, false, reply);
}

/** The options of LPOS. */
interface PositionOptions {
  rank: number;
  /** Null without COUNT: then the reply is one position. 0 is all. */
  count: number | null;
  /** How many elements to compare at most; 0 is all. */
  maxLength: number;
}

/** A rank, or null after the error reply. */
function readRank(args: Args, index: number, reply: Reply): number | null {
  const rank = readInteger(args, index, reply);
  // As Redis, which negates 64 bits: the least of all ranks has no positive counterpart, and skips nothing.
  if (rank === MIN_RANK) return -1;
  if (rank === 0) reply.error(RANK_ZERO);
  return rank === 0 ? null : typeof rank === "bigint" ? Number(rank) : rank;
}

function readPositionOptions(args: Args, reply: Reply): PositionOptions | null {
  const options: PositionOptions = { rank: 1, count: null, maxLength: 0 };
  for (let index = 3; index < args.count; index += 2) {
    const word = args.at(index);
    const hasValue = index + 1 < args.count;
    let value: number | null;
    if (hasValue && equalsIgnoreCase(word, RANK)) {
      value = readRank(args, index + 1, reply);
      if (value !== null) options.rank = value;
    } else if (hasValue && equalsIgnoreCase(word, COUNT)) {
      value = options.count = readPositiveInteger(args, index + 1, reply, COUNT_NEGATIVE);
    } else if (hasValue && equalsIgnoreCase(word, MAXLEN)) {
      value = readPositiveInteger(args, index + 1, reply, MAXLEN_NEGATIVE);
      if (value !== null) options.maxLength = value;
    } else {
      reply.error(SYNTAX_ERROR);
      return null;
    }
    if (value === null) return null;
  }
  return options;
}

function lpos(context: Context, args: Args, reply: Reply): void {
  const options = readPositionOptions(args, reply);
  if (options === null) return;
  const isSingle = options.count === null;
  const entry = context.db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return isSingle ? reply.nil() : reply.emptyArray();
  const list = listOf(context.db, entry, reply);
  if (list === null) return;
  needle.set(args.at(2));
  if (isSingle) {
    if (replyPositions(list, options, 1, reply) === 0) reply.nil();
    return;
  }
  const token = reply.deferredArray();
  reply.endDeferred(token, replyPositions(list, options, options.count || Infinity, reply));
}

/** Replies with the positions of up to `count` elements equal to the needle, and returns how many there are. */
function replyPositions(list: ListValue, options: PositionOptions, count: number, reply: Reply): number {
  const isReverse = options.rank < 0;
  const { length } = list;
  const compared = options.maxLength === 0 ? length : Math.min(options.maxLength, length);
  let skipped = Math.abs(options.rank) - 1;
  let found = 0;
  cursor.seek(list, isReverse ? -1 : 0, isReverse);
  for (let index = 0; index < compared && found < count; index++) {
    cursor.advance();
    if (!cursor.matches(needle) || skipped-- > 0) continue;
    reply.integer(isReverse ? length - index - 1 : index);
    found++;
  }
  return found;
}

/** LLEN, LINDEX, LRANGE, LPOS. */
export const listReadCommands: CommandSpec[] = [
  {
    name: "llen",
    group: "list",
    since: "1.0.0",
    summary: "Get the length of a list",
    complexity: "O(1)",
    arity: 2,
    flags: "readonly fast",
    acl: "list",
    keys: [key(1, "RO")],
    syntax: "key",
    run: llen,
  },
  {
    name: "lindex",
    group: "list",
    since: "1.0.0",
    summary: "Get an element from a list by its index",
    complexity:
      "O(N) where N is the number of elements to traverse to get to the element at index. This makes asking for the first or the last element of the list O(1).",
    arity: 3,
    flags: "readonly",
    acl: "list",
    keys: [key(1, "RO access")],
    syntax: "key index:integer",
    run: lindex,
  },
  {
    name: "lrange",
    group: "list",
    since: "1.0.0",
    summary: "Get a range of elements from a list",
    complexity:
      "O(S+N) where S is the distance of start offset from HEAD for small lists, from nearest end (HEAD or TAIL) for large lists; and N is the number of elements in the specified range.",
    arity: 4,
    flags: "readonly",
    acl: "list",
    keys: [key(1, "RO access")],
    syntax: "key start:integer stop:integer",
    run: lrange,
  },
  {
    name: "lpos",
    group: "list",
    since: "6.0.6",
    summary: "Return the index of matching elements on a list",
    complexity:
      "O(N) where N is the number of elements in the list, for the average case. When searching for elements near the head or the tail of the list, or when the MAXLEN option is provided, the command may run in constant time.",
    arity: -3,
    flags: "readonly",
    acl: "list",
    keys: [key(1, "RO access")],
    syntax: "key element [RANK rank:integer] [COUNT num-matches:integer] [MAXLEN len:integer]",
    run: lpos,
  },
];
