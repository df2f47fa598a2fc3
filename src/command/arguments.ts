/**
 * Readers of arguments that many commands share: numbers and expire times, with Redis's rules and error texts.
 *
 * - A reader that finds its argument wrong writes the error reply and returns null: the handler just returns.
 * - `readInteger` and `readExpireTime` cover 64 bits, with a bigint where a number would not be exact; the others move
 *   such values to the nearest safe integer, which no index, count or length can tell from the true one.
 */

import { parseDouble } from "../bytes/double.ts";
import type { Reply } from "../resp/reply.ts";
import { invalidExpireTime, NOT_A_FLOAT, NOT_AN_INTEGER, NOT_POSITIVE, valueNotBetween } from "../resp/reply_errors.ts";
import type { Args } from "../resp/request_batch.ts";
import type { Store } from "../store/store.ts";
import { canonicalInt64, type Int64, parseInt64 } from "../values/int64.ts";

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** A signed 64-bit integer. As Redis's `getLongLongFromObjectOrReply`. */
export function readInteger(args: Args, index: number, reply: Reply, error = NOT_AN_INTEGER): Int64 | null {
  const { bytes, start, end } = args.at(index);
  const value = parseInt64(bytes, start, end);
  if (value === value) return value;
  reply.error(error);
  return null;
}

/** A signed 64-bit integer, moved into the range of safe integers: for indexes, counts and scores of time. */
export function readClampedInteger(args: Args, index: number, reply: Reply, error = NOT_AN_INTEGER): number | null {
  const value = readInteger(args, index, reply, error);
  return typeof value === "bigint" ? clamped(value) : value;
}

/**
 * An integer from `min` to `max`, which must be safe. `error` replaces both texts: of what is no integer, and of what
 * is out of range. As Redis's `getRangeLongFromObjectOrReply`.
 */
export function readRangedInteger(
  args: Args,
  index: number,
  reply: Reply,
  range: { readonly min: number; readonly max: number; readonly error?: string },
): number | null {
  const value = readClampedInteger(args, index, reply, range.error);
  if (value === null || (value >= range.min && value <= range.max)) return value;
  reply.error(range.error ?? valueNotBetween(range.min, range.max));
  return null;
}

/**
 * An integer that is not negative. As Redis's `getPositiveLongFromObjectOrReply`, the same error answers what is no
 * integer at all.
 */
export function readPositiveInteger(args: Args, index: number, reply: Reply, error = NOT_POSITIVE): number | null {
  const value = readClampedInteger(args, index, reply, error);
  if (value === null || value >= 0) return value;
  reply.error(error);
  return null;
}

/** A double, infinities included and nan not. As Redis's `getDoubleFromObjectOrReply`. */
export function readFloat(args: Args, index: number, reply: Reply, error = NOT_A_FLOAT): number | null {
  const { bytes, start, end } = args.at(index);
  const value = parseDouble(bytes, start, end);
  if (value === null) reply.error(error);
  return value;
}

/** How an expire time is to be read. */
export interface ExpireRule {
  /** Milliseconds of the unit in which it is given: 1000 for EX, EXAT, EXPIRE; 1 for PX and the like. */
  readonly unitMs: 1 | 1000;
  /** What it counts from: the current unix time in milliseconds, or 0 for a unix time. */
  readonly baseMs: number;
  /** The command's full name in lower case, for the error text. */
  readonly commandName: string;
  /** EXPIRE and its kin take a time in the past, which deletes; SET and GETEX do not. */
  readonly isPastAllowed?: boolean;
}

/**
 * A time to live or a moment, as unix time in milliseconds.
 *
 * - Refused as "invalid expire time": what does not fit in 64 bits of milliseconds, and, unless the past is allowed,
 *   what is not above zero. As Redis's `getExpireMillisecondsOrReply` and `expireGenericCommand`.
 */
export function readExpireTime(args: Args, index: number, reply: Reply, rule: ExpireRule): Int64 | null {
  const given = readInteger(args, index, reply);
  if (given === null) return null;
  const atMs = given <= 0 && rule.isPastAllowed !== true ? null : expireTime(given, rule);
  if (atMs === null) reply.error(invalidExpireTime(rule.commandName));
  return atMs;
}

function expireTime(given: Int64, { unitMs, baseMs }: ExpireRule): Int64 | null {
  if (typeof given === "number") {
    const ms = given * unitMs;
    if (Number.isSafeInteger(ms) && Number.isSafeInteger(ms + baseMs)) return ms + baseMs;
  }
  const ms = BigInt(given) * BigInt(unitMs);
  const atMs = ms + BigInt(baseMs);
  if (ms < INT64_MIN || ms > INT64_MAX || atMs > INT64_MAX) return null;
  return canonicalInt64(atMs);
}

/**
 * True when an expire time given to a command has come, so that the key is deleted at once. On a replica and while
 * loading it is kept instead, until the master's DEL comes. As Redis's `checkAlreadyExpired`.
 */
export function deletesAtOnce(store: Store, atMs: Int64): boolean {
  return atMs <= store.clock.now && store.expiryRule === "delete";
}

function clamped(value: bigint): number {
  return value < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}
