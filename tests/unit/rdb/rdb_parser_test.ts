import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import type { LoadContext } from "../../../src/rdb/load_context.ts";
import { RdbFormatError } from "../../../src/rdb/rdb_format_error.ts";
import { RdbParser } from "../../../src/rdb/rdb_parser.ts";
import type { RdbWriter } from "../../../src/rdb/rdb_writer.ts";
import { bytesOfText } from "../../support/byte_text.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import {
  listElements,
  parseFile,
  type PlainValue,
  type RecordedKey,
  Recorder,
  setMembers,
  sliceOf,
  streamContent,
  writeFile,
  type WriteOptions,
} from "./recorder.ts";
import { sampleList, sampleSet, sampleStream, sampleText, writeKey } from "./sample_values.ts";

const NO_ATTRIBUTES = { expireAtMs: -1, lruIdleSeconds: -1, lfuFrequency: -1 };

function stringKey(key: string, value: string): RecordedKey {
  return { db: 0, key, value, ...NO_ATTRIBUTES };
}

/** A file of that version with a body of one character per byte and no checksum. */
function fileOf(body: string, version = "0010"): Uint8Array<ArrayBuffer> {
  return bytesOfText(`REDIS${version}${body}\xff${Number(version) >= 5 ? "\0".repeat(8) : ""}`);
}

function failureOf(file: Uint8Array, chunkBytes = Math.max(1, file.length)): RdbFormatError {
  return assertThrows(() => parseFile(file, { chunkBytes }), RdbFormatError);
}

/** A file with keys of every kind, made from a seed, and what it holds. */
function sampleFile(
  seed: number,
  keyCount: number,
  options: WriteOptions = {},
): { file: Uint8Array<ArrayBuffer>; keys: RecordedKey[] } {
  const random = new SeededRandom(seed);
  const { context } = new Recorder();
  const keys: RecordedKey[] = [];
  const file = writeFile((writer) => {
    for (let index = 0; index < keyCount; index++) {
      const db = Math.floor(index / 10);
      if (index % 10 === 0) writer.selectDb(db);
      const key: RecordedKey = { ...stringKey(`key:${index}:${sampleText(random)}`, ""), db };
      if (random.chance(0.3)) writer.expiry(key.expireAtMs = random.word() * 1000);
      if (random.chance(0.2)) writer.idle(key.lruIdleSeconds = random.integer(0, 100_000));
      if (random.chance(0.2)) writer.frequency(key.lfuFrequency = random.integer(0, 255));
      key.value = writeSample(writer, random, context, key.key);
      keys.push(key);
    }
  }, options);
  return { file, keys };
}

function writeSample(writer: RdbWriter, random: SeededRandom, context: LoadContext, key: string): PlainValue {
  switch (random.integer(0, 4)) {
    case 0: {
      const list = sampleList(context, random, random.integer(1, 200));
      writeKey(writer, key, "list", list);
      return { list: listElements(list) };
    }
    case 1: {
      const set = sampleSet(context, random, random.integer(1, 200));
      writeKey(writer, key, "set", set);
      return { set: setMembers(set) };
    }
    case 2: {
      const stream = sampleStream(context, random, random.integer(0, 60));
      writeKey(writer, key, "stream", stream);
      return { stream: streamContent(stream) };
    }
    default: {
      const text = sampleText(random);
      writeKey(writer, key, "string", sliceOf(text));
      return text;
    }
  }
}

Deno.test("RdbParser hands over keys, attributes, databases, notes and functions in order", () => {
  const file = writeFile((writer) => {
    writer.aux("redis-ver", "7.0.15");
    writer.aux("redis-bits", 64);
    writer.functionLibrary(bytesOfText("#!lua name=one\n"));
    writer.selectDb(0);
    writer.resizeDb(2, 1);
    writer.expiry(1_700_000_000_123);
    writer.idle(77);
    writer.frequency(200);
    writeKey(writer, "first", "string", sliceOf("value"));
    writeKey(writer, "1234", "string", sliceOf("-70000"));
    writer.selectDb(9);
    writeKey(writer, "", "string", sliceOf(""));
  });
  for (const chunkBytes of [1, 2, 7, file.length]) {
    const recorder = parseFile(file, { chunkBytes });
    assertEquals(recorder.notes, [["redis-ver", "7.0.15"], ["redis-bits", "64"]]);
    assertEquals(recorder.functions, ["#!lua name=one\n"]);
    assertEquals(recorder.sizes, [[2, 1]]);
    assertEquals(recorder.keys, [
      { db: 0, key: "first", value: "value", expireAtMs: 1_700_000_000_123, lruIdleSeconds: 77, lfuFrequency: 200 },
      stringKey("1234", "-70000"),
      { ...stringKey("", ""), db: 9 },
    ]);
    assertEquals(recorder.hasChecksum, true);
  }
});

