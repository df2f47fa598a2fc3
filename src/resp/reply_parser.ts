/**
 * Reads RESP2 and RESP3 replies from bytes that come in pieces: replies of a master, of a MIGRATE target, of tests' servers.
 *
 * - Resumable: a byte is looked at once, whatever the pieces.
 * - Bounded: depth, elements, line and bulk lengths, and memory follows the bytes received, not the lengths announced.
 * - An empty line between replies is skipped: masters send `\n` to keep the link alive.
 * - After a reply, `takeRest` hands out the bytes behind it: a master's RDB payload follows its `+FULLRESYNC` directly.
 */
import { MAX_STRING_BYTES, PROTO_INLINE_MAX_SIZE } from "../base/limits.ts";
import { latin1 } from "../bytes/ascii.ts";
import { parseInteger, parseSafeInteger } from "../bytes/integer.ts";
import {
  NIL_ARRAY,
  pairs,
  ReplyAttribute,
  ReplyBigNumber,
  ReplyDouble,
  ReplyError,
  ReplyMap,
  ReplyPush,
  ReplySet,
  type ReplyValue,
  ReplyVerbatim,
} from "./reply_value.ts";

/** Aggregates inside each other that a reply may have. */
export const MAX_REPLY_DEPTH = 128;
/** Elements that one aggregate of a reply may announce. */
export const MAX_REPLY_ELEMENTS = 0x7fffffff;

const CR = 0x0d;
const LF = 0x0a;
const INITIAL_BYTES = 1024;
const KEPT_BYTES = 64 * 1024;

/** Bytes that are no RESP reply, or one beyond the bounds. The parser cannot be used any more. */
export class ReplyProtocolError extends Error {
  override name = "ReplyProtocolError";
}

/** What `ReplyParser` takes. */
export interface ReplyParserOptions {
  /** Longest bulk string in bytes, 512 MiB by default. */
  maxBulkLength?: number;
}

interface Aggregate {
  readonly type: string;
  missing: number;
  readonly items: ReplyValue[];
}

/**
 * A synchronous, resumable parser of replies.
 *
 * @example
 * ```ts
 * import { ReplyParser } from "./reply_parser.ts";
 * const parser = new ReplyParser();
 * parser.push(new TextEncoder().encode("*2\r\n:1\r\n+O"));
 * console.assert(parser.next() === undefined);
 * parser.push(new TextEncoder().encode("K\r\n"));
 * console.assert(JSON.stringify(parser.next()) === '[1,"OK"]');
 * ```
 */
export class ReplyParser {
  #buffer = new Uint8Array(INITIAL_BYTES);
  #start = 0;
  #end = 0;
  #searched = 0;
  #open: Aggregate[] = [];
  /** Type of the bulk string whose header was read, and its length. */
  #bulkType = "";
  #bulkLength = -1;
  readonly #maxBulkLength: number;

  /** See `ReplyParserOptions`. */
  constructor(options: ReplyParserOptions = {}) {
    this.#maxBulkLength = options.maxBulkLength ?? MAX_STRING_BYTES;
  }

  /** Bytes received that no reply has taken yet. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /** True between replies: nothing of the next one has been read. */
  get isIdle(): boolean {
    return this.#open.length === 0 && this.#bulkLength < 0;
  }

  /** Takes a copy of `chunk`. */
  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#buffer.length) this.#makeRoom(chunk.length);
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The next complete reply, or undefined until more bytes come. Throws a ReplyProtocolError. */
  next(): ReplyValue | undefined {
    for (;;) {
      const value = this.#bulkLength >= 0 ? this.#readBulk() : this.#readLine();
      if (value === undefined) return undefined;
      const reply = value instanceof Opened ? undefined : this.#add(value);
      if (reply !== undefined) return reply;
    }
  }

  /** Removes and returns the bytes behind the last reply. Throws an Error inside a reply. */
  takeRest(): Uint8Array<ArrayBuffer> {
    if (!this.isIdle) throw new Error("Cannot hand out the rest of the bytes: a reply is half read");
    const rest = this.#buffer.slice(this.#start, this.#end);
    this.#start = this.#end = this.#searched = 0;
    return rest;
  }

