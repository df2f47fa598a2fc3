import { assert, assertEquals } from "@std/assert";
import { Clock } from "../../../src/base/clock.ts";
import { Random } from "../../../src/base/random.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { ReplyRecorder } from "../../../src/resp/reply_recorder.ts";
import {
  ENCODING_EMBSTR,
  ENCODING_INT,
  ENCODING_RAW,
  type EntryRef,
  NO_ENTRY,
} from "../../../src/store/entry_layout.ts";
import type { Keyspace } from "../../../src/store/keyspace.ts";
import { Store } from "../../../src/store/store.ts";
import {
  appendString,
  encodingOfLength,
  growString,
  overwriteString,
  readString,
  replyString,
  reserveString,
  setStringLength,
  stringAsInteger,
  stringLength,
  StringView,
  writeString,
  writeStringBytes,
  writeStringInteger,
} from "../../../src/store/string_entries.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const LRU = 0x123456;
const DIRT = 0xaa;

function slice(text: string): Slice {
  return new Slice(bytesOfText(text));
}

/** A store in whose blocks old bytes lie: whatever is read without having been written shows as 0xAA. */
function makeDirtyStore(): Store {
  const store = new Store({ clock: new Clock({ frozenAtMs: 1_000_000 }), random: new Random(7), databaseCount: 1 });
  const { arena } = store;
  const blocks: number[] = [];
  for (let size = 24; size <= 32_768; size += size < 512 ? 8 : size >> 3) {
    for (let count = 0; count < 3; count++) {
      const block = arena.allocate(size);
      const start = arena.offsetOf(block);
      arena.bytesOf(block).fill(DIRT, start, start + arena.capacity(block));
      blocks.push(block);
    }
  }
  for (const block of blocks) arena.free(block);
  return store;
}

function makeKeyspace(): Keyspace {
  return makeDirtyStore().databases[0]!.keyspace;
}

function textOf(keyspace: Keyspace, entry: EntryRef): string {
  return textOfBytes(readString(keyspace, entry, new StringView()).view());
}

function written(keyspace: Keyspace, text: string): EntryRef {
  return writeString(keyspace, NO_ENTRY, slice("key"), slice(text), LRU);
}

Deno.test("writeString() encodes integers of 64 bits, short strings and long ones as Redis does", () => {
  const cases: [text: string, encoding: number][] = [
    ["0", ENCODING_INT],
    ["-1", ENCODING_INT],
    ["9007199254740991", ENCODING_INT],
    ["9007199254740992", ENCODING_INT],
    ["-9007199254740992", ENCODING_INT],
    ["-9007199254740993", ENCODING_INT],
    ["9223372036854775807", ENCODING_INT],
    ["-9223372036854775808", ENCODING_INT],
    ["9223372036854775808", ENCODING_EMBSTR],
    ["-9223372036854775809", ENCODING_EMBSTR],
    ["", ENCODING_EMBSTR],
    ["-", ENCODING_EMBSTR],
    ["-0", ENCODING_EMBSTR],
    ["01", ENCODING_EMBSTR],
    ["+1", ENCODING_EMBSTR],
    ["1 ", ENCODING_EMBSTR],
    ["1.0", ENCODING_EMBSTR],
    ["\x00\xff", ENCODING_EMBSTR],
    ["x".repeat(44), ENCODING_EMBSTR],
    ["x".repeat(45), ENCODING_RAW],
    ["1".repeat(45), ENCODING_RAW],
    ["x".repeat(100_000), ENCODING_RAW],
  ];
  for (const [text, encoding] of cases) {
    const keyspace = makeKeyspace();
    const entry = written(keyspace, text);
    assertEquals(keyspace.stringEncodingOf(entry), encoding, text.slice(0, 50));
    assertEquals(textOf(keyspace, entry), text);
    assertEquals(stringLength(keyspace, entry), text.length);
    assertEquals(keyspace.lruOf(entry), LRU);
    const reply = new ReplyRecorder();
    replyString(keyspace, entry, reply);
    assertEquals(textOfBytes(reply.take() as Uint8Array), text);
  }
});

Deno.test("stringAsInteger() reads integers from every encoding and refuses other text", () => {
  for (const text of ["0", "-7", "9007199254740991", "-9223372036854775808", "9223372036854775807"]) {
    const keyspace = makeKeyspace();
    const asInteger = written(keyspace, text);
    assertEquals(BigInt(stringAsInteger(keyspace, asInteger)!), BigInt(text));
    const options = { encoding: ENCODING_RAW, lru: LRU };
    const asBytes = writeStringBytes(keyspace, NO_ENTRY, slice("bytes"), slice(text), options);
    assertEquals(keyspace.stringEncodingOf(asBytes), ENCODING_RAW);
    assertEquals(BigInt(stringAsInteger(keyspace, asBytes)!), BigInt(text));
  }
  for (const text of ["", "a", "1a", " 1", "01", "9223372036854775808", "1".repeat(50)]) {
    const keyspace = makeKeyspace();
    assertEquals(stringAsInteger(keyspace, written(keyspace, text)), null, text);
  }
});

