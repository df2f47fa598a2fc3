/**
 * The bytes a client sends, as a `ReadableStream` over `conn.read`.
 *
 * - One chunk is one read. Two buffers take turns: the pipe reads one chunk ahead while the command loop still uses the
 *   one before, and a buffer is used again only when its batch was released (`recycle`).
 * - Buffers start small and grow with what the client sends, so an idle connection pins little.
 * - `conn.readable` is not used: it allocates 64 KiB for each pull and closes the whole connection at the end of input,
 *   where a half-closed client still expects its replies.
 * - While a client is blocked, `watch` keeps reading so that a hang-up is noticed at once; what arrives meanwhile is kept
 *   in order, up to the query buffer limit.
 */

import type { Traffic } from "../metrics/traffic.ts";
import type { ReadTurns } from "./read_turns.ts";
import { MAX_EXPECTED_READ_BYTES, MAX_READ_BUFFER_BYTES } from "../base/limits.ts";

const INITIAL_BUFFER_BYTES = 1024;
/** Reads that fill less than a quarter of the buffer before it is halved. */
const SHRINK_AFTER_READS = 64;

/** What a `ByteSource` reads from: a connection. */
export interface ByteReader {
  read(target: Uint8Array): Promise<number | null>;
}

/** A buffer, and the view of what was last read into it: most reads of a client are as long as the one before. */
class ReadBuffer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  chunk: Uint8Array<ArrayBuffer>;

  constructor(sizeBytes: number) {
    this.bytes = this.chunk = new Uint8Array(sizeBytes);
  }

  /** The first `count` bytes. */
  take(count: number): Uint8Array<ArrayBuffer> {
    if (this.chunk.length !== count) this.chunk = this.bytes.subarray(0, count);
    return this.chunk;
  }
}

/** Reads one client's bytes. */
export class ByteSource {
  readonly stream: ReadableStream<Uint8Array>;
  /** Called once when the peer has sent all it will, or the connection broke. */
  onEnd: (() => void) | null = null;

  /** Bytes that are known to come: they are read in larger pieces. The reader of the stream sets it. */
  expectedBytes = 0;

  readonly #reader: ByteReader;
  readonly #traffic: Traffic;
  readonly #turns: ReadTurns;
  readonly #free: ReadBuffer[] = [];
  /** Buffers whose chunks have not come back, oldest first. */
  readonly #lent: ReadBuffer[] = [];
  readonly #ahead: Uint8Array[] = [];
  #bufferBytes = INITIAL_BUFFER_BYTES;
  #smallReads = 0;
  #wasFilled = false;
  #aheadBytes = 0;
  #isEnded = false;
  /** The read under way, its buffer, and whom its chunk is for: the stream, or (null) the queue of `watch`. */
  #reading: Promise<void> | null = null;
  #readBuffer: ReadBuffer | null = null;
  #readFor: ReadableStreamDefaultController<Uint8Array> | null = null;

  // Promise by promise and not `async`, and made once: each closure and each turn of the microtask queue counts at one
  // request a chunk.
  readonly #onRead = (count: number | null): void => this.#finishRead(count);
  // The peer reset the connection, or we closed it: the end of input either way.
  readonly #onReadFailed = (): void => this.#finishRead(null);

  /** `traffic` counts what is read; `turns` is the same object for all that are read side by side. */
  constructor(reader: ByteReader, traffic: Traffic, turns: ReadTurns) {
    this.#reader = reader;
    this.#traffic = traffic;
    this.#turns = turns;
    this.stream = new ReadableStream<Uint8Array>({ pull: (controller) => this.#pull(controller) }, {
      highWaterMark: 0,
    });
  }

  /** Gives the buffer behind a chunk back. */
  recycle(chunk: Uint8Array): void {
    const lent = this.#lent;
    for (let index = 0; index < lent.length; index++) {
      const buffer = lent[index]!;
      if (buffer.chunk !== chunk) continue;
      if (index === 0) lent.shift();
      else lent.splice(index, 1);
      if (buffer.bytes.length === this.#bufferBytes && this.#free.length < 2) this.#free.push(buffer);
      return;
    }
  }

  /** Reads ahead until `isWanted` says no or `limitBytes` wait: only to notice the end of input. */
  async watch(isWanted: () => boolean, limitBytes: number): Promise<void> {
    while (isWanted() && !this.#isEnded && this.#aheadBytes < limitBytes) {
      // A pull of the pipe may be reading already: its chunk goes to the pipe, the next one is ours.
      await (this.#reading ?? this.#read(null));
    }
  }

  #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> | void {
    const chunk = this.#ahead.shift();
    if (chunk !== undefined) {
      this.#aheadBytes -= chunk.length;
      return controller.enqueue(chunk);
    }
    // A read that `watch` has begun must land in its queue before this pull looks there again.
    if (this.#reading !== null) return this.#reading.then(() => this.#pull(controller));
    if (this.#isEnded) return controller.close();
    return this.#read(controller);
  }

  #read(readFor: ReadableStreamDefaultController<Uint8Array> | null): Promise<void> {
    const buffer = this.#takeBuffer();
    this.#readBuffer = buffer;
    this.#readFor = readFor;
    const turn = this.#turns.next();
    const read = turn === null ? this.#reader.read(buffer.bytes) : turn.then(() => this.#reader.read(buffer.bytes));
    return this.#reading = read.then(this.#onRead, this.#onReadFailed);
  }

  #finishRead(count: number | null): void {
    this.#turns.noteRead();
    const buffer = this.#readBuffer!;
    const readFor = this.#readFor;
    this.#reading = this.#readBuffer = this.#readFor = null;
    if (count === null) {
      this.#isEnded = true;
      this.onEnd?.();
      readFor?.close();
      return;
    }
    this.#traffic.inputBytes += count;
    this.#traffic.reads++;
    const size = buffer.bytes.length;
    this.#wasFilled = count === size;
    if (size === this.#bufferBytes) this.#adapt(count, size);
    const chunk = buffer.take(count);
    this.#lent.push(buffer);
    if (readFor !== null) return readFor.enqueue(chunk);
    this.#ahead.push(chunk);
    this.#aheadBytes += count;
  }

  #takeBuffer(): ReadBuffer {
    const { expectedBytes } = this;
    if (expectedBytes > this.#bufferBytes) {
      this.#resize(Math.min(MAX_READ_BUFFER_BYTES, 2 ** Math.ceil(Math.log2(expectedBytes))));
      // Only while more arrives than a buffer holds: a slow sender must not cost a large buffer for each of its pieces.
      if (this.#wasFilled) return new ReadBuffer(Math.min(expectedBytes, MAX_EXPECTED_READ_BYTES));
    }
    return this.#free.pop() ?? new ReadBuffer(this.#bufferBytes);
  }

  #adapt(count: number, size: number): void {
    if (count === size) {
      this.#smallReads = 0;
      this.#resize(Math.min(MAX_READ_BUFFER_BYTES, size * 2));
    } else if (count * 4 >= size) {
      this.#smallReads = 0;
    } else if (++this.#smallReads === SHRINK_AFTER_READS) {
      this.#smallReads = 0;
      this.#resize(Math.max(INITIAL_BUFFER_BYTES, size >> 1));
    }
  }

  #resize(size: number): void {
    if (size === this.#bufferBytes) return;
    this.#bufferBytes = size;
    this.#free.length = 0;
  }
}
