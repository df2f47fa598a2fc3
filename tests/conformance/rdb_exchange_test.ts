/**
 * RDB files go both ways between the file format alone and the real redis-server: what it saves we read as it means it, and
 * what we write it loads, byte for byte where nothing leaves a choice.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ByteWriter } from "../../src/bytes/byte_writer.ts";
import { Slice } from "../../src/bytes/slice.ts";
import { dumpPayload, isIntactDumpPayload, parseDumpPayload } from "../../src/rdb/dump_payload.ts";
import { RdbDecoderStream } from "../../src/rdb/rdb_decoder_stream.ts";
import { RdbParser } from "../../src/rdb/rdb_parser.ts";
import type { RdbEntry, RdbVisitor } from "../../src/rdb/rdb_visitor.ts";
import { drain, RdbWriter, type RdbWriterOptions } from "../../src/rdb/rdb_writer.ts";
import { VALUE_TYPES } from "../../src/rdb/value_types.ts";
import { KIND_HASH, KIND_LIST, KIND_SET, KIND_STREAM, KIND_STRING, KIND_ZSET } from "../../src/values/kind.ts";
import { bytesOfText, textOfBytes } from "../support/byte_text.ts";
import { type DatasetEntry, type DatasetValue, dumpDataset } from "../support/dataset_dump.ts";
import { type DatasetOptions, writeDataset } from "../support/datasets.ts";
import type { RawClient } from "../support/raw_client.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import {
  hashPairs,
  listElements,
  Recorder,
  scoredMembers,
  setMembers,
  streamContent,
  textOf,
} from "../unit/rdb/recorder.ts";

const DATASET: DatasetOptions = {
  seed: 11,
  families: ["strings", "lists", "sets", "sortedSets", "hashes", "streams", "expiries"],
  databases: [0, 3, 15],
};

/** Every combination of `rdbcompression` and `rdbchecksum`. */
const WRITER_OPTIONS: RdbWriterOptions[] = [
  { compression: true, checksum: true },
  { compression: true, checksum: false },
  { compression: false, checksum: true },
  { compression: false, checksum: false },
];

/** Turns a file into what `dumpDataset` reads from a server that has loaded it. */
class DatasetReader extends Recorder {
  readonly entries: DatasetEntry[] = [];
  #database = 0;

  override onSelectDb(index: number): void {
    this.#database = index;
  }

  override onKey(entry: RdbEntry): void {
    this.entries.push({
      database: this.#database,
      key: textOf(entry.key),
      encoding: "",
      expireAtMs: Number(entry.expireAtMs),
      ...valueOf(entry),
    });
    if (entry.kind !== KIND_STRING) entry.value.free();
  }
}

/** Writes a file's keys into a file of our own. */
class Copier extends Recorder {
  readonly #writer: RdbWriter;

  constructor(writer: RdbWriter) {
    super();
    this.#writer = writer;
  }

  override onSelectDb(index: number): void {
    this.#writer.selectDb(index);
  }

  override onResizeDb(keyCount: number, expireCount: number): void {
    this.#writer.resizeDb(keyCount, expireCount);
  }

  override onKey(entry: RdbEntry): void {
    const writer = this.#writer;
    if (entry.expireAtMs >= 0) writer.expiry(entry.expireAtMs);
    const { key } = entry;
    const writeKey = (type: number) => {
      writer.type(type);
      writer.string(key.bytes, key.start, key.end);
    };
    switch (entry.kind) {
      case KIND_STRING:
        writeKey(VALUE_TYPES.string.typeOf(entry.value));
        return drain(VALUE_TYPES.string.save(writer, entry.value));
      case KIND_LIST:
        writeKey(VALUE_TYPES.list.typeOf(entry.value));
        return drain(VALUE_TYPES.list.save(writer, entry.value));
      case KIND_SET:
        writeKey(VALUE_TYPES.set.typeOf(entry.value));
        return drain(VALUE_TYPES.set.save(writer, entry.value));
      case KIND_HASH:
        writeKey(VALUE_TYPES.hash.typeOf(entry.value));
        return drain(VALUE_TYPES.hash.save(writer, entry.value));
      case KIND_ZSET:
        writeKey(VALUE_TYPES.zset.typeOf(entry.value));
        return drain(VALUE_TYPES.zset.save(writer, entry.value));
      case KIND_STREAM:
        writeKey(VALUE_TYPES.stream.typeOf(entry.value));
        return drain(VALUE_TYPES.stream.save(writer, entry.value));
    }
  }
}

