/**
 * A snapshot as a stream: it waits for its reader, not for longer than a writer can bear, and can be given up.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { RdbSnapshot, SnapshotCancelled } from "../../../src/persistence/rdb_snapshot.ts";
import type { Store } from "../../../src/store/store.ts";
import { parseFile } from "../rdb/recorder.ts";
import { makeList, makeStore, slice } from "../store/test_store.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { SNAPSHOT_OPTIONS } from "./snapshot_options.ts";

function filledStore(keys: number): Store {
  const store = makeStore();
  const random = new SeededRandom(1);
  for (let index = 0; index < keys; index++) {
    store.databases[index % 2]!.setString(slice(`key:${index}`), slice(random.letters(1000)));
  }
  return store;
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

Deno.test("a snapshot is a whole file as of its construction", async () => {
  const store = filledStore(2000);
  const snapshot = new RdbSnapshot(store, SNAPSHOT_OPTIONS);
  assertEquals(snapshot.keyCount, 2000);
  store.databases[0]!.setString(slice("later"), slice("value"));
  const file = collect(snapshot.readable);
  await snapshot.ended;
  const { keys, notes, hasChecksum } = parseFile(await file);
  assertEquals([keys.length, notes, hasChecksum], [2000, [["redis-ver", "7.0.15"]], true]);
  assertEquals([snapshot.keysSaved, snapshot.isCancelled, store.snapshot], [2000, false, null]);
});

Deno.test("a snapshot without data holds its notes and libraries only", async () => {
  const store = filledStore(10);
  const libraries = [new TextEncoder().encode("#!lua name=test\n")];
  const snapshot = new RdbSnapshot(store, { ...SNAPSHOT_OPTIONS, libraries, hasData: false });
  assertEquals(store.snapshot, null);
  const { keys, functions } = parseFile(await collect(snapshot.readable));
  assertEquals([keys, functions], [[], ["#!lua name=test\n"]]);
});

Deno.test("a snapshot rests while its reader is behind", async () => {
  const store = filledStore(5000);
  const snapshot = new RdbSnapshot(store, SNAPSHOT_OPTIONS);
  await pause(100);
  const savedMeanwhile = snapshot.keysSaved;
  assert(savedMeanwhile < 5000, "it was made without a reader");
  await pause(50);
  assertEquals(snapshot.keysSaved, savedMeanwhile);
  assertEquals(parseFile(await collect(snapshot.readable)).keys.length, 5000);
});

Deno.test("a snapshot gives busy clients their look at the sockets between two slices, however long that takes", async () => {
  const store = filledStore(20_000);
  let looks = 0;
  let asked = 0;
  const savedCounts = new Set<number>();
  const readCount = (): number => {
    savedCounts.add(snapshot.keysSaved);
    // Each third time somebody has sent something.
    if (++asked % 3 === 0) looks++;
    return looks * 100;
  };
  const snapshot: RdbSnapshot = new RdbSnapshot(store, { ...SNAPSHOT_OPTIONS, readCount });
  assertEquals(parseFile(await collect(snapshot.readable)).keys.length, 20_000);
  assert(savedCounts.size > 3, "it was made in one slice");
  assert(savedCounts.size <= looks + 1, `${savedCounts.size} slices for ${looks} looks`);
});

Deno.test("a writer does not wait for the reader of a snapshot", async () => {
  const store = filledStore(5000);
  const db = store.databases[0]!;
  const key = slice("list");
  db.setValue(key, makeList(store, Array.from({ length: 5000 }, (_, index) => `element number ${index}`)));
  const snapshot = new RdbSnapshot(store, SNAPSHOT_OPTIONS);
  await pause(50);
  while (store.snapshot!.isHeld(db.keyspace, db.peek(key))) await store.snapshot!.release(db.keyspace, key);
  assert(snapshot.keysSaved < 5000);
  assertEquals(parseFile(await collect(snapshot.readable)).keys.length, 5001);
});

for (const how of ["cancel()", "its reader"] as const) {
  Deno.test(`a snapshot that is given up by ${how} clears its marks, and the next one may begin`, async () => {
    const store = filledStore(3000);
    const snapshot = new RdbSnapshot(store, SNAPSHOT_OPTIONS);
    const reader = snapshot.readable.getReader();
    await reader.read();
    if (how === "cancel()") {
      snapshot.cancel();
      await assertRejects(() => reader.read(), SnapshotCancelled);
    } else {
      await reader.cancel();
    }
    await snapshot.ended;
    assertEquals([snapshot.isCancelled, store.snapshot], [true, null]);
    const next = new RdbSnapshot(store, SNAPSHOT_OPTIONS);
    assertEquals(parseFile(await collect(next.readable)).keys.length, 3000);
  });
}

Deno.test("a snapshot that is complete cannot be cancelled", async () => {
  const store = filledStore(1);
  const snapshot = new RdbSnapshot(store, SNAPSHOT_OPTIONS);
  const file = collect(snapshot.readable);
  await snapshot.ended;
  snapshot.cancel();
  assertEquals(snapshot.isCancelled, false);
  assertEquals(parseFile(await file).keys.length, 1);
});

Deno.test("a pause after each key slows a snapshot down, and ends with it", async () => {
  const store = filledStore(200);
  store.clock.stop();
  let delayUs = 50_000;
  const snapshot = new RdbSnapshot(store, { ...SNAPSHOT_OPTIONS, keyDelayUs: () => delayUs });
  const file = collect(snapshot.readable).catch((error) => error);
  await pause(30);
  assert(snapshot.keysSaved < 200);
  delayUs = 0;
  snapshot.cancel();
  assert(await file instanceof SnapshotCancelled);
  await snapshot.ended;
});

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
