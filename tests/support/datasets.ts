/**
 * Repeatable data of every type and encoding, written with ordinary commands to any server.
 *
 * - The same options always give the same commands in the same order, with nothing that depends on the time of day:
 *   expiries are absolute and lie in the year 2100.
 * - `dataset_dump.ts` reads it back.
 */
import type { Argument, RawClient } from "./raw_client.ts";
import { ErrorReply } from "./reply_reader.ts";
import { SeededRandom } from "./seeded_random.ts";

/** A kind of data that a dataset can hold. */
export type DatasetFamily = "strings" | "lists" | "sets" | "hashes" | "sortedSets" | "streams" | "expiries";

/** What a dataset holds. */
export interface DatasetOptions {
  /** Feeds all chance; 1 by default. */
  seed?: number;
  /** All of them by default. */
  families?: readonly DatasetFamily[];
  /** The databases that each get the data (with other random contents); only 0 by default. */
  databases?: readonly number[];
}

/** Every family, in the order of writing. */
export const DATASET_FAMILIES: readonly DatasetFamily[] = [
  "strings",
  "lists",
  "sets",
  "hashes",
  "sortedSets",
  "streams",
  "expiries",
];

/** 1 January 2100 in Unix milliseconds: no test lives to see its keys expire. */
export const FAR_FUTURE_MS = 4_102_444_800_000;

const WRITERS: Record<DatasetFamily, (random: SeededRandom) => Generator<Argument[]>> = {
  strings: writeStrings,
  lists: writeLists,
  sets: writeSets,
  hashes: writeHashes,
  sortedSets: writeSortedSets,
  streams: writeStreams,
  expiries: writeExpiries,
};

const BATCH_SIZE_BYTES = 256 * 1024;

/** The commands that write a dataset. */
export function* datasetCommands(options: DatasetOptions = {}): Generator<Argument[]> {
  const { seed = 1, families = DATASET_FAMILIES, databases = [0] } = options;
  for (const database of databases) {
    yield ["SELECT", database];
    const random = new SeededRandom(seed + database);
    for (const family of families) yield* WRITERS[family](random);
  }
  yield ["SELECT", 0];
}

/** Writes a dataset in pipelines; throws at the first error reply. */
export async function writeDataset(client: RawClient, options: DatasetOptions = {}): Promise<void> {
  let batch: Argument[][] = [];
  let sizeBytes = 0;
  for (const command of datasetCommands(options)) {
    batch.push(command);
    for (const argument of command) sizeBytes += typeof argument === "string" ? argument.length : 16;
    if (sizeBytes < BATCH_SIZE_BYTES) continue;
    await writeBatch(client, batch);
    batch = [];
    sizeBytes = 0;
  }
  await writeBatch(client, batch);
}

async function writeBatch(client: RawClient, batch: Argument[][]): Promise<void> {
  const replies = await client.pipeline(batch);
  replies.forEach((reply, index) => {
    if (!(reply instanceof ErrorReply)) return;
    throw new Error(`Cannot write the dataset: ${batch[index]!.slice(0, 4).join(" ")} was answered ${reply.text}`);
  });
}

function* writeStrings(random: SeededRandom): Generator<Argument[]> {
  const integers = [
    ...["0", "1", "-1", "12", "127", "-128", "128", "255", "-129", "9999", "10000", "32767", "-32768", "32768"],
    ...["65536", "2147483647", "-2147483648", "2147483648", "-2147483649", "9007199254740993"],
    ...["9223372036854775807", "-9223372036854775808", "9223372036854775808"],
  ];
  for (const text of integers) yield ["SET", `string:integer:${text}`, text];
  for (const text of ["007", "+1", "-0", " 1", "1.5", "1e3", "nan"]) yield ["SET", `string:almost:${text}`, text];
  for (const length of [0, 1, 11, 20, 21, 43, 44, 45, 63, 64, 1_000, 16_383, 16_384, 70_000]) {
    yield ["SET", `string:letters:${length}`, random.letters(length)];
    yield ["SET", `string:binary:${length}`, random.binary(length)];
    yield ["SET", `string:repeated:${length}`, "abcab".repeat(length / 5 + 1).slice(0, length)];
  }
  yield ["SET", "string:\r\n\0\xff key", "\r\n\0\xff"];
  yield ["SET", "", "the empty key"];
  yield ["APPEND", "string:appended", "one"];
  yield ["APPEND", "string:appended", "two"];
  yield ["SETRANGE", "string:padded", 100, "end"];
  yield ["SETBIT", "string:bits", 1_000, 1];
}