function valueOf(entry: RdbEntry): { type: string; value: DatasetValue } {
  switch (entry.kind) {
    case KIND_STRING:
      return { type: "string", value: textOf(entry.value) };
    case KIND_LIST:
      return { type: "list", value: listElements(entry.value) };
    case KIND_SET:
      return { type: "set", value: setMembers(entry.value) };
    case KIND_HASH:
      return { type: "hash", value: hashPairs(entry.value) };
    case KIND_ZSET:
      return { type: "zset", value: scoredMembers(entry.value) };
    case KIND_STREAM:
      return { type: "stream", value: streamValue(streamContent(entry.value)) };
  }
}

// deno-lint-ignore no-explicit-any
function streamValue(content: any): DatasetValue {
  return {
    lastId: content.lastId,
    maxDeletedId: content.maxDeletedId,
    entriesAdded: Number(content.entriesAdded),
    entries: content.entries,
    // deno-lint-ignore no-explicit-any
    groups: content.groups.map((group: any) => ({
      name: group.name,
      lastDeliveredId: group.lastId,
      entriesRead: group.entriesRead === "-1" ? null : Number(group.entriesRead),
      pending: group.pending,
      consumers: group.consumers.map(([name, seenTimeMs]: [string, number]) => [name, seenTimeMs]),
    })),
  };
}

function feed(file: Uint8Array, visitor: Recorder & RdbVisitor): void {
  const parser = new RdbParser(visitor, { ...visitor.context, verifyChecksum: true });
  for (let at = 0; at < file.length; at += 10_000) parser.feed(file.subarray(at, at + 10_000));
  parser.finish();
}

function readDataset(file: Uint8Array): DatasetEntry[] {
  const reader = new DatasetReader();
  feed(file, reader);
  return reader.entries.sort((a, b) => a.database - b.database || (a.key < b.key ? -1 : 1));
}

function copyFile(file: Uint8Array, options: RdbWriterOptions): Uint8Array<ArrayBuffer> {
  const writer = new RdbWriter(new ByteWriter(), options);
  writer.header();
  writer.aux("redis-ver", "7.0.15");
  const copier = new Copier(writer);
  feed(file, copier);
  return writer.end();
}

/** Key by key, so that a failure names the key and does not print everything. */
function assertSameDatasets(actual: DatasetEntry[], expected: DatasetEntry[]): void {
  for (const [index, entry] of expected.entries()) assertEquals(actual[index], entry);
  assertEquals(actual.length, expected.length);
}

/** Makes the server save, and returns its file. */
async function savedFile(client: RawClient, directory: string, options: RdbWriterOptions): Promise<Uint8Array> {
  await client.expect("CONFIG", "SET", "rdbcompression", options.compression ? "yes" : "no");
  await client.expect("SAVE");
  return await Deno.readFile(`${directory}/dump.rdb`);
}

/** What redis-check-rdb prints about a file; throws where it finds fault. */
async function checkFile(path: string): Promise<string> {
  const { success, stdout } = await new Deno.Command("redis-check-rdb", { args: [path], stderr: "null" }).output();
  const report = new TextDecoder().decode(stdout);
  assert(success, report);
  return report;
}

referenceTest("RdbParser reads files of the real server as the real server means them", async () => {
  for (const options of WRITER_OPTIONS) {
    await using server = await startReference({ configLines: [`rdbchecksum ${options.checksum ? "yes" : "no"}`] });
    using client = await server.connect();
    await writeDataset(client, DATASET);
    const file = await savedFile(client, server.directory, options);
    assertSameDatasets(readDataset(file), await dumpDataset(client, { hasEncodings: false }));
  }
});

