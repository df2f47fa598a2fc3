/**
 * Byte text: a JavaScript string whose characters are bytes (0 to 255), the form in which configuration values are parsed and printed.
 *
 * - Nothing is lost: a password may hold any byte.
 * - Strings from outside (source code, a file read as text, `Deno.args`) are UTF-8 encoded on their way in.
 */

import { ascii, latin1, utf8 } from "../bytes/ascii.ts";
import { Slice } from "../bytes/slice.ts";

/** A name or a value as callers have it: text, owned bytes, or an argument of the running command. */
export type TextSource = string | Uint8Array | Slice;

const DECODER = new TextDecoder();

/** The byte text of `source`. */
export function byteTextOf(source: TextSource): string {
  if (source instanceof Slice) return latin1(source.bytes, source.start, source.end);
  return latin1(typeof source === "string" ? utf8(source) : source);
}

/** `text` decoded as UTF-8, for people and for file names; bytes that are no UTF-8 become U+FFFD. */
export function decodeByteText(text: string): string {
  return DECODER.decode(ascii(text));
}

/** The part of `text` that a C string shows: up to the first zero byte. */
export function untilNul(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