function* writeLists(random: SeededRandom): Generator<Argument[]> {
  yield ["RPUSH", "list:single", "only"];
  yield ["RPUSH", "list:small", "a", "b", "", "-1", "1", "4095", "4096", "65536", "9223372036854775807", "c"];
  yield ["RPUSH", "list:integers", ...range(200, (index) => (index - 100) * 1_000_003 ** (index % 3))];
  for (let start = 0; start < 2_000; start += 100) {
    yield ["RPUSH", "list:large", ...range(100, (index) => `element:${start + index}:${random.letters(20)}`)];
  }
  yield ["RPUSH", "list:lengths", ...[0, 1, 63, 64, 4_095, 4_096, 8_000].map((length) => random.letters(length))];
  yield ["RPUSH", "list:big_elements", "small", random.letters(9_000), "small", random.binary(100_000), "small"];
  yield ["RPUSH", "list:compressible", ...range(50, (index) => `${index}`.repeat(300))];
  yield ["RPUSH", "list:edited", ...range(300, String)];
  yield ["LPUSH", "list:edited", "head"];
  yield ["LINSERT", "list:edited", "BEFORE", "150", "inserted"];
  yield ["LSET", "list:edited", 10, random.letters(200)];
  yield ["LREM", "list:edited", 0, "200"];
  yield ["LTRIM", "list:edited", 3, -5];
}

function* writeSets(random: SeededRandom): Generator<Argument[]> {
  yield ["SADD", "set:single", "only"];
  yield ["SADD", "set:intset16", ...range(100, (index) => index - 50)];
  yield ["SADD", "set:intset32", ...range(100, (index) => index * 70_000 - 1_000_000)];
  yield ["SADD", "set:intset64", -9223372036854775808n, 9223372036854775807n, 0, 5_000_000_000, -5_000_000_000];
  yield ["SADD", "set:intset_full", ...range(512, (index) => index)];
  yield ["SADD", "set:integers_overflown", ...range(513, (index) => index * 3)];
  yield ["SADD", "set:mixed", "1", "2", "three", "", "\xff\0"];
  for (let start = 0; start < 1_000; start += 100) {
    yield ["SADD", "set:large", ...range(100, (index) => `member:${start + index}:${random.letters(8)}`)];
  }
  yield ["SADD", "set:long_members", random.letters(5_000), random.binary(5_000)];
  yield ["SADD", "set:edited", ...range(50, String)];
  yield ["SREM", "set:edited", ...range(25, (index) => String(index * 2))];
}

function* writeHashes(random: SeededRandom): Generator<Argument[]> {
  yield ["HSET", "hash:single", "field", "value"];
  yield ["HSET", "hash:small", "a", "1", "", "", "integer", "-70000", "\xff\0", "\r\n", "float", "1.25"];
  for (let start = 0; start < 1_000; start += 100) {
    yield ["HSET", "hash:large", ...range(100, (index) => [`field:${start + index}`, random.letters(12)]).flat()];
  }
  yield ["HSET", "hash:long_value", "field", random.letters(65), "big", random.binary(20_000)];
  yield ["HSET", "hash:edited", ...range(20, (index) => [`f${index}`, index]).flat()];
  yield ["HDEL", "hash:edited", "f3", "f7"];
  yield ["HINCRBY", "hash:edited", "f1", 41];
}

