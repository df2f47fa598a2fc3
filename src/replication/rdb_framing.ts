/**
 * The frame around an RDB file on a replication link, taken off as a web stream: framed bytes in, the file out.
 *
 * ```
 * frame := LF* "$" length CRLF file                          the length is known in advance
 *        | LF* "$EOF:" mark(40) CRLF file mark               diskless: the file ends where the mark appears
 * ```
 *
 * - Newlines before the frame are the master's signs of life while it makes the file.
 * - As in Redis, the mark is recognised when it ends a chunk: the master sends nothing after it before we acknowledge.
 */

import { latin1 } from "../bytes/ascii.ts";

/** Length of the mark that ends a file of unknown length. */
export const EOF_MARK_BYTES = 40;
const LF = 10;
const MAX_HEADER_BYTES = 1024;
const NO_BYTES = new Uint8Array(0);

/** What a master says instead of sending a file, or something that is no frame at all. */
export class RdbFrameError extends Error {
  override readonly name = "RdbFrameError";
}

/** The first line of a frame, as soon as it is there. */
export interface RdbFrameHeader {
  /** Bytes of the file, or -1 when the file ends with a mark. */
  readonly sizeBytes: number;
}

/** Takes the frame off; the stream is for one file. */
export class RdbFraming {
  /** Framed bytes in, the file out. Fails with `RdbFrameError`. */
  readonly stream: TransformStream<Uint8Array, Uint8Array>;
  /** True when the whole file has passed. */
  isComplete = false;
  /** Bytes of the file that have passed. */
  fileBytes = 0;
  /** What came behind the frame. */
  rest: Uint8Array = NO_BYTES;

  readonly #onHeader: (header: RdbFrameHeader) => void;
  #line = "";
  #header: RdbFrameHeader | null = null;
  #mark: Uint8Array = NO_BYTES;
  /** The latest bytes, which may be the mark, held back. */
  #held: Uint8Array = NO_BYTES;

  /** `onHeader` is told the first line of the frame. */
  constructor(onHeader: (header: RdbFrameHeader) => void) {
    this.#onHeader = onHeader;
    this.stream = new TransformStream(
      {
        transform: (chunk, controller) => this.#take(chunk, controller),
      },
      new CountQueuingStrategy({ highWaterMark: 1 }),
      new CountQueuingStrategy({ highWaterMark: 0 }),
    );
  }

  #take(chunk: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>): void {
    const start = this.#header === null ? this.#readHeader(chunk) : 0;
    if (this.#header === null) return;
    const bytes = start === 0 ? chunk : chunk.subarray(start);
    if (this.#header.sizeBytes < 0) this.#takeMarked(bytes, controller);
    else this.#takeSized(bytes, this.#header.sizeBytes, controller);
  }

  /** Reads up to the end of the header; returns the position behind it. */
  #readHeader(chunk: Uint8Array): number {
    let at = 0;
    while (at < chunk.length) {
      const end = chunk.indexOf(LF, at);
      const stop = end < 0 ? chunk.length : end;
      this.#line += latin1(chunk, at, stop);
      if (this.#line.length > MAX_HEADER_BYTES) throw new RdbFrameError("I/O error reading bulk count from MASTER");
      at = stop + 1;
      if (end < 0) break;
      const line = this.#line.replace(/\r$/, "");
      this.#line = "";
      if (line === "") continue;
      this.#header = this.#parseHeader(line);
      this.#onHeader(this.#header);
      // A file without any bytes is complete before anything arrives.
      if (this.#header.sizeBytes === 0) this.#complete(chunk.subarray(at));
      return at;
    }
    return chunk.length;
  }

  #parseHeader(line: string): RdbFrameHeader {
    if (line.startsWith("-")) throw new RdbFrameError(`MASTER aborted replication with an error: ${line.slice(1)}`);
    if (!line.startsWith("$")) {
      throw new RdbFrameError(
        `Bad protocol from MASTER, the first byte is not '$' (we received '${line}'), ` +
          "are you sure the host and port are right?",
      );
    }
    if (line.startsWith("$EOF:") && line.length >= 5 + EOF_MARK_BYTES) {
      this.#mark = Uint8Array.from(line.slice(5, 5 + EOF_MARK_BYTES), (character) => character.charCodeAt(0));
      return { sizeBytes: -1 };
    }
    return { sizeBytes: Number.parseInt(line.slice(1), 10) || 0 };
  }

  #takeSized(bytes: Uint8Array, size: number, controller: TransformStreamDefaultController<Uint8Array>): void {
    if (this.isComplete) return;
    const count = Math.min(bytes.length, size - this.fileBytes);
    this.#pass(count === bytes.length ? bytes : bytes.subarray(0, count), controller);
    if (this.fileBytes === size) this.#complete(bytes.subarray(count));
  }

  #takeMarked(bytes: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>): void {
    if (bytes.length === 0) return;
    const tail = lastBytes(this.#held, bytes);
    const passed = this.#held.length + bytes.length - tail.length;
    const fromHeld = Math.min(this.#held.length, passed);
    this.#pass(this.#held.subarray(0, fromHeld), controller);
    this.#pass(bytes.subarray(0, passed - fromHeld), controller);
    this.#held = tail;
    if (isEqual(tail, this.#mark)) this.#complete(NO_BYTES);
  }

  #pass(bytes: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>): void {
    if (bytes.length === 0) return;
    this.fileBytes += bytes.length;
    controller.enqueue(bytes);
  }

  #complete(rest: Uint8Array): void {
    this.isComplete = true;
    this.rest = rest;
  }
}

/** The last bytes of `a` followed by `b`, as many as a mark has, in memory of their own. */
function lastBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (b.length >= EOF_MARK_BYTES) return b.slice(b.length - EOF_MARK_BYTES);
  const kept = a.subarray(Math.max(0, a.length + b.length - EOF_MARK_BYTES));
  const joined = new Uint8Array(kept.length + b.length);
  joined.set(kept);
  joined.set(b, kept.length);
  return joined;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
