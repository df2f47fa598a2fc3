/**
 * Reads all that a server holds in one canonical form, so that two servers (or a file and a server) can be compared.
 *
 * - Keys come by database, then by their bytes; what has no order (sets, hashes) is sorted.
 * - Texts have one character per byte.
 */
import type { RawClient } from "./raw_client.ts";
import type { ReplyValue } from "./reply_reader.ts";

/** One key. */
export interface DatasetEntry {
  database: number;
  key: string;
  type: string;
  encoding: string;
  /** Unix milliseconds, or -1 for a key that stays. */
  expireAtMs: number;
  value: DatasetValue;
}

/** A value as JSON can hold it. */
export type DatasetValue = string | number | null | DatasetValue[] | { [name: string]: DatasetValue };

/** What to read. */
export interface DumpOptions {
  /** How many databases to look into; 16 by default. */
  databaseCount?: number;
  /** False leaves out when consumers were seen and entries delivered, which differs between two writers. */
  hasTimes?: boolean;
  /** False leaves out OBJECT ENCODING (it is then the empty text). */
  hasEncodings?: boolean;
}

/** Reads every key of every database; the client ends in database 0. */
export async function dumpDataset(client: RawClient, options: DumpOptions = {}): Promise<DatasetEntry[]> {
  const { databaseCount = 16, hasTimes = true, hasEncodings = true } = options;
  const entries: DatasetEntry[] = [];
  for (let database = 0; database < databaseCount; database++) {
    await client.expect("SELECT", database);
    for (const key of await allKeys(client)) {
      const type = String(await client.expect("TYPE", key));
      entries.push({
        database,
        key,
        type,
        encoding: hasEncodings ? String(await client.expect("OBJECT", "ENCODING", key)) : "",
        expireAtMs: Number(await client.expect("PEXPIRETIME", key)),
        value: await readValue(client, { key, type, hasTimes }),
      });
    }
  }
  await client.expect("SELECT", 0);
  return entries;
}

/** The digest that stands for a long value in a manifest: SHA-256 of its JSON, in hexadecimal. */
export async function digestOfValue(value: DatasetValue): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function allKeys(client: RawClient): Promise<string[]> {
  const keys = await client.expect("KEYS", "*") as string[];
  return keys.sort();
}

interface ReadOptions {
  key: string;
  type: string;
  hasTimes: boolean;
}

async function readValue(client: RawClient, { key, type, hasTimes }: ReadOptions): Promise<DatasetValue> {
  switch (type) {
    case "string":
      return await client.expect("GET", key) as string;
    case "list":
      return await client.expect("LRANGE", key, 0, -1) as string[];
    case "set":
      return (await client.expect("SMEMBERS", key) as string[]).sort();
    case "hash":
      return pairsOf(await client.expect("HGETALL", key)).sort(byFirst);
    case "zset":
      return pairsOf(await client.expect("ZRANGE", key, 0, -1, "WITHSCORES"));
    case "stream":
      return await readStream(client, key, hasTimes);
    default:
      throw new Error(`Cannot read the key ${key}: its type is ${type}`);
  }
}

async function readStream(client: RawClient, key: string, hasTimes: boolean): Promise<DatasetValue> {
  const about = recordOf(await client.expect("XINFO", "STREAM", key, "FULL", "COUNT", 0));
  const groups = (about["groups"] as ReplyValue[]).map((group) => groupOf(recordOf(group), hasTimes));
  return {
    lastId: plain(about["last-generated-id"]),
    maxDeletedId: plain(about["max-deleted-entry-id"]),
    entriesAdded: plain(about["entries-added"]),
    entries: plain(await client.expect("XRANGE", key, "-", "+")),
    groups,
  };
}

function groupOf(group: Record<string, ReplyValue>, hasTimes: boolean): DatasetValue {
  const pending = (group["pending"] as ReplyValue[][]).map(([id, consumer, deliveredMs, count]) => {
    return hasTimes ? [id, consumer, deliveredMs, count] : [id, consumer, count];
  });
  const consumers = (group["consumers"] as ReplyValue[]).map((reply) => {
    const consumer = recordOf(reply);
    return hasTimes ? [consumer["name"], consumer["seen-time"]] : [consumer["name"]];
  });
  return {
    name: plain(group["name"]),
    lastDeliveredId: plain(group["last-delivered-id"]),
    entriesRead: plain(group["entries-read"]),
    pending: plain(pending as ReplyValue),
    consumers: plain(consumers as ReplyValue),
  };
}

function recordOf(reply: ReplyValue): Record<string, ReplyValue> {
  const pairs = reply instanceof Map ? [...reply] : pairsOf(reply);
  return Object.fromEntries(pairs) as Record<string, ReplyValue>;
}

function pairsOf(reply: ReplyValue): [string, string][] {
  const flat = reply as string[];
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) pairs.push([flat[index]!, flat[index + 1]!]);
  return pairs;
}

function byFirst(a: [string, string], b: [string, string]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

function plain(reply: ReplyValue | undefined): DatasetValue {
  if (Array.isArray(reply)) return reply.map(plain);
  if (typeof reply === "string" || typeof reply === "number" || reply === null) return reply;
  throw new Error(`Cannot put into a dump: ${String(reply)}`);
}
