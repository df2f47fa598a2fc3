/**
 * SINTER, SUNION, SDIFF, their STORE forms, SINTERCARD, and SMEMBERS, which is the intersection of one set.
 *
 * - A result that is replied as a whole is built first where Redis does so: members that are all integers then come in
 *   ascending order.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readPositiveInteger, readRangedInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key, keyCount, keyRange } from "../../command/key_specs.ts";
import type { IntegerCell } from "../../config/integer_cell.ts";
import type { Reply } from "../../resp/reply.ts";
import { LIMIT_NEGATIVE, NUMKEYS_NOT_POSITIVE, NUMKEYS_TOO_MANY, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_GENERIC, NOTIFY_SET } from "../../store/keyspace_events.ts";
import type { ListpackEntry } from "../../values/listpack.ts";
import { SetCursor, type SetValue } from "../../values/set_value.ts";
import type { Services } from "../services.ts";
import { newSet, setOf } from "./set_keys.ts";

const LIMIT = ascii("limit");
const NUMKEYS_RANGE = { min: 1, max: Infinity, error: NUMKEYS_NOT_POSITIVE };

const cursor = new SetCursor();

/** The sets at `count` keys from position `first` on, null for missing ones; null after the error reply. */
function readSets(db: Database, args: Args, first: number, count: number, reply: Reply): (SetValue | null)[] | null {
  const sets: (SetValue | null)[] = [];
  for (let index = first; index < first + count; index++) {
    const entry = db.lookupRead(args.at(index));
    const set = entry === NO_ENTRY ? null : setOf(db, entry, reply);
    if (set === null && entry !== NO_ENTRY) return null;
    sets.push(set);
  }
  return sets;
}

/** Calls `visit` with each member of a set while it returns true. It may not change the set. */
function visitMembers(set: SetValue, visit: (member: ListpackEntry) => boolean): void {
  cursor.open(set);
  try {
    while (cursor.next() && visit(cursor.member));
  } finally {
    cursor.close();
  }
}

/** Calls `visit` with each common member while it returns true. */
function visitIntersection(sets: readonly (SetValue | null)[], visit: (member: ListpackEntry) => boolean): void {
  if (!isComplete(sets)) return;
  const [smallest, ...others] = [...new Set(sets)].sort((a, b) => a.size - b.size);
  visitMembers(smallest!, (member) => {
    for (const other of others) if (!other.has(member)) return true;
    return visit(member);
  });
}

function isComplete(sets: readonly (SetValue | null)[]): sets is SetValue[] {
  return !sets.includes(null);
}

/** A new set with the members of all sets. */
function unite(db: Database, sets: readonly (SetValue | null)[], maxIntsetEntries: number): SetValue {
  const result = newSet(db);
  for (const set of sets) {
    if (set !== null) visitMembers(set, (member) => result.add(member, maxIntsetEntries) || true);
  }
  return result;
}

/** A new set with the members of the first set that no other has. */
function subtract(db: Database, sets: readonly (SetValue | null)[], maxIntsetEntries: number): SetValue {
  const result = newSet(db);
  const first = sets[0]!;
  const others = sets.slice(1).filter((set) => set !== null);
  if (first === null || others.includes(first)) return result;
  const total = others.reduce((sum, set) => sum + set.size, first.size);
  if (first.size * (others.length + 1) / 2 <= total) {
    // The largest first: it is the most likely one to have a member.
    others.sort((a, b) => b.size - a.size);
    visitMembers(first, (member) => {
      for (const other of others) if (other.has(member)) return true;
      result.add(member, maxIntsetEntries);
      return true;
    });
    return result;
  }
  visitMembers(first, (member) => result.add(member, maxIntsetEntries) || true);
  for (const other of others) {
    if (result.size === 0) break;
    visitMembers(other, (member) => result.remove(member) || true);
  }
  return result;
}

