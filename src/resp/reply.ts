/**
 * The one interface through which a command answers: what it says, never how it is encoded or where it goes.
 *
 * - Each call writes one value; `array`, `map`, `set`, `push` and `attribute` write a header that the next values fill.
 * - A handler writes exactly one value in all (with its elements). `EXEC`, scripts and tests use other implementations.
 * - Text is one byte per character.
 * - Deferred lengths end in the reverse order of their beginning (last begun, first ended).
 */
import type { Slice } from "../bytes/slice.ts";

/** Names a header whose length is written later; only `endDeferred` understands it. */
export type DeferredToken = number;

/** Where a command writes its reply. */
export interface Reply {
  /** True after `HELLO 3`. Only for the few commands whose very shape depends on the protocol in Redis. */
  readonly isResp3: boolean;
  /** Number of `error` calls so far: a command failed when it changed while it ran. */
  readonly errorCount: number;
  /** True when nobody will read the rest: the client was cut off for the size of its output. Long loops may stop then. */
  readonly isCutOff: boolean;

  /** `+OK`. */
  ok(): void;
  /** `+QUEUED`. */
  queued(): void;
  /** A status: `+text`. The text has no CR or LF. */
  simple(text: string): void;
  /**
   * An error: `-text`, the code first ("ERR syntax error"). CR and LF become spaces, those at the end are cut. `isKnown`: error
   * statistics have counted it already.
   */
  error(text: string, isKnown?: boolean): void;
  /** `:n`. */
  integer(value: number | bigint): void;
  /** The bytes `[start, end)` as a bulk string; copied before the call returns. */
  bulk(bytes: Uint8Array, start?: number, end?: number): void;
  /** A slice as a bulk string; copied before the call returns. */
  bulkSlice(slice: Slice): void;
  /** As `bulk`, for the `length` bytes from the word `at` of `words` on: what is aligned is copied faster. */
  bulkWords(words: Int32Array, at: number, length: number): void;
  /** Text as a bulk string. */
  bulkText(text: string): void;
  /** An integer's decimal form as a bulk string. */
  bulkInteger(value: number | bigint): void;
  /** `$-1`, in RESP3 `_`. */
  nil(): void;
  /** `*-1`, in RESP3 `_`. */
  nilArray(): void;
  /** `*0`. */
  emptyArray(): void;
  /** Header of an array of `count` values. */
  array(count: number): void;
  /** Header of a map of `count` pairs; in RESP2 an array of twice as many values. */
  map(count: number): void;
  /** Header of a set of `count` values; in RESP2 an array. */
  set(count: number): void;
  /** Header of a push message of `count` values; in RESP2 an array. */
  push(count: number): void;
  /** Header of an attribute of `count` pairs, before the value it describes. RESP3 only: check `isResp3`. */
  attribute(count: number): void;
  /** `#t` / `#f`, in RESP2 `:1` / `:0`. */
  boolean(value: boolean): void;
  /** A double with 17 significant digits (as Redis 7.0), in RESP2 a bulk string. */
  double(value: number): void;
  /** A double whose text the caller made (Redis's "human" long doubles), in RESP2 a bulk string. */
  doubleText(text: string): void;
  /** An integer of any size in decimal, in RESP2 a bulk string. */
  bigNumber(text: string): void;
  /** Text with a format of three letters ("txt", "mkd"), in RESP2 a bulk string without the format. */
  verbatim(format: string, text: string | Uint8Array): void;
  /** Begins an array whose length is not known yet. */
  deferredArray(): DeferredToken;
  /** Begins a map whose number of pairs is not known yet. */
  deferredMap(): DeferredToken;
  /** Begins a set whose length is not known yet. */
  deferredSet(): DeferredToken;
  /** Ends what `deferredArray`, `deferredMap` (in pairs) or `deferredSet` began. */
  endDeferred(token: DeferredToken, count: number): void;
  /** The place that `rewind` comes back to. */
  mark(): number;
  /** Forgets what was written since `mark`: a handler that threw has left half of a reply. */
  rewind(mark: number): void;
  /** Bytes that are already encoded for this client's protocol: one whole value. */
  raw(bytes: Uint8Array, start?: number, end?: number): void;
}