Deno.test("RdbParser reads what the savers wrote, whatever the kinds and the cuts", () => {
  for (let seed = 1; seed <= 12; seed++) {
    const options = { compression: seed % 2 === 0, checksum: seed % 3 !== 0 };
    const { file, keys } = sampleFile(seed, 40, options);
    const random = new SeededRandom(seed);
    for (const chunkBytes of [1, random.integer(2, 50), random.integer(51, 5000), file.length]) {
      const recorder = parseFile(file, { chunkBytes });
      assertEquals(recorder.keys, keys, `seed ${seed} in chunks of ${chunkBytes}`);
      assertEquals(recorder.hasChecksum, options.checksum, `seed ${seed}`);
      assertEquals(recorder.context.arena.usedBytes, 0, `seed ${seed}`);
    }
  }
});

Deno.test("RdbParser refuses every truncation as a short read and frees what was half built", () => {
  const random = new SeededRandom(3);
  const { context } = new Recorder();
  const file = writeFile((writer) => {
    writer.aux("redis-ver", "7.0.15");
    writer.expiry(1_700_000_000_123);
    writeKey(writer, "string", "string", sliceOf("abc".repeat(20)));
    writeKey(writer, "list", "list", sampleList(context, random, 12));
    writeKey(writer, "set", "set", sampleSet(context, random, 12));
    writeKey(writer, "stream", "stream", sampleStream(context, random, 15));
  });
  for (let length = 0; length < file.length; length++) {
    const recorder = new Recorder();
    const parser = new RdbParser(recorder, { ...recorder.context, verifyChecksum: true });
    parser.feed(file.subarray(0, length));
    const error = assertThrows(() => parser.finish(), RdbFormatError);
    assertEquals(error.fault, "shortRead");
    assertEquals(recorder.context.arena.usedBytes, 0, `${length} of ${file.length} bytes`);
  }
});

Deno.test("RdbParser meets flipped bits with RdbFormatError or with a file that means something else", () => {
  const files = [sampleFile(5, 10), sampleFile(6, 10, { compression: false }), sampleFile(8, 4)].map(({ file }) =>
    file
  );
  const random = new SeededRandom(99);
  let refused = 0;
  for (let round = 0; round < 1200; round++) {
    const file = random.pick(files).slice();
    for (let flips = random.integer(1, 4); flips > 0; flips--) {
      file[random.integer(9, file.length - 9)]! ^= 1 << random.integer(0, 7);
    }
    const recorder = new Recorder();
    const parser = new RdbParser(recorder, { ...recorder.context, verifyChecksum: false });
    try {
      parser.feed(file);
      parser.finish();
    } catch (error) {
      if (!(error instanceof RdbFormatError)) throw new Error(`round ${round}: ${error}`, { cause: error });
      refused++;
    }
    assertEquals(recorder.context.arena.usedBytes, 0, `round ${round}`);
  }
  assert(refused > 300, `${refused} of 1200 were refused`);
});