referenceTest("RdbWriter writes files that the real server loads with equal contents", async () => {
  await using server = await startReference();
  using client = await server.connect();
  await writeDataset(client, DATASET);
  const file = await savedFile(client, server.directory, WRITER_OPTIONS[0]!);
  // A reload of its own file settles what loading changes, such as the encoding of a string that had been appended to.
  await client.expect("DEBUG", "RELOAD");
  const expected = await dumpDataset(client);
  for (const options of WRITER_OPTIONS) {
    await client.expect("FLUSHALL");
    await Deno.writeFile(`${server.directory}/dump.rdb`, copyFile(file, options));
    assertStringIncludes(await checkFile(`${server.directory}/dump.rdb`), "\\o/ RDB looks OK! \\o/");
    await client.expect("DEBUG", "RELOAD", "NOSAVE");
    assertSameDatasets(await dumpDataset(client), expected);
  }
});

referenceTest("dumpPayload() and DUMP of the real server are the same bytes", async () => {
  await using server = await startReference();
  using client = await server.connect();
  await writeDataset(client, { ...DATASET, databases: [0] });
  const { context } = new Recorder();
  for (const key of await client.expect("KEYS", "*") as string[]) {
    const payload = bytesOfText(await client.expect("DUMP", key) as string);
    assert(isIntactDumpPayload(new Slice(payload)), key);
    const dumped = parseDumpPayload(new Slice(payload), context);
    switch (dumped.kind) {
      case KIND_STRING:
        assertEquals(textOfBytes(dumpPayload("string", dumped.value, true)), textOfBytes(payload), key);
        break;
      case KIND_LIST:
        assertEquals(textOfBytes(dumpPayload("list", dumped.value, true)), textOfBytes(payload), key);
        break;
      case KIND_STREAM:
        assertEquals(textOfBytes(dumpPayload("stream", dumped.value, true)), textOfBytes(payload), key);
        break;
      case KIND_ZSET:
        assertEquals(textOfBytes(dumpPayload("zset", dumped.value, true)), textOfBytes(payload), key);
        break;
      case KIND_HASH:
        // As for a set below.
        if (dumped.value.table !== null) break;
        assertEquals(textOfBytes(dumpPayload("hash", dumped.value, true)), textOfBytes(payload), key);
        break;
      case KIND_SET:
        // The order within a table is each server's own; an intset has one order.
        if (dumped.value.table !== null) break;
        assertEquals(textOfBytes(dumpPayload("set", dumped.value, true)), textOfBytes(payload), key);
    }
  }
});

referenceTest("RdbDecoderStream reads a file from disk", async () => {
  await using server = await startReference();
  using client = await server.connect();
  await writeDataset(client, DATASET);
  const path = `${server.directory}/dump.rdb`;
  const saved = readDataset(await savedFile(client, server.directory, WRITER_OPTIONS[0]!));
  await Deno.writeFile(path, bytesOfText("*1\r\n$4\r\nPING\r\n"), { append: true });
  const reader = new DatasetReader();
  const parser = new RdbParser(reader, { ...reader.context, verifyChecksum: true });
  let trailer = "";
  const file = await Deno.open(path);
  await file.readable.pipeTo(new RdbDecoderStream(parser, (bytes) => trailer += textOfBytes(bytes)));
  assertEquals(reader.entries.length, saved.length);
  assertEquals(trailer, "*1\r\n$4\r\nPING\r\n");
});

referenceTest("RdbParser reads access attributes of the real server", async () => {
  const cases = [
    // A clock of whole seconds may tick between RESTORE and the file.
    { policy: "allkeys-lru", option: "IDLETIME", value: 1000, idle: [1000, 1001], frequency: -1 },
    { policy: "allkeys-lfu", option: "FREQ", value: 77, idle: [-1], frequency: 77 },
  ];
  for (const { policy, option, value, idle, frequency } of cases) {
    await using server = await startReference({ configLines: [`maxmemory-policy ${policy}`] });
    using client = await server.connect();
    const payload = dumpPayload("string", new Slice(bytesOfText("value")), true);
    await client.expect("RESTORE", "key", 0, payload, option, value);
    const recorder = new Recorder();
    feed(await savedFile(client, server.directory, WRITER_OPTIONS[0]!), recorder);
    const { lruIdleSeconds, lfuFrequency } = recorder.keys[0]!;
    assert(idle.includes(lruIdleSeconds), `${lruIdleSeconds} seconds`);
    assertEquals(lfuFrequency, frequency);
  }
});
