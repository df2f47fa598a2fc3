/**
 * Numbers as they are read from configuration: the C library's and Redis's rules on byte text, in 64-bit arithmetic.
 *
 * - Results are `bigint`: bounds go up to 2^64 - 1, and products wrap as they do in Redis.
 */

import { untilNul } from "./byte_text.ts";

const LLONG_MAX = 0x7fffffffffffffffn;
const LLONG_MIN = -0x8000000000000000n;
const ULLONG_MAX = 0xffffffffffffffffn;

/** Longest run of digits before a memory unit. */
const MAX_MEMORY_DIGITS = 127;

const MEMORY_UNITS = new Map<string, bigint>([
  ["", 1n],
  ["b", 1n],
  ["k", 1000n],
  ["kb", 1024n],
  ["m", 1000n * 1000n],
  ["mb", 1024n * 1024n],
  ["g", 1000n * 1000n * 1000n],
  ["gb", 1024n * 1024n * 1024n],
]);

/** What `strtoll` makes of a text. */
export interface LeadingInteger {
  /** Clamped to 64 bits; 0 without digits. */
  readonly value: bigint;
  /** True if nothing follows the number: an empty text counts, as `*endptr == '\0'` does in C. */
  readonly isWhole: boolean;
  /** True if the digits did not fit into 64 bits. */
  readonly isOverflow: boolean;
}

/** As C's `strtoll`: leading spaces and a sign are skipped, digits of `radix` are read, the rest is left. */
export function parseLeadingInteger(text: string, radix: 8 | 10 = 10): LeadingInteger {
  const terminated = untilNul(text);
  const pattern = radix === 8 ? /^[ \t\n\v\f\r]*([+-]?)([0-7]+)/ : /^[ \t\n\v\f\r]*([+-]?)([0-9]+)/;
  const match = pattern.exec(terminated);
  if (match === null) return { value: 0n, isWhole: terminated.length === 0, isOverflow: false };
  const magnitude = BigInt(radix === 8 ? `0o${match[2]!}` : match[2]!);
  const exact = match[1] === "-" ? -magnitude : magnitude;
  const value = exact > LLONG_MAX ? LLONG_MAX : exact < LLONG_MIN ? LLONG_MIN : exact;
  return { value, isWhole: match[0].length === terminated.length, isOverflow: value !== exact };
}

/**
 * A memory size such as `100`, `64kb` or `1g`, in bytes, or null. As Redis: no sign, units in any case, `k` is 1000 and `kb` 1024,
 * no digits at all is 0, and a product beyond 64 bits wraps.
 */
export function parseMemorySize(text: string): bigint | null {
  const terminated = untilNul(text);
  const digits = /^[0-9]*/.exec(terminated)![0];
  const unit = MEMORY_UNITS.get(terminated.slice(digits.length).toLowerCase());
  if (unit === undefined || digits.length > MAX_MEMORY_DIGITS) return null;
  const count = BigInt(digits);
  return BigInt.asUintN(64, (count > ULLONG_MAX ? ULLONG_MAX : count) * unit);
}

/** `bytes` with the largest unit that divides it, as CONFIG REWRITE writes sizes. */
export function formatMemorySize(bytes: bigint): string {
  if (bytes !== 0n) {
    for (const unit of ["gb", "mb", "kb"]) {
      const size = MEMORY_UNITS.get(unit)!;
      if (bytes % size === 0n) return `${bytes / size}${unit}`;
    }
  }
  return `${bytes}`;
}
