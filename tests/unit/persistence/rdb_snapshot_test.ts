import { assert, assertEquals, assertRejects } from "@std/assert";
import { Clock } from "../../../src/base/clock.ts";
import { Random } from "../../../src/base/random.ts";
import { ascii } from "../../../src/bytes/ascii.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { RdbSnapshot, type RdbSnapshotOptions, SnapshotCancelled } from "../../../src/persistence/rdb_snapshot.ts";
import { RdbParser } from "../../../src/rdb/rdb_parser.ts";
import { Store } from "../../../src/store/store.ts";
import { DEFAULT_LIST_LIMITS } from "../../../src/values/quicklist.ts";
import { ListValue } from "../../../src/values/list_value.ts";
import { Recorder } from "../rdb/recorder.ts";

const OPTIONS: RdbSnapshotOptions = {
  access: "none",
  compression: true,
  checksum: true,
  notes: [["redis-ver", "7.0.15"]],
  libraries: [],
  hasData: true,
  keyDelayUs: () => 0,
};

function makeStore(): Store {
  return new Store({ clock: new Clock(), random: new Random(1), databaseCount: 4 });
}

function key(text: string): Slice {
  return new Slice(ascii(text));
}

function set(store: Store, dbIndex: number, name: string, value: string): void {
  store.databases[dbIndex]!.setString(key(name), key(value));
}

/** What a file holds, by "db:key". */
function parse(chunks: readonly Uint8Array[]): Map<string, unknown> {
  const recorder = new Recorder();
  const parser = new RdbParser(recorder, { ...recorder.context, verifyChecksum: true });
  for (const chunk of chunks) parser.feed(chunk);
  parser.finish();
  assertEquals(recorder.hasChecksum, true);
  const names = recorder.keys.map((entry) => `${entry.db}:${entry.key}`);
  assertEquals(new Set(names).size, names.length, "a key is saved once");
  return new Map(recorder.keys.map((entry) => [`${entry.db}:${entry.key}`, entry.value]));
}

async function collect(snapshot: RdbSnapshot): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of snapshot.readable) chunks.push(chunk);
  await snapshot.ended;
  return chunks;
}

function bigList(store: Store, elements: number): ListValue {
  const list = new ListValue(store.arena, DEFAULT_LIST_LIMITS);
  for (let index = 0; index < elements; index++) list.pushTail(key(`element:${index}:${"x".repeat(50)}`));
  return list;
}

Deno.test("RdbSnapshot saves what was there when it was made, whatever happens meanwhile", async () => {
  const store = makeStore();
  const expected = new Map<string, unknown>();
  for (const dbIndex of [0, 2]) {
    for (let index = 0; index < 5000; index++) {
      set(store, dbIndex, `key:${index}`, `value:${index}`);
      expected.set(`${dbIndex}:key:${index}`, `value:${index}`);
    }
  }
  const snapshot = new RdbSnapshot(store, OPTIONS);
  const reading = collect(snapshot);
  for (let index = 0; index < 5000; index += 3) {
    set(store, 0, `key:${index}`, "changed");
    store.databases[2]!.delete(key(`key:${index + 1}`));
    set(store, 1, `new:${index}`, "added");
    if (index % 300 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assertEquals(parse(await reading), expected);
  assertEquals(store.snapshot, null);
  assert(snapshot.preservedBytes > 0);
});

Deno.test("RdbSnapshot writes keys that change while a large value is in progress after that value", async () => {
  const store = makeStore();
  const db = store.databases[0]!;
  db.setValue(key("large"), bigList(store, 20_000));
  for (let index = 0; index < 200; index++) set(store, 1, `key:${index}`, "old");
  const snapshot = new RdbSnapshot(store, OPTIONS);
  const reading = collect(snapshot);
  for (let round = 0; round < 200; round++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    set(store, 1, `key:${round}`, "changed");
  }
  const saved = parse(await reading);
  assertEquals(saved.size, 201);
  assertEquals((saved.get("0:large") as { list: string[] }).list.length, 20_000);
  for (let index = 0; index < 200; index++) assertEquals(saved.get(`1:key:${index}`), "old");
});

Deno.test("RdbSnapshot saves a large key first when a writer waits for it, though nobody reads the file", async () => {
  const store = makeStore();
  const db = store.databases[0]!;
  for (let index = 0; index < 50_000; index++) set(store, 0, `key:${index}`, "x".repeat(100));
  db.setValue(key("large"), bigList(store, 20_000));
  const snapshot = new RdbSnapshot(store, OPTIONS);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const entry = () => db.keyspace.find(key("large"));
  while (store.snapshot!.isHeld(db.keyspace, entry())) await store.snapshot!.release(db.keyspace, key("large"));
  assert(!snapshot.isCancelled && snapshot.keysSaved < snapshot.keyCount);
  db.delete(key("large"));
  const saved = parse(await collect(snapshot));
  assertEquals((saved.get("0:large") as { list: string[] }).list.length, 20_000);
});

Deno.test("RdbSnapshot rests while its reader is behind", async () => {
  const store = makeStore();
  for (let index = 0; index < 100_000; index++) set(store, 0, `key:${index}`, "x".repeat(100));
  const snapshot = new RdbSnapshot(store, OPTIONS);
  const reader = snapshot.readable.getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert(snapshot.keysSaved < snapshot.keyCount / 2, `${snapshot.keysSaved} keys`);
  await reader.cancel();
  await snapshot.ended;
  assertEquals(store.snapshot, null);
});

Deno.test("RdbSnapshot.cancel() fails the stream and lets the next snapshot begin", async () => {
  const store = makeStore();
  for (let index = 0; index < 10_000; index++) set(store, 0, `key:${index}`, "value");
  const snapshot = new RdbSnapshot(store, OPTIONS);
  const reading = collect(snapshot);
  snapshot.cancel();
  await assertRejects(() => reading, SnapshotCancelled);
  await snapshot.ended;
  assertEquals(parse(await collect(new RdbSnapshot(store, OPTIONS))).size, 10_000);
});

Deno.test("RdbSnapshot without data holds notes and libraries only", async () => {
  const store = makeStore();
  set(store, 0, "key", "value");
  const library = ascii("#!lua name=lib\n");
  const chunks = await collect(new RdbSnapshot(store, { ...OPTIONS, hasData: false, libraries: [library] }));
  assertEquals(parse(chunks).size, 0);
});

Deno.test("RdbSnapshot saves large strings, integers, expiries and every database once", async () => {
  const store = makeStore();
  const large = "x".repeat(3_000_000);
  set(store, 0, "large", large);
  set(store, 0, "integer", "12345678901234");
  set(store, 3, "other", "value");
  const saved = parse(await collect(new RdbSnapshot(store, OPTIONS)));
  assertEquals(saved, new Map([["0:large", large], ["0:integer", "12345678901234"], ["3:other", "value"]]));
});
