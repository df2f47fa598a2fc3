/**
 * SET and its older forms: SETNX, SETEX, PSETEX and GETSET.
 *
 * - Replicas and the AOF get a moment in place of a time to live (PXAT), and no GET.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import type { Slice } from "../../bytes/slice.ts";
import { readExpireTime } from "../../command/arguments.ts";
import type { CommandSpec, KeyExtractor } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key, keyFlags } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_GENERIC, NOTIFY_STRING } from "../../store/keyspace_events.ts";
import type { Int64 } from "../../values/int64.ts";
import { replyWithString } from "./get.ts";
import { storeString } from "./store_string.ts";
import { GET, KEEPTTL, NX, SET_OPTIONS, StringOptions, XX } from "./string_options.ts";

const GET_WORD = ascii("get");
const SET_ONLY = keyFlags("OW update");
const SET_AND_GET = keyFlags("RW access update");

const options = new StringOptions();

const setKeys: KeyExtractor = (args, keys) => {
  keys.add(1, hasGet(args) ? SET_AND_GET : SET_ONLY);
};

function hasGet(args: Args): boolean {
  for (let index = 3; index < args.count; index++) if (equalsIgnoreCase(args.at(index), GET_WORD)) return true;
  return false;
}

function set(context: Context, args: Args, reply: Reply): void {
  if (args.count > 3) return setWithOptions(context, args, reply);
  const { db } = context;
  const key = args.at(1);
  storeString(db, key, args.at(2), db.lookupWrite(key), false);
  db.commit(key, NOTIFY_STRING, "set");
  reply.ok();
}

function setWithOptions(context: Context, args: Args, reply: Reply): void {
  if (!options.parse(args, 3, SET_OPTIONS)) return reply.error(SYNTAX_ERROR);
  const { flags } = options;
  let atMs: Int64 | null = null;
  if (options.timeIndex > 0) {
    atMs = options.readExpiry(args, reply, { now: context.now, commandName: "set" });
    if (atMs === null) return;
  }
  const { db } = context;
  const key = args.at(1);
  const repliesOld = (flags & GET) !== 0;
  if (repliesOld && !replyWithString(context, key, reply)) return;
  const found = db.lookupWrite(key);
  if ((flags & (found === NO_ENTRY ? XX : NX)) !== 0) {
    if (!repliesOld) reply.nil();
    return;
  }
  if (atMs !== null) {
    storeExpiring(context, { key, value: args.at(2), found, atMs });
  } else {
    storeString(db, key, args.at(2), found, (flags & KEEPTTL) !== 0);
    db.commit(key, NOTIFY_STRING, "set");
    if (repliesOld) context.propagateAs(argumentsWithoutGet(args));
  }
  if (!repliesOld) reply.ok();
}

function argumentsWithoutGet(args: Args): Uint8Array[] {
  const kept: Uint8Array[] = [];
  for (let index = 0; index < args.count; index++) {
    const slice = args.at(index);
    if (index < 3 || !equalsIgnoreCase(slice, GET_WORD)) kept.push(slice.view());
  }
  return kept;
}

/** Sets a string that expires, and propagates it. */
function storeExpiring(
  context: Context,
  { key, value, found, atMs }: {
    readonly key: Slice;
    readonly value: Slice;
    readonly found: EntryRef;
    readonly atMs: Int64;
  },
): void {
  const { db } = context;
  // A former expiry is kept only to be overwritten.
  const entry = storeString(db, key, value, found, true);
  db.setExpiry(entry, atMs);
  db.commit(key, NOTIFY_STRING, "set");
  db.notify(NOTIFY_GENERIC, "expire", key);
  context.propagateAs(["SET", key.view(), value.view(), "PXAT", atMs]);
}

function setNx({ db }: Context, args: Args, reply: Reply): void {
  const key = args.at(1);
  if (db.lookupWrite(key) !== NO_ENTRY) return reply.integer(0);
  storeString(db, key, args.at(2), NO_ENTRY, false);
  db.commit(key, NOTIFY_STRING, "set");
  reply.integer(1);
}

