/**
 * XINFO: what a stream, its groups and their consumers are made of.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readClampedInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { helpHandler } from "../../command/help.ts";
import { key } from "../../command/key_specs.ts";
import { NO_SUCH_KEY, subcommandSyntax } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Int64 } from "../../values/int64.ts";
import {
  ENTRIES_READ_UNKNOWN,
  type PendingEntry,
  type StreamConsumer,
  type StreamGroup,
} from "../../values/stream_group.ts";
import { MAX_STREAM_ID, MIN_STREAM_ID, type StreamId, subtractUint64 } from "../../values/stream_id.ts";
import type { StreamIndex } from "../../values/stream_index.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { replyEntries, replyOneEntry } from "./entry_replies.ts";
import { countRadixTreeNodes } from "../../values/radix_tree_shape.ts";
import { replyStreamId } from "./stream_ids.ts";
import { noSuchGroup, readStream } from "./stream_keys.ts";

const FULL = ascii("full");
const COUNT = ascii("count");

/** Entries shown of each list where the client does not say. */
const DEFAULT_COUNT = 10;

/** The stream at position 2, which must exist; null after an error. */
function requireStream(context: Context, args: Args, reply: Reply): StreamValue | null {
  const stream = readStream(context.db, args.at(2), reply);
  if (stream === null) reply.error(NO_SUCH_KEY);
  return stream ?? null;
}

function xinfoConsumers(context: Context, args: Args, reply: Reply): void {
  const stream = requireStream(context, args, reply);
  if (stream === null) return;
  const group = stream.groups.get(args.at(3));
  if (group === null) return reply.error(noSuchGroup(args.at(2), args.at(3)));
  reply.array(group.consumers.size);
  for (const consumer of group.consumers) {
    reply.map(3);
    replyName(consumer.name, reply);
    replyCount("pending", consumer.pending.size, reply);
    replyCount("idle", Math.max(0, context.now - consumer.seenTimeMs), reply);
  }
}

function xinfoGroups(context: Context, args: Args, reply: Reply): void {
  const stream = requireStream(context, args, reply);
  if (stream === null) return;
  reply.array(stream.groups.size);
  for (const group of stream.groups) {
    reply.map(6);
    replyName(group.name, reply);
    replyCount("consumers", group.consumers.size, reply);
    replyCount("pending", group.pending.size, reply);
    replyProgress(stream, group, reply);
  }
}

function xinfoStream(context: Context, args: Args, reply: Reply): void {
  const stream = requireStream(context, args, reply);
  if (stream === null) return;
  if (args.count === 3) return replySummary(stream, reply);
  const count = readFullCount(args, reply);
  if (count !== null) replyFull(stream, count, reply);
}

/** Reads `FULL [COUNT count]`: how many entries of each list to show, 0 for all; null after an error. */
function readFullCount(args: Args, reply: Reply): number | null {
  const hasCount = args.count === 6 && equalsIgnoreCase(args.at(4), COUNT);
  if (!equalsIgnoreCase(args.at(3), FULL) || !(args.count === 4 || hasCount)) {
    reply.error(subcommandSyntax(args));
    return null;
  }
  if (!hasCount) return DEFAULT_COUNT;
  const count = readClampedInteger(args, 5, reply);
  return count !== null && count < 0 ? DEFAULT_COUNT : count;
}

function replySummary(stream: StreamValue, reply: Reply): void {
  reply.map(10);
  replyState(stream, reply);
  replyCount("groups", stream.groups.size, reply);
  reply.bulkText("first-entry");
  if (!replyOneEntry(stream, MIN_STREAM_ID, MAX_STREAM_ID, reply)) reply.nil();
  reply.bulkText("last-entry");
  if (!replyOneEntry(stream, MIN_STREAM_ID, MAX_STREAM_ID, reply, true)) reply.nil();
}

function replyFull(stream: StreamValue, count: number, reply: Reply): void {
  reply.map(9);
  replyState(stream, reply);
  reply.bulkText("entries");
  replyEntries(stream, { from: MIN_STREAM_ID, to: MAX_STREAM_ID, count, isReverse: false }, reply);
  reply.bulkText("groups");
  reply.array(stream.groups.size);
  for (const group of stream.groups) {
    reply.map(7);
    replyName(group.name, reply);
    replyProgress(stream, group, reply);
    replyCount("pel-count", group.pending.size, reply);
    replyPending(group.pending, count, true, reply);
    reply.bulkText("consumers");
    reply.array(group.consumers.size);
    for (const consumer of group.consumers) replyConsumer(consumer, count, reply);
  }
}

