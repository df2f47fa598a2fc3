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
import { Store } from "../store/store.ts";
import { RdbSnapshot, type RdbSnapshotOptions } from "./rdb_snapshot.ts";

/** With as many keys, a server is in use: one that is started for a moment is spared the 30 ms. */
export const REHEARSAL_KEYS = 1_000;

const SAVED_KEYS = 2_000;

/** Saves keys while they are written to. `options` are those of a real save, whose pauses are left out. */
export async function rehearseSave(clock: Clock, options: RdbSnapshotOptions): Promise<void> {
  const store = new Store({ clock, random: new Random(), databaseCount: 1 });
  await writeKeys(store);
  const snapshot = new RdbSnapshot(store, { ...options, keyDelayUs: () => 0 });
  const saved = snapshot.readable.pipeTo(new WritableStream());
  await writeKeys(store);
  await saved;
  await snapshot.ended;
}

async function writeKeys(store: Store): Promise<void> {
  const { clock } = store;
  const db = store.databases[0]!;
  const value = new Slice(ascii("value"));
  let endMs = 0;
  for (let index = 0; index < SAVED_KEYS; index++) {
    if (clock.stopwatchMs() >= endMs) {
      await nextTurn();
      endMs = clock.stopwatchMs() + TIME_SLICE_MS;
    }
    const key = new Slice(ascii(`key:${index}`));
    db.lookupWrite(key);
    db.setString(key, value);
  }
}
