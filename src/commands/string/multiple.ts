/**
 * The commands on several strings at once: MSET, MSETNX and MGET.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { keyRange } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { wrongArity } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_STRING } from "../../store/keyspace_events.ts";
import { replyString } from "../../store/string_entries.ts";
import { KIND_STRING } from "../../values/kind.ts";
import { storeString } from "./store_string.ts";

function mset(context: Context, args: Args, reply: Reply): void {
  if (args.count % 2 === 0) return reply.error(wrongArity("mset"));
  storePairs(context, args);
  reply.ok();
}

function msetNx(context: Context, args: Args, reply: Reply): void {
  if (args.count % 2 === 0) return reply.error(wrongArity("msetnx"));
  for (let index = 1, ahead = 1; index < args.count; index += 2) {
    if (index === ahead) ahead = context.db.readAhead(args, index, 2);
    if (context.db.lookupWrite(args.at(index)) !== NO_ENTRY) return reply.integer(0);
  }
  storePairs(context, args);
  reply.integer(1);
}

function storePairs({ db }: Context, args: Args): void {
  for (let index = 1, ahead = 1; index < args.count; index += 2) {
    if (index === ahead) ahead = db.readAhead(args, index, 2);
    const key = args.at(index);
    storeString(db, key, args.at(index + 1), db.lookupWrite(key), false);
    db.commit(key, NOTIFY_STRING, "set");
  }
}

function mget({ db }: Context, args: Args, reply: Reply): void {
  reply.array(args.count - 1);
  for (let index = 1, ahead = 1; index < args.count; index++) {
    if (index === ahead) ahead = db.readAhead(args, index);
    const entry = db.lookupRead(args.at(index));
    if (entry === NO_ENTRY || db.kindOf(entry) !== KIND_STRING) reply.nil();
    else replyString(db.keyspace, entry, reply);
  }
}

/** MSET, MSETNX and MGET. */
export const multipleStringCommands: readonly CommandSpec[] = [
  {
    name: "mset",
    group: "string",
    since: "1.0.1",
    summary: "Set multiple keys to multiple values",
    complexity: "O(N) where N is the number of keys to set.",
    arity: -3,
    flags: "write denyoom",
    acl: "string",
    hints: "request_policy:multi_shard response_policy:all_succeeded",
    keys: [keyRange(1, -1, "OW update", { step: 2 })],
    syntax: "key_value(key value)...",
    run: mset,
  },
  {
    name: "msetnx",
    group: "string",
    since: "1.0.1",
    summary: "Set multiple keys to multiple values, only if none of the keys exist",
    complexity: "O(N) where N is the number of keys to set.",
    arity: -3,
    flags: "write denyoom",
    acl: "string",
    hints: "request_policy:multi_shard response_policy:agg_min",
    keys: [keyRange(1, -1, "OW insert", { step: 2 })],
    syntax: "key_value(key value)...",
    run: msetNx,
  },
  {
    name: "mget",
    group: "string",
    since: "1.0.0",
    summary: "Get the values of all the given keys",
    complexity: "O(N) where N is the number of keys to retrieve.",
    arity: -2,
    flags: "readonly fast",
    acl: "string",
    hints: "request_policy:multi_shard",
    keys: [keyRange(1, -1, "RO access")],
    syntax: "key...",
    run: mget,
  },
];
