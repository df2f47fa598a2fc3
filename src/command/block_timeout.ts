/**
 * How long a blocking command may wait, as its client says.
 *
 * - In milliseconds; 0 waits for ever.
 */

import { bitLength, roundSignificand } from "../bytes/float_text.ts";
import { parseSafeInteger } from "../bytes/integer.ts";
import { parseLongDouble } from "../bytes/long_double.ts";
import type { Reply } from "../resp/reply.ts";
import { TIMEOUT_NEGATIVE, TIMEOUT_NOT_A_FLOAT, TIMEOUT_NOT_AN_INTEGER } from "../resp/reply_errors.ts";
import type { Args } from "../resp/request_batch.ts";
import { readClampedInteger } from "./arguments.ts";

/** From so many milliseconds on Redis's count overflows and turns negative. */
const OVERFLOW_MS = 2 ** 63;
const MAX_SAFE_SECONDS = Number.MAX_SAFE_INTEGER / 1000;
const LONG_DOUBLE_BITS = 64;
const LONG_DOUBLE = { precision: LONG_DOUBLE_BITS, minExponent: -16445, overflowExponent: 16384 };

/** A timeout in seconds, with fractions (BLPOP); null after the error reply. */
export function readTimeoutSeconds(args: Args, index: number, reply: Reply): number | null {
  const { bytes, start, end } = args.at(index);
  const seconds = parseSafeInteger(bytes, start, end);
  if (seconds >= 0 && seconds <= MAX_SAFE_SECONDS) return seconds * 1000;
  const timeoutMs = parseMilliseconds(bytes, start, end);
  if (timeoutMs === null) {
    reply.error(TIMEOUT_NOT_A_FLOAT);
  } else if (timeoutMs < 0 || timeoutMs >= OVERFLOW_MS) {
    reply.error(TIMEOUT_NEGATIVE);
  } else {
    return timeoutMs;
  }
  return null;
}

/** A timeout in whole milliseconds (XREAD BLOCK, WAIT); null after the error reply. */
export function readTimeoutMs(args: Args, index: number, reply: Reply): number | null {
  const timeoutMs = readClampedInteger(args, index, reply, TIMEOUT_NOT_AN_INTEGER);
  if (timeoutMs === null || timeoutMs >= 0) return timeoutMs;
  reply.error(TIMEOUT_NEGATIVE);
  return null;
}

/** Seconds in a text as milliseconds, rounded up, in the arithmetic of Redis: 0.1 is 100 and not 101. */
function parseMilliseconds(bytes: Uint8Array, start: number, end: number): number | null {
  const seconds = parseLongDouble(bytes, start, end);
  if (seconds === null) return null;
  if (seconds.isInfinite) return Infinity;
  const isNegative = seconds.significand < 0n;
  const magnitude = (isNegative ? -seconds.significand : seconds.significand) * 1000n;
  const rounded = roundSignificand(magnitude, seconds.exponent, false, LONG_DOUBLE);
  if (rounded === null) return Infinity;
  const { significand, exponent } = rounded;
  if (bitLength(significand) + exponent > LONG_DOUBLE_BITS) return Infinity;
  if (exponent >= 0) return Number(isNegative ? -significand << BigInt(exponent) : significand << BigInt(exponent));
  const whole = significand >> BigInt(-exponent);
  if (isNegative) return -Number(whole);
  return Number(whole << BigInt(-exponent) === significand ? whole : whole + 1n);
}
