/**
 * XADD, XTRIM, XDEL, XSETID: the commands that change the entries of a stream.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import type { Slice } from "../../bytes/slice.ts";
import { readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { IntegerCell } from "../../config/integer_cell.ts";
import { NO_SUCH_KEY, SYNTAX_ERROR, wrongArity } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NOTIFY_STREAM } from "../../store/keyspace_events.ts";
import type { Int64 } from "../../values/int64.ts";
import { MAX_STREAM_ID, StreamId, UINT64_MAX } from "../../values/stream_id.ts";
import type { StreamLimits } from "../../values/stream_node.ts";
import { StreamValue } from "../../values/stream_value.ts";
import type { Services } from "../services.ts";
import { readStrictId, replyStreamId } from "./stream_ids.ts";
import { writeStream } from "./stream_keys.ts";
import { TrimOptions, type TrimRule } from "./trim_options.ts";

const ENTRIESADDED = ascii("entriesadded");
const MAXDELETEDID = ascii("maxdeletedid");

const TOO_LARGE = "ERR Elements are too large to be stored";
const ID_TOO_SMALL = "ERR The ID specified in XADD is equal or smaller than the target stream top item";

/** Slices of a request kept for the next; more than this many are let go. */
const KEPT_PARTS = 256;

// Reused from request to request: handlers run one at a time.
const options = new TrimOptions();
const rule = { maxNodeEntries: 0, isObeyed: false };
const newId = new StreamId();
const maxDeletedId = new StreamId();
const topId = new StreamId();
const ids: StreamId[] = [];
const fields = { parts: [] as Slice[], first: 0, pairCount: 0 };

/** The parameters that nodes are made by, as they are at the moment. */
class ConfiguredLimits implements StreamLimits {
  readonly #services: Services;
  #bytes: IntegerCell | null = null;
  #entries: IntegerCell | null = null;

  constructor(services: Services) {
    this.#services = services;
  }