function setEx(context: Context, args: Args, reply: Reply): void {
  const rule = { unitMs: 1000, baseMs: context.now, commandName: "setex" } as const;
  setUntil(context, args, reply, readExpireTime(args, 2, reply, rule));
}

function psetEx(context: Context, args: Args, reply: Reply): void {
  const rule = { unitMs: 1, baseMs: context.now, commandName: "psetex" } as const;
  setUntil(context, args, reply, readExpireTime(args, 2, reply, rule));
}

function setUntil(context: Context, args: Args, reply: Reply, atMs: Int64 | null): void {
  if (atMs === null) return;
  const key = args.at(1);
  storeExpiring(context, { key, value: args.at(3), found: context.db.lookupWrite(key), atMs });
  reply.ok();
}

function getSet(context: Context, args: Args, reply: Reply): void {
  const { db } = context;
  const key = args.at(1);
  const value = args.at(2);
  if (!replyWithString(context, key, reply)) return;
  storeString(db, key, value, db.lookupWrite(key), false);
  db.commit(key, NOTIFY_STRING, "set");
  context.propagateAs(["SET", key.view(), value.view()]);
}

/** SET, SETNX, SETEX, PSETEX and GETSET. */
export const setCommands: readonly CommandSpec[] = [
  {
    name: "set",
    group: "string",
    since: "1.0.0",
    summary: "Set the string value of a key",
    complexity: "O(1)",
    arity: -3,
    flags: "write denyoom",
    acl: "string",
    history: [
      ["2.6.12", "Added the `EX`, `PX`, `NX` and `XX` options."],
      ["6.0.0", "Added the `KEEPTTL` option."],
      ["6.2.0", "Added the `GET`, `EXAT` and `PXAT` option."],
      ["7.0.0", "Allowed the `NX` and `GET` options to be used together."],
    ],
    keys: [key(1, "RW access update variable_flags", "RW and ACCESS due to the optional `GET` argument")],
    getKeys: setKeys,
    syntax: `
      key value [condition@2.6.12<NX | XX>] [GET@6.2.0] [expiration<EX seconds:integer@2.6.12
      | PX milliseconds:integer@2.6.12 | EXAT unix-time-seconds:unix-time@6.2.0
      | PXAT unix-time-milliseconds:unix-time@6.2.0 | KEEPTTL@6.0.0>]
    `,
    run: set,
  },
  {
    name: "setnx",
    group: "string",
    since: "1.0.0",
    summary: "Set the value of a key, only if the key does not exist",
    complexity: "O(1)",
    arity: 3,
    flags: "write denyoom fast",
    acl: "string",
    keys: [key(1, "OW insert")],
    syntax: "key value",
    run: setNx,
  },
  {
    name: "setex",
    group: "string",
    since: "2.0.0",
    summary: "Set the value and expiration of a key",
    complexity: "O(1)",
    arity: 4,
    flags: "write denyoom",
    acl: "string",
    keys: [key(1, "OW update")],
    syntax: "key seconds:integer value",
    run: setEx,
  },
  {
    name: "psetex",
    group: "string",
    since: "2.6.0",
    summary: "Set the value and expiration in milliseconds of a key",
    complexity: "O(1)",
    arity: 4,
    flags: "write denyoom",
    acl: "string",
    keys: [key(1, "OW update")],
    syntax: "key milliseconds:integer value",
    run: psetEx,
  },
  {
    name: "getset",
    group: "string",
    since: "1.0.0",
    summary: "Set the string value of a key and return its old value",
    complexity: "O(1)",
    arity: 3,
    flags: "write denyoom fast",
    acl: "string",
    docFlags: "deprecated",
    deprecatedSince: "6.2.0",
    replacedBy: "`SET` with the `!GET` argument",
    keys: [key(1, "RW access update")],
    syntax: "key value",
    run: getSet,
  },
];
