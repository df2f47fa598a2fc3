/**
 * What SCAN, SSCAN and their kin share: the arguments (a cursor, MATCH, COUNT and, for SCAN alone, TYPE) and the step
 * through the elements of one value.
 */

import { ascii, equalsIgnoreCase } from "../bytes/ascii.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Reply } from "../resp/reply.ts";
import { INVALID_CURSOR, SYNTAX_ERROR } from "../resp/reply_errors.ts";
import type { Args } from "../resp/request_batch.ts";
import type { Dict } from "../values/dict.ts";
import { readClampedInteger } from "./arguments.ts";

const COUNT = ascii("count");
const MATCH = ascii("match");
const TYPE = ascii("type");

const DEFAULT_COUNT = 10;
/** Buckets looked at, empty ones included, for each name or value wanted. */
const VISITS_PER_COUNT = 10;
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
  /** The name of a type in lower case, or null for all. */
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
      type = args.text(index + 1).toLowerCase();
    } else {
      return refuse(reply, SYNTAX_ERROR);
    }
  }
  return { count, pattern, type };
}

/** What a scan goes through: a hash, a set or a sorted set. */
export interface Scannable {
  /** The hash table, or null while the value has its compact form. */
  readonly table: Dict | null;
  /** The handles of all elements. */
  handles(): Int32Array;
}

/** How one call of a scan goes on. */
export interface ScanStep {
  readonly cursor: number;
  /** About how many elements are wanted. */
  readonly count: number;
  /** Whether each element comes with a value, which Redis counts too. */
  readonly hasValues: boolean;
}

/** What one call of a scan found. */
export interface ScanFinding {
  readonly handles: Iterable<number>;
  /** The cursor of the next call, 0 at the end. */
  readonly next: number;
}

/** Collects the handles of some elements. What has no table is gone through whole, whatever the count. */
export function collectHandles(value: Scannable, { cursor, count, hasValues }: ScanStep): ScanFinding {
  const { table } = value;
  if (table === null) return { handles: value.handles(), next: 0 };
  const handles: number[] = [];
  const visit = (entry: number) => void handles.push(entry);
  let visitsLeft = count * (hasValues ? 2 * VISITS_PER_COUNT : VISITS_PER_COUNT);
  let next = cursor;
  do {
    next = table.scan(next, visit);
  } while (next !== 0 && visitsLeft-- > 0 && handles.length < count);
  return { handles, next };
}

function refuse(reply: Reply, error: string): null {
  reply.error(error);
  return null;
}
