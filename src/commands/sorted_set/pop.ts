/**
 * ZPOPMIN, ZPOPMAX and ZMPOP.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import type { Slice } from "../../bytes/slice.ts";
import { readPositiveInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { serveFirstOfKind } from "../../command/first_of_kind.ts";
import { key, keyCount } from "../../command/key_specs.ts";
import { type PopRequest, readPopRequest } from "../../command/pop_request.ts";
import type { Reply } from "../../resp/reply.ts";
import { SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_GENERIC, NOTIFY_ZSET } from "../../store/keyspace_events.ts";
import { SortedSetCursor } from "../../values/sorted_set_cursor.ts";
import type { SortedSetValue } from "../../values/sorted_set_value.ts";
import { sortedSetOf } from "./sorted_set_keys.ts";

/** An end of a sorted set: the least or the greatest scores. */
export type SortedSetEnd = "min" | "max";

const MIN = ascii("min");
const MAX = ascii("max");

const cursor = new SortedSetCursor();

/** Replies with the members from an end on, each with its score, in pairs where `isNested`, and takes them out. */
export function popMembers(
  db: Database,
  name: Slice,
  set: SortedSetValue,
  from: SortedSetEnd,
  count: number,
  reply: Reply,
  isNested: boolean,
): void {
  cursor.seek(set, 0, from === "max");
  for (let left = count; left > 0; left--) {
    cursor.next();
    if (isNested) reply.array(2);
    reply.bulkSlice(cursor.member);
    reply.double(cursor.score);
  }
  set.removeRange(from === "max" ? set.size - count : 0, count);
  db.commit(name, NOTIFY_ZSET, from === "max" ? "zpopmax" : "zpopmin", count);
  if (set.size > 0) return;
  db.delete(name);
  db.notify(NOTIFY_GENERIC, "del", name);
}

/** The command that pops from an end without waiting, as it is propagated. */
export function popName(from: SortedSetEnd): string {
  return from === "max" ? "ZPOPMAX" : "ZPOPMIN";
}

function pop({ db }: Context, args: Args, reply: Reply, from: SortedSetEnd): void {
  if (args.count > 3) return reply.error(SYNTAX_ERROR);
  const wanted = args.count === 3 ? readPositiveInteger(args, 2, reply) : 1;
  if (wanted === null) return;
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY) return reply.emptyArray();
  const set = sortedSetOf(db, entry, reply);
  if (set === null) return;
  const count = Math.min(wanted, set.size);
  if (count === 0) return reply.emptyArray();
  const isNested = reply.isResp3 && args.count === 3;
  reply.array(isNested ? count : 2 * count);
  popMembers(db, name, set, from, count, reply, isNested);
}

function zpopmin(context: Context, args: Args, reply: Reply): void {
  pop(context, args, reply, "min");
}

function zpopmax(context: Context, args: Args, reply: Reply): void {
  pop(context, args, reply, "max");
}

/** What MIN or MAX says; null for another word. */
export function sortedSetEndOf(word: Slice): SortedSetEnd | null {
  if (equalsIgnoreCase(word, MIN)) return "min";
  return equalsIgnoreCase(word, MAX) ? "max" : null;
}

/** Replies with the key and the members in pairs, and takes them out; returns how many there were. */
export function popWithKey(
  db: Database,
  name: Slice,
  set: SortedSetValue,
  request: { readonly from: SortedSetEnd; readonly count: number },
  reply: Reply,
): number {
  const count = Math.min(request.count, set.size);
  reply.array(2);
  reply.bulkSlice(name);
  reply.array(count);
  popMembers(db, name, set, request.from, count, reply, true);
  return count;
}

/** Pops from the first sorted set that there is, and replies; false where there is none, and no reply yet. */
export function popFromFirst(context: Context, args: Args, reply: Reply, request: PopRequest<SortedSetEnd>): boolean {
  const { db } = context;
  const { firstKey, keyCount } = request;
  return serveFirstOfKind({
    ...{ db, args, reply, firstKey, keyCount },
    kind: "zset",
    serve(name, set) {
      const count = popWithKey(db, name, set, request, reply);
      context.propagateAs([popName(request.from), name.view(), count]);
    },
  });
}

function zmpop(context: Context, args: Args, reply: Reply): void {
  const request = readPopRequest(args, 1, reply, sortedSetEndOf);
  if (request !== null && !popFromFirst(context, args, reply, request)) reply.nilArray();
}

/** ZPOPMIN, ZPOPMAX, ZMPOP. */
export const sortedSetPopCommands: CommandSpec[] = [
  {
    name: "zpopmin",
    group: "sorted-set",
    since: "5.0.0",
    summary: "Remove and return members with the lowest scores in a sorted set",
    complexity:
      "O(log(N)*M) with N being the number of elements in the sorted set, and M being the number of elements popped.",
    briefUpTo: 2,
    arity: -2,
    flags: "write fast",
    acl: "sortedset",
    keys: [key(1, "RW access delete")],
    syntax: "key [count:integer]",
    run: zpopmin,
  },
  {
    name: "zpopmax",
    group: "sorted-set",
    since: "5.0.0",
    summary: "Remove and return members with the highest scores in a sorted set",
    complexity:
      "O(log(N)*M) with N being the number of elements in the sorted set, and M being the number of elements popped.",
    briefUpTo: 2,
    arity: -2,
    flags: "write fast",
    acl: "sortedset",
    keys: [key(1, "RW access delete")],
    syntax: "key [count:integer]",
    run: zpopmax,
  },
  {
    name: "zmpop",
    group: "sorted-set",
    since: "7.0.0",
    summary: "Remove and return members with scores in a sorted set",
    complexity:
      "O(K) + O(M*log(N)) where K is the number of provided keys, N being the number of elements in the sorted set, and M being the number of elements popped.",
    arity: -4,
    flags: "write",
    acl: "sortedset",
    keys: [keyCount(1, "RW access delete")],
    syntax: "numkeys:integer key... where<MIN | MAX> [COUNT count:integer]",
    run: zmpop,
  },
];
