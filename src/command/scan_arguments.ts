/**
 * The arguments that SCAN, SSCAN and their kin share: a cursor, MATCH, COUNT and, for SCAN alone, TYPE.
 */

import { ascii, equalsIgnoreCase } from "../bytes/ascii.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Reply } from "../resp/reply.ts";
import { cText, INVALID_CURSOR, SYNTAX_ERROR } from "../resp/reply_errors.ts";
import type { Args } from "../resp/request_batch.ts";
import { readClampedInteger } from "./arguments.ts";

const COUNT = ascii("count");
const MATCH = ascii("match");
const TYPE = ascii("type");

const DEFAULT_COUNT = 10;
const ASTERISK = 0x2a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const ZERO = 0x30;
const UINT64_MAX = 2n ** 64n - 1n;

/** What a scan is asked for. */
export interface ScanOptions {
  /** About how many elements to visit: at least 1. */
  readonly count: number;
  /** The pattern, or null when everything matches. */
  readonly pattern: Slice | null;
  /** The name of a type in lower case, up to its first NUL as Redis reads it, or null for all. */
  readonly type: string | null;
}

/**
 * A cursor: its low 32 bits, which are all that a scan looks at. As C's `strtoul`, so a sign is accepted, a minus counts
 * down from 2^64, no digits at all are 0, and a NUL ends the text.
 */
export function readScanCursor(args: Args, index: number, reply: Reply): number | null {
  const { bytes, start, end } = args.at(index);
  const sign = bytes[start];
  let at = start;
  if (at < end && (sign === MINUS || sign === PLUS)) at++;
  let value = 0n;
  const digitsStart = at;
  for (; at < end && bytes[at] !== 0; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9 || value > UINT64_MAX) return refuse(reply, INVALID_CURSOR);
    value = value * 10n + BigInt(digit);
  }
  if (value > UINT64_MAX || (at === digitsStart && at > start)) return refuse(reply, INVALID_CURSOR);
  return Number(BigInt.asUintN(32, sign === MINUS ? -value : value));
}

/** The options from the argument at `first` on; null when an error was replied. */
export function readScanOptions(args: Args, first: number, reply: Reply, hasType = false): ScanOptions | null {
  let count = DEFAULT_COUNT;
  let pattern: Slice | null = null;
  let type: string | null = null;
  for (let index = first; index < args.count; index += 2) {
    const option = args.at(index);
    if (index + 1 === args.count) return refuse(reply, SYNTAX_ERROR);
    if (equalsIgnoreCase(option, COUNT)) {
      const value = readClampedInteger(args, index + 1, reply);
      if (value === null) return null;
      if (value < 1) return refuse(reply, SYNTAX_ERROR);
      count = value;
    } else if (equalsIgnoreCase(option, MATCH)) {
      const given = args.at(index + 1);
      pattern = given.length === 1 && given.bytes[given.start] === ASTERISK ? null : given;
    } else if (hasType && equalsIgnoreCase(option, TYPE)) {
      type = cText(args.at(index + 1)).toLowerCase();
    } else {
      return refuse(reply, SYNTAX_ERROR);
    }
  }
  return { count, pattern, type };
}

function refuse(reply: Reply, error: string): null {
  reply.error(error);
  return null;
}