  get maxNodeBytes(): number {
    return (this.#bytes ??= this.#services.config.integer("stream-node-max-bytes")).value;
  }

  get maxNodeEntries(): number {
    return (this.#entries ??= this.#services.config.integer("stream-node-max-entries")).value;
  }
}

function trimRule(context: Context, { maxNodeEntries }: StreamLimits): TrimRule {
  rule.maxNodeEntries = maxNodeEntries;
  rule.isObeyed = context.origin !== "client";
  return rule;
}

function xadd(context: Context, args: Args, reply: Reply, limits: StreamLimits, isPropagated: boolean): void {
  const idIndex = options.readForAdd(args, trimRule(context, limits), reply);
  if (idIndex === 0) return;
  const partCount = args.count - idIndex - 1;
  if (partCount < 2 || partCount % 2 === 1) return reply.error(wrongArity("xadd"));
  if (options.idForm === "complete" && options.id.isZero) {
    return reply.error("ERR The ID specified in XADD must be greater than 0-0");
  }
  const { db } = context;
  const target = args.at(1);
  let stream = writeStream(db, target, reply);
  if (stream === undefined) return;
  if (stream === null) {
    if (options.isStreamKept) return reply.nil();
    stream = new StreamValue(db.store.arena);
    db.setValue(target, stream);
  }
  if (stream.lastId.equals(MAX_STREAM_ID)) {
    return reply.error("ERR The stream has exhausted the last possible ID, unable to add more items");
  }
  // As Redis, which leaves the kind of this failure open and then says so.
  if (!chooseId(stream, context.now)) return reply.error(TOO_LARGE);
  switch (appendFields(stream, args, idIndex + 1, limits)) {
    case "id-too-small":
      return reply.error(ID_TOO_SMALL);
    case "too-large":
      return reply.error(TOO_LARGE);
    case "added":
  }
  replyStreamId(newId, reply);
  db.commit(target, NOTIFY_STREAM, "xadd");
  if (options.trim(stream) > 0) db.notify(NOTIFY_STREAM, "xtrim", target);
  if (isPropagated && (options.isApproximate || options.idForm !== "complete")) {
    const argv = argumentsOf(args);
    if (options.isApproximate) options.makeExact(argv, stream);
    argv[idIndex] = `${newId}`;
    context.propagateAs(argv);
  }
  db.store.waiting.signal(db.index, target);
}

/** Makes `newId` the id of the entry to add; false when the sequence of the time given is used up. */
function chooseId(stream: StreamValue, nowMs: number): boolean {
  const { lastId } = stream;
  const { id } = options;
  if (options.idForm === "automatic") return stream.nextId(nowMs, newId);
  newId.assign(id);
  if (options.idForm === "complete" || lastId.ms !== id.ms) return true;
  return lastId.seq !== UINT64_MAX && newId.assign(lastId).increment();
}

function appendFields(stream: StreamValue, args: Args, first: number, limits: StreamLimits) {
  const { parts } = fields;
  const count = args.count - first;
  for (let index = 0; index < count; index++) parts[index] = args.at(first + index);
  fields.pairCount = count / 2;
  const outcome = stream.append(newId, fields, limits);
  if (parts.length > KEPT_PARTS) parts.length = 0;
  return outcome;
}

function argumentsOf(args: Args): (string | Uint8Array | number)[] {
  const argv: (string | Uint8Array | number)[] = [];
  for (let index = 0; index < args.count; index++) argv.push(args.at(index).view());
  return argv;
}

function xtrim(context: Context, args: Args, reply: Reply, limits: StreamLimits): void {
  if (!options.readForTrim(args, trimRule(context, limits), reply)) return;
  const { db } = context;
  const target = args.at(1);
  const stream = writeStream(db, target, reply);
  if (stream === undefined) return;
  if (stream === null) return reply.integer(0);
  const trimmed = options.trim(stream);
  if (trimmed > 0) {
    db.notify(NOTIFY_STREAM, "xtrim", target);
    if (options.isApproximate) {
      const argv = argumentsOf(args);
      options.makeExact(argv, stream);
      context.propagateAs(argv);
    }
    db.touch(target);
    db.store.stats.dirty += trimmed;
  }
  reply.integer(trimmed);
}

function xdel(context: Context, args: Args, reply: Reply): void {
  const { db } = context;
  const target = args.at(1);
  const stream = writeStream(db, target, reply);
  if (stream === undefined) return;
  if (stream === null) return reply.integer(0);
  // All ids are read before the first entry goes: the command does all or nothing.
  for (let index = 2; index < args.count; index++) {
    if (!readStrictId(args, index, ids[index] ??= new StreamId(), reply)) return;
  }
  let deleted = 0;
  for (let index = 2; index < args.count; index++) {
    if (stream.delete(ids[index]!)) deleted++;
  }
  if (ids.length > KEPT_PARTS) ids.length = 0;
  if (deleted > 0) db.commit(target, NOTIFY_STREAM, "xdel", deleted);
  reply.integer(deleted);
}

function xsetid(context: Context, args: Args, reply: Reply): void {
  if (!readStrictId(args, 2, newId, reply)) return;
  let entriesAdded: Int64 | null = null;
  maxDeletedId.set(0, 0);
  for (let index = 3; index < args.count; index += 2) {
    const option = args.at(index);
    if (index + 1 === args.count) return reply.error(SYNTAX_ERROR);
    if (equalsIgnoreCase(option, ENTRIESADDED)) {
      entriesAdded = readInteger(args, index + 1, reply);
      if (entriesAdded === null) return;
      if (entriesAdded < 0) return reply.error("ERR entries_added must be positive");
    } else if (equalsIgnoreCase(option, MAXDELETEDID)) {
      if (!readStrictId(args, index + 1, maxDeletedId, reply)) return;
      if (newId.compare(maxDeletedId) < 0) {
        return reply.error("ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id");
      }
    } else {
      return reply.error(SYNTAX_ERROR);
    }
  }
  const { db } = context;
  const stream = writeStream(db, args.at(1), reply);
  if (stream === undefined) return;
  if (stream === null) return reply.error(NO_SUCH_KEY);
  if (stream.length > 0) {
    if (stream.lastValidId(topId) && newId.compare(topId) < 0) {
      return reply.error("ERR The ID specified in XSETID is smaller than the target stream top item");
    }
    if (entriesAdded !== null && stream.length > entriesAdded) {
      return reply.error("ERR The entries_added specified in XSETID is smaller than the target stream length");
    }
  }
  stream.lastId.assign(newId);
  if (entriesAdded !== null) stream.entriesAdded = entriesAdded;
  if (!maxDeletedId.isZero) stream.maxDeletedId.assign(maxDeletedId);
  reply.ok();
  db.store.stats.dirty++;
  db.notify(NOTIFY_STREAM, "xsetid", args.at(1));
}

/** Those that no limit of the configuration concerns. */
const UNLIMITED_COMMANDS: readonly CommandSpec[] = [
  {
    name: "xdel",
    group: "stream",
    since: "5.0.0",
    summary:
      "Removes the specified entries from the stream. Returns the number of items actually deleted, that may be different from the number of IDs passed in case certain IDs do not exist.",
    complexity: "O(1) for each single item to delete in the stream, regardless of the stream size.",
    arity: -3,
    flags: "write fast",
    acl: "stream",
    keys: [key(1, "RW delete")],
    syntax: "key id...",
    run: xdel,
  },
  {
    name: "xsetid",
    group: "stream",
    since: "5.0.0",
    summary: "An internal command for replicating stream values",
    complexity: "O(1)",
    arity: -3,
    flags: "write denyoom fast",
    acl: "stream",
    history: [["7.0.0", "Added the `entries_added` and `max_deleted_entry_id` arguments."]],
    keys: [key(1, "RW update")],
    syntax: "key last-id [ENTRIESADDED entries_added:integer@7.0.0] [MAXDELETEDID max_deleted_entry_id@7.0.0]",
    run: xsetid,
  },
];

/** XADD, XTRIM, XDEL, XSETID. */
export function addCommands(services: Services): CommandSpec[] {
  const limits = new ConfiguredLimits(services);
  return [
    {
      name: "xadd",
      group: "stream",
      since: "5.0.0",
      summary: "Appends a new entry to a stream",
      complexity: "O(1) when adding a new entry, O(N) when trimming where N being the number of entries evicted.",
      arity: -5,
      flags: "write denyoom fast",
      acl: "stream",
      hints: "nondeterministic_output",
      history: [
        ["6.2.0", "Added the `NOMKSTREAM` option, `MINID` trimming strategy and the `LIMIT` option."],
        ["7.0.0", "Added support for the `<ms>-*` explicit ID form."],
      ],
      keys: [key(1, "RW update", "UPDATE instead of INSERT because of the optional trimming feature")],
      syntax: `
        key [NOMKSTREAM@6.2.0]
        [trim(strategy<MAXLEN | MINID@6.2.0> [operator<equal='=' | approximately='~'>] threshold [LIMIT count:integer@6.2.0])]
        id_or_auto<auto_id='*' | id> field_value(field value)...
      `,
      run: (context, args, reply) => xadd(context, args, reply, limits, services.propagation.isActive),
    },
    {
      name: "xtrim",
      group: "stream",
      since: "5.0.0",
      summary: "Trims the stream to (approximately if '~' is passed) a certain size",
      complexity:
        "O(N), with N being the number of evicted entries. Constant times are very small however, since entries are organized in macro nodes containing multiple entries that can be released with a single deallocation.",
      arity: -4,
      flags: "write",
      acl: "stream",
      hints: "nondeterministic_output",
      history: [["6.2.0", "Added the `MINID` trimming strategy and the `LIMIT` option."]],
      keys: [key(1, "RW delete")],
      syntax: `
        key trim(strategy<MAXLEN
        | MINID@6.2.0> [operator<equal='=' | approximately='~'>] threshold [LIMIT count:integer@6.2.0])
      `,
      run: (context, args, reply) => xtrim(context, args, reply, limits),
    },
    ...UNLIMITED_COMMANDS,
  ];
}
