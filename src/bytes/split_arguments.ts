/**
 * Splits a line into arguments: inline commands, lines of redis.conf and of ACL files.
 *
 * - As Redis 7.0's sdssplitargs: `"..."` knows `\n \r \t \b \a \xHH` and `\` before any other byte, `'...'` knows
 *   `\'` only, a closing quote must be followed by a space or the end, and a NUL byte ends the line.
 */

const SINGLE_QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const LOWER_X = 0x78;

/** Where the argument read last ended, in the line and in the scratch; -1 in the line for unbalanced quotes. */
interface Cursor {
  at: number;
  written: number;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || (byte >= TAB && byte <= CARRIAGE_RETURN);
}

/** Unlike the space between arguments, the one that ends an unquoted argument is not a vertical tab or a form feed. */
function endsBareArgument(byte: number): boolean {
  return byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const folded = byte | 0x20;
  return folded >= 0x61 && folded <= 0x66 ? folded - 0x57 : -1;
}

function unescape(byte: number): number {
  switch (byte) {
    case 0x6e:
      return LINE_FEED;
    case 0x72:
      return CARRIAGE_RETURN;
    case 0x74:
      return TAB;
    case 0x62:
      return 0x08;
    case 0x61:
      return 0x07;
    default:
      return byte;
  }
}

/** The position after a closing quote at `at`, or -1 when something other than a space follows. */
function afterQuote(line: Uint8Array, at: number, end: number): number {
  return at + 1 === end || isSpace(line[at + 1]!) ? at + 1 : -1;
}

function readDoubleQuoted(line: Uint8Array, end: number, scratch: Uint8Array, cursor: Cursor): void {
  let at = cursor.at;
  for (; at < end && line[at] !== DOUBLE_QUOTE; at++) {
    let byte = line[at]!;
    if (byte === BACKSLASH && at + 1 < end) {
      const high = at + 3 < end && line[at + 1] === LOWER_X ? hexDigit(line[at + 2]) : -1;
      const low = high < 0 ? -1 : hexDigit(line[at + 3]);
      if (low >= 0) {
        byte = high * 16 + low;
        at += 3;
      } else {
        byte = unescape(line[++at]!);
      }
    }
    scratch[cursor.written++] = byte;
  }
  cursor.at = at < end ? afterQuote(line, at, end) : -1;
}

function readSingleQuoted(line: Uint8Array, end: number, scratch: Uint8Array, cursor: Cursor): void {
  let at = cursor.at;
  for (; at < end && line[at] !== SINGLE_QUOTE; at++) {
    if (line[at] === BACKSLASH && at + 1 < end && line[at + 1] === SINGLE_QUOTE) at++;
    scratch[cursor.written++] = line[at]!;
  }
  cursor.at = at < end ? afterQuote(line, at, end) : -1;
}

function readArgument(line: Uint8Array, end: number, scratch: Uint8Array, cursor: Cursor): void {
  cursor.written = 0;
  while (cursor.at < end) {
    const byte = line[cursor.at++]!;
    if (endsBareArgument(byte)) return;
    if (byte === DOUBLE_QUOTE) return readDoubleQuoted(line, end, scratch, cursor);
    if (byte === SINGLE_QUOTE) return readSingleQuoted(line, end, scratch, cursor);
    scratch[cursor.written++] = byte;
  }
}

/**
 * The arguments in `line[start, end)`, each in memory of its own, or null when quotes are unbalanced.
 *
 * @example
 * ```ts
 * import { ascii, latin1 } from "./ascii.ts";
 * import { splitArguments } from "./split_arguments.ts";
 * const line = ascii('set key "a\\x41 b"');
 * console.log(splitArguments(line, 0, line.length)?.map((argument) => latin1(argument))); // [ "set", "key", "aA b" ]
 * ```
 */
export function splitArguments(line: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer>[] | null {
  let textEnd = start;
  while (textEnd < end && line[textEnd] !== 0) textEnd++;
  const found: Uint8Array<ArrayBuffer>[] = [];
  // No argument is longer than its spelling.
  const scratch = new Uint8Array(textEnd - start);
  const cursor: Cursor = { at: start, written: 0 };
  for (;;) {
    while (cursor.at < textEnd && isSpace(line[cursor.at]!)) cursor.at++;
    if (cursor.at >= textEnd) return found;
    readArgument(line, textEnd, scratch, cursor);
    if (cursor.at < 0) return null;
    found.push(scratch.slice(0, cursor.written));
  }
}
