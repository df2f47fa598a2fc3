/**
 * XGROUP: makes, moves and removes consumer groups and their members.
 *
 * - As in Redis, none of this counts as a change of the key for WATCH and client-side caching, but for making the key.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readInteger } from "../../command/arguments.ts";
import type { CommandSpec, Handler } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { helpHandler } from "../../command/help.ts";
import { key } from "../../command/key_specs.ts";
import { subcommandSyntax } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NOTIFY_STREAM } from "../../store/keyspace_events.ts";
import type { Int64 } from "../../values/int64.ts";
import { ENTRIES_READ_UNKNOWN, StreamGroup } from "../../values/stream_group.ts";
import { MIN_STREAM_ID, StreamId } from "../../values/stream_id.ts";
import { StreamValue } from "../../values/stream_value.ts";
import { isCharacter, readLooseId, readStrictId } from "./stream_ids.ts";
import { addConsumer, noSuchGroup, writeStream } from "./stream_keys.ts";

const MKSTREAM = ascii("mkstream");
const ENTRIESREAD = ascii("entriesread");
const DOLLAR = 0x24;

const NO_STREAM = "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the " +
  "MKSTREAM option to create an empty stream automatically.";

const groupId = new StreamId();

/** Options of XGROUP CREATE and SETID. */
interface GroupOptions {
  makesStream: boolean;
  entriesRead: Int64;
}

/** Reads the options from position 5 on; null after an error. */
function readOptions(args: Args, isCreate: boolean, reply: Reply): GroupOptions | null {
  const options: GroupOptions = { makesStream: false, entriesRead: ENTRIES_READ_UNKNOWN };
  for (let index = 5; index < args.count; index++) {
    const option = args.at(index);
    if (isCreate && equalsIgnoreCase(option, MKSTREAM)) {
      options.makesStream = true;
    } else if (equalsIgnoreCase(option, ENTRIESREAD) && index + 1 < args.count) {
      const entriesRead = readInteger(args, ++index, reply);
      if (entriesRead === null) return null;
      if (entriesRead < 0 && entriesRead !== ENTRIES_READ_UNKNOWN) {
        reply.error("ERR value for ENTRIESREAD must be positive or -1");
        return null;
      }
      options.entriesRead = entriesRead;
    } else {
      reply.error(subcommandSyntax(args));
      return null;
    }
  }
  return options;
}

/** The stream at position 2, which must exist; null after an error. */
function requireStream(context: Context, args: Args, reply: Reply): StreamValue | null {
  const stream = writeStream(context.db, args.at(2), reply);
  if (stream === null) reply.error(NO_STREAM);
  return stream ?? null;
}

/** The group at position 3, which must exist as its stream must; null after an error. */
function requireGroup(stream: StreamValue, args: Args, reply: Reply): StreamGroup | null {
  const group = stream.groups.get(args.at(3));
  if (group === null) reply.error(noSuchGroup(args.at(2), args.at(3)));
  return group;
}

function changed(context: Context, args: Args, event: string): void {
  context.store.stats.dirty++;
  context.db.notify(NOTIFY_STREAM, event, args.at(2));
}

function xgroupCreate(context: Context, args: Args, reply: Reply): void {
  const options = readOptions(args, true, reply);
  if (options === null) return;
  const { db } = context;
  const target = args.at(2);
  let stream = writeStream(db, target, reply);
  if (stream === undefined) return;
  if (stream === null && !options.makesStream) return reply.error(NO_STREAM);
  if (args.count > 8) return reply.error(subcommandSyntax(args));
  if (isCharacter(args.at(4), DOLLAR)) groupId.assign(stream?.lastId ?? MIN_STREAM_ID);
  else if (!readStrictId(args, 4, groupId, reply)) return;
  if (stream === null) {
    stream = new StreamValue(context.store.arena);
    db.setValue(target, stream);
    db.touch(target);
  }
  if (!stream.groups.insert(new StreamGroup(args.at(3).copy(), groupId, options.entriesRead))) {
    return reply.error("BUSYGROUP Consumer Group name already exists");
  }
  reply.ok();
  changed(context, args, "xgroup-create");
}

function xgroupSetid(context: Context, args: Args, reply: Reply): void {
  const options = readOptions(args, false, reply);
  if (options === null) return;
  const stream = requireStream(context, args, reply);
  if (stream === null) return;
  const group = requireGroup(stream, args, reply);
  if (group === null) return;
  if (args.count > 7) return reply.error(subcommandSyntax(args));
  if (isCharacter(args.at(4), DOLLAR)) groupId.assign(stream.lastId);
  else if (!readLooseId(args, 4, groupId, reply)) return;
  group.lastId.assign(groupId);
  group.entriesRead = options.entriesRead;
  reply.ok();
  changed(context, args, "xgroup-setid");
}