  /** The value of the next line, `OPENED` for a header that more must follow, undefined without a whole line. */
  #readLine(): ReplyValue | Opened | undefined {
    const lineEnd = this.#findLineEnd();
    if (lineEnd < 0) return undefined;
    const start = this.#start;
    this.#start = this.#searched = lineEnd + 1;
    const end = lineEnd > start && this.#buffer[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    if (end === start) {
      if (this.#open.length > 0) throw new ReplyProtocolError("Cannot read the reply: an element is an empty line");
      return OPENED;
    }
    const type = String.fromCharCode(this.#buffer[start]!);
    switch (type) {
      case "+":
        return latin1(this.#buffer, start + 1, end);
      case "-":
        return new ReplyError(latin1(this.#buffer, start + 1, end));
      case ":":
        return this.#readInteger(start + 1, end);
      case "_":
        return null;
      case "#":
        return this.#readBoolean(start + 1, end);
      case ",":
        return new ReplyDouble(latin1(this.#buffer, start + 1, end));
      case "(":
        return new ReplyBigNumber(latin1(this.#buffer, start + 1, end));
      case "$":
      case "=":
      case "!":
        return this.#beginBulk(type, this.#readLength(start + 1, end, this.#maxBulkLength));
      case "*":
      case "%":
      case "~":
      case ">":
      case "|":
        return this.#beginAggregate(type, this.#readLength(start + 1, end, MAX_REPLY_ELEMENTS));
      default:
        throw new ReplyProtocolError(`Cannot read the reply: it begins with ${JSON.stringify(type)}`);
    }
  }

  #readInteger(start: number, end: number): number | bigint {
    const safe = parseSafeInteger(this.#buffer, start, end);
    if (!Number.isNaN(safe)) return safe;
    const exact = parseInteger(this.#buffer, start, end);
    if (exact === null) throw this.#badNumber(start, end);
    return exact;
  }

  #readBoolean(start: number, end: number): boolean {
    const text = latin1(this.#buffer, start, end);
    if (text !== "t" && text !== "f") throw new ReplyProtocolError(`Cannot read the reply: ${text} is no boolean`);
    return text === "t";
  }

  #readLength(start: number, end: number, limit: number): number {
    const length = parseSafeInteger(this.#buffer, start, end);
    if (Number.isNaN(length) || length < -1) throw this.#badNumber(start, end);
    if (length > limit) {
      throw new ReplyProtocolError(`Cannot read the reply: it announces ${length} and the limit is ${limit}`);
    }
    return length;
  }

  #badNumber(start: number, end: number): ReplyProtocolError {
    const text = JSON.stringify(latin1(this.#buffer, start, Math.min(end, start + 32)));
    return new ReplyProtocolError(`Cannot read the reply: ${text} is no length or integer`);
  }

  #beginBulk(type: string, length: number): ReplyValue | Opened {
    if (length < 0) return null;
    this.#bulkType = type;
    this.#bulkLength = length;
    return OPENED;
  }

  #beginAggregate(type: string, length: number): ReplyValue | Opened {
    if (length < 0) return type === "*" ? NIL_ARRAY : null;
    const missing = type === "|" ? length * 2 + 1 : type === "%" ? length * 2 : length;
    if (missing === 0) return finishAggregate(type, []);
    if (this.#open.length === MAX_REPLY_DEPTH) {
      throw new ReplyProtocolError(`Cannot read the reply: it nests deeper than ${MAX_REPLY_DEPTH}`);
    }
    this.#open.push({ type, missing, items: [] });
    return OPENED;
  }

  #readBulk(): ReplyValue | undefined {
    const start = this.#start;
    const end = start + this.#bulkLength;
    if (this.#end < end + 2) return undefined;
    if (this.#buffer[end] !== CR || this.#buffer[end + 1] !== LF) {
      throw new ReplyProtocolError("Cannot read the reply: a bulk string does not end where its length says");
    }
    this.#start = this.#searched = end + 2;
    this.#bulkLength = -1;
    if (this.#bulkType === "!") return new ReplyError(latin1(this.#buffer, start, end));
    if (this.#bulkType === "$") return this.#buffer.slice(start, end);
    if (end - start < 4) throw new ReplyProtocolError("Cannot read the reply: a verbatim string has no format");
    return new ReplyVerbatim(latin1(this.#buffer, start, start + 3), this.#buffer.slice(start + 4, end));
  }

  /** Puts a value where it belongs; returns the reply when it is complete by that. */
  #add(value: ReplyValue): ReplyValue | undefined {
    let complete = value;
    for (;;) {
      const around = this.#open.at(-1);
      if (around === undefined) return complete;
      around.items.push(complete);
      if (--around.missing > 0) return undefined;
      this.#open.pop();
      complete = finishAggregate(around.type, around.items);
    }
  }

  #findLineEnd(): number {
    const buffer = this.#buffer;
    for (let i = this.#searched; i < this.#end; i++) {
      if (buffer[i] === LF) return i;
    }
    this.#searched = this.#end;
    if (this.pendingBytes > PROTO_INLINE_MAX_SIZE) {
      throw new ReplyProtocolError(`Cannot read the reply: a line is longer than ${PROTO_INLINE_MAX_SIZE} bytes`);
    }
    return -1;
  }

  /** Moves what is pending to the front, into a larger buffer when it must, a smaller one when it can. */
  #makeRoom(count: number): void {
    const pending = this.pendingBytes;
    const needed = pending + count;
    let capacity = this.#buffer.length;
    if (capacity > KEPT_BYTES && needed * 4 < capacity) capacity = INITIAL_BYTES;
    while (capacity < needed) capacity *= 2;
    if (capacity === this.#buffer.length) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
    } else {
      const moved = new Uint8Array(capacity);
      moved.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = moved;
    }
    this.#searched -= this.#start;
    this.#start = 0;
    this.#end = pending;
  }
}

/** Stands for "read on" where a value is expected. */
class Opened {
  readonly kind = "opened";
}

const OPENED = new Opened();

function finishAggregate(type: string, items: ReplyValue[]): ReplyValue {
  if (type === "%") return new ReplyMap(pairs(items));
  if (type === "~") return new ReplySet(items);
  if (type === ">") return new ReplyPush(items);
  if (type === "|") return new ReplyAttribute(pairs(items), items.at(-1)!);
  return items;
}