function* writeSortedSets(random: SeededRandom): Generator<Argument[]> {
  yield ["ZADD", "zset:single", "1.5", "only"];
  yield ["ZADD", "zset:small", "-inf", "low", "+inf", "high", "0", "zero", "-0", "minus", "3.0000000000000004", "pi"];
  yield ["ZADD", "zset:ties", ...range(50, (index) => [1, `member:${index}`]).flat()];
  for (let start = 0; start < 1_000; start += 100) {
    const members = range(100, (index) => [random.integer(-1_000_000, 1_000_000) / 64, `member:${start + index}`]);
    yield ["ZADD", "zset:large", ...members.flat()];
  }
  yield ["ZADD", "zset:long_member", 1, random.letters(65), 2, random.letters(5_000)];
  yield ["ZADD", "zset:edited", ...range(20, (index) => [index, `m${index}`]).flat()];
  yield ["ZREM", "zset:edited", "m4", "m5"];
  yield ["ZINCRBY", "zset:edited", "0.1", "m1"];
}

function* writeStreams(random: SeededRandom): Generator<Argument[]> {
  yield ["XADD", "stream:single", "1-1", "field", "value"];
  for (let index = 1; index <= 400; index++) {
    // Most entries have the fields of the one before; some have their own, which the format stores otherwise.
    const fields = index % 7 === 0 ? ["other", random.letters(5)] : ["a", index, "b", random.letters(10)];
    yield ["XADD", "stream:large", `${1_000 + index * 3}-${index % 5}`, ...fields];
  }
  for (const index of [1, 5, 6, 100, 399]) yield ["XDEL", "stream:large", `${1_000 + index * 3}-${index % 5}`];
  yield ["XADD", "stream:big_entry", "5-0", "blob", random.binary(10_000), "", ""];
  yield ["XADD", "stream:emptied", "7-7", "a", "b"];
  yield ["XDEL", "stream:emptied", "7-7"];
  yield ["XGROUP", "CREATE", "stream:group_only", "group", "$", "MKSTREAM"];
  for (let index = 1; index <= 30; index++) yield ["XADD", "stream:groups", `${index}-0`, "n", index];
  yield ["XGROUP", "CREATE", "stream:groups", "first", "0"];
  yield ["XGROUP", "CREATE", "stream:groups", "second", "20-0", "ENTRIESREAD", 20];
  yield ["XGROUP", "CREATECONSUMER", "stream:groups", "first", "idle"];
  yield ["XREADGROUP", "GROUP", "first", "alice", "COUNT", 8, "STREAMS", "stream:groups", ">"];
  yield ["XREADGROUP", "GROUP", "first", "bob", "COUNT", 5, "STREAMS", "stream:groups", ">"];
  yield ["XACK", "stream:groups", "first", "2-0", "9-0"];
  yield ["XREADGROUP", "GROUP", "second", "carol", "NOACK", "COUNT", 3, "STREAMS", "stream:groups", ">"];
  yield ["XTRIM", "stream:groups", "MINID", "=", "4-0"];
  yield ["XSETID", "stream:single", "9-9", "ENTRIESADDED", 5, "MAXDELETEDID", "3-3"];
}

function* writeExpiries(random: SeededRandom): Generator<Argument[]> {
  yield ["SET", "expiring:string", "value", "PXAT", FAR_FUTURE_MS];
  yield ["SET", "expiring:integer", "42", "PXAT", FAR_FUTURE_MS + 123];
  yield ["RPUSH", "expiring:list", "a", "b"];
  yield ["PEXPIREAT", "expiring:list", FAR_FUTURE_MS + 1];
  yield ["SADD", "expiring:set", 1, 2, 3];
  yield ["PEXPIREAT", "expiring:set", FAR_FUTURE_MS + 2];
  for (let index = 0; index < 100; index++) {
    yield ["SET", `expiring:many:${index}`, random.letters(10), "PXAT", FAR_FUTURE_MS + random.integer(1, 1_000_000)];
  }
  yield ["SET", "expiring:persisted", "kept", "PXAT", FAR_FUTURE_MS];
  yield ["PERSIST", "expiring:persisted"];
}

function range<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
