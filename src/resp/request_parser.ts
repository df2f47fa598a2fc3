/**
 * Reads a client's bytes as requests: RESP arrays of bulk strings and inline commands, with Redis 7.0's limits and errors.
 *
 * - Two paths. `#parseWhole` reads well-formed requests that lie completely in the chunk: no copy, no allocation, no state.
 *   Everything else (a request cut by the chunk's end, inline commands, errors) goes through the carry, a buffer of the
 *   parser's own, and a state machine that resumes where it stopped: a byte is looked at twice at most.
 * - The carry grows by doubling with the bytes that have arrived, never with what a header announces.
 * - As Redis (which uses strchr): a NUL in a header or an inline line hides the line's end; the line ends in "too big".
 * - As Redis: the byte after a header's CR and the two after an argument are skipped unseen.
 */
import {
  MAX_EXPECTED_READ_BYTES,
  MAX_QUERY_BUFFER_BYTES,
  MAX_STRING_BYTES,
  PROTO_INLINE_MAX_SIZE,
} from "../base/limits.ts";
import { copyBytes } from "../bytes/copy.ts";
import { parseInteger, parseSafeInteger } from "../bytes/integer.ts";
import { Slice } from "../bytes/slice.ts";
import { splitArguments } from "../bytes/split_arguments.ts";
import * as errors from "./protocol_error.ts";
import type { RequestBatch } from "./request_batch.ts";

const STAR = 0x2a;
const DOLLAR = 0x24;
const CR = 0x0d;
const LF = 0x0a;
const ZERO = 0x30;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;

const MAX_ARGUMENTS = 0x7fffffff;
const UNAUTHENTICATED_ARGUMENTS = 10;
const UNAUTHENTICATED_BULK_BYTES = 16384;

/** Bytes taken into the carry at a time while it is not known how many the request needs. */
const FIRST_STEP_BYTES = 256;
const LAST_STEP_BYTES = 16 * 1024;

/** A carry up to this size is kept for the next cut request. */
const KEPT_CARRY_BYTES = 16 * 1024;
const SMALL_BULK_BYTES = 64 * 1024;
const KEPT_SPANS = 4096;

const NO_BYTES = new Uint8Array(0);

/** What `#advance` found out about the request in the carry. */
const INCOMPLETE = 0;
const COMPLETE = 1;
const STOPPED = 2;

/** The number in a header's `[start, end)`, or NaN when it is not a 64-bit integer as Redis's string2ll takes them. */
function readLength(bytes: Uint8Array, start: number, end: number): number {
  const safe = parseSafeInteger(bytes, start, end);
  if (!Number.isNaN(safe)) return safe;
  const exact = parseInteger(bytes, start, end);
  return exact === null ? NaN : Number(exact);
}

/**
 * A synchronous, resumable parser of one client's requests. Feed it chunks of any size; each call fills one batch.
 *
 * @example
 * ```ts
 * import { RequestBatch } from "./request_batch.ts";
 * import { RequestParser } from "./request_parser.ts";
 * const parser = new RequestParser();
 * const batch = new RequestBatch();
 * const chunk = new TextEncoder().encode("*1\r\n$4\r\nPING\r\nget key\r\n");
 * parser.parse(chunk, 0, chunk.length, batch);
 * batch.select(1);
 * console.assert(batch.count === 2 && batch.args.text(0) === "get");
 * ```
 */
export class RequestParser {
  /** False while the client has yet to authenticate: 10 arguments of 16384 bytes at most. */
  authenticated = true;
  /** proto-max-bulk-len in bytes; Infinity for the link from our master. */
  maxBulkLength = MAX_STRING_BYTES;
  /** client-query-buffer-limit in bytes; Infinity for the link from our master. */
  maxQueryBuffer = MAX_QUERY_BUFFER_BYTES;
  /** False on the link from our master, where an inline request (not an empty line) is an error. */
  allowsInline = true;

  /** The request that the last chunk cut, from its first byte; `#carryLength` bytes are in use, 0 between requests. */
  #carry: Uint8Array<ArrayBuffer> = NO_BYTES;
  #carryLength = 0;
  /** Start of what is not read yet, and how far the search for the end of the line there has come. */
  #at = 0;
  #searched = 0;
  /** Arguments of the request still to come, 0 while its first line is not read; length of the next one or -1. */
  #argumentsLeft = 0;
  #bulkLength = -1;
  /** Start and end in the carry of each argument read so far. */
  #spans: number[] = [];
  /** The arguments of an inline request that is complete. */
  #inline: Uint8Array[] | null = null;
  #consumed = 0;
  #failed = false;

  /** Bytes received that belong to no complete argument yet: Redis's `qbuf`. */
  get pendingBytes(): number {
    return this.#carryLength - this.#at;
  }

