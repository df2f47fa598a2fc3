/**
 * Reads RESP2 and RESP3 replies out of a growing run of bytes. It is written apart from `src/resp/`, so that a test
 * never lets the server's parser judge the server's encoder.
 *
 * - Texts have one character per byte.
 * - A reply is read whole or not at all: `NEED_MORE` means that its end has not arrived.
 */
import { textOfBytes } from "./byte_text.ts";

/** An error reply, text without the leading `-`. */
export class ErrorReply {
  constructor(readonly text: string) {}
}

/** A RESP3 push message. */
export class PushReply {
  constructor(readonly items: ReplyValue[]) {}
}

/**
 * What a reply says. Simple, bulk and verbatim strings (the latter with their `txt:` prefix) are texts; integers past
 * the safe range and big numbers are bigints; nils of every kind are null. Attributes are left out.
 */
export type ReplyValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | ErrorReply
  | PushReply
  | ReplyValue[]
  | Map<ReplyValue, ReplyValue>
  | Set<ReplyValue>;

/** What `readReply()` returns while the reply is incomplete. */
export const NEED_MORE = Symbol("need more bytes");

const CR = 0x0d;

/** A reply and the offset of the first byte behind it. */
export interface ReadReply {
  value: ReplyValue;
  end: number;
}

/** Reads the reply that starts at `start`; throws an `Error` that quotes the bytes where they are not RESP. */
export function readReply(bytes: Uint8Array, start: number): ReadReply | typeof NEED_MORE {
  const lineEnd = bytes.indexOf(CR, start);
  if (lineEnd < 0 || lineEnd + 1 >= bytes.length) return NEED_MORE;
  const line = textOfBytes(bytes.subarray(start + 1, lineEnd));
  const next = lineEnd + 2;
  const kind = String.fromCharCode(bytes[start]!);
  switch (kind) {
    case "+":
      return { value: line, end: next };
    case "-":
      return { value: new ErrorReply(line), end: next };
    case ":":
      return { value: integerOf(line), end: next };
    case "(":
      return { value: BigInt(line), end: next };
    case ",":
      return { value: doubleOf(line), end: next };
    case "#":
      return { value: line === "t", end: next };
    case "_":
      return { value: null, end: next };
    case "$":
    case "=":
    case "!":
      return readBlob(bytes, next, { kind, length: Number(line) });
    case "*":
    case "~":
    case ">":
    case "%":
    case "|":
      return readAggregate(bytes, next, { kind, count: Number(line) });
    default:
      throw new Error(`Cannot read a reply: ${JSON.stringify(textOfBytes(bytes.subarray(start, start + 40)))}`);
  }
}

function readBlob(
  bytes: Uint8Array,
  start: number,
  { kind, length }: { kind: string; length: number },
): ReadReply | typeof NEED_MORE {
  if (length < 0) return { value: null, end: start };
  const end = start + length;
  if (bytes.length < end + 2) return NEED_MORE;
  const text = textOfBytes(bytes.subarray(start, end));
  return { value: kind === "!" ? new ErrorReply(text) : text, end: end + 2 };
}

function readAggregate(
  bytes: Uint8Array,
  start: number,
  { kind, count }: { kind: string; count: number },
): ReadReply | typeof NEED_MORE {
  if (count < 0) return { value: null, end: start };
  const isPaired = kind === "%" || kind === "|";
  const items: ReplyValue[] = [];
  let end = start;
  for (let left = isPaired ? count * 2 : count; left > 0; left--) {
    const item = readReply(bytes, end);
    if (item === NEED_MORE) return NEED_MORE;
    items.push(item.value);
    end = item.end;
  }
  // An attribute comes before the reply that it describes and is no reply of its own.
  if (kind === "|") return readReply(bytes, end);
  return { value: aggregateOf(kind, items), end };
}

function aggregateOf(kind: string, items: ReplyValue[]): ReplyValue {
  if (kind === "~") return new Set(items);
  if (kind === ">") return new PushReply(items);
  if (kind === "*") return items;
  const map = new Map<ReplyValue, ReplyValue>();
  for (let index = 0; index + 1 < items.length; index += 2) map.set(items[index]!, items[index + 1]!);
  return map;
}

function integerOf(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

function doubleOf(text: string): number {
  if (text === "inf") return Infinity;
  if (text === "-inf") return -Infinity;
  return Number(text);
}
