/**
 * HGET, HMGET, HEXISTS, HSTRLEN, HLEN, HGETALL, HKEYS and HVALS: fields and values read.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { HashCursor } from "../../values/hash_value.ts";
import { ListpackEntry } from "../../values/listpack.ts";
import { hashOf } from "./hash_keys.ts";

const value = lasting(new ListpackEntry());
const cursor = new HashCursor();

function hget({ db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.nil();
  const hash = hashOf(db, entry, reply);
  if (hash === null) return;
  db.expectMember(hash.table, args, 2);
  if (hash.get(args.at(2), value)) reply.bulkSlice(value);
  else reply.nil();
}

function hmget({ db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupRead(args.at(1));
  const hash = entry === NO_ENTRY ? null : hashOf(db, entry, reply);
  if (hash === null && entry !== NO_ENTRY) return;
  reply.array(args.count - 2);
  for (let index = 2; index < args.count; index++) {
    if (hash !== null && hash.get(args.at(index), value)) reply.bulkSlice(value);
    else reply.nil();
  }
}

function hexists({ db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.integer(0);
  const hash = hashOf(db, entry, reply);
  if (hash !== null) reply.integer(hash.has(args.at(2)) ? 1 : 0);
}

function hstrlen({ db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.integer(0);
  const hash = hashOf(db, entry, reply);
  if (hash !== null) reply.integer(hash.get(args.at(2), value) ? value.length : 0);
}

function hlen({ db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.integer(0);
  const hash = hashOf(db, entry, reply);
  if (hash !== null) reply.integer(hash.size);
}

function hgetall({ db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.map(0);
  const hash = hashOf(db, entry, reply);
  if (hash === null) return;
  reply.map(hash.size);
  cursor.open(hash);
  while (cursor.next()) {
    reply.bulkSlice(cursor.field);
    reply.bulkSlice(cursor.value);
  }
  cursor.close();
}

function hkeys(context: Context, args: Args, reply: Reply): void {
  replyColumn(context, args, reply, cursor.field);
}

function hvals(context: Context, args: Args, reply: Reply): void {
  replyColumn(context, args, reply, cursor.value);
}

/** Replies with one half of each pair: `part` is the cursor's field or its value. */
function replyColumn({ db }: Context, args: Args, reply: Reply, part: ListpackEntry): void {
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.emptyArray();
  const hash = hashOf(db, entry, reply);
  if (hash === null) return;
  reply.array(hash.size);
  cursor.open(hash);
  while (cursor.next()) reply.bulkSlice(part);
  cursor.close();
}

/** HGET, HMGET, HEXISTS, HSTRLEN, HLEN, HGETALL, HKEYS, HVALS. */
export const getFieldCommands: readonly CommandSpec[] = [
  {
    name: "hget",
    group: "hash",
    since: "2.0.0",
    summary: "Get the value of a hash field",
    complexity: "O(1)",
    arity: 3,
    flags: "readonly fast",
    acl: "hash",
    keys: [key(1, "RO access")],
    syntax: "key field",
    run: hget,
  },
  {
    name: "hmget",
    group: "hash",
    since: "2.0.0",
    summary: "Get the values of all the given hash fields",
    complexity: "O(N) where N is the number of fields being requested.",
    arity: -3,
    flags: "readonly fast",
    acl: "hash",
    keys: [key(1, "RO access")],
    syntax: "key field...",
    run: hmget,
  },
  {
    name: "hexists",
    group: "hash",
    since: "2.0.0",
    summary: "Determine if a hash field exists",
    complexity: "O(1)",
    arity: 3,
    flags: "readonly fast",
    acl: "hash",
    keys: [key(1, "RO")],
    syntax: "key field",
    run: hexists,
  },
  {
    name: "hstrlen",
    group: "hash",
    since: "3.2.0",
    summary: "Get the length of the value of a hash field",
    complexity: "O(1)",
    arity: 3,
    flags: "readonly fast",
    acl: "hash",
    keys: [key(1, "RO")],
    syntax: "key field",
    run: hstrlen,
  },
  {
    name: "hlen",
    group: "hash",
    since: "2.0.0",
    summary: "Get the number of fields in a hash",
    complexity: "O(1)",
    arity: 2,
    flags: "readonly fast",
    acl: "hash",
    keys: [key(1, "RO")],
    syntax: "key",
    run: hlen,
  },
  {
    name: "hgetall",
    group: "hash",
    since: "2.0.0",
    summary: "Get all the fields and values in a hash",
    complexity: "O(N) where N is the size of the hash.",
    arity: 2,
    flags: "readonly",
    acl: "hash",
    hints: "nondeterministic_output_order",
    keys: [key(1, "RO access")],
    syntax: "key",
    run: hgetall,
  },
  {
    name: "hkeys",
    group: "hash",
    since: "2.0.0",
    summary: "Get all the fields in a hash",
    complexity: "O(N) where N is the size of the hash.",
    arity: 2,
    flags: "readonly",
    acl: "hash",
    hints: "nondeterministic_output_order",
    keys: [key(1, "RO access")],
    syntax: "key",
    run: hkeys,
  },
  {
    name: "hvals",
    group: "hash",
    since: "2.0.0",
    summary: "Get all the values in a hash",
    complexity: "O(N) where N is the size of the hash.",
    arity: 2,
    flags: "readonly",
    acl: "hash",
    hints: "nondeterministic_output_order",
    keys: [key(1, "RO access")],
    syntax: "key",
    run: hvals,
  },
];