Deno.test("stringAsInteger() gives a number exactly where it is safe", () => {
  const keyspace = makeKeyspace();
  const cases: [bigint, "number" | "bigint"][] = [
    [2n ** 53n - 1n, "number"],
    [2n ** 53n, "bigint"],
    [-(2n ** 53n) + 1n, "number"],
    [-(2n ** 53n), "bigint"],
    [2n ** 32n, "number"],
    [-(2n ** 32n), "number"],
    [-1n, "number"],
  ];
  let entry = NO_ENTRY;
  for (const [value, type] of cases) {
    entry = writeStringInteger(keyspace, entry, slice("key"), value, LRU);
    assertEquals(typeof stringAsInteger(keyspace, entry), type, String(value));
    assertEquals(textOf(keyspace, entry), String(value));
  }
});

Deno.test("appendString() and overwriteString() make any string raw, also when they add nothing", () => {
  for (const text of ["12345", "-9223372036854775808", "short", "x".repeat(44)]) {
    const keyspace = makeKeyspace();
    let entry = appendString(keyspace, written(keyspace, text), slice(""));
    assertEquals([textOf(keyspace, entry), keyspace.stringEncodingOf(entry)], [text, ENCODING_RAW]);
    entry = overwriteString(keyspace, entry, 1, slice("Z"));
    assertEquals(textOf(keyspace, entry), text[0] + "Z" + text.slice(2));
  }
  const keyspace = makeKeyspace();
  const entry = overwriteString(keyspace, written(keyspace, "7"), 0, slice("8"));
  assertEquals([textOf(keyspace, entry), keyspace.stringEncodingOf(entry)], ["8", ENCODING_RAW]);
  assertEquals(stringAsInteger(keyspace, entry), 8);
});

Deno.test("overwriteString() fills the gap with zeros, whatever lay in the block before", () => {
  for (const gap of [1, 3, 40, 70, 500, 5000, 50_000]) {
    const keyspace = makeKeyspace();
    const entry = overwriteString(keyspace, written(keyspace, "ab"), 2 + gap, slice("yz"));
    assertEquals(textOf(keyspace, entry), "ab" + "\0".repeat(gap) + "yz");
  }
});

Deno.test("growString() adds zeros, and never shortens", () => {
  for (const length of [0, 2, 3, 60, 3000, 40_000]) {
    const keyspace = makeKeyspace();
    const entry = growString(keyspace, written(keyspace, "abc"), length);
    assertEquals(textOf(keyspace, entry), "abc".padEnd(length, "\0"));
    assertEquals(keyspace.stringEncodingOf(entry), ENCODING_RAW);
  }
});

Deno.test("reserveString() makes room to write to behind a raw string, and setStringLength() takes it", () => {
  for (const text of ["", "7", "-12345", "abc", "x".repeat(50), "x".repeat(5000), "x".repeat(40_000)]) {
    for (const spare of [0, 1, 4, 100, 50_000]) {
      const keyspace = makeKeyspace();
      const entry = reserveString(keyspace, written(keyspace, text), spare);
      assertEquals(textOf(keyspace, entry), text);
      assertEquals(keyspace.stringEncodingOf(entry), ENCODING_RAW);
      const { bytes, end } = readString(keyspace, entry, new StringView());
      bytes.fill(0x79, end, end + spare);
      setStringLength(keyspace, entry, text.length + spare);
      assertEquals(textOf(keyspace, entry), text + "y".repeat(spare));
      assertEquals(reserveString(keyspace, entry, 0), entry);
      setStringLength(keyspace, entry, Math.min(1, text.length));
      assertEquals(textOf(keyspace, entry), text.slice(0, 1));
    }
  }
});

Deno.test("a string that grows byte by byte moves rarely and gets at most a mebibyte to spare", () => {
  const keyspace = makeKeyspace();
  let entry = written(keyspace, "x");
  let moves = 0;
  for (let length = 1; length < 100_000; length++) {
    const target = appendString(keyspace, entry, slice("y"));
    if (target !== entry) moves++;
    entry = target;
  }
  assertEquals(stringLength(keyspace, entry), 100_000);
  assert(moves < 40, `${moves} moves`);
  entry = growString(keyspace, entry, 3 * 1024 * 1024);
  assert(keyspace.valueCapacity(entry) <= 4 * 1024 * 1024 + 8192);
});

