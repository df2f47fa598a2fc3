/**
 * GET and the forms of it that change the key: GETDEL and GETEX.
 *
 * - GETDEL and GETEX propagate as what they do to the key: DEL or UNLINK, PEXPIREAT, PERSIST.
 */

import type { Slice } from "../../bytes/slice.ts";
import { deletesAtOnce } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { SYNTAX_ERROR, WRONG_TYPE } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_GENERIC } from "../../store/keyspace_events.ts";
import { replyString } from "../../store/string_entries.ts";
import { KIND_STRING } from "../../values/kind.ts";
import type { Int64 } from "../../values/int64.ts";
import type { Services } from "../services.ts";
import { EXAT, GETEX_OPTIONS, PERSIST, PXAT, StringOptions } from "./string_options.ts";

const options = new StringOptions();

/** Replies with the string of `key`, or nil; false when it is no string, which the reply says. */
export function replyWithString({ db }: Context, key: Slice, reply: Reply): boolean {
  const entry = db.lookupRead(key);
  if (entry === NO_ENTRY) {
    reply.nil();
    return true;
  }
  if (db.kindOf(entry) !== KIND_STRING) {
    reply.error(WRONG_TYPE);
    return false;
  }
  replyString(db.keyspace, entry, reply);
  return true;
}

function get(context: Context, args: Args, reply: Reply): void {
  replyWithString(context, args.at(1), reply);
}

function getdel(context: Context, args: Args, reply: Reply, services: Services): void {
  const key = args.at(1);
  if (!replyWithString(context, key, reply)) return;
  deleteKey(context, key, services.config.boolean("lazyfree-lazy-user-del").value);
}

/** Deletes `key`, if it is there, and propagates that as UNLINK where it is freed lazily. */
function deleteKey(context: Context, key: Slice, isLazy: boolean): void {
  if (!context.db.delete(key)) return;
  context.propagateAs([isLazy ? "UNLINK" : "DEL", key.view()]);
  context.db.commit(key, NOTIFY_GENERIC, "del");
}

function getex(context: Context, args: Args, reply: Reply, services: Services): void {
  if (!options.parse(args, 2, GETEX_OPTIONS)) return reply.error(SYNTAX_ERROR);
  const { flags } = options;
  const { db } = context;
  const key = args.at(1);
  const entry = db.lookupRead(key);
  if (entry === NO_ENTRY) return reply.nil();
  if (db.kindOf(entry) !== KIND_STRING) return reply.error(WRONG_TYPE);
  let atMs: Int64 | null = null;
  if (options.timeIndex > 0) {
    atMs = options.readExpiry(args, reply, { now: context.now, commandName: "getex" });
    if (atMs === null) return;
  }
  replyString(db.keyspace, entry, reply);
  if (atMs === null) {
    if ((flags & PERSIST) !== 0) persist(context, key);
  } else if ((flags & (EXAT | PXAT)) !== 0 && deletesAtOnce(context.store, atMs)) {
    deleteKey(context, key, services.config.boolean("lazyfree-lazy-expire").value);
  } else {
    db.setExpiry(db.lookupWrite(key), atMs);
    context.propagateAs(["PEXPIREAT", key.view(), atMs]);
    db.commit(key, NOTIFY_GENERIC, "expire");
  }
}

function persist(context: Context, key: Slice): void {
  const { db } = context;
  if (!db.clearExpiry(db.lookupWrite(key))) return;
  context.propagateAs(["PERSIST", key.view()]);
  db.commit(key, NOTIFY_GENERIC, "persist");
}

/** GET, GETDEL and GETEX. */
export function getCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "get",
      group: "string",
      since: "1.0.0",
      summary: "Get the value of a key",
      complexity: "O(1)",
      arity: 2,
      flags: "readonly fast",
      acl: "string",
      keys: [key(1, "RO access")],
      syntax: "key",
      run: get,
    },
    {
      name: "getdel",
      group: "string",
      since: "6.2.0",
      summary: "Get the value of a key and delete the key",
      complexity: "O(1)",
      arity: 2,
      flags: "write fast",
      acl: "string",
      keys: [key(1, "RW access delete")],
      syntax: "key",
      run: (context, args, reply) => getdel(context, args, reply, services),
    },
    {
      name: "getex",
      group: "string",
      since: "6.2.0",
      summary: "Get the value of a key and optionally set its expiration",
      complexity: "O(1)",
      arity: -2,
      flags: "write fast",
      acl: "string",
      keys: [key(1, "RW access update", "RW and UPDATE because it changes the TTL")],
      syntax: `
        key [expiration<EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time
        | PXAT unix-time-milliseconds:unix-time | PERSIST>]
      `,
      run: (context, args, reply) => getex(context, args, reply, services),
    },
  ];
}
