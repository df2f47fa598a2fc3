import { assert, assertEquals } from "@std/assert";
import type { Database } from "../../../src/store/database.ts";
import type { Store } from "../../../src/store/store.ts";
import type { Value } from "../../../src/store/value.ts";
import { HashValue } from "../../../src/values/hash_value.ts";
import { ListpackEntry } from "../../../src/values/listpack.ts";
import { ListValue } from "../../../src/values/list_value.ts";
import { SetValue } from "../../../src/values/set_value.ts";
import { SortedSetValue } from "../../../src/values/sorted_set_value.ts";
import { StreamId } from "../../../src/values/stream_id.ts";
import { DEFAULT_STREAM_LIMITS } from "../../../src/values/stream_node.ts";
import { StreamValue } from "../../../src/values/stream_value.ts";
import { makeList, makeStore, read, slice, START_MS, textOf } from "./test_store.ts";

/** More than are left awake. */
const COUNT = 3000;
const LIMITS = { maxListpackEntries: 128, maxListpackValue: 64 };

function put(db: Database, key: string, value: Value): void {
  db.setValue(slice(key), value);
}

/** What commands that end call, until nothing changes any more. */
function restAll({ values }: Store): void {
  for (let before = -1; before !== values.awakeCount;) {
    before = values.awakeCount;
    values.rest();
  }
}

function makeHash(store: Store, field: string, value: string): HashValue {
  const hash = new HashValue(store.arena, store.hash);
  hash.set(slice(field), slice(value), LIMITS);
  return hash;
}

function makeStream(store: Store, value: string): StreamValue {
  const stream = new StreamValue(store.arena);
  const fields = { parts: [slice("field"), slice(value)], first: 0, pairCount: 1 };
  stream.append(new StreamId(START_MS, Number(value)), fields, DEFAULT_STREAM_LIMITS);
  return stream;
}

function fill(store: Store, db: Database): void {
  for (let index = 0; index < COUNT; index++) {
    const text = String(index);
    put(db, `list:${text}`, makeList(store, [text, "b"]));
    put(db, `hash:${text}`, makeHash(store, "field", text));
    const set = new SetValue(store.arena, store.hash);
    set.add(slice(text), 512);
    put(db, `set:${text}`, set);
    const sorted = new SortedSetValue(store.arena, store.hash);
    sorted.put(slice("member"), index, 0, LIMITS);
    put(db, `zset:${text}`, sorted);
    put(db, `stream:${text}`, makeStream(store, text));
  }
}

function valueOf<T extends Value>(db: Database, key: string): T {
  return db.valueOf(db.lookupWrite(slice(key))) as T;
}

Deno.test("rest() leaves no objects of small values, and the next use finds what they held", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  fill(store, db);
  assertEquals(store.values.awakeCount, 5 * COUNT);
  restAll(store);
  assertEquals(store.values.awakeCount, 0);
  const entry = new ListpackEntry();
  for (let index = 0; index < COUNT; index += 97) {
    const text = String(index);
    assertEquals(read(db, `list:${text}`), `[${text},b]`);
    assert(valueOf<HashValue>(db, `hash:${text}`).get(slice("field"), entry));
    assertEquals(textOf(entry), text);
    assert(valueOf<SetValue>(db, `set:${text}`).has(slice(text)));
    const sorted = valueOf<SortedSetValue>(db, `zset:${text}`);
    assertEquals(sorted.scoreOf(sorted.find(slice("member"))), index);
    const stream = valueOf<StreamValue>(db, `stream:${text}`);
    assertEquals([stream.length, `${stream.lastId}`], [1, `${START_MS}-${text}`]);
  }
});

Deno.test("small tables rest, and grow when they are used again", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  for (let index = 0; index < COUNT; index++) {
    const set = new SetValue(store.arena, store.hash);
    for (let at = 0; at < 10; at++) set.add(slice(`member:${index}:${at}`), 512);
    put(db, `set:${index}`, set);
    put(db, `hash:${index}`, makeHash(store, "field", "x".repeat(65)));
  }
  restAll(store);
  assertEquals(store.values.awakeCount, 0);
  const grown = valueOf<SetValue>(db, "set:8");
  for (let at = 0; at < 100; at++) grown.add(slice(`member:8:${at}`), 512);
  fill(store, store.databases[1]!);
  restAll(store);
  assertEquals([store.values.awakeCount, valueOf<SetValue>(db, "set:8").size], [0, 100]);
  assert(valueOf<SetValue>(db, "set:9").has(slice("member:9:9")));
  assertEquals([valueOf<SetValue>(db, "set:9").size, valueOf<HashValue>(db, "hash:9").encoding], [10, "hashtable"]);
  store.flush(-1);
  while (!store.lazyFree.run(10));
  assertEquals([store.arena.usedBytes, store.values.awakeCount, store.dataBytes], [0, 0, 0]);
});

