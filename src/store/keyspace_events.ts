/**
 * The classes of keyspace events, as bits, with the letters of `notify-keyspace-events`.
 */

import type { Slice } from "../bytes/slice.ts";

/** Class K: published on the channel of the key. */
export const NOTIFY_KEYSPACE = 1 << 0;
/** Class E: published on the channel of the event. */
export const NOTIFY_KEYEVENT = 1 << 1;
/** Class g: commands for any kind of value. */
export const NOTIFY_GENERIC = 1 << 2;
/** Class $: strings. */
export const NOTIFY_STRING = 1 << 3;
/** Class l: lists. */
export const NOTIFY_LIST = 1 << 4;
/** Class s: sets. */
export const NOTIFY_SET = 1 << 5;
/** Class h: hashes. */
export const NOTIFY_HASH = 1 << 6;
/** Class z: sorted sets. */
export const NOTIFY_ZSET = 1 << 7;
/** Class x: a key has expired and was deleted. */
export const NOTIFY_EXPIRED = 1 << 8;
/** Class e: a key was evicted. */
export const NOTIFY_EVICTED = 1 << 9;
/** Class t: streams. */
export const NOTIFY_STREAM = 1 << 10;
/** Class m: a key that is read is not there. */
export const NOTIFY_KEY_MISS = 1 << 11;
/** Class d: modules. */
export const NOTIFY_MODULE = 1 << 13;
/** Class n: a key is added. */
export const NOTIFY_NEW = 1 << 14;

/** One keyspace event, as listeners receive it. */
export interface KeyspaceEvent {
  /** One of the `NOTIFY_` classes. */
  readonly eventClass: number;
  /** Its name: "set", "expired". */
  readonly event: string;
  /** The key's bytes: valid during the call. */
  readonly key: Slice;
  readonly dbIndex: number;
}
