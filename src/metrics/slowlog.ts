/**
 * The slow log: the last requests that took longer than `slowlog-log-slower-than`, with long ones shortened.
 */

import { ascii } from "../bytes/ascii.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Args } from "../resp/request_batch.ts";

/** Arguments kept of one request: Redis's `SLOWLOG_ENTRY_MAX_ARGC`. */
export const SLOWLOG_ENTRY_MAX_ARGC = 32;

/** Bytes kept of one argument: Redis's `SLOWLOG_ENTRY_MAX_STRING`. */
export const SLOWLOG_ENTRY_MAX_STRING = 128;

/** What stands for an argument that must not be shown. */
export const REDACTED = ascii("(redacted)");

/** One slow request. */
export interface SlowlogEntry {
  /** Greater than that of every request before. */
  readonly id: number;
  /** Unix time in seconds. */
  readonly timeSeconds: number;
  readonly durationUs: number;
  /** Shortened copies of the arguments. */
  readonly argv: readonly Uint8Array[];
  /** "ip:port" of the client. */
  readonly address: string;
  /** The client's name as byte text. */
  readonly clientName: string;
}

/** What `Slowlog.add` is told of a request. */
export interface SlowRequest {
  readonly args: Args;
  /** Positions of arguments that must not be shown. */
  readonly redacted: readonly number[];
  readonly durationUs: number;
  readonly nowMs: number;
  readonly address: string;
  readonly clientName: string;
}

/** The slow requests of one server. */
export class Slowlog {
  /** Microseconds from which a request counts as slow; Infinity: none does. */
  thresholdUs = 10000;
  /** Entries kept at most. */
  maxLength = 128;
  readonly #entries: SlowlogEntry[] = [];
  #nextId = 0;

  /** Number of entries. */
  get length(): number {
    return this.#entries.length;
  }

  /** Adds a request, whose duration the caller has compared with the threshold. */
  add(request: SlowRequest): void {
    this.#entries.unshift({
      id: this.#nextId++,
      timeSeconds: Math.floor(request.nowMs / 1000),
      durationUs: request.durationUs,
      argv: shortenedArgv(request),
      address: request.address,
      clientName: request.clientName,
    });
    this.trim();
  }

  /** Drops what is beyond `maxLength`. */
  trim(): void {
    if (this.#entries.length > this.maxLength) this.#entries.length = this.maxLength;
  }

  /** The newest `count` entries, newest first. */
  newest(count: number): readonly SlowlogEntry[] {
    return this.#entries.slice(0, count);
  }

  /** Forgets all entries; the ids go on. */
  reset(): void {
    this.#entries.length = 0;
  }
}

function shortenedArgv({ args, redacted }: SlowRequest): Uint8Array[] {
  const count = Math.min(args.count, SLOWLOG_ENTRY_MAX_ARGC);
  const argv: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    if (count < args.count && i === count - 1) argv.push(ascii(`... (${args.count - count + 1} more arguments)`));
    else argv.push(redacted.includes(i) ? REDACTED : shortened(args.at(i)));
  }
  return argv;
}

function shortened(argument: Slice): Uint8Array {
  const rest = argument.length - SLOWLOG_ENTRY_MAX_STRING;
  if (rest <= 0) return argument.copy();
  const note = ascii(`... (${rest} more bytes)`);
  const bytes = new Uint8Array(SLOWLOG_ENTRY_MAX_STRING + note.length);
  bytes.set(argument.view().subarray(0, SLOWLOG_ENTRY_MAX_STRING));
  bytes.set(note, SLOWLOG_ENTRY_MAX_STRING);
  return bytes;
}