function xgroupDestroy(context: Context, args: Args, reply: Reply): void {
  const stream = requireStream(context, args, reply);
  if (stream === null) return;
  const group = stream.groups.get(args.at(3));
  if (group === null) return reply.integer(0);
  stream.groups.delete(group);
  reply.integer(1);
  changed(context, args, "xgroup-destroy");
  // Consumers that wait for the group's entries learn that it is gone.
  context.store.waiting.signal(context.db.index, args.at(2));
}

function xgroupCreateconsumer(context: Context, args: Args, reply: Reply): void {
  const stream = requireStream(context, args, reply);
  if (stream === null) return;
  const group = requireGroup(stream, args, reply);
  if (group === null) return;
  reply.integer(addConsumer(context.db, args.at(2), group, args.at(4)) === null ? 0 : 1);
}

function xgroupDelconsumer(context: Context, args: Args, reply: Reply): void {
  const stream = requireStream(context, args, reply);
  if (stream === null) return;
  const group = requireGroup(stream, args, reply);
  if (group === null) return;
  const consumer = group.consumers.get(args.at(4));
  if (consumer === null) return reply.integer(0);
  const pending = group.deleteConsumer(consumer);
  changed(context, args, "xgroup-delconsumer");
  reply.integer(pending);
}

const xgroupHelp: Handler = helpHandler([
  "CREATE <key> <groupname> <id|$> [option]",
  "    Create a new consumer group. Options are:",
  "    * MKSTREAM",
  "      Create the empty stream if it does not exist.",
  "    * ENTRIESREAD entries_read",
  "      Set the group's entries_read counter (internal use).",
  "CREATECONSUMER <key> <groupname> <consumer>",
  "    Create a new consumer in the specified group.",
  "DELCONSUMER <key> <groupname> <consumer>",
  "    Remove the specified consumer.",
  "DESTROY <key> <groupname>",
  "    Remove the specified group.",
  "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
  "    Set the current group ID and entries_read counter.",
]);

/** XGROUP. */
export const groupCommands: CommandSpec[] = [
  {
    name: "xgroup",
    group: "stream",
    since: "5.0.0",
    summary: "A container for consumer groups commands",
    complexity: "Depends on subcommand.",
    arity: -2,
    subcommands: [
      {
        name: "create",
        group: "stream",
        since: "5.0.0",
        summary: "Create a consumer group.",
        complexity: "O(1)",
        arity: -5,
        flags: "write denyoom",
        acl: "stream",
        history: [["7.0.0", "Added the `entries_read` named argument."]],
        keys: [key(2, "RW insert")],
        syntax: "key groupname id<id | new_id='$'> [MKSTREAM] [ENTRIESREAD entries_read:integer]",
        run: xgroupCreate,
      },
      {
        name: "createconsumer",
        group: "stream",
        since: "6.2.0",
        summary: "Create a consumer in a consumer group.",
        complexity: "O(1)",
        arity: 5,
        flags: "write denyoom",
        acl: "stream",
        keys: [key(2, "RW insert")],
        syntax: "key groupname consumername",
        run: xgroupCreateconsumer,
      },
      {
        name: "delconsumer",
        group: "stream",
        since: "5.0.0",
        summary: "Delete a consumer from a consumer group.",
        complexity: "O(1)",
        arity: 5,
        flags: "write",
        acl: "stream",
        keys: [key(2, "RW delete")],
        syntax: "key groupname consumername",
        run: xgroupDelconsumer,
      },
      {
        name: "destroy",
        group: "stream",
        since: "5.0.0",
        summary: "Destroy a consumer group.",
        complexity: "O(N) where N is the number of entries in the group's pending entries list (PEL).",
        arity: 4,
        flags: "write",
        acl: "stream",
        keys: [key(2, "RW delete")],
        syntax: "key groupname",
        run: xgroupDestroy,
      },
      {
        name: "help",
        group: "stream",
        since: "5.0.0",
        summary: "Show helpful text about the different subcommands",
        complexity: "O(1)",
        arity: 2,
        flags: "loading stale",
        acl: "stream",
        run: xgroupHelp,
      },
      {
        name: "setid",
        group: "stream",
        since: "5.0.0",
        summary: "Set a consumer group to an arbitrary last delivered ID value.",
        complexity: "O(1)",
        arity: -5,
        flags: "write",
        acl: "stream",
        history: [["7.0.0", "Added the optional `entries_read` argument."]],
        keys: [key(2, "RW update")],
        syntax: "key groupname id<id | new_id='$'> [ENTRIESREAD entries_read:integer]",
        run: xgroupSetid,
      },
    ],
  },
];