  /** Bytes of memory held for a request that is not complete. */
  get memoryBytes(): number {
    return this.#carry.length + this.#spans.length * 8;
  }

  /** Bytes still to come of the argument that the last chunk cut, as far as its header was read; 0 between arguments. */
  get missingBytes(): number {
    return this.#bulkLength < 0 ? 0 : Math.max(0, this.#at + this.#bulkLength + 2 - this.#carryLength);
  }

  /** True inside a request: some of its bytes have arrived, not all. */
  get isInsideRequest(): boolean {
    return this.#carryLength > 0;
  }

  /** Bytes of the stream that complete requests (and skipped empty ones) have taken since the parser was made. */
  get consumedBytes(): number {
    return this.#consumed;
  }

  /** True after a protocol error or an exceeded buffer: everything that follows is ignored. */
  get hasFailed(): boolean {
    return this.#failed;
  }

  /**
   * Reads `chunk[start, end)` and writes every request that is complete now into `batch`, which must be empty.
   *
   * Returns where it stopped: `end`, unless requests of this batch may change the limits (AUTH, CONFIG SET) that the next
   * request breaks; then run the batch, clear it and call again with the returned position as `start`.
   * The chunk belongs to the batch until it is cleared; when the batch stays empty, it is free at once.
   */
  parse(chunk: Uint8Array, start: number, end: number, batch: RequestBatch): number {
    if (this.#failed) return end;
    if (this.pendingBytes + (end - start) > this.maxQueryBuffer) {
      this.#failed = true;
      batch.queryBufferExceeded = true;
      return end;
    }
    const consumedBefore = this.#consumed;
    let at = start;
    while (at < end) {
      if (this.#carryLength === 0) {
        at = this.#parseWhole(chunk, at, end, batch);
        if (at === end) break;
      }
      const requestStart = at;
      at = this.#parseCarried(chunk, at, end, batch);
      if (at < 0) {
        at = requestStart;
        break;
      }
    }
    batch.bytesConsumed = this.#consumed - consumedBefore;
    return at;
  }

  /** Reads requests until one is not whole, not plain or not within the limits; returns where that one starts. */
  #parseWhole(bytes: Uint8Array, start: number, end: number, batch: RequestBatch): number {
    const slices = batch.slices;
    const countLimit = this.authenticated ? MAX_ARGUMENTS : UNAUTHENTICATED_ARGUMENTS;
    const bulkLimit = this.authenticated
      ? this.maxBulkLength
      : Math.min(this.maxBulkLength, UNAUTHENTICATED_BULK_BYTES);
    const origin = this.#consumed - start;
    let requestStart = start;
    let used = batch.sliceCount;
    requests:
    while (requestStart + 1 < end) {
      if (bytes[requestStart] !== STAR) {
        const next = this.#parsePlainLine(bytes, requestStart, end, batch);
        if (next < 0) break;
        batch.endRequest(batch.sliceCount, origin + next);
        used = batch.sliceCount;
        requestStart = next;
        continue;
      }
      let at = requestStart + 1;
      let count = bytes[at++]! - ZERO;
      if (count < 1 || count > 9) break;
      let byte = 0;
      while (at < end) {
        byte = bytes[at++]!;
        if (byte < ZERO || byte > ZERO + 9) break;
        count = count * 10 + byte - ZERO;
      }
      if (byte !== CR || count > countLimit) break;
      at++;
      for (; count > 0; count--) {
        if (at + 1 >= end || bytes[at] !== DOLLAR) break requests;
        const digits = ++at;
        let length = bytes[at++]! - ZERO;
        if (length < 0 || length > 9) break requests;
        byte = 0;
        while (at < end) {
          byte = bytes[at++]!;
          if (byte < ZERO || byte > ZERO + 9) break;
          length = length * 10 + byte - ZERO;
        }
        // A leading zero is an error, and the carry's state machine is where errors are told.
        if (byte !== CR || length > bulkLimit || (bytes[digits] === ZERO && at !== digits + 2)) break requests;
        const from = at + 1;
        at = from + length + 2;
        if (at > end) break requests;
        if (used < slices.length) {
          const slice = slices[used]!;
          slice.bytes = bytes;
          slice.start = from;
          slice.end = from + length;
        } else {
          slices.push(new Slice(bytes, from, from + length));
        }
        used++;
      }
      batch.endRequest(used, origin + at);
      requestStart = at;
    }
    this.#consumed = origin + requestStart;
    return requestStart;
  }

