/**
 * What commands of consumer groups do, as the commands that replicas and the AOF get instead.
 *
 * - An XCLAIM says everything about one pending entry, so that running it twice does no harm; JUSTID spares the replica
 *   the look at the entry itself.
 */

import type { Slice } from "../../bytes/slice.ts";
import type { Propagation } from "../../command/propagation.ts";
import type { ArgumentSource } from "../../resp/request_batch.ts";
import type { PendingEntry, StreamGroup } from "../../values/stream_group.ts";
import { subtractUint64 } from "../../values/stream_id.ts";

/** What a command does to one group of one stream. */
export class GroupEffects {
  readonly #propagation: Propagation;
  readonly #dbIndex: number;
  readonly #key: Slice;
  readonly #groupName: Slice;

  /** Effects on the group of that name of the stream at `key`. */
  constructor(propagation: Propagation, dbIndex: number, key: Slice, groupName: Slice) {
    this.#propagation = propagation;
    this.#dbIndex = dbIndex;
    this.#key = key;
    this.#groupName = groupName;
  }

  /** A pending entry is as it is now. `id` is the entry's id as it is to be written. */
  claimed(group: StreamGroup, entry: PendingEntry, id?: Slice): void {
    if (!this.#propagation.isActive) return;
    this.#add(
      "XCLAIM",
      this.#key.view(),
      this.#groupName.view(),
      entry.consumer.name,
      0,
      id === undefined ? `${entry.id}` : id.view(),
      "TIME",
      entry.deliveryTimeMs,
      "RETRYCOUNT",
      subtractUint64(entry.deliveryCount, 0),
      "FORCE",
      "JUSTID",
      "LASTID",
      `${group.lastId}`,
    );
  }

  /** The group has read so far. */
  advanced(group: StreamGroup): void {
    const { lastId, entriesRead } = group;
    this.#add("XGROUP", "SETID", this.#key.view(), this.#groupName.view(), `${lastId}`, "ENTRIESREAD", entriesRead);
  }

  /** There is a new consumer. */
  consumerAdded(name: Uint8Array): void {
    this.#add("XGROUP", "CREATECONSUMER", this.#key.view(), this.#groupName.view(), name);
  }

  #add(...argv: ArgumentSource[]): void {
    this.#propagation.addArgv(this.#dbIndex, argv);
  }
}