Deno.test("RdbParser allocates nothing for lengths that have not arrived", () => {
  const bombs = [
    "\x00\x01k\x80\x7f\xff\xff\xff", // a string of 2 GiB
    "\x00\x80\x7f\xff\xff\xff", // a key of 2 GiB
    "\x00\x01k\xc3\x80\x7f\xff\xff\xff\x80\x7f\xff\xff\xff", // compressed, 2 GiB both
    "\x01\x01k\x81\x00\x0f\xff\xff\xff\xff\xff\xff", // a list of 2^52 elements
    "\x02\x01k\x81\x00\x0f\xff\xff\xff\xff\xff\xff", // a set of 2^52 members
    "\x12\x01k\x81\xff\xff\xff\xff\xff\xff\xff\xfe", // a list of 2^64 - 2 nodes
    "\x13\x01k\x81\xff\xff\xff\xff\xff\xff\xff\xfe", // a stream of 2^64 - 2 nodes
  ];
  for (const bomb of bombs) {
    const recorder = new Recorder();
    const parser = new RdbParser(recorder, { ...recorder.context, verifyChecksum: true });
    const before = Deno.memoryUsage();
    parser.feed(bytesOfText(`REDIS0010${bomb}`));
    parser.feed(bytesOfText("\x01"));
    const after = Deno.memoryUsage();
    const { arena } = recorder.context;
    assert(after.external - before.external - arena.reservedBytes < 16 * 1024 * 1024, JSON.stringify(bomb));
    assert(arena.usedBytes < 64 * 1024, JSON.stringify(bomb));
    assertThrows(() => parser.finish(), RdbFormatError);
  }
});

Deno.test("RdbParser refuses compressed strings that no LZF stream of their size can make", () => {
  const error = failureOf(fileOf("\x00\x01k\xc3\x03\x80\x7f\xff\xff\xff\x00ab"));
  assertStringIncludes(error.message, "Invalid LZF compressed string");
});

Deno.test("RdbParser reads every version up to 12 and refuses others as Redis words it", () => {
  for (let version = 1; version <= 12; version++) {
    const file = fileOf("\x00\x03key\x05value", String(version).padStart(4, "0"));
    const recorder = parseFile(file);
    assertEquals(recorder.keys, [stringKey("key", "value")]);
    assertEquals(recorder.hasChecksum, false);
  }
  assertEquals(failureOf(fileOf("", "0013")).message, "Can't handle RDB format version 13");
  assertEquals(failureOf(fileOf("", "0000")).message, "Can't handle RDB format version 0");
  assertEquals(failureOf(bytesOfText("REDIS00x9")).message, "Can't handle RDB format version 0");
  const wrong = failureOf(bytesOfText("RADIS0010\xff"));
  assertEquals([wrong.fault, wrong.message], ["signature", "Wrong signature trying to load DB from file"]);
});

Deno.test("RdbParser compares the checksum unless it is zero or told not to", () => {
  const file = writeFile((writer) => writeKey(writer, "key", "string", sliceOf("value")));
  file[file.length - 1]! ^= 1;
  const error = failureOf(file);
  assertEquals(error.fault, "corrupt");
  assertMatch(
    error.message,
    /^Internal error in RDB reading offset \d+, function at rdb_parser\.ts:\d+ -> RDB CRC error$/,
  );
  assertMatch(
    error.logLines[0]!,
    /^Wrong RDB checksum expected: \([0-9a-f]+\) but got \([0-9a-f]+\)\. Aborting now\.$/,
  );
  assertEquals(parseFile(file, { verifyChecksum: false }).keys.length, 1);
  file.fill(0, file.length - 8);
  assertEquals(parseFile(file).hasChecksum, false);
});

Deno.test("RdbParser words a short read as Redis does, in two lines", () => {
  const error = failureOf(bytesOfText("REDIS0010\x00\x03ke"));
  assertEquals(error.logLines[0], "Short read or OOM loading DB. Unrecoverable error, aborting now.");
  assertStringIncludes(error.message, "Internal error in RDB reading offset ");
  assertStringIncludes(error.message, " -> Unexpected EOF reading RDB file");
});

Deno.test("RdbParser reads expiries in seconds and in milliseconds", () => {
  const body = "\xfd\x00\xca\x9a\x3b\x00\x01a\x01x\xfc\x01\x00\x00\x00\x00\x01\x00\x00\x00\x01b\x01y\x00\x01c\x01z";
  for (const chunkBytes of [1, 100]) {
    const { keys } = parseFile(fileOf(body), { chunkBytes });
    assertEquals(keys.map((key) => key.expireAtMs), [1_000_000_000_000, 2 ** 40 + 1, -1]);
  }
});