  /**
   * Cuts the inline request at `start` into slices if nothing about it is special: words between single spaces, no quotes,
   * its end in the chunk. Returns the position behind it, or -1.
   */
  #parsePlainLine(bytes: Uint8Array, start: number, end: number, batch: RequestBatch): number {
    if (!this.allowsInline) return -1;
    const slices = batch.slices;
    let used = batch.sliceCount;
    let wordStart = start;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte > SPACE && byte !== DOUBLE_QUOTE && byte !== SINGLE_QUOTE) continue;
      if (at === wordStart) return -1;
      const isEnd = byte === LF || (byte === CR && at + 1 < end && bytes[at + 1] === LF);
      if (byte !== SPACE && !isEnd) return -1;
      const slice = slices[used] ?? (slices[used] = new Slice());
      slice.bytes = bytes;
      slice.start = wordStart;
      slice.end = at;
      used++;
      wordStart = at + 1;
      if (!isEnd) continue;
      batch.sliceCount = used;
      return byte === LF ? at + 1 : at + 2;
    }
    return -1;
  }

  /**
   * Moves bytes of the chunk into the carry until its request is complete, failed or out of bytes. Returns the position in
   * the chunk behind it, or -1 when the request must wait for the batch before it.
   */
  #parseCarried(chunk: Uint8Array, start: number, end: number, batch: RequestBatch): number {
    let at = start;
    let step = FIRST_STEP_BYTES;
    while (at < end) {
      const missing = this.#bulkLength < 0 ? 0 : this.#at + this.#bulkLength + 2 - this.#carryLength;
      const taken = Math.min(end - at, Math.max(missing, step));
      this.#append(chunk, at, at + taken);
      at += taken;
      if (step < LAST_STEP_BYTES) step *= 2;
      const outcome = this.#advance(batch);
      if (outcome === COMPLETE) {
        // What was taken beyond the request's end is read again from the chunk.
        at -= this.#carryLength - this.#at;
        this.#consumed += this.#at;
        this.#finishRequest(batch);
        return at;
      }
      if (outcome === STOPPED) {
        if (!this.#failed) return -1;
        this.#describeFailure(chunk, at, end, batch);
        return end;
      }
    }
    if (this.#bulkLength < 0 && this.pendingBytes > PROTO_INLINE_MAX_SIZE) {
      const inHeader = this.#argumentsLeft === 0;
      const tooBig = inHeader && this.#carry[0] !== STAR ? errors.TOO_BIG_INLINE : errors.TOO_BIG_COUNT;
      this.#fail(inHeader ? tooBig : errors.TOO_BIG_BULK_COUNT, batch);
      this.#describeFailure(chunk, end, end, batch);
    }
    return end;
  }

  /** Reads on in the carry as far as its bytes go. */
  #advance(batch: RequestBatch): number {
    if (this.#argumentsLeft === 0) {
      if (this.#carry[0] !== STAR) return this.#advanceInline(batch);
      const lineEnd = this.#findHeaderEnd();
      if (lineEnd < 0) return INCOMPLETE;
      const count = readLength(this.#carry, 1, lineEnd);
      if (!(count <= MAX_ARGUMENTS)) return this.#fail(errors.INVALID_COUNT, batch);
      if (count > UNAUTHENTICATED_ARGUMENTS && !this.authenticated) {
        return this.#failOrWait(errors.UNAUTHENTICATED_COUNT, batch);
      }
      this.#at = this.#searched = lineEnd + 2;
      if (count <= 0) return COMPLETE;
      this.#argumentsLeft = count;
    }
    while (this.#argumentsLeft > 0) {
      if (this.#bulkLength < 0) {
        const outcome = this.#advanceBulkHeader(batch);
        if (outcome !== COMPLETE) return outcome;
      }
      const end = this.#at + this.#bulkLength;
      if (this.#carryLength < end + 2) return INCOMPLETE;
      this.#spans.push(this.#at, end);
      this.#at = this.#searched = end + 2;
      this.#bulkLength = -1;
      this.#argumentsLeft--;
    }
    return COMPLETE;
  }

  #advanceBulkHeader(batch: RequestBatch): number {
    const lineEnd = this.#findHeaderEnd();
    if (lineEnd < 0) return INCOMPLETE;
    const first = this.#carry[this.#at]!;
    if (first !== DOLLAR) return this.#fail(errors.expectedDollar(first), batch);
    const length = readLength(this.#carry, this.#at + 1, lineEnd);
    if (!(length >= 0)) return this.#fail(errors.INVALID_BULK, batch);
    if (length > this.maxBulkLength) return this.#failOrWait(errors.INVALID_BULK, batch);
    if (length > UNAUTHENTICATED_BULK_BYTES && !this.authenticated) {
      return this.#failOrWait(errors.UNAUTHENTICATED_BULK, batch);
    }
    this.#at = this.#searched = lineEnd + 2;
    this.#bulkLength = length;
    return COMPLETE;
  }

  #advanceInline(batch: RequestBatch): number {
    const newline = this.#findByte(LF);
    if (newline < 0) return INCOMPLETE;
    const lineEnd = newline > 0 && this.#carry[newline - 1] === CR ? newline - 1 : newline;
    const values = splitArguments(this.#carry, 0, lineEnd);
    if (values === null) return this.#fail(errors.UNBALANCED_QUOTES, batch);
    if (lineEnd > 0 && !this.allowsInline) return this.#fail(errors.INLINE_FROM_MASTER, batch);
    this.#inline = values;
    this.#at = newline + 1;
    return COMPLETE;
  }

  /** Position of the CR that ends the line at `#at`, or -1 while it, or the byte after it, has not arrived. */
  #findHeaderEnd(): number {
    const position = this.#findByte(CR);
    return position + 1 < this.#carryLength ? position : -1;
  }

  /** Position of `wanted` in the carry; -1 when it is not there or a NUL comes first. */
  #findByte(wanted: number): number {
    const carry = this.#carry;
    for (let i = this.#searched; i < this.#carryLength; i++) {
      const byte = carry[i];
      if (byte === wanted || byte === 0) {
        this.#searched = i;
        return byte === wanted ? i : -1;
      }
    }
    this.#searched = this.#carryLength;
    return -1;
  }

  /**
   * The memory where bytes belong that are missing of the argument that the last chunk cut, with room for up to 1 MiB: what is
   * read there must be the next chunk.
   */
  takeTail(): Uint8Array<ArrayBuffer> {
    const end = this.#carryLength + this.missingBytes;
    const wanted = Math.min(end, this.#carryLength + MAX_EXPECTED_READ_BYTES);
    if (wanted > this.#carry.length) this.#grow(wanted);
    return this.#carry.subarray(this.#carryLength, Math.min(end, this.#carry.length));
  }

  #append(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.#carryLength + (end - start);
    // It was read into the tail, and lies where it belongs.
    if (chunk.buffer === this.#carry.buffer) {
      this.#carryLength = needed;
      return;
    }
    if (needed > this.#carry.length) this.#grow(needed);
    copyBytes(this.#carry, this.#carryLength, chunk, start, end);
    this.#carryLength = needed;
  }

  /** Doubles the carry until it holds the announced argument: a length alone allocates no more than 64 KiB. */
  #grow(needed: number): void {
    let capacity = Math.max(this.#carry.length * 2, FIRST_STEP_BYTES);
    if (this.#bulkLength >= 0) {
      const announced = this.#at + this.#bulkLength + 2;
      capacity = Math.min(Math.max(capacity, this.#at + SMALL_BULK_BYTES), announced);
    }
    const grown = new Uint8Array(Math.max(capacity, needed));
    grown.set(this.#carry.subarray(0, this.#carryLength));
    this.#carry = grown;
  }

  /** Hands the request in the carry to the batch, and the carry itself when arguments point into it. */
  #finishRequest(batch: RequestBatch): void {
    const slices = batch.slices;
    let used = batch.sliceCount;
    const add = (bytes: Uint8Array, start: number, end: number) => {
      const slice = slices[used] ?? (slices[used] = new Slice());
      slice.bytes = bytes;
      slice.start = start;
      slice.end = end;
      used++;
    };
    batch.hasOwnMemory = true;
    if (this.#inline !== null) {
      for (const value of this.#inline) add(value, 0, value.length);
    }
    for (let i = 0; i < this.#spans.length; i += 2) add(this.#carry, this.#spans[i]!, this.#spans[i + 1]!);
    if (used > batch.sliceCount) batch.endRequest(used, this.#consumed);
    const lent = this.#spans.length > 0;
    this.#resetRequest();
    if (lent || this.#carry.length > KEPT_CARRY_BYTES) this.#carry = NO_BYTES;
  }

  #resetRequest(): void {
    this.#carryLength =
      this.#at =
      this.#searched =
      this.#argumentsLeft =
        0;
    this.#bulkLength = -1;
    this.#inline = null;
    if (this.#spans.length > KEPT_SPANS) this.#spans = [];
    this.#spans.length = 0;
  }

  #fail(error: errors.ProtocolError, batch: RequestBatch): number {
    this.#failed = true;
    batch.protocolError = error.text;
    batch.protocolErrorCause = error.cause;
    return STOPPED;
  }

  /** For limits that a request of this batch may lift: fails at once only when there is none before. */
  #failOrWait(error: errors.ProtocolError, batch: RequestBatch): number {
    if (batch.count === 0) return this.#fail(error, batch);
    this.#resetRequest();
    return STOPPED;
  }

  #describeFailure(chunk: Uint8Array, at: number, end: number, batch: RequestBatch): void {
    const head = this.#carry.subarray(this.#at, this.#carryLength);
    batch.protocolErrorSample = errors.queryBufferSample(head, chunk.subarray(at, end));
    this.#carry = NO_BYTES;
    this.#resetRequest();
  }
}
