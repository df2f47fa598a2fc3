/**
 * The counters: INCR, DECR, INCRBY, DECRBY and INCRBYFLOAT.
 *
 * - Integers have 64 bits; a sum beyond them is refused and changes nothing.
 * - INCRBYFLOAT counts in long doubles, leaves text (never an integer's encoding) and propagates as SET with its result.
 */

import { ascii } from "../../bytes/ascii.ts";
import { lasting } from "../../bytes/lasting_slice.ts";
import { addLongDouble, formatLongDouble, longDoubleFromInteger, parseLongDouble } from "../../bytes/long_double.ts";
import type { LongDouble } from "../../bytes/long_double.ts";
import { Slice } from "../../bytes/slice.ts";
import { readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import {
  DECREMENT_OVERFLOW,
  INCREMENT_NOT_FINITE,
  INCREMENT_OVERFLOW,
  NOT_A_FLOAT,
  NOT_AN_INTEGER,
  WRONG_TYPE,
} from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_STRING } from "../../store/keyspace_events.ts";
import {
  addToInteger,
  encodingOfLength,
  readString,
  stringAsInteger,
  StringView,
  writeStringBytes,
  writeStringInteger,
} from "../../store/string_entries.ts";
import { addInt64, type Int64 } from "../../values/int64.ts";
import { KIND_STRING } from "../../values/kind.ts";

const INT64_MIN = -(2n ** 63n);

const view = lasting(new StringView());

function incr(context: Context, args: Args, reply: Reply): void {
  add(context, args.at(1), 1, reply);
}

function decr(context: Context, args: Args, reply: Reply): void {
  add(context, args.at(1), -1, reply);
}

function incrBy(context: Context, args: Args, reply: Reply): void {
  const increment = readInteger(args, 2, reply);
  if (increment !== null) add(context, args.at(1), increment, reply);
}

function decrBy(context: Context, args: Args, reply: Reply): void {
  const decrement = readInteger(args, 2, reply);
  if (decrement === null) return;
  if (decrement === INT64_MIN) return reply.error(DECREMENT_OVERFLOW);
  add(context, args.at(1), typeof decrement === "number" ? 0 - decrement : -decrement, reply);
}

function add({ db }: Context, key: Slice, increment: Int64, reply: Reply): void {
  const { keyspace } = db;
  const entry = db.lookupWrite(key);
  let sum: Int64 | null = increment;
  if (entry === NO_ENTRY) {
    db.addStringInteger(key, sum);
  } else if (keyspace.isInteger(entry)) {
    sum = addToInteger(keyspace, entry, increment);
    if (sum === null) return reply.error(INCREMENT_OVERFLOW);
  } else {
    if (db.kindOf(entry) !== KIND_STRING) return reply.error(WRONG_TYPE);
    const value = stringAsInteger(keyspace, entry);
    if (value === null) return reply.error(NOT_AN_INTEGER);
    sum = addInt64(value, increment);
    if (sum === null) return reply.error(INCREMENT_OVERFLOW);
    writeStringInteger(keyspace, entry, key, sum, keyspace.lruOf(entry));
  }
  db.commit(key, NOTIFY_STRING, "incrby");
  reply.integer(sum);
}

function incrByFloat(context: Context, args: Args, reply: Reply): void {
  const { db } = context;
  const key = args.at(1);
  const entry = db.lookupWrite(key);
  if (entry !== NO_ENTRY && db.kindOf(entry) !== KIND_STRING) return reply.error(WRONG_TYPE);
  const value = entry === NO_ENTRY ? longDoubleFromInteger(0) : readLongDouble(db, entry);
  const { bytes, start, end } = args.at(2);
  const increment = parseLongDouble(bytes, start, end);
  if (value === null || increment === null) return reply.error(NOT_A_FLOAT);
  const sum = addLongDouble(value, increment);
  if (sum === null) return reply.error(INCREMENT_NOT_FINITE);
  const text = ascii(formatLongDouble(sum));
  const encoding = encodingOfLength(text.length);
  const result = new Slice(text);
  const { keyspace } = db;
  if (entry === NO_ENTRY) db.setStringBytes(key, result, encoding);
  else writeStringBytes(keyspace, entry, key, result, { encoding, lru: keyspace.lruOf(entry) });
  db.commit(key, NOTIFY_STRING, "incrbyfloat");
  reply.bulk(text);
  // The result and not the increment: replicas and the AOF must not depend on how floats are added or printed.
  context.propagateAs(["SET", key.view(), text, "KEEPTTL"]);
}

function readLongDouble({ keyspace }: Database, entry: EntryRef): LongDouble | null {
  const { bytes, start, end } = readString(keyspace, entry, view);
  return parseLongDouble(bytes, start, end);
}

/** INCR, DECR, INCRBY, DECRBY and INCRBYFLOAT. */
export const counterCommands: readonly CommandSpec[] = [
  {
    name: "incr",
    group: "string",
    since: "1.0.0",
    summary: "Increment the integer value of a key by one",
    complexity: "O(1)",
    arity: 2,
    flags: "write denyoom fast",
    acl: "string",
    keys: [key(1, "RW access update")],
    syntax: "key",
    run: incr,
  },
  {
    name: "decr",
    group: "string",
    since: "1.0.0",
    summary: "Decrement the integer value of a key by one",
    complexity: "O(1)",
    arity: 2,
    flags: "write denyoom fast",
    acl: "string",
    keys: [key(1, "RW access update")],
    syntax: "key",
    run: decr,
  },
  {
    name: "incrby",
    group: "string",
    since: "1.0.0",
    summary: "Increment the integer value of a key by the given amount",
    complexity: "O(1)",
    arity: 3,
    flags: "write denyoom fast",
    acl: "string",
    keys: [key(1, "RW access update")],
    syntax: "key increment:integer",
    run: incrBy,
  },
  {
    name: "decrby",
    group: "string",
    since: "1.0.0",
    summary: "Decrement the integer value of a key by the given number",
    complexity: "O(1)",
    arity: 3,
    flags: "write denyoom fast",
    acl: "string",
    keys: [key(1, "RW access update")],
    syntax: "key decrement:integer",
    run: decrBy,
  },
  {
    name: "incrbyfloat",
    group: "string",
    since: "2.6.0",
    summary: "Increment the float value of a key by the given amount",
    complexity: "O(1)",
    arity: 3,
    flags: "write denyoom fast",
    acl: "string",
    keys: [key(1, "RW access update")],
    syntax: "key increment:double",
    run: incrByFloat,
  },
];