/** Replies with the members of a set that belongs to nobody, and gives it up. */
function replyResult(db: Database, result: SetValue, reply: Reply): void {
  reply.set(result.size);
  visitMembers(result, (member) => {
    reply.bulkSlice(member);
    return true;
  });
  db.store.lazyFree.release(result);
}

/** Makes a set that belongs to nobody the value of the key at position 1, or deletes that where the set is empty. */
function storeResult({ db }: Context, args: Args, reply: Reply, result: SetValue, event: string): void {
  const name = args.at(1);
  const { size } = result;
  if (size > 0) {
    db.setValue(name, result);
    reply.integer(size);
    db.commit(name, NOTIFY_SET, event);
  } else {
    result.free();
    reply.integer(0);
    if (db.delete(name)) db.commit(name, NOTIFY_GENERIC, "del");
  }
}

function replyIntersection(context: Context, args: Args, reply: Reply): void {
  const sets = readSets(context.db, args, 1, args.count - 1, reply);
  if (sets === null) return;
  if (!isComplete(sets)) return reply.set(0);
  const token = reply.deferredSet();
  let count = 0;
  visitIntersection(sets, (member) => {
    reply.bulkSlice(member);
    count++;
    return true;
  });
  reply.endDeferred(token, count);
}

function sintercard(context: Context, args: Args, reply: Reply): void {
  const numkeys = readRangedInteger(args, 1, reply, NUMKEYS_RANGE);
  if (numkeys === null) return;
  if (numkeys > args.count - 2) return reply.error(NUMKEYS_TOO_MANY);
  let limit: number | null = 0;
  for (let index = 2 + numkeys; index < args.count; index += 2) {
    if (!equalsIgnoreCase(args.at(index), LIMIT) || index + 1 === args.count) return reply.error(SYNTAX_ERROR);
    limit = readPositiveInteger(args, index + 1, reply, LIMIT_NEGATIVE);
    if (limit === null) return;
  }
  const sets = readSets(context.db, args, 2, numkeys, reply);
  if (sets === null) return;
  let count = 0;
  visitIntersection(sets, () => ++count !== limit);
  reply.integer(count);
}

/** Replies with the union of `count` sets from position 1 on. */
export function replyUnion(db: Database, args: Args, count: number, reply: Reply, maxIntsetEntries: number): void {
  const sets = readSets(db, args, 1, count, reply);
  if (sets !== null) replyResult(db, unite(db, sets, maxIntsetEntries), reply);
}

function sinterstore(context: Context, args: Args, reply: Reply, maxIntsetEntries: number): void {
  const sets = readSets(context.db, args, 2, args.count - 2, reply);
  if (sets === null) return;
  const result = newSet(context.db);
  visitIntersection(sets, (member) => result.add(member, maxIntsetEntries) || true);
  storeResult(context, args, reply, result, "sinterstore");
}

function sunionstore(context: Context, args: Args, reply: Reply, maxIntsetEntries: number): void {
  const { db } = context;
  const sets = readSets(db, args, 2, args.count - 2, reply);
  if (sets !== null) storeResult(context, args, reply, unite(db, sets, maxIntsetEntries), "sunionstore");
}

function sdiff({ db }: Context, args: Args, reply: Reply, maxIntsetEntries: number): void {
  const sets = readSets(db, args, 1, args.count - 1, reply);
  if (sets !== null) replyResult(db, subtract(db, sets, maxIntsetEntries), reply);
}

function sdiffstore(context: Context, args: Args, reply: Reply, maxIntsetEntries: number): void {
  const { db } = context;
  const sets = readSets(db, args, 2, args.count - 2, reply);
  if (sets !== null) storeResult(context, args, reply, subtract(db, sets, maxIntsetEntries), "sdiffstore");
}

/** SINTER, SINTERCARD, SMEMBERS, SUNION, SDIFF and the STORE forms. */
export function setAlgebraCommands({ config }: Services): CommandSpec[] {
  const maxIntsetEntries = config.integer("set-max-intset-entries");
  return [...INTERSECTION_COMMANDS, ...unionCommands(maxIntsetEntries), ...storeCommands(maxIntsetEntries)];
}