Deno.test("a string that was empty gets no more room than it needs", () => {
  const keyspace = makeKeyspace();
  const empty = writeStringBytes(keyspace, NO_ENTRY, slice("key"), slice(""), { encoding: ENCODING_RAW, lru: LRU });
  const entry = overwriteString(keyspace, empty, 299_999, slice("x"));
  assertEquals(textOf(keyspace, entry), "\0".repeat(299_999) + "x");
  assert(keyspace.valueCapacity(entry) < 300_000 + 8192);
});

Deno.test("a long string that is set anew to a short one gives its memory back", () => {
  const store = makeDirtyStore();
  const { keyspace } = store.databases[0]!;
  const before = store.arena.usedBytes;
  let entry = written(keyspace, "x".repeat(1_000_000));
  entry = writeString(keyspace, entry, slice("key"), slice("42"), LRU);
  assertEquals(textOf(keyspace, entry), "42");
  assert(store.arena.usedBytes - before < 100);
  keyspace.remove(entry);
  assertEquals(store.arena.usedBytes, before);
});

interface Model {
  text: string;
  encoding: number;
  expiryMs: number;
}

/** One random change of one key, made in the keyspace and in the model. Returns the entry. */
function change(keyspace: Keyspace, entry: EntryRef, key: Slice, model: Model, random: SeededRandom): EntryRef {
  const length = random.pick([0, 1, 5, 20, 44, 45, 64, 65, 300, 3000]);
  const text = random.binary(random.integer(0, length));
  switch (random.integer(0, 6)) {
    case 0: {
      model.text = random.chance(0.5) ? text : String(BigInt.asIntN(64, BigInt(random.word()) ** 2n));
      const target = writeString(keyspace, entry, key, slice(model.text), LRU);
      const isInteger = /^-?\d+$/.test(model.text) && String(BigInt.asIntN(64, BigInt(model.text))) === model.text;
      model.encoding = isInteger ? ENCODING_INT : encodingOfLength(model.text.length);
      return target;
    }
    case 1: {
      const value = random.word() * (random.chance(0.5) ? -1 : 1);
      Object.assign(model, { text: String(value), encoding: ENCODING_INT });
      return writeStringInteger(keyspace, entry, key, value, LRU);
    }
    case 2:
      Object.assign(model, { text: model.text + text, encoding: ENCODING_RAW });
      return appendString(keyspace, entry, slice(text));
    case 3: {
      const offset = random.integer(0, model.text.length + length);
      const padded = model.text.padEnd(offset, "\0");
      model.text = padded.slice(0, offset) + text + padded.slice(offset + text.length);
      model.encoding = ENCODING_RAW;
      return overwriteString(keyspace, entry, offset, slice(text));
    }
    case 4:
      Object.assign(model, { text: model.text.padEnd(length, "\0"), encoding: ENCODING_RAW });
      return growString(keyspace, entry, length);
    case 5:
      model.expiryMs = random.word() * 1000;
      return keyspace.setExpiry(entry, model.expiryMs);
    default:
      model.expiryMs = -1;
      keyspace.clearExpiry(entry);
      return entry;
  }
}

Deno.test("random changes of many strings agree with a model", () => {
  const random = new SeededRandom(20_261_121);
  const keyspace = makeKeyspace();
  const keys = Array.from({ length: 30 }, (_, index) => slice("key" + "k".repeat(index)));
  const entries = keys.map((key) => writeString(keyspace, NO_ENTRY, key, slice(""), LRU));
  const models: Model[] = keys.map(() => ({ text: "", encoding: ENCODING_EMBSTR, expiryMs: -1 }));
  for (let round = 0; round < 20_000; round++) {
    const index = random.integer(0, keys.length - 1);
    const model = models[index]!;
    const entry = change(keyspace, entries[index]!, keys[index]!, model, random);
    entries[index] = entry;
    const where = `seed ${random.seed}, round ${round}`;
    assertEquals(keyspace.find(keys[index]!), entry, where);
    assertEquals(textOf(keyspace, entry), model.text, where);
    assertEquals(keyspace.stringEncodingOf(entry), model.encoding, where);
    assertEquals(keyspace.expiryOf(entry), model.expiryMs, where);
    if (model.text.length > 20_000) {
      entries[index] = writeString(keyspace, entry, keys[index]!, slice(""), LRU);
      Object.assign(model, { text: "", encoding: ENCODING_EMBSTR });
    }
  }
  for (const [index, entry] of entries.entries()) assertEquals(textOf(keyspace, entry), models[index]!.text);
});
