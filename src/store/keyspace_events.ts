/**
 * The classes of keyspace events, as bits, with the letters of `notify-keyspace-events`.
 */

import type { Slice } from "../bytes/slice.ts";

export const NOTIFY_KEYSPACE = 1 << 0; // K
export const NOTIFY_KEYEVENT = 1 << 1; // E
export const NOTIFY_GENERIC = 1 << 2; // g
export const NOTIFY_STRING = 1 << 3; // $
export const NOTIFY_LIST = 1 << 4; // l
export const NOTIFY_SET = 1 << 5; // s
export const NOTIFY_HASH = 1 << 6; // h
export const NOTIFY_ZSET = 1 << 7; // z
export const NOTIFY_EXPIRED = 1 << 8; // x
export const NOTIFY_EVICTED = 1 << 9; // e
export const NOTIFY_STREAM = 1 << 10; // t
export const NOTIFY_KEY_MISS = 1 << 11; // m
export const NOTIFY_MODULE = 1 << 13; // d
export const NOTIFY_NEW = 1 << 14; // n

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
