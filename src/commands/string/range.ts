/**
 * The commands on parts of a string: APPEND, STRLEN, SETRANGE, GETRANGE and SUBSTR.
 *
 * - A client cannot make a string longer than `proto-max-bulk-len`; the master and the AOF can.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import { Slice } from "../../bytes/slice.ts";
import { readClampedInteger, readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { OFFSET_OUT_OF_RANGE, STRING_TOO_LONG, WRONG_TYPE } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { ENCODING_RAW, type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_STRING } from "../../store/keyspace_events.ts";
import {
  appendString,
  MAX_STRING_LENGTH,
  overwriteString,
  readString,
  stringLength,
  StringView,
} from "../../store/string_entries.ts";
import type { Int64 } from "../../values/int64.ts";
import { KIND_STRING } from "../../values/kind.ts";
import type { Services } from "../services.ts";

const EMPTY = new Slice();
const view = lasting(new StringView());

function isTooLong(context: Context, length: number, services: Services): boolean {
  if (length > MAX_STRING_LENGTH) return true;
  return context.origin === "client" && length > services.config.integer("proto-max-bulk-len").value;
}

function append(context: Context, args: Args, reply: Reply, services: Services): void {
  const { db } = context;
  const key = args.at(1);
  const suffix = args.at(2);
  const found = db.lookupWrite(key);
  let entry: EntryRef;
  if (found === NO_ENTRY) {
    entry = db.setString(key, suffix);
  } else {
    if (db.kindOf(found) !== KIND_STRING) return reply.error(WRONG_TYPE);
    const length = stringLength(db.keyspace, found) + suffix.length;
    if (isTooLong(context, length, services)) return reply.error(STRING_TOO_LONG);
    entry = appendString(db.keyspace, found, suffix);
  }
  const length = stringLength(db.keyspace, entry);
  db.commit(key, NOTIFY_STRING, "append");
  reply.integer(length);
}

function strlen({ db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.integer(0);
  if (db.kindOf(entry) !== KIND_STRING) return reply.error(WRONG_TYPE);
  reply.integer(stringLength(db.keyspace, entry));
}

function setRange(context: Context, args: Args, reply: Reply, services: Services): void {
  const offset = readClampedInteger(args, 2, reply);
  if (offset === null) return;
  if (offset < 0) return reply.error(OFFSET_OUT_OF_RANGE);
  const { db } = context;
  const key = args.at(1);
  const part = args.at(3);
  const found = db.lookupWrite(key);
  if (found !== NO_ENTRY && db.kindOf(found) !== KIND_STRING) return reply.error(WRONG_TYPE);
  if (part.length === 0) return reply.integer(found === NO_ENTRY ? 0 : stringLength(db.keyspace, found));
  if (isTooLong(context, offset + part.length, services)) return reply.error(STRING_TOO_LONG);
  let entry = found === NO_ENTRY ? db.setStringBytes(key, EMPTY, ENCODING_RAW) : found;
  entry = overwriteString(db.keyspace, entry, offset, part);
  const length = stringLength(db.keyspace, entry);
  db.commit(key, NOTIFY_STRING, "setrange");
  reply.integer(length);
}

function getRange({ db }: Context, args: Args, reply: Reply): void {
  const start = readInteger(args, 2, reply);
  if (start === null) return;
  const end = readInteger(args, 3, reply);
  if (end === null) return;
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.bulkText("");
  if (db.kindOf(entry) !== KIND_STRING) return reply.error(WRONG_TYPE);
  const value = readString(db.keyspace, entry, view);
  const { length } = value;
  const first = positionOf(start, length);
  const last = Math.min(positionOf(end, length), length - 1);
  if (first > last || (start < 0 && end < 0 && start > end)) return reply.bulkText("");
  reply.bulk(value.bytes, value.start + first, value.start + last + 1);
}

/** An index that may count from the end, moved to 0 where it lies before the string. */
function positionOf(index: Int64, length: number): number {
  const position = Number(index);
  return position >= 0 ? position : Math.max(0, length + position);
}

const readingCommands: readonly CommandSpec[] = [
  {
    name: "strlen",
    group: "string",
    since: "2.2.0",
    summary: "Get the length of the value stored in a key",
    complexity: "O(1)",
    arity: 2,
    flags: "readonly fast",
    acl: "string",
    keys: [key(1, "RO")],
    syntax: "key",
    run: strlen,
  },
  {
    name: "getrange",
    group: "string",
    since: "2.4.0",
    summary: "Get a substring of the string stored at a key",
    complexity:
      "O(N) where N is the length of the returned string. The complexity is ultimately determined by the returned length, but because creating a substring from an existing string is very cheap, it can be considered O(1) for small strings.",
    arity: 4,
    flags: "readonly",
    acl: "string",
    keys: [key(1, "RO access")],
    syntax: "key start:integer end:integer",
    run: getRange,
  },
  {
    name: "substr",
    group: "string",
    since: "1.0.0",
    summary: "Get a substring of the string stored at a key",
    complexity:
      "O(N) where N is the length of the returned string. The complexity is ultimately determined by the returned length, but because creating a substring from an existing string is very cheap, it can be considered O(1) for small strings.",
    arity: 4,
    flags: "readonly",
    acl: "string",
    docFlags: "deprecated",
    deprecatedSince: "2.0.0",
    replacedBy: "`GETRANGE`",
    keys: [key(1, "RO access")],
    syntax: "key start:integer end:integer",
    run: getRange,
  },
];

/** APPEND, SETRANGE, STRLEN, GETRANGE and SUBSTR. */
export function rangeCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "append",
      group: "string",
      since: "2.0.0",
      summary: "Append a value to a key",
      complexity:
        "O(1). The amortized time complexity is O(1) assuming the appended value is small and the already present value is of any size, since the dynamic string library used by Redis will double the free space available on every reallocation.",
      arity: 3,
      flags: "write denyoom fast",
      acl: "string",
      keys: [key(1, "RW insert")],
      syntax: "key value",
      run: (context, args, reply) => append(context, args, reply, services),
    },
    {
      name: "setrange",
      group: "string",
      since: "2.2.0",
      summary: "Overwrite part of a string at key starting at the specified offset",
      complexity:
        "O(1), not counting the time taken to copy the new string in place. Usually, this string is very small so the amortized complexity is O(1). Otherwise, complexity is O(M) with M being the length of the value argument.",
      arity: 4,
      flags: "write denyoom",
      acl: "string",
      keys: [key(1, "RW update")],
      syntax: "key offset:integer value",
      run: (context, args, reply) => setRange(context, args, reply, services),
    },
    ...readingCommands,
  ];
}
