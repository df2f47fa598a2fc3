/**
 * The subcommands of DEBUG that look at one key: OBJECT, SDSLEN, LISTPACK, QUICKLIST, HTSTATS-KEY.
 */

import { ByteWriter } from "../../bytes/byte_writer.ts";
import { lasting } from "../../bytes/lasting_slice.ts";
import type { Context } from "../../command/context.ts";
import { drain, RdbWriter } from "../../rdb/rdb_writer.ts";
import { VALUE_TYPES } from "../../rdb/value_types.ts";
import type { RdbValues } from "../../rdb/rdb_visitor.ts";
import { NO_SUCH_KEY } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { ENCODING_INT, ENCODING_RAW, type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import { readString, stringAsInteger, StringView } from "../../store/string_entries.ts";
import type { Value } from "../../store/value.ts";
import { Dict } from "../../values/dict.ts";
import { type Kind, KIND_STRING } from "../../values/kind.ts";
import type { ListValue } from "../../values/list_value.ts";
import type { Services } from "../services.ts";
import { tableStatsText } from "./debug_dataset.ts";

/** Redis's `OBJ_SHARED_REFCOUNT` and `OBJ_SHARED_INTEGERS`: small integers are no objects of their own. */
const SHARED_REFCOUNT = 0x7fffffff;
const SHARED_INTEGERS = 10000;

/** Bytes of an entry of the keyspace before its key. */
const ENTRY_HEADER_BYTES = 16;

const view = lasting(new StringView());

/** Adds these subcommands. */
export function addObjectDebugging(services: Services): void {
  const { debug } = services;
  debug.add("object", 3, (context, args, reply) => describeObject(services, context, args, reply));
  debug.add("sdslen", 3, describeString);
  debug.add("htstats-key", 3, describeTable);
  debug.add("listpack", 3, (context, args, reply) => describeListpack(services, context, args, reply));
  debug.add("quicklist", [3, 4], (context, args, reply) => describeQuicklist(services, context, args, reply));
}

/** DEBUG OBJECT key */
function describeObject(services: Services, { db, now }: Context, args: Args, reply: Reply): void {
  const { keyspace, store } = db;
  const entry = keyspace.find(args.at(2));
  if (entry === NO_ENTRY) return reply.error(NO_SUCH_KEY);
  const lru = keyspace.lruOf(entry);
  const value = keyspace.kindOf(entry) === KIND_STRING ? null : keyspace.valueOf(entry);
  const address = (entry >>> 0).toString(16);
  const length = serializedLength(db, entry, services.config.boolean("rdbcompression").value);
  const extra = value?.kind === "list" ? describeNodes(value) : "";
  reply.simple(
    `Value at:0x${address} refcount:${referenceCount(services, db, entry)} encoding:${encodingOf(db, entry)}` +
      ` serializedlength:${length} lru:${lru} lru_seconds_idle:${store.access.idleSeconds(lru, now)}${extra}`,
  );
}

function encodingOf({ keyspace }: Database, entry: EntryRef): string {
  if (keyspace.kindOf(entry) !== KIND_STRING) return keyspace.valueOf(entry).encoding;
  const encoding = keyspace.stringEncodingOf(entry);
  return encoding === ENCODING_INT ? "int" : encoding === ENCODING_RAW ? "raw" : "embstr";
}

function referenceCount({ config }: Services, { keyspace }: Database, entry: EntryRef): number {
  if (keyspace.kindOf(entry) !== KIND_STRING || keyspace.stringEncodingOf(entry) !== ENCODING_INT) return 1;
  const isSharing = config.integer("maxmemory").value === 0 || !/lru|lfu/.test(config.enum("maxmemory-policy").value);
  const integer = stringAsInteger(keyspace, entry)!;
  return isSharing && integer >= 0 && integer < SHARED_INTEGERS ? SHARED_REFCOUNT : 1;
}

/** Bytes of the value in an RDB file, without its type. */
function serializedLength({ keyspace }: Database, entry: EntryRef, compression: boolean): number {
  const writer = new RdbWriter(new ByteWriter(), { compression, checksum: false });
  const isString = keyspace.kindOf(entry) === KIND_STRING;
  const value: RdbValues[Kind] = isString ? readString(keyspace, entry, view) : keyspace.valueOf(entry);
  const kind: Kind = isString ? "string" : (value as Value).kind;
  drain(VALUE_TYPES[kind].save(writer, value as never));
  return writer.totalBytes;
}

function describeNodes({ quicklist }: ListValue): string {
  return ` ql_nodes:${quicklist.nodeCount} ql_avg_node:${(quicklist.count / quicklist.nodeCount).toFixed(2)}` +
    ` ql_listpack_max:${quicklist.fill} ql_compressed:${Number(quicklist.compressDepth !== 0)}` +
    ` ql_uncompressed_size:${quicklist.contentBytes}`;
}

/** DEBUG SDSLEN key */
function describeString({ db: { keyspace } }: Context, args: Args, reply: Reply): void {
  const entry = keyspace.find(args.at(2));
  if (entry === NO_ENTRY) return reply.error(NO_SUCH_KEY);
  if (keyspace.kindOf(entry) !== KIND_STRING || keyspace.stringEncodingOf(entry) === ENCODING_INT) {
    return reply.error("ERR Not an sds encoded string.");
  }
  const { length } = readString(keyspace, entry, view);
  const capacity = keyspace.valueCapacity(entry);
  const keyLength = args.at(2).length;
  reply.simple(
    `key_sds_len:${keyLength}, key_sds_avail:0, key_zmalloc: ${keyLength + ENTRY_HEADER_BYTES}, ` +
      `val_sds_len:${length}, val_sds_avail:${Math.max(0, capacity - 4 - length)}, val_zmalloc: ${capacity}`,
  );
}

function findValue({ db }: Context, args: Args, reply: Reply): Value | "string" | null {
  const entry = db.peek(args.at(2));
  if (entry === NO_ENTRY) {
    reply.error(NO_SUCH_KEY);
    return null;
  }
  return db.kindOf(entry) === KIND_STRING ? "string" : db.valueOf(entry);
}

/** DEBUG HTSTATS-KEY key */
function describeTable(context: Context, args: Args, reply: Reply): void {
  const value = findValue(context, args, reply);
  if (value === null) return;
  const table = value !== "string" && "table" in value ? value.table : null;
  if (table instanceof Dict) return reply.verbatim("txt", tableStatsText(table));
  reply.error("ERR The value stored at the specified key is not represented using an hash table");
}

/** DEBUG LISTPACK key */
function describeListpack({ logger }: Services, context: Context, args: Args, reply: Reply): void {
  const value = findValue(context, args, reply);
  if (value === null) return;
  if (value === "string" || (value.encoding as string) !== "listpack") {
    return reply.error("ERR Not a listpack encoded object.");
  }
  logger.raw(`{total bytes ${value.sizeBytes}} {num entries ${value.freeEffort}}\n`);
  reply.simple("Listpack structure printed on stdout");
}

/** DEBUG QUICKLIST key [0 | 1] */
function describeQuicklist({ logger }: Services, context: Context, args: Args, reply: Reply): void {
  const value = findValue(context, args, reply);
  if (value === null) return;
  if (value === "string" || value.kind !== "list") return reply.error("ERR Not a quicklist encoded object.");
  const { quicklist } = value;
  let text = `{count: ${quicklist.count}}\n{len: ${quicklist.nodeCount}}\n{fill: ${quicklist.fill}}\n` +
    `{compress: ${quicklist.compressDepth}}\n`;
  const isFull = args.count === 4 && Number(args.text(3)) > 0;
  for (let node = quicklist.head, index = 0; isFull && node !== null; node = node.next, index++) {
    const container = node.isPlain ? "PLAIN" : "PACKED";
    text += `{quicklist node(${index})\n{container : ${container}, size: ${node.sizeBytes}, count: ${node.count}}\n}\n`;
  }
  logger.raw(text);
  reply.simple("Quicklist structure printed on stdout");
}
