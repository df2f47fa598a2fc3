/**
 * An RDB file of the data made at once, for saves that nothing else may run beside: SAVE, SHUTDOWN, DEBUG RELOAD.
 */

import { NO_ENTRY } from "../store/entry_layout.ts";
import type { Store } from "../store/store.ts";
import type { RdbSnapshotOptions } from "./rdb_snapshot.ts";
import { RdbSnapshotWriter } from "./rdb_snapshot_writer.ts";

const CHUNK_BYTES = 256 * 1024;

/** The bytes of the file, chunk by chunk; the data must not change before the last one. */
export function* wholeRdbFile(store: Store, options: RdbSnapshotOptions): Generator<Uint8Array> {
  const writer = new RdbSnapshotWriter(store, options, options);
  for (const { index, keyspace, size, expiresCount } of store.databases) {
    if (size === 0) continue;
    writer.beginDatabase(index, size, expiresCount);
    const { dict } = keyspace;
    for (const table of [0, 1] as const) {
      for (let bucket = 0; bucket < dict.bucketCount(table); bucket++) {
        for (let entry = dict.buckets(table)[bucket]!; entry !== NO_ENTRY; entry = dict.nextInBucket(entry)) {
          writer.saveEntry(index, keyspace, entry);
        }
        if (writer.readyBytes >= CHUNK_BYTES) yield writer.take();
      }
    }
  }
  yield writer.end();
}
