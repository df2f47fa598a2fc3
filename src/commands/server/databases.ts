/**
 * DBSIZE, SWAPDB, FLUSHDB and FLUSHALL: whole databases.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readRangedInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { DB_INDEX_OUT_OF_RANGE, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";

const ASYNC = ascii("async");
const SYNC = ascii("sync");

const FIRST_INDEX = { min: -(2 ** 31), max: 2 ** 31 - 1, error: "ERR invalid first DB index" };
const SECOND_INDEX = { min: -(2 ** 31), max: 2 ** 31 - 1, error: "ERR invalid second DB index" };

function dbsize({ db }: Context, _args: Args, reply: Reply): void {
  reply.integer(db.size);
}

function swapdb(services: Services, { store }: Context, args: Args, reply: Reply): void {
  if (services.config.boolean("cluster-enabled").value) return reply.error("ERR SWAPDB is not allowed in cluster mode");
  const first = readRangedInteger(args, 1, reply, FIRST_INDEX);
  if (first === null) return;
  const second = readRangedInteger(args, 2, reply, SECOND_INDEX);
  if (second === null) return;
  const firstDb = store.databases[first];
  const secondDb = store.databases[second];
  if (firstDb === undefined || secondDb === undefined) return reply.error(DB_INDEX_OUT_OF_RANGE);
  store.swap(firstDb, secondDb);
  store.stats.dirty++;
  reply.ok();
}

/** Whether the memory may come back later; null when an error was replied. */
function readIsAsync({ config }: Services, args: Args, reply: Reply): boolean | null {
  if (args.count === 1) return config.boolean("lazyfree-lazy-user-flush").value;
  if (args.count === 2 && equalsIgnoreCase(args.at(1), SYNC)) return false;
  if (args.count === 2 && equalsIgnoreCase(args.at(1), ASYNC)) return true;
  reply.error(SYNTAX_ERROR);
  return null;
}

function flushdb(services: Services, context: Context, args: Args, reply: Reply): void {
  const isAsync = readIsAsync(services, args, reply);
  if (isAsync === null) return;
  const { store, db } = context;
  store.stats.dirty += store.flush(db.index);
  if (!isAsync) store.lazyFree.run(Infinity);
  // Even of an empty database: a replica may hold keys that have expired here.
  context.forcePropagation();
  reply.ok();
}

function flushall(services: Services, context: Context, args: Args, reply: Reply): void {
  const isAsync = readIsAsync(services, args, reply);
  if (isAsync === null) return;
  const { store } = context;
  store.stats.dirty += store.flush(-1);
  store.onFlushAll.emit();
  if (!isAsync) store.lazyFree.run(Infinity);
  context.forcePropagation();
  reply.ok();
}

/** DBSIZE, SWAPDB, FLUSHDB, FLUSHALL. */
export function databaseCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "dbsize",
      group: "server",
      since: "1.0.0",
      summary: "Return the number of keys in the selected database",
      complexity: "O(1)",
      arity: 1,
      flags: "readonly fast",
      acl: "keyspace",
      hints: "request_policy:all_shards response_policy:agg_sum",
      run: dbsize,
    },
    {
      name: "swapdb",
      group: "server",
      since: "4.0.0",
      summary: "Swaps two Redis databases",
      complexity: "O(N) where N is the count of clients watching or blocking on keys from both databases.",
      arity: 3,
      flags: "write fast",
      acl: "keyspace dangerous",
      syntax: "index1:integer index2:integer",
      run: (context, args, reply) => swapdb(services, context, args, reply),
    },
    {
      name: "flushdb",
      group: "server",
      since: "1.0.0",
      summary: "Remove all keys from the current database",
      complexity: "O(N) where N is the number of keys in the selected database",
      arity: -1,
      flags: "write",
      acl: "keyspace dangerous",
      hints: "request_policy:all_shards response_policy:all_succeeded",
      history: [
        ["4.0.0", "Added the `ASYNC` flushing mode modifier."],
        ["6.2.0", "Added the `SYNC` flushing mode modifier."],
      ],
      syntax: "[async<ASYNC@4.0.0 | SYNC@6.2.0>]",
      run: (context, args, reply) => flushdb(services, context, args, reply),
    },
    {
      name: "flushall",
      group: "server",
      since: "1.0.0",
      summary: "Remove all keys from all databases",
      complexity: "O(N) where N is the total number of keys in all databases",
      arity: -1,
      flags: "write",
      acl: "keyspace dangerous",
      hints: "request_policy:all_shards response_policy:all_succeeded",
      history: [
        ["4.0.0", "Added the `ASYNC` flushing mode modifier."],
        ["6.2.0", "Added the `SYNC` flushing mode modifier."],
      ],
      syntax: "[async<ASYNC@4.0.0 | SYNC@6.2.0>]",
      run: (context, args, reply) => flushall(services, context, args, reply),
    },
  ];
}
