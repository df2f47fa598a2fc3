/**
 * A rehearsal of background saves, early in the life of a server.
 *
 * - The runtime compiles a function for the calls that it has seen. The first save takes other ways through functions that are
 *   compiled for a store without a snapshot, and many that were never called: all that was compiled at once at its start.
 *   Measured with 1 M keys under load, first 100 ms of the first BGSAVE: the longest PING was 3 to 12 ms, and after a rehearsal
 *   2.6 to 7.6 ms.
 * - Early means while the runtime compiles what any command takes in any case: later, the rehearsal stalls as the save would.
 * - It saves keys of a store of its own to nowhere: no client, file or figure is touched.
 */

import type { Clock } from "../base/clock.ts";
import { TIME_SLICE_MS } from "../base/limits.ts";
import { nextTurn } from "../base/next_turn.ts";
import { Random } from "../base/random.ts";
import { ascii } from "../bytes/ascii.ts";
import { Slice } from "../bytes/slice.ts";
import type { Database } from "../store/database.ts";
import { Store } from "../store/store.ts";
import { type HashLimits, HashValue } from "../values/hash_value.ts";
import { RdbSnapshot, type RdbSnapshotOptions } from "./rdb_snapshot.ts";

/** With as many keys, a server is in use: one that is started for a moment is spared the 30 ms. */
export const REHEARSAL_KEYS = 1_000;

const SAVED_KEYS = 2_000;
/** Enough for a value that is saved in slices. */
const HASH_FIELDS = 3_000;
const HASH_LIMITS: HashLimits = { maxListpackEntries: 0, maxListpackValue: 0 };

const hashKey = new Slice(ascii("hash"));

/** Saves keys while they are written to. `options` are those of a real save, whose pauses are left out. */
export async function rehearseSave(clock: Clock, options: RdbSnapshotOptions): Promise<void> {
  const store = new Store({ clock, random: new Random(), databaseCount: 1 });
  const db = store.databases[0]!;
  const hash = new HashValue(store.arena, store.hash);
  await writeFields(hash, clock);
  db.setValue(hashKey, hash);
  await writeKeys(db);
  const snapshot = new RdbSnapshot(store, { ...options, keyDelayUs: () => 0 });
  const saved = snapshot.readable.pipeTo(new WritableStream());
  await untilFree(db);
  await writeFields(hash, clock);
  await writeKeys(db);
  await saved;
  await snapshot.ended;
}

/** Waits as a writer of the hash does. */
async function untilFree({ store, keyspace }: Database): Promise<void> {
  const entry = keyspace.find(hashKey);
  while (store.snapshot?.isHeld(keyspace, entry) === true) await store.snapshot.release(keyspace, hashKey);
}

function writeKeys(db: Database): Promise<void> {
  return inSlices(db.store.clock, SAVED_KEYS, (text) => {
    db.lookupWrite(text);
    db.setString(text, text);
  });
}

function writeFields(hash: HashValue, clock: Clock): Promise<void> {
  return inSlices(clock, HASH_FIELDS, (text) => hash.set(text, text, HASH_LIMITS));
}

/** Calls `write` with so many different texts. */
async function inSlices(clock: Clock, count: number, write: (text: Slice) => void): Promise<void> {
  let endMs = 0;
  for (let index = 0; index < count; index++) {
    if (clock.stopwatchMs() >= endMs) {
      await nextTurn();
      endMs = clock.stopwatchMs() + TIME_SLICE_MS;
    }
    write(new Slice(ascii(`text:${index}`)));
  }
}
