/**
 * HRANDFIELD: fields by chance.
 *
 * - With WITHVALUES a reply is a flat list of pairs, in RESP3 a list of arrays of two.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { lasting } from "../../bytes/lasting_slice.ts";
import { readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { SYNTAX_ERROR, VALUE_OUT_OF_RANGE, valueNotBetween } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { HashCursor, type HashValue } from "../../values/hash_value.ts";
import { ListpackEntry } from "../../values/listpack.ts";
import { hashOf } from "./hash_keys.ts";

/** When more than a third of the fields is wanted, they are drawn from a list of all. */
const DRAW_FACTOR = 3;
const COUNT_MAX = 2n ** 63n - 1n;
const PAIR_COUNT_MAX = COUNT_MAX / 2n;
const WITHVALUES = ascii("withvalues");

const field = lasting(new ListpackEntry());
const value = lasting(new ListpackEntry());
const cursor = new HashCursor();

function hrandfield({ db }: Context, args: Args, reply: Reply): void {
  if (args.count >= 3) return replySeveral(db, args, reply);
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.nil();
  const hash = hashOf(db, entry, reply);
  if (hash === null) return;
  hash.readHandle(hash.randomHandle(db.store.random), field, value);
  reply.bulkSlice(field);
}

function replySeveral(db: Database, args: Args, reply: Reply): void {
  const count = readInteger(args, 2, reply);
  if (count === null) return;
  if (count < -COUNT_MAX) return reply.error(valueNotBetween(-COUNT_MAX, COUNT_MAX));
  const hasValues = args.count === 4 && equalsIgnoreCase(args.at(3), WITHVALUES);
  if (args.count > 3 && !hasValues) return reply.error(SYNTAX_ERROR);
  if (hasValues && (count < -PAIR_COUNT_MAX || count > PAIR_COUNT_MAX)) return reply.error(VALUE_OUT_OF_RANGE);
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.emptyArray();
  const hash = hashOf(db, entry, reply);
  if (hash === null) return;
  // A bigint is more than any hash has, and more than anybody waits for.
  const wanted = Number(count);
  if (wanted === 0) reply.emptyArray();
  else if (wanted < 0 || wanted === 1) replyRepeatedly(db, hash, Math.abs(wanted), hasValues, reply);
  else if (wanted >= hash.size) replyAll(hash, hasValues, reply);
  else replyDistinct(db, hash, wanted, hasValues, reply);
}

/** Replies with `count` random fields, which may repeat. */
function replyRepeatedly(db: Database, hash: HashValue, count: number, hasValues: boolean, reply: Reply): void {
  const { random } = db.store;
  // The way to a field of a listpack is long, so all are looked up once.
  const handles = hash.table === null && count > 1 ? hash.handles() : null;
  beginReply(count, hasValues, reply);
  for (let left = count; left > 0 && !reply.isCutOff; left--) {
    const handle = handles === null ? hash.randomHandle(random) : handles[random.below(handles.length)]!;
    replyHandle(hash, handle, hasValues, reply);
  }
}

function replyAll(hash: HashValue, hasValues: boolean, reply: Reply): void {
  beginReply(hash.size, hasValues, reply);
  cursor.open(hash);
  while (cursor.next()) replyPair(cursor.field, cursor.value, hasValues, reply);
  cursor.close();
}

/** Replies with `count` different random fields, of more. */
function replyDistinct(db: Database, hash: HashValue, count: number, hasValues: boolean, reply: Reply): void {
  const { random } = db.store;
  beginReply(count, hasValues, reply);
  if (hash.table === null || count * DRAW_FACTOR > hash.size) {
    const handles = hash.handles();
    for (let index = 0; index < count; index++) {
      const drawn = index + random.below(handles.length - index);
      const handle = handles[drawn]!;
      handles[drawn] = handles[index]!;
      replyHandle(hash, handle, hasValues, reply);
    }
    return;
  }
  const drawn = new Set<number>();
  while (drawn.size < count) {
    const handle = hash.randomHandle(random);
    if (drawn.has(handle)) continue;
    drawn.add(handle);
    replyHandle(hash, handle, hasValues, reply);
  }
}

function beginReply(count: number, hasValues: boolean, reply: Reply): void {
  reply.array(hasValues && !reply.isResp3 ? count * 2 : count);
}

function replyHandle(hash: HashValue, handle: number, hasValues: boolean, reply: Reply): void {
  hash.readHandle(handle, field, value);
  replyPair(field, value, hasValues, reply);
}

function replyPair(name: ListpackEntry, content: ListpackEntry, hasValues: boolean, reply: Reply): void {
  if (hasValues && reply.isResp3) reply.array(2);
  reply.bulkSlice(name);
  if (hasValues) reply.bulkSlice(content);
}

/** HRANDFIELD. */
export const randomFieldCommands: readonly CommandSpec[] = [
  {
    name: "hrandfield",
    group: "hash",
    since: "6.2.0",
    summary: "Get one or multiple random fields from a hash",
    complexity: "O(N) where N is the number of fields returned",
    arity: -2,
    flags: "readonly",
    acl: "hash",
    hints: "nondeterministic_output",
    keys: [key(1, "RO access")],
    syntax: "key [options(count:integer [WITHVALUES])]",
    run: hrandfield,
  },
];
