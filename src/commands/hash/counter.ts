/**
 * HINCRBY and HINCRBYFLOAT: fields as counters.
 *
 * - Integers have 64 bits; a sum beyond them is refused and changes nothing.
 * - HINCRBYFLOAT counts in long doubles and propagates as HSET with its result.
 */

import { ascii } from "../../bytes/ascii.ts";
import { lasting } from "../../bytes/lasting_slice.ts";
import { addLongDouble, formatLongDouble, longDoubleFromInteger, parseLongDouble } from "../../bytes/long_double.ts";
import { MAX_INTEGER_LENGTH } from "../../bytes/integer.ts";
import { Slice } from "../../bytes/slice.ts";
import { readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import {
  HASH_VALUE_NOT_A_FLOAT,
  HASH_VALUE_NOT_AN_INTEGER,
  INCREMENT_NOT_FINITE,
  INCREMENT_OVERFLOW,
  NOT_A_FLOAT,
  VALUE_NOT_FINITE,
} from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { ConfiguredHashLimits } from "../../store/configured_hash_limits.ts";
import { NOTIFY_HASH } from "../../store/keyspace_events.ts";
import type { HashLimits } from "../../values/hash_value.ts";
import { addInt64, type Int64, parseInt64, writeInt64Text } from "../../values/int64.ts";
import { ListpackEntry } from "../../values/listpack.ts";
import type { Services } from "../services.ts";
import { hashToChange } from "./hash_keys.ts";

const value = lasting(new ListpackEntry());
const digits = new Slice(new Uint8Array(MAX_INTEGER_LENGTH));

function hincrby({ db }: Context, args: Args, reply: Reply, limits: HashLimits): void {
  const increment = readInteger(args, 3, reply);
  if (increment === null) return;
  const name = args.at(1);
  const hash = hashToChange(db, name, reply);
  if (hash === null) return;
  const field = args.at(2);
  let old: Int64 = 0;
  if (hash.get(field, value)) {
    old = value.isInteger ? value.integer : parseInt64(value.bytes, value.start, value.end);
    if (old !== old) return reply.error(HASH_VALUE_NOT_AN_INTEGER);
  }
  const sum = addInt64(old, increment);
  if (sum === null) return reply.error(INCREMENT_OVERFLOW);
  digits.end = writeInt64Text(digits.bytes, 0, sum);
  hash.set(field, digits, limits);
  reply.integer(sum);
  db.commit(name, NOTIFY_HASH, "hincrby");
}

function hincrbyfloat(context: Context, args: Args, reply: Reply, limits: HashLimits): void {
  const { db } = context;
  const given = args.at(3);
  const increment = parseLongDouble(given.bytes, given.start, given.end);
  if (increment === null) return reply.error(NOT_A_FLOAT);
  if (increment.isInfinite) return reply.error(VALUE_NOT_FINITE);
  const name = args.at(1);
  const hash = hashToChange(db, name, reply);
  if (hash === null) return;
  const field = args.at(2);
  const isKnown = hash.get(field, value);
  const old = isKnown ? parseLongDouble(value.bytes, value.start, value.end) : longDoubleFromInteger(0);
  if (old === null) return reply.error(HASH_VALUE_NOT_A_FLOAT);
  const sum = addLongDouble(old, increment);
  if (sum === null) return reply.error(INCREMENT_NOT_FINITE);
  const text = ascii(formatLongDouble(sum));
  hash.set(field, new Slice(text), limits);
  reply.bulk(text);
  db.commit(name, NOTIFY_HASH, "hincrbyfloat");
  // The result and not the increment: replicas and the AOF must not depend on how floats are added or printed.
  context.propagateAs(["HSET", name.view(), field.view(), text]);
}

/** HINCRBY, HINCRBYFLOAT. */
export function fieldCounterCommands({ config }: Services): CommandSpec[] {
  const limits = new ConfiguredHashLimits(config);
  return [
    {
      name: "hincrby",
      group: "hash",
      since: "2.0.0",
      summary: "Increment the integer value of a hash field by the given number",
      complexity: "O(1)",
      arity: 4,
      flags: "write denyoom fast",
      acl: "hash",
      keys: [key(1, "RW access update")],
      syntax: "key field increment:integer",
      run: (context, args, reply) => hincrby(context, args, reply, limits),
    },
    {
      name: "hincrbyfloat",
      group: "hash",
      since: "2.6.0",
      summary: "Increment the float value of a hash field by the given amount",
      complexity: "O(1)",
      arity: 4,
      flags: "write denyoom fast",
      acl: "hash",
      keys: [key(1, "RW access update")],
      syntax: "key field increment:double",
      run: (context, args, reply) => hincrbyfloat(context, args, reply, limits),
    },
  ];
}
