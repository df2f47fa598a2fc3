/** A rehearsal ends by itself, also where a real save would take its time, and the options it was given are not used up. */

import { assertEquals } from "@std/assert";
import { RdbSnapshot } from "../../../src/persistence/rdb_snapshot.ts";
import { rehearseSave } from "../../../src/persistence/save_rehearsal.ts";
import { parseFile } from "../rdb/recorder.ts";
import { makeStore, slice } from "../store/test_store.ts";
import { SNAPSHOT_OPTIONS } from "./snapshot_options.ts";

const SLOW_OPTIONS = { ...SNAPSHOT_OPTIONS, compression: true, keyDelayUs: () => 1_000_000 };

Deno.test("a rehearsal leaves the store as it is, and free for a save", async () => {
  const store = makeStore();
  store.databases[0]!.setString(slice("key"), slice("value"));
  const bytes = store.dataBytes;
  const rehearsal = rehearseSave(store.clock, SLOW_OPTIONS);
  assertEquals(store.snapshot, null);
  const snapshot = new RdbSnapshot(store, SNAPSHOT_OPTIONS);
  const file = new Uint8Array(await new Response(snapshot.readable).arrayBuffer());
  await Promise.all([rehearsal, snapshot.ended]);
  assertEquals(parseFile(file).keys.length, 1);
  assertEquals([store.keyCount, store.dataBytes, store.stats.snapshots], [1, bytes, 1]);
});
