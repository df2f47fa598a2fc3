/**
 * Bytes as a quoted, printable text: MONITOR, logs, SLOWLOG's neighbours, CONFIG REWRITE, INFO.
 *
 * - As Redis 7.0's sdscatrepr; `splitArguments` reads it back.
 */

import { latin1 } from "./ascii.ts";

const NAMED: Record<number, string> = {
  0x07: "\\a",
  0x08: "\\b",
  0x09: "\\t",
  0x0a: "\\n",
  0x0d: "\\r",
  0x22: '\\"',
  0x5c: "\\\\",
};

const ESCAPES: readonly (string | null)[] = Array.from({ length: 256 }, (_, byte) => {
  const named = NAMED[byte];
  if (named !== undefined) return named;
  return byte >= 0x20 && byte < 0x7f ? null : `\\x${byte.toString(16).padStart(2, "0")}`;
});

/**
 * `bytes` between double quotes: printable ASCII as it is, the rest escaped.
 *
 * @example
 * ```ts
 * import { quoteArgument } from "./quote.ts";
 * console.log(quoteArgument(new Uint8Array([97, 10, 255]))); // "a\n\xff"
 * ```
 */
export function quoteArgument(bytes: Uint8Array): string {
  let text = '"';
  let plainFrom = 0;
  for (let at = 0; at < bytes.length; at++) {
    const escape = ESCAPES[bytes[at]!]!;
    if (escape === null) continue;
    if (plainFrom < at) text += latin1(bytes, plainFrom, at);
    text += escape;
    plainFrom = at + 1;
  }
  if (plainFrom < bytes.length) text += latin1(bytes, plainFrom, bytes.length);
  return text + '"';
}
