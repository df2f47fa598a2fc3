/**
 * MEMORY: where the server's memory goes.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { helpHandler } from "../../command/help.ts";
import { key } from "../../command/key_specs.ts";
import { humanBytes } from "../../metrics/info_sections.ts";
import { SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import { KIND_STRING } from "../../values/kind.ts";
import type { Services } from "../services.ts";
import { memoryOverview } from "./info_memory.ts";
import { memoryReport } from "./memory_report.ts";

const SAMPLES = ascii("samples");

/** MEMORY USAGE key [SAMPLES count]: the size is exact, so that nothing has to be sampled. */
function memoryUsage({ db }: Context, args: Args, reply: Reply): void {
  for (let i = 3; i < args.count; i += 2) {
    if (!equalsIgnoreCase(args.at(i), SAMPLES) || i + 1 === args.count) return reply.error(SYNTAX_ERROR);
    const count = readInteger(args, i + 1, reply);
    if (count === null) return;
    if (count < 0) return reply.error(SYNTAX_ERROR);
  }
  const entry = db.keyspace.find(args.at(2));
  if (entry === NO_ENTRY) return reply.nil();
  reply.integer(entryBytes(db, entry));
}

function entryBytes({ keyspace, store }: Database, entry: EntryRef): number {
  const own = store.arena.capacity(entry);
  return keyspace.kindOf(entry) === KIND_STRING ? own : own + keyspace.valueOf(entry).sizeBytes;
}

/** MEMORY STATS */
function memoryStats(services: Services, reply: Reply): void {
  const { store, metrics: { memory } } = services;
  const overview = memoryOverview(services);
  const { usedBytes, peakBytes, residentBytes, startupBytes } = overview;
  const databases = store.databases.filter((db) => db.size > 0);
  const keyCount = databases.reduce((sum, db) => sum + db.size, 0);
  reply.map(27 + databases.length);
  const integer = (name: string, value: number) => {
    reply.bulkText(name);
    reply.integer(Math.floor(value));
  };
  const double = (name: string, value: number) => {
    reply.bulkText(name);
    reply.double(value);
  };
  integer("peak.allocated", peakBytes);
  integer("total.allocated", usedBytes);
  integer("startup.allocated", startupBytes);
  for (const name of ["replication.backlog", "clients.slaves", "clients.normal", "cluster.links", "aof.buffer"]) {
    integer(name, memory.bytesOf(name));
  }
  integer("lua.caches", memory.bytesOf("lua.caches"));
  integer("functions.caches", memory.bytesOf("functions.caches"));
  for (const db of databases) replyTables(reply, db);
  integer("overhead.total", overview.overheadBytes);
  integer("keys.count", keyCount);
  integer("keys.bytes-per-key", keyCount === 0 ? 0 : (usedBytes - startupBytes) / keyCount);
  integer("dataset.bytes", overview.datasetBytes);
  double("dataset.percentage", overview.datasetPercent);
  double("peak.percentage", 100 * usedBytes / peakBytes);
  integer("allocator.allocated", usedBytes);
  integer("allocator.active", residentBytes);
  integer("allocator.resident", residentBytes);
  double("allocator-fragmentation.ratio", residentBytes / usedBytes);
  integer("allocator-fragmentation.bytes", residentBytes - usedBytes);
  double("allocator-rss.ratio", 1);
  integer("allocator-rss.bytes", 0);
  double("rss-overhead.ratio", 1);
  integer("rss-overhead.bytes", 0);
  double("fragmentation", residentBytes / usedBytes);
  integer("fragmentation.bytes", residentBytes - usedBytes);
}

function replyTables(reply: Reply, { index, keyspace: { dict, expiry } }: Database): void {
  reply.bulkText(`db.${index}`);
  reply.map(3);
  reply.bulkText("overhead.hashtable.main");
  reply.integer(dict.tableBytes);
  reply.bulkText("overhead.hashtable.expires");
  reply.integer(expiry.tableBytes);
  reply.bulkText("overhead.hashtable.slot-to-keys");
  reply.integer(0);
}

/** MEMORY MALLOC-STATS */
function memoryMallocStats({ store: { arena } }: Services, reply: Reply): void {
  const { heapUsed, heapTotal, external } = Deno.memoryUsage();
  reply.verbatim(
    "txt",
    `arena: ${humanBytes(arena.usedBytes)} in use\n` +
      `V8 heap: ${humanBytes(heapUsed)} in use of ${humanBytes(heapTotal)}\n` +
      `outside the heap: ${humanBytes(external)}\n`,
  );
}

/** MEMORY. */
export function memoryCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "memory",
      group: "server",
      since: "4.0.0",
      summary: "A container for memory diagnostics commands",
      complexity: "Depends on subcommand.",
      arity: -2,
      subcommands: [...figureSubcommands(services), ...allocatorSubcommands(services), HELP],
    },
  ];
}

function figureSubcommands(services: Services): CommandSpec[] {
  return [
    {
      name: "stats",
      group: "server",
      since: "4.0.0",
      summary: "Show memory usage details",
      complexity: "O(1)",
      arity: 2,
      hints: "nondeterministic_output request_policy:all_shards response_policy:special",
      run: (_context, _args, reply) => memoryStats(services, reply),
    },
    {
      name: "usage",
      group: "server",
      since: "4.0.0",
      summary: "Estimate the memory usage of a key",
      complexity: "O(N) where N is the number of samples.",
      arity: -3,
      flags: "readonly",
      keys: [key(2, "RO")],
      syntax: "key [SAMPLES count:integer]",
      run: memoryUsage,
    },
  ];
}

function allocatorSubcommands(services: Services): CommandSpec[] {
  return [
    {
      name: "doctor",
      group: "server",
      since: "4.0.0",
      summary: "Outputs memory problems report",
      complexity: "O(1)",
      arity: 2,
      hints: "nondeterministic_output request_policy:all_shards response_policy:special",
      run: (_context, _args, reply) => reply.verbatim("txt", memoryReport(services)),
    },
    {
      name: "malloc-stats",
      group: "server",
      since: "4.0.0",
      summary: "Show allocator internal stats",
      complexity: "Depends on how much memory is allocated, could be slow",
      arity: 2,
      hints: "nondeterministic_output request_policy:all_shards response_policy:special",
      run: (_context, _args, reply) => memoryMallocStats(services, reply),
    },
    {
      name: "purge",
      group: "server",
      since: "4.0.0",
      summary: "Ask the allocator to release memory",
      complexity: "Depends on how much memory is allocated, could be slow",
      arity: 2,
      hints: "request_policy:all_shards response_policy:all_succeeded",
      run: (_context, _args, reply) => reply.ok(),
    },
  ];
}

const HELP: CommandSpec = {
  name: "help",
  group: "server",
  since: "4.0.0",
  summary: "Show helpful text about the different subcommands",
  complexity: "O(1)",
  arity: 2,
  flags: "loading stale",
  run: helpHandler([
    "DOCTOR",
    "    Return memory problems reports.",
    "MALLOC-STATS",
    "    Return internal statistics report from the memory allocator.",
    "PURGE",
    "    Attempt to purge dirty pages for reclamation by the allocator.",
    "STATS",
    "    Return information about the memory usage of the server.",
    "USAGE <key> [SAMPLES <count>]",
    "    Return memory in bytes used by <key> and its value. Nested values are",
    "    sampled up to <count> times (default: 5, 0 means sample all).",
  ]),
};
