/**
 * Glob patterns as Redis matches them (KEYS, SCAN MATCH, PSUBSCRIBE, CONFIG GET, ACL).
 *
 * ```
 * *       any run of bytes, also an empty one      [abc]   one of these      [^abc]  none of these
 * ?       one byte                                 [a-z]   a range           \x      x itself
 * ```
 *
 * - As Redis 7.0, oddities included: no pattern but the empty one matches an empty text, a class that is not closed
 *   ends with the pattern, the ends of a range may be swapped, bytes from 0x80 count as negative in a range, and an
 *   escaped byte in a class is compared with its case.
 * - Iterative. Every part but `*` takes exactly one byte, so only the last `*` ever has to be retried: the time is
 *   bounded by pattern length x text length.
 */

import type { Slice } from "./slice.ts";

const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;
const CARET = 0x5e;
const DASH = 0x2d;

function toLower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

/** A byte as a signed C char. */
function signed(byte: number): number {
  return (byte << 24) >> 24;
}

/** What C's tolower makes of a signed char: negative ones but -1 (which is EOF) become 128 to 254. */
function signedToLower(char: number): number {
  return char < -1 ? char + 256 : toLower(char);
}

function isInRange(from: number, to: number, byte: number, ignoreCase: boolean): boolean {
  let low = signed(from);
  let high = signed(to);
  let char = signed(byte);
  if (low > high) [low, high] = [high, low];
  if (ignoreCase) {
    low = signedToLower(low);
    high = signedToLower(high);
    char = signedToLower(char);
  }
  return char >= low && char <= high;
}

/** The position after the class whose content starts at `at`, negated when the class does not hold `byte` (never 0). */
function matchClass(bytes: Uint8Array, at: number, end: number, byte: number, ignoreCase: boolean): number {
  const isNegated = at < end && bytes[at] === CARET;
  if (isNegated) at++;
  let isMember = false;
  for (; at < end && bytes[at] !== CLOSE; at++) {
    const member = bytes[at]!;
    if (member === BACKSLASH && at + 1 < end) {
      if (bytes[++at] === byte) isMember = true;
    } else if (at + 2 < end && bytes[at + 1] === DASH) {
      if (isInRange(member, bytes[at + 2]!, byte, ignoreCase)) isMember = true;
      at += 2;
    } else if (ignoreCase ? toLower(member) === toLower(byte) : member === byte) {
      isMember = true;
    }
  }
  const after = at < end ? at + 1 : end;
  return isMember !== isNegated ? after : -after;
}

/** The position after the one-byte part at `at`, or a negative number when it does not match `byte`. */
function matchPart(bytes: Uint8Array, at: number, end: number, byte: number, ignoreCase: boolean): number {
  let expected = bytes[at]!;
  if (expected === QUESTION) return at + 1;
  if (expected === OPEN) return matchClass(bytes, at + 1, end, byte, ignoreCase);
  if (expected === BACKSLASH && at + 1 < end) expected = bytes[++at]!;
  const isEqual = ignoreCase ? toLower(expected) === toLower(byte) : expected === byte;
  return isEqual ? at + 1 : -1;
}

/**
 * Whether the whole of `text` matches `pattern`.
 *
 * @example
 * ```ts
 * import { ascii } from "./ascii.ts";
 * import { globMatches } from "./glob.ts";
 * import { Slice } from "./slice.ts";
 * console.log(globMatches(new Slice(ascii("user:[0-9]*")), new Slice(ascii("user:42")))); // true
 * ```
 */
export function globMatches(pattern: Slice, text: Slice, ignoreCase = false): boolean {
  const patternBytes = pattern.bytes;
  const patternEnd = pattern.end;
  const textBytes = text.bytes;
  const textEnd = text.end;
  let patternAt = pattern.start;
  let textAt = text.start;
  if (textAt === textEnd) return patternAt === patternEnd;
  let afterStar = -1;
  let retryAt = -1;
  while (textAt < textEnd) {
    if (patternAt < patternEnd) {
      if (patternBytes[patternAt] === STAR) {
        do patternAt++; while (patternAt < patternEnd && patternBytes[patternAt] === STAR);
        if (patternAt === patternEnd) return true;
        afterStar = patternAt;
        retryAt = textAt;
        continue;
      }
      const next = matchPart(patternBytes, patternAt, patternEnd, textBytes[textAt]!, ignoreCase);
      if (next > 0) {
        patternAt = next;
        textAt++;
        continue;
      }
    }
    if (afterStar < 0) return false;
    patternAt = afterStar;
    textAt = ++retryAt;
  }
  while (patternAt < patternEnd && patternBytes[patternAt] === STAR) patternAt++;
  return patternAt === patternEnd;
}

/** Whether the pattern holds none of `* ? [ \`, so that it matches exactly its own bytes. */
export function isLiteralGlob(pattern: Slice): boolean {
  const { bytes, end } = pattern;
  for (let at = pattern.start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === STAR || byte === QUESTION || byte === OPEN || byte === BACKSLASH) return false;
  }
  return true;
}
