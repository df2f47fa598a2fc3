/**
 * The subcommands of DEBUG that deal with the whole dataset: DIGEST, DIGEST-VALUE, POPULATE, RELOAD, LOADAOF,
 * AOF-FLUSH-SLEEP, HTSTATS.
 */

import { ascii } from "../../bytes/ascii.ts";
import { MAX_INTEGER_LENGTH, writeInteger } from "../../bytes/integer.ts";
import { Slice } from "../../bytes/slice.ts";
import { readInteger, readPositiveInteger } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { answerLater, type Wait } from "../../command/outcome.ts";
import type { Reply } from "../../resp/reply.ts";
import { LOADING, notForDenyBlocking } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { EMBSTR_SIZE_LIMIT, ENCODING_EMBSTR, ENCODING_RAW, NO_ENTRY } from "../../store/entry_layout.ts";
import type { Dict } from "../../values/dict.ts";
import { type DictTableStats, measureDict } from "../../values/dict_stats.ts";
import type { Services } from "../services.ts";
import { Digest, digestEntry, digestStore } from "./dataset_digest.ts";

/** Bytes that Redis's buffer for the names of POPULATE holds. */
const MAX_NAME_BYTES = 127;

/** Adds these subcommands. */
export function addDatasetDebugging(services: Services): void {
  const { debug, store } = services;
  debug.add("digest", 2, (_context, _args, reply) => reply.simple(digestStore(store).toString()));
  debug.add("digest-value", [2, Infinity], replyValueDigests);
  debug.add("populate", [3, 5], populate);
  debug.add("reload", [2, Infinity], (_context, args, reply) => reload(services, args, reply));
  debug.add("loadaof", 2, (context, _args, reply) => loadAof(services, context, reply));
  debug.add("aof-flush-sleep", 3, (_context, args, reply) => {
    services.aof.writer.flushDelayMs = Math.max(0, Number.parseInt(args.text(2), 10) || 0) / 1000;
    reply.ok();
  });
  debug.add("htstats", 3, (_context, args, reply) => replyTableStats(services, args, reply));
}

/** DEBUG DIGEST-VALUE key [key ...] */
function replyValueDigests(context: Context, args: Args, reply: Reply): void {
  const digest = new Digest();
  const { keyspace } = context.db;
  reply.array(args.count - 2);
  for (let i = 2; i < args.count; i++) {
    // Without a look at the expiry: a key whose time has come is still there to be debugged.
    const entry = keyspace.find(args.at(i));
    digest.clear();
    if (entry !== NO_ENTRY) digestEntry(digest, keyspace, entry);
    reply.simple(digest.toString());
  }
}

/** DEBUG POPULATE count [prefix [size]] */
function populate({ db }: Context, args: Args, reply: Reply): void {
  const count = readPositiveInteger(args, 2, reply);
  if (count === null) return;
  const size = args.count === 5 ? readPositiveInteger(args, 4, reply) : 0;
  if (size === null) return;
  const prefix = args.count === 3 ? "key" : args.text(3).split("\0", 1)[0]!;
  const keys = new NumberedTexts(`${prefix}:`, 0);
  const values = new NumberedTexts("value:", size);
  for (let index = 0; index < count; index++) {
    const key = keys.at(index);
    key.end = Math.min(key.end, MAX_NAME_BYTES);
    if (db.lookupWrite(key) !== NO_ENTRY) continue;
    const value = values.at(index);
    if (size !== 0) value.end = size;
    db.setStringBytes(key, value, value.length <= EMBSTR_SIZE_LIMIT ? ENCODING_EMBSTR : ENCODING_RAW);
    db.touch(key);
  }
  reply.ok();
}

/** A text with a number behind it, in memory of its own that is written anew for the next number, which must be larger. */
class NumberedTexts {
  readonly #slice: Slice;
  readonly #prefixLength: number;

  /** Behind the text there are zero bytes up to `size`. */
  constructor(prefix: string, size: number) {
    this.#prefixLength = prefix.length;
    this.#slice = new Slice(new Uint8Array(Math.max(prefix.length + MAX_INTEGER_LENGTH, size)));
    this.#slice.bytes.set(ascii(prefix));
  }

