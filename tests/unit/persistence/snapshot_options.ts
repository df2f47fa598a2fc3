/** What the snapshots of these tests are made with. */

import type { RdbSnapshotOptions } from "../../../src/persistence/rdb_snapshot.ts";

/** Everything, as fast as it goes, for clients that send nothing. */
export const SNAPSHOT_OPTIONS: RdbSnapshotOptions = {
  compression: false,
  checksum: true,
  access: "none",
  notes: [["redis-ver", "7.0.15"]],
  libraries: [],
  hasData: true,
  keyDelayUs: () => 0,
  readCount: () => 0,
};
