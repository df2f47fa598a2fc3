/**
 * Replies as JavaScript values: what the reply parser reads and the reply recorder builds.
 *
 * | reply | value |
 * | --- | --- |
 * | status | string |
 * | error | `ReplyError` |
 * | integer | number when it is safe, else bigint |
 * | bulk string | `Uint8Array` |
 * | nil, nil array | `null`, `NIL_ARRAY` |
 * | array | array |
 * | boolean | boolean |
 * | map, set, push, double, big number, verbatim, attribute | a class each, below |
 */
import { latin1 } from "../bytes/ascii.ts";

/** One reply. Text is one character per byte. */
export type ReplyValue =
  | null
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | ReplyValue[]
  | ReplyError
  | ReplyNilArray
  | ReplyMap
  | ReplySet
  | ReplyPush
  | ReplyDouble
  | ReplyBigNumber
  | ReplyVerbatim
  | ReplyAttribute;

/** An error reply; a value, not an exception. */
export class ReplyError {
  /** `text` is the error without its leading '-'. */
  constructor(readonly text: string) {}

  /** The first word: "ERR", "WRONGTYPE". */
  get code(): string {
    const space = this.text.indexOf(" ");
    return space < 0 ? this.text : this.text.slice(0, space);
  }
}

/** RESP2's `*-1`. */
export class ReplyNilArray {
  /** Tells the class from an empty object for the type checker. */
  readonly kind = "nil array";
}

/** The only `ReplyNilArray` there is. */
export const NIL_ARRAY: ReplyNilArray = new ReplyNilArray();

/** A map, as pairs in their order. */
export class ReplyMap {
  /** `entries` are the pairs. */
  constructor(readonly entries: [ReplyValue, ReplyValue][]) {}
}

/** A set. */
export class ReplySet {
  /** `members` in the order they came. */
  constructor(readonly members: ReplyValue[]) {}
}

/** A message that answers no request. */
export class ReplyPush {
  /** `items`: the kind of message, then its parts. */
  constructor(readonly items: ReplyValue[]) {}
}

/** A double. */
export class ReplyDouble {
  /** `text` is its form on the wire. */
  constructor(readonly text: string) {}

  /** The number; `inf`, `-inf` and `nan` as JavaScript has them. */
  get value(): number {
    if (this.text === "inf") return Infinity;
    if (this.text === "-inf") return -Infinity;
    return Number(this.text);
  }
}

/** An integer of any size. */
export class ReplyBigNumber {
  /** `text` is its decimal form. */
  constructor(readonly text: string) {}
}

/** Text with a format of three letters. */
export class ReplyVerbatim {
  /** `format` is "txt" or "mkd". */
  constructor(readonly format: string, readonly bytes: Uint8Array) {}
}

/** A value with an attribute in front. */
export class ReplyAttribute {
  /** `entries` describe `value`. */
  constructor(readonly entries: [ReplyValue, ReplyValue][], readonly value: ReplyValue) {}
}

/** Consecutive items two by two; an odd one at the end is left out. */
export function pairs(items: readonly ReplyValue[]): [ReplyValue, ReplyValue][] {
  const entries: [ReplyValue, ReplyValue][] = [];
  for (let i = 0; i + 1 < items.length; i += 2) entries.push([items[i]!, items[i + 1]!]);
  return entries;
}

/**
 * A status, bulk string or verbatim string as text of one character per byte; null for every other reply.
 */
export function replyText(value: ReplyValue): string | null {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return latin1(value);
  if (value instanceof ReplyVerbatim) return latin1(value.bytes);
  return null;
}