Deno.test("a value stays the same object until rest() and keeps what was changed", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  fill(store, db);
  restAll(store);
  const hash = valueOf<HashValue>(db, "hash:7");
  assert(valueOf(db, "hash:7") === hash);
  for (let index = 0; index < 100; index++) hash.set(slice(`field ${index}`), slice(`value ${index}`), LIMITS);
  fill(store, store.databases[1]!);
  restAll(store);
  assert(valueOf(db, "hash:7") !== hash);
  assertEquals(valueOf<HashValue>(db, "hash:7").size, 101);
});

Deno.test("rest() finds the entry of a value whose entry has moved", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  put(db, "key", makeList(store, ["a"]));
  db.setExpiry(db.lookupWrite(slice("key")), START_MS + 1000);
  fill(store, db);
  restAll(store);
  assertEquals([read(db, "key"), db.expiryOf(db.peek(slice("key")))], ["[a]", START_MS + 1000]);
  db.clearExpiry(db.lookupWrite(slice("key")));
  assertEquals(read(db, "key"), "[a]");
  db.setExpiry(db.lookupWrite(slice("key")), START_MS + 2000);
  fill(store, db);
  restAll(store);
  assertEquals([read(db, "key"), db.expiryOf(db.peek(slice("key")))], ["[a]", START_MS + 2000]);
});

Deno.test("values that rest are read without an object, overwritten, deleted and flushed", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  for (const size of [1, 9]) {
    const set = new SetValue(store.arena, store.hash);
    for (let index = 0; index < size; index++) set.add(slice(`member:${index}`), 512);
    put(db, `table:${size}`, set);
  }
  fill(store, db);
  restAll(store);
  const entry = db.peek(slice("list:5"));
  assertEquals((db.keyspace.peekValue(entry) as ListValue).length, 2);
  for (const [key, size] of [["table:1", 1], ["table:9", 9], ["table:1", 1]] as const) {
    const set = db.keyspace.peekValue(db.peek(slice(key))) as SetValue;
    assertEquals([set.size, set.encoding, set.has(slice(`member:${size - 1}`))], [size, "hashtable", true]);
  }
  assertEquals(store.values.awakeCount, 0);
  assert(db.delete(slice("table:9")));
  assertEquals(read(db, "table:9"), null);
  db.setString(slice("list:5"), slice("text"));
  assertEquals(read(db, "list:5"), "text");
  put(db, "hash:5", makeList(store, ["x"]));
  assertEquals(read(db, "hash:5"), "[x]");
  assert(db.delete(slice("stream:5")));
  assert(db.delete(slice("set:5")));
  assertEquals(read(db, "set:5"), null);
  store.flush(-1);
  while (!store.lazyFree.run(10));
  assertEquals([store.arena.usedBytes, store.values.awakeCount, store.dataBytes], [0, 0, 0]);
});

Deno.test("values that are no single small block stay objects", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  const long = "x".repeat(6000);
  put(db, "nodes", makeList(store, [long, long, long]));
  const hash = makeHash(store, "field", "value");
  for (let index = 0; index < 2000; index++) hash.set(slice(`field ${index}`), slice(`value ${index}`), LIMITS);
  put(db, "table", hash);
  fill(store, db);
  restAll(store);
  assertEquals(store.values.awakeCount, 2);
  assertEquals(valueOf(db, "table"), hash);
});

Deno.test("a list keeps the model it was made like while it rests; of a fifteenth model it stays awake", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  for (let depth = 0; depth < 15; depth++) {
    const list = new ListValue(store.arena, store.listLimits, { maxListpackSize: 100 + depth, compressDepth: depth });
    list.pushTail(slice("a"));
    put(db, `list ${depth}`, list);
  }
  fill(store, store.databases[1]!);
  restAll(store);
  // One model is that of the lists in the other database.
  assertEquals(store.values.awakeCount, 2);
  for (let depth = 0; depth < 15; depth++) {
    const { fill, compressDepth } = valueOf<ListValue>(db, `list ${depth}`).quicklist;
    assertEquals([fill, compressDepth], [100 + depth, depth]);
  }
});
