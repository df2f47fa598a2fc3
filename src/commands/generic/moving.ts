/**
 * RENAME, RENAMENX, MOVE and COPY: keys under another name or in another database.
 */

import { ascii, equalsIgnoreCase, equalSlices } from "../../bytes/ascii.ts";
import { readRangedInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import { DB_INDEX_OUT_OF_RANGE, NO_SUCH_KEY, SAME_OBJECT, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { copyEntry, moveEntry } from "../../store/key_moves.ts";
import { NOTIFY_GENERIC } from "../../store/keyspace_events.ts";
import type { Services } from "../services.ts";

const DB = ascii("db");
const REPLACE = ascii("replace");

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };

function rename(context: Context, args: Args, reply: Reply): void {
  if (renameKey(context, args, reply, false)) reply.ok();
}

function renamenx(context: Context, args: Args, reply: Reply): void {
  if (renameKey(context, args, reply, true)) reply.integer(1);
}

/** Renames; false when it has replied instead. */
function renameKey({ db, store }: Context, args: Args, reply: Reply, isOnlyIfNew: boolean): boolean {
  const from = args.at(1);
  const to = args.at(2);
  if (db.lookupWrite(from) === NO_ENTRY) {
    reply.error(NO_SUCH_KEY);
    return false;
  }
  const isSame = equalSlices(from, to);
  if (isSame && !isOnlyIfNew) return true;
  if (isSame || (db.lookupWrite(to) !== NO_ENTRY && isOnlyIfNew)) {
    reply.integer(0);
    return false;
  }
  db.delete(to);
  moveEntry(db, from, db.peek(from), db, to);
  db.touch(from);
  db.touch(to);
  db.notify(NOTIFY_GENERIC, "rename_from", from);
  db.notify(NOTIFY_GENERIC, "rename_to", to);
  store.stats.dirty++;
  return true;
}

function move(services: Services, { db, store }: Context, args: Args, reply: Reply): void {
  if (services.config.boolean("cluster-enabled").value) return reply.error("ERR MOVE is not allowed in cluster mode");
  const target = readDatabase(store.databases, args, 2, reply);
  if (target === null) return;
  if (target === db) return reply.error(SAME_OBJECT);
  const name = args.at(1);
  if (db.lookupWrite(name) === NO_ENTRY || target.lookupWrite(name) !== NO_ENTRY) return reply.integer(0);
  moveEntry(db, name, db.peek(name), target, name);
  db.touch(name);
  target.touch(name);
  db.notify(NOTIFY_GENERIC, "move_from", name);
  target.notify(NOTIFY_GENERIC, "move_to", name);
  store.stats.dirty++;
  reply.integer(1);
}

function copy(services: Services, { db, store }: Context, args: Args, reply: Reply): void {
  let target = db;
  let isReplacing = false;
  for (let index = 3; index < args.count; index++) {
    const option = args.at(index);
    if (equalsIgnoreCase(option, REPLACE)) {
      isReplacing = true;
    } else if (equalsIgnoreCase(option, DB) && index + 1 < args.count) {
      const chosen = readDatabase(store.databases, args, ++index, reply);
      if (chosen === null) return;
      target = chosen;
    } else {
      return reply.error(SYNTAX_ERROR);
    }
  }
  if (services.config.boolean("cluster-enabled").value && (db.index !== 0 || target.index !== 0)) {
    return reply.error("ERR Copying to another database is not allowed in cluster mode");
  }
  const from = args.at(1);
  const to = args.at(2);
  if (target === db && equalSlices(from, to)) return reply.error(SAME_OBJECT);
  if (db.lookupRead(from) === NO_ENTRY) return reply.integer(0);
  if (target.lookupWrite(to) !== NO_ENTRY) {
    if (!isReplacing) return reply.integer(0);
    target.delete(to);
  }
  copyEntry(db, db.peek(from), target, to);
  target.commit(to, NOTIFY_GENERIC, "copy_to");
  reply.integer(1);
}

function readDatabase(databases: readonly Database[], args: Args, index: number, reply: Reply): Database | null {
  const number = readRangedInteger(args, index, reply, INT32);
  if (number === null) return null;
  const db = databases[number];
  if (db === undefined) reply.error(DB_INDEX_OUT_OF_RANGE);
  return db ?? null;
}

/** RENAME, RENAMENX, MOVE, COPY. */
export function movingCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "rename",
      group: "generic",
      since: "1.0.0",
      summary: "Rename a key",
      complexity: "O(1)",
      arity: 3,
      flags: "write",
      acl: "keyspace",
      keys: [key(1, "RW access delete"), key(2, "OW update")],
      syntax: "key newkey:key#1",
      run: rename,
    },
    {
      name: "renamenx",
      group: "generic",
      since: "1.0.0",
      summary: "Rename a key, only if the new key does not exist",
      complexity: "O(1)",
      arity: 3,
      flags: "write fast",
      acl: "keyspace",
      history: [["3.2.0", "The command no longer returns an error when source and destination names are the same."]],
      keys: [key(1, "RW access delete"), key(2, "OW insert")],
      syntax: "key newkey:key#1",
      run: renamenx,
    },
    {
      name: "move",
      group: "generic",
      since: "1.0.0",
      summary: "Move a key to another database",
      complexity: "O(1)",
      arity: 3,
      flags: "write fast",
      acl: "keyspace",
      keys: [key(1, "RW access update")],
      syntax: "key db:integer",
      run: (context, args, reply) => move(services, context, args, reply),
    },
    {
      name: "copy",
      group: "generic",
      since: "6.2.0",
      summary: "Copy a key",
      complexity: "O(N) worst case for collections, where N is the number of nested items. O(1) for string values.",
      arity: -3,
      flags: "write denyoom",
      acl: "keyspace",
      keys: [key(1, "RO access"), key(2, "OW update")],
      syntax: "source:key destination:key#1 [DB destination-db:integer] [REPLACE]",
      run: (context, args, reply) => copy(services, context, args, reply),
    },
  ];
}
