/**
 * The options of SET and GETEX: conditions, GET, and what becomes of the expiry.
 *
 * - As in Redis, an option may be repeated, and of repeated times the last one counts.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readExpireTime } from "../../command/arguments.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Int64 } from "../../values/int64.ts";

/** Set only a key that is missing. */
export const NX = 1 << 0;
/** Set only a key that is there. */
export const XX = 1 << 1;
/** Reply with the former value. */
export const GET = 1 << 2;
/** Keep the expiry. */
export const KEEPTTL = 1 << 3;
/** Remove the expiry. */
export const PERSIST = 1 << 4;
/** A time to live in seconds. */
export const EX = 1 << 5;
/** A time to live in milliseconds. */
export const PX = 1 << 6;
/** A unix time in seconds. */
export const EXAT = 1 << 7;
/** A unix time in milliseconds. */
export const PXAT = 1 << 8;

/** The options of SET. */
export const SET_OPTIONS = NX | XX | GET | KEEPTTL | EX | PX | EXAT | PXAT;
/** The options of GETEX. */
export const GETEX_OPTIONS = PERSIST | EX | PX | EXAT | PXAT;

/** The options that a time follows. */
const TIMES = EX | PX | EXAT | PXAT;
/** The options of which only one may be given. */
const EXPIRY = TIMES | KEEPTTL | PERSIST;

interface OptionWord {
  readonly word: Uint8Array;
  readonly flag: number;
  /** Options that may not have come before. */
  readonly excludes: number;
}

const OPTION_WORDS: readonly OptionWord[] = [
  { word: ascii("nx"), flag: NX, excludes: XX },
  { word: ascii("xx"), flag: XX, excludes: NX },
  { word: ascii("get"), flag: GET, excludes: 0 },
  { word: ascii("keepttl"), flag: KEEPTTL, excludes: EXPIRY & ~KEEPTTL },
  { word: ascii("persist"), flag: PERSIST, excludes: EXPIRY & ~PERSIST },
  { word: ascii("ex"), flag: EX, excludes: EXPIRY & ~EX },
  { word: ascii("px"), flag: PX, excludes: EXPIRY & ~PX },
  { word: ascii("exat"), flag: EXAT, excludes: EXPIRY & ~EXAT },
  { word: ascii("pxat"), flag: PXAT, excludes: EXPIRY & ~PXAT },
];

/** The options of one request. Reused from request to request. */
export class StringOptions {
  /** The options given, as bits. */
  flags = 0;
  /** Position of the time, 0 for none. */
  timeIndex = 0;

  /** Reads the options from position `first` on, of which `allowed` exist; false on a syntax error. */
  parse(args: Args, first: number, allowed: number): boolean {
    this.flags = 0;
    this.timeIndex = 0;
    for (let index = first; index < args.count; index++) {
      const option = findOption(args, index);
      if (option === null || (option.flag & allowed) === 0 || (option.excludes & this.flags) !== 0) return false;
      this.flags |= option.flag;
      if ((option.flag & TIMES) === 0) continue;
      if (++index === args.count) return false;
      this.timeIndex = index;
    }
    return true;
  }

  /** The moment of expiry that the options ask for, in unix milliseconds. Null: the error reply is written. */
  readExpiry(args: Args, reply: Reply, options: { readonly now: number; readonly commandName: string }): Int64 | null {
    const { flags } = this;
    return readExpireTime(args, this.timeIndex, reply, {
      unitMs: (flags & (EX | EXAT)) !== 0 ? 1000 : 1,
      baseMs: (flags & (EX | PX)) !== 0 ? options.now : 0,
      commandName: options.commandName,
    });
  }
}

function findOption(args: Args, index: number): OptionWord | null {
  const slice = args.at(index);
  for (const option of OPTION_WORDS) if (equalsIgnoreCase(slice, option.word)) return option;
  return null;
}