Deno.test("RdbParser puts the attributes of a key on that key only", () => {
  const body = "\xf8\x05\xf9\x07\x00\x01a\x01x\x00\x01b\x01y\xf8\x09\x01\x01l\x01\x01e\x00\x01c\x01z";
  for (const chunkBytes of [1, 100]) {
    const { keys } = parseFile(fileOf(body), { chunkBytes });
    assertEquals(keys.map((key) => [key.lruIdleSeconds, key.lfuFrequency]), [[5, 7], [-1, -1], [9, -1], [-1, -1]]);
  }
});

Deno.test("RdbParser passes over the slot hints of version 12", () => {
  const file = fileOf("\xfe\x00\xf4\x7f\xff\x05\x01\x00\x01a\x01x", "0012");
  assertEquals(parseFile(file).keys, [stringKey("a", "x")]);
});

Deno.test("RdbParser makes a 7.0 library of the release candidates' function record", () => {
  const file = fileOf("\xf6\x03lib\x03LUA\x01\x04desc\x04code\xf6\x03two\x03LUA\x00\x04more");
  for (const chunkBytes of [1, 100]) {
    assertEquals(parseFile(file, { chunkBytes }).functions, ["#!LUA name=lib\ncode", "#!LUA name=two\nmore"]);
  }
});

Deno.test("RdbParser refuses module data by the module's name", () => {
  const id = "\x81" + "\x05\x8f\x2d\x7e\x3a\x5c\x10\x00";
  const values = failureOf(fileOf(`\x07\x01k${id}`));
  assertMatch(
    values.message,
    /-> The RDB file contains module data I can't load: no matching module type '[\w-]{9}'$/,
  );
  assertEquals(values.fault, "unsupported");
  const notes = failureOf(fileOf(`\xf7${id}\x02\x01`));
  assertMatch(notes.message, /^The RDB file contains AUX module data I can't load: no matching module '[\w-]{9}'$/);
  assertStringIncludes(failureOf(fileOf(`\xf7${id}\x01\x01`)).message, " -> bad when_opcode");
});

Deno.test("RdbParser refuses types of later versions by name and unknown ones by number", () => {
  const later = failureOf(fileOf("\x18\x01k\x01"));
  assertStringIncludes(later.message, "Unknown RDB encoding type 24 (hash with field expiry)");
  assertStringIncludes(failureOf(fileOf("\xc8\x01k\x01")).message, "Unknown RDB encoding type 200");
  assertStringIncludes(failureOf(fileOf("\x00\xc9\x01")).message, "Unknown RDB string encoding type 9");
  assertStringIncludes(failureOf(fileOf("\x00\x82\x01")).message, "Unknown length encoding 2 in rdbLoadLen()");
});

Deno.test("RdbParser.feed() takes no byte behind the end of the file", () => {
  const { file } = sampleFile(4, 3);
  const tail = bytesOfText("*1\r\n$4\r\nPING\r\n");
  const both = new Uint8Array(file.length + tail.length);
  both.set(file);
  both.set(tail, file.length);
  for (const chunkBytes of [1, 5, 1000, both.length]) {
    const recorder = new Recorder();
    const parser = new RdbParser(recorder, { ...recorder.context, verifyChecksum: true });
    let used = 0;
    for (let at = 0; at < both.length; at += chunkBytes) used += parser.feed(both.subarray(at, at + chunkBytes));
    assertEquals(used, file.length, `in chunks of ${chunkBytes}`);
    assertEquals(parser.offset, file.length);
    assert(parser.isEnded);
    parser.finish();
  }
});

Deno.test("RdbParser reads a large string that arrives in small chunks without copying it over and over", () => {
  const text = new SeededRandom(1).letters(1000).repeat(8000);
  const file = writeFile((writer) => writeKey(writer, "k", "string", sliceOf(text)), { compression: false });
  const start = performance.now();
  const { keys } = parseFile(file, { chunkBytes: 4096 });
  assert(performance.now() - start < 5000);
  assert(keys[0]!.value === text);
});

Deno.test("RdbParser lets what the visitor throws through", () => {
  class Refusal extends Error {}
  const recorder = new Recorder();
  recorder.onSelectDb = () => {
    throw new Refusal();
  };
  const parser = new RdbParser(recorder, { ...recorder.context, verifyChecksum: true });
  assertThrows(() => parser.feed(fileOf("\xfe\x63")), Refusal);
});
