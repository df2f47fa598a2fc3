/**
 * The reply of a real client: RESP2 or RESP3 bytes appended to an output buffer.
 *
 * - One class with a switch, not two: HELLO changes the protocol of a client that is being answered, and one class keeps
 *   the calls in the handlers monomorphic.
 * - A deferred header is written as `prefix` and room for one digit; `endDeferred` moves what follows when it needs more.
 */
import { ascii } from "../bytes/ascii.ts";
import { formatDouble } from "../bytes/double.ts";
import { integerLength, writeBigInteger, writeInteger } from "../bytes/integer.ts";
import type { Slice } from "../bytes/slice.ts";
import { OutputBuffer } from "./output_buffer.ts";
import type { DeferredToken, Reply } from "./reply.ts";

const ARRAY = 0x2a;
const MAP = 0x25;
const SET = 0x7e;
const PUSH = 0x3e;
const ATTRIBUTE = 0x7c;
const BULK = 0x24;
const STATUS = 0x2b;
const ERROR = 0x2d;
const INTEGER = 0x3a;
const DOUBLE = 0x2c;
const BIG_NUMBER = 0x28;
const VERBATIM = 0x3d;
const SPACE = 0x20;

const OK = ascii("+OK\r\n");
const QUEUED = ascii("+QUEUED\r\n");
const EMPTY_ARRAY = ascii("*0\r\n");
const NIL_BULK = ascii("$-1\r\n");
const NIL_ARRAY = ascii("*-1\r\n");
const NIL = ascii("_\r\n");
const TRUE = ascii("#t\r\n");
const FALSE = ascii("#f\r\n");

/** Bytes of a header of one digit: what a deferred header takes until its length is known. */
const DEFERRED_BYTES = 4;
const VERBATIM_FORMAT_LENGTH = 3;

const digits = new Uint8Array(24);

/** Encodes replies for one client (or for whoever owns the buffer). */
export class ReplyEncoder implements Reply {
  /** Where the bytes go; the owner may exchange it between commands. */
  output: OutputBuffer;
  /** 2 or 3; HELLO and RESET change it. */
  protocol: 2 | 3 = 2;
  /** Number of errors written. */
  errorCount = 0;
  /** Told the text of each error as it is written (error statistics, the log of a replica's link). */
  onError: ((text: string) => void) | null = null;

  /** Replies are appended to `output`. */
  constructor(output: OutputBuffer = new OutputBuffer()) {
    this.output = output;
  }

  get isResp3(): boolean {
    return this.protocol === 3;
  }

  get isCutOff(): boolean {
    return this.output.isCutOff;
  }

  ok(): void {
    this.output.append(OK, 0, 5);
  }

  queued(): void {
    this.output.append(QUEUED);
  }

  simple(text: string): void {
    const output = this.output;
    output.byte(STATUS);
    output.text(text);
    output.lineEnd();
  }

  error(text: string, isKnown = false): void {
    const output = this.output;
    let end = text.length;
    while (end > 0 && isLineBreak(text.charCodeAt(end - 1))) end--;
    output.byte(ERROR);
    output.reserve(end);
    for (let i = 0; i < end; i++) {
      const byte = text.charCodeAt(i);
      output.byte(isLineBreak(byte) ? SPACE : byte);
    }
    output.lineEnd();
    this.errorCount++;
    if (this.onError !== null && !isKnown) this.onError(text);
  }

  integer(value: number | bigint): void {
    if (typeof value === "number") this.output.header(INTEGER, value);
    else this.output.bigHeader(INTEGER, value);
  }

  bulk(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.output.bulk(bytes, start, end);
  }

  bulkSlice(slice: Slice): void {
    this.output.bulk(slice.bytes, slice.start, slice.end);
  }

  bulkWords(words: Int32Array, at: number, length: number): void {
    this.output.bulkWords(words, at, length);
  }

  bulkText(text: string): void {
    const output = this.output;
    output.header(BULK, text.length);
    output.text(text);
    output.lineEnd();
  }

  bulkInteger(value: number | bigint): void {
    const end = typeof value === "number" ? writeInteger(digits, 0, value) : writeBigInteger(digits, 0, value);
    this.output.bulk(digits, 0, end);
  }

  nil(): void {
    this.output.append(this.protocol === 3 ? NIL : NIL_BULK);
  }

  nilArray(): void {
    this.output.append(this.protocol === 3 ? NIL : NIL_ARRAY);
  }

  emptyArray(): void {
    this.output.append(EMPTY_ARRAY);
  }

  array(count: number): void {
    this.output.header(ARRAY, count);
  }

  map(count: number): void {
    if (this.protocol === 3) this.output.header(MAP, count);
    else this.output.header(ARRAY, count * 2);
  }

  set(count: number): void {
    this.output.header(this.protocol === 3 ? SET : ARRAY, count);
  }

  push(count: number): void {
    this.output.header(this.protocol === 3 ? PUSH : ARRAY, count);
  }

  attribute(count: number): void {
    this.output.header(ATTRIBUTE, count);
  }

  boolean(value: boolean): void {
    if (this.protocol === 3) this.output.append(value ? TRUE : FALSE);
    else this.output.header(INTEGER, value ? 1 : 0);
  }

  double(value: number): void {
    this.doubleText(formatDouble(value));
  }

  doubleText(text: string): void {
    this.#scalar(DOUBLE, text);
  }

  bigNumber(text: string): void {
    this.#scalar(BIG_NUMBER, text);
  }

  verbatim(format: string, text: string | Uint8Array): void {
    const output = this.output;
    if (this.protocol === 3) {
      output.header(VERBATIM, text.length + VERBATIM_FORMAT_LENGTH + 1);
      output.text(format.slice(0, VERBATIM_FORMAT_LENGTH).padEnd(VERBATIM_FORMAT_LENGTH));
      output.text(":");
    } else {
      output.header(BULK, text.length);
    }
    if (typeof text === "string") output.text(text);
    else output.append(text);
    output.lineEnd();
  }

  deferredArray(): DeferredToken {
    return this.#defer(ARRAY);
  }

  deferredMap(): DeferredToken {
    return this.#defer(MAP);
  }

  deferredSet(): DeferredToken {
    return this.#defer(SET);
  }

  endDeferred(token: DeferredToken, count: number): void {
    const output = this.output;
    const kind = output.bytes[token]!;
    const prefix = this.protocol === 2 ? ARRAY : kind;
    const length = kind === MAP && this.protocol === 2 ? count * 2 : count;
    const extra = integerLength(length) - 1;
    if (extra > 0) output.shift(token + DEFERRED_BYTES, extra);
    const end = output.length;
    output.length = token;
    output.header(prefix, length);
    output.length = end;
  }

  mark(): number {
    return this.output.length;
  }

  rewind(mark: number): void {
    this.output.length = mark;
  }

  raw(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.output.append(bytes, start, end);
  }

  #scalar(prefix: number, text: string): void {
    if (this.protocol === 2) return this.bulkText(text);
    this.output.byte(prefix);
    this.output.text(text);
    this.output.lineEnd();
  }

  #defer(kind: number): DeferredToken {
    const token = this.output.length;
    this.output.hasDeferred = true;
    this.output.header(kind, 0);
    return token;
  }
}

function isLineBreak(byte: number): boolean {
  return byte === 0x0d || byte === 0x0a;
}