  at(index: number): Slice {
    this.#slice.end = writeInteger(this.#slice.bytes, this.#prefixLength, index);
    return this.#slice;
  }
}

/** DEBUG RELOAD [MERGE] [NOFLUSH] [NOSAVE] */
function reload(services: Services, args: Args, reply: Reply): void {
  const words = new Set<string>();
  for (let i = 2; i < args.count; i++) words.add(args.text(i).toLowerCase());
  for (const word of words) {
    if (!["merge", "noflush", "nosave"].includes(word)) {
      return reply.error("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
    }
  }
  const refusal = services.persistence.reload({
    save: !words.has("nosave"),
    flush: !words.has("noflush"),
    merge: words.has("merge"),
  });
  if (refusal === null) reply.ok();
  else reply.error(refusal);
}

/** DEBUG LOADAOF: the client waits, and the others are told that data are being loaded. */
function loadAof(services: Services, context: Context, reply: Reply): Wait | void {
  const { aof, loading, executor, store, logger, tasks } = services;
  if (loading.isActive) return reply.error(LOADING);
  if (context.isWaitDenied) return reply.error(notForDenyBlocking("DEBUG LOADAOF"));
  const loaded = Promise.withResolvers<string | null>();
  context.preventPropagation();
  // Nobody who waits for a key is served before all commands of the file have run.
  executor.hold();
  tasks.start("DEBUG LOADAOF", async () => {
    let refusal: string | null = "ERR internal error in 'debug|loadaof'";
    try {
      refusal = await aof.reload();
    } finally {
      store.stats.dirty = 0;
      executor.release();
      loaded.resolve(refusal);
    }
  });
  return answerLater("loading", loaded.promise, (refusal) => {
    if (refusal !== null) return reply.error(refusal);
    logger.warning("Append Only File loaded by DEBUG LOADAOF");
    reply.ok();
  });
}

/** DEBUG HTSTATS dbid */
function replyTableStats({ store }: Services, args: Args, reply: Reply): void {
  const index = readInteger(args, 2, reply);
  if (index === null) return;
  const db = store.databases[Number(index)];
  if (db === undefined) return reply.error("ERR Out of range database");
  const { dict, expiry } = db.keyspace;
  // Expiries are a dense table, not a hash table of their own: there are no chains to tell of.
  const expiryText = expiry.size === 0
    ? emptyTableText(0)
    : `Dense table stats:\n number of elements: ${expiry.size}\n table bytes: ${expiry.tableBytes}\n`;
  reply.verbatim("txt", `[Dictionary HT]\n${tableStatsText(dict)}[Expires HT]\n${expiryText}`);
}

/** What HTSTATS and HTSTATS-KEY print of a hash table. */
export function tableStatsText(dict: Dict): string {
  return measureDict(dict).tables.map((table, index) => tableText(table, index)).join("");
}

function tableText(table: DictTableStats, index: number): string {
  if (table.used === 0) return emptyTableText(index);
  const percent = (count: number) => ((count / table.size) * 100).toFixed(2);
  const lengths = table.chainLengths.slice(0, -1).map((count, length) =>
    count === 0 ? "" : `   ${length}: ${count} (${percent(count)}%)\n`
  );
  return `${tableTitle(index)}\n` +
    ` table size: ${table.size}\n` +
    ` number of elements: ${table.used}\n` +
    ` different slots: ${table.differentSlots}\n` +
    ` max chain length: ${table.maxChain}\n` +
    ` avg chain length (counted): ${(table.counted / table.differentSlots).toFixed(2)}\n` +
    ` avg chain length (computed): ${(table.used / table.differentSlots).toFixed(2)}\n` +
    ` Chain length distribution:\n${lengths.join("")}`;
}

function tableTitle(index: number): string {
  return `Hash table ${index} stats (${index === 0 ? "main hash table" : "rehashing target"}):`;
}

function emptyTableText(index: number): string {
  return `${tableTitle(index)}\nNo stats available for empty dictionaries\n`;
}