function replyConsumer(consumer: StreamConsumer, count: number, reply: Reply): void {
  reply.map(4);
  replyName(consumer.name, reply);
  replyCount("seen-time", consumer.seenTimeMs, reply);
  replyCount("pel-count", consumer.pending.size, reply);
  replyPending(consumer.pending, count, false, reply);
}

/** Writes pending entries, of a group's with the name of the consumer of each. */
function replyPending(pending: StreamIndex<PendingEntry>, limit: number, hasConsumer: boolean, reply: Reply): void {
  const count = limit === 0 ? pending.size : Math.min(limit, pending.size);
  reply.bulkText("pending");
  reply.array(count);
  let left = count;
  for (let entry = pending.first; entry !== null && left > 0; entry = pending.after(entry.id), left--) {
    reply.array(hasConsumer ? 4 : 3);
    replyStreamId(entry.id, reply);
    if (hasConsumer) reply.bulk(entry.consumer.name);
    reply.integer(entry.deliveryTimeMs);
    reply.integer(subtractUint64(entry.deliveryCount, 0));
  }
}

/** Writes the seven pairs that both forms of XINFO STREAM begin with. */
function replyState(stream: StreamValue, reply: Reply): void {
  replyCount("length", stream.length, reply);
  replyCount("radix-tree-keys", stream.nodes.size, reply);
  replyCount("radix-tree-nodes", countRadixTreeNodes(stream.nodes), reply);
  replyId("last-generated-id", stream.lastId, reply);
  replyId("max-deleted-entry-id", stream.maxDeletedId, reply);
  replyCount("entries-added", subtractUint64(stream.entriesAdded, 0), reply);
  replyId("recorded-first-entry-id", stream.firstId, reply);
}

/** Writes the three pairs that tell how far a group has read. */
function replyProgress(stream: StreamValue, group: StreamGroup, reply: Reply): void {
  replyId("last-delivered-id", group.lastId, reply);
  reply.bulkText("entries-read");
  if (group.entriesRead === ENTRIES_READ_UNKNOWN) reply.nil();
  else reply.integer(group.entriesRead);
  reply.bulkText("lag");
  const lag = stream.lagOf(group);
  if (lag === null) reply.nil();
  else reply.integer(lag);
}

function replyName(name: Uint8Array, reply: Reply): void {
  reply.bulkText("name");
  reply.bulk(name);
}

function replyCount(name: string, count: Int64, reply: Reply): void {
  reply.bulkText(name);
  reply.integer(count);
}

function replyId(name: string, id: Readonly<StreamId>, reply: Reply): void {
  reply.bulkText(name);
  replyStreamId(id, reply);
}

/** XINFO. */
export const infoCommands: CommandSpec[] = [
  {
    name: "xinfo",
    group: "stream",
    since: "5.0.0",
    summary: "A container for stream introspection commands",
    complexity: "Depends on subcommand.",
    arity: -2,
    subcommands: [
      {
        name: "consumers",
        group: "stream",
        since: "5.0.0",
        summary: "List the consumers in a consumer group",
        complexity: "O(1)",
        arity: 4,
        flags: "readonly",
        acl: "stream",
        hints: "nondeterministic_output",
        keys: [key(2, "RO access")],
        syntax: "key groupname",
        run: xinfoConsumers,
      },
      {
        name: "groups",
        group: "stream",
        since: "5.0.0",
        summary: "List the consumer groups of a stream",
        complexity: "O(1)",
        arity: 3,
        flags: "readonly",
        acl: "stream",
        history: [["7.0.0", "Added the `entries-read` and `lag` fields"]],
        keys: [key(2, "RO access")],
        syntax: "key",
        run: xinfoGroups,
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
        run: helpHandler([
          "CONSUMERS <key> <groupname>",
          "    Show consumers of <groupname>.",
          "GROUPS <key>",
          "    Show the stream consumer groups.",
          "STREAM <key> [FULL [COUNT <count>]",
          "    Show information about the stream.",
        ]),
      },
      {
        name: "stream",
        group: "stream",
        since: "5.0.0",
        summary: "Get information about a stream",
        complexity: "O(1)",
        arity: -3,
        flags: "readonly",
        acl: "stream",
        history: [
          ["6.0.0", "Added the `FULL` modifier."],
          [
            "7.0.0",
            "Added the `max-deleted-entry-id`, `entries-added`, `recorded-first-entry-id`, `entries-read` and `lag` fields",
          ],
        ],
        keys: [key(2, "RO access")],
        syntax: "key [FULL full([COUNT count:integer])]",
        run: xinfoStream,
      },
    ],
  },
];