const INTERSECTION_COMMANDS: CommandSpec[] = [
  {
    name: "sinter",
    group: "set",
    since: "1.0.0",
    summary: "Intersect multiple sets",
    complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
    arity: -2,
    flags: "readonly",
    acl: "set",
    hints: "nondeterministic_output_order",
    keys: [keyRange(1, -1, "RO access")],
    syntax: "key...",
    run: replyIntersection,
  },
  {
    name: "sintercard",
    group: "set",
    since: "7.0.0",
    summary: "Intersect multiple sets and return the cardinality of the result",
    complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
    arity: -3,
    flags: "readonly",
    acl: "set",
    keys: [keyCount(1, "RO access")],
    syntax: "numkeys:integer key... [LIMIT limit:integer]",
    run: sintercard,
  },
  {
    name: "smembers",
    group: "set",
    since: "1.0.0",
    summary: "Get all the members in a set",
    complexity: "O(N) where N is the set cardinality.",
    arity: 2,
    flags: "readonly",
    acl: "set",
    hints: "nondeterministic_output_order",
    keys: [key(1, "RO access")],
    syntax: "key",
    run: replyIntersection,
  },
];

function unionCommands(maxIntsetEntries: IntegerCell): CommandSpec[] {
  return [
    {
      name: "sunion",
      group: "set",
      since: "1.0.0",
      summary: "Add multiple sets",
      complexity: "O(N) where N is the total number of elements in all given sets.",
      arity: -2,
      flags: "readonly",
      acl: "set",
      hints: "nondeterministic_output_order",
      keys: [keyRange(1, -1, "RO access")],
      syntax: "key...",
      run: ({ db }, args, reply) => replyUnion(db, args, args.count - 1, reply, maxIntsetEntries.value),
    },
    {
      name: "sdiff",
      group: "set",
      since: "1.0.0",
      summary: "Subtract multiple sets",
      complexity: "O(N) where N is the total number of elements in all given sets.",
      arity: -2,
      flags: "readonly",
      acl: "set",
      hints: "nondeterministic_output_order",
      keys: [keyRange(1, -1, "RO access")],
      syntax: "key...",
      run: (context, args, reply) => sdiff(context, args, reply, maxIntsetEntries.value),
    },
  ];
}

function storeCommands(maxIntsetEntries: IntegerCell): CommandSpec[] {
  return [
    {
      name: "sinterstore",
      group: "set",
      since: "1.0.0",
      summary: "Intersect multiple sets and store the resulting set in a key",
      complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the number of sets.",
      arity: -3,
      flags: "write denyoom",
      acl: "set",
      keys: [key(1, "RW update"), keyRange(2, -1, "RO access")],
      syntax: "destination:key key#1...",
      run: (context, args, reply) => sinterstore(context, args, reply, maxIntsetEntries.value),
    },
    {
      name: "sunionstore",
      group: "set",
      since: "1.0.0",
      summary: "Add multiple sets and store the resulting set in a key",
      complexity: "O(N) where N is the total number of elements in all given sets.",
      arity: -3,
      flags: "write denyoom",
      acl: "set",
      keys: [key(1, "OW update"), keyRange(2, -1, "RO access")],
      syntax: "destination:key key#1...",
      run: (context, args, reply) => sunionstore(context, args, reply, maxIntsetEntries.value),
    },
    {
      name: "sdiffstore",
      group: "set",
      since: "1.0.0",
      summary: "Subtract multiple sets and store the resulting set in a key",
      complexity: "O(N) where N is the total number of elements in all given sets.",
      arity: -3,
      flags: "write denyoom",
      acl: "set",
      keys: [key(1, "OW update"), keyRange(2, -1, "RO access")],
      syntax: "destination:key key#1...",
      run: (context, args, reply) => sdiffstore(context, args, reply, maxIntsetEntries.value),
    },
  ];
}
