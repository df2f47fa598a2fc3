/**
 * What a client is still to be sent, and the one writer that sends it.
 *
 * - Replies and pushes are encoded into `buffer`; `flush()` sends everything written so far. While a write is under way more
 *   may be encoded: it goes out together when that is done.
 * - The replies to a long pipeline go in portions, with a turn of the loop between two: the same memory serves over and
 *   over. With 1.3 MB for each of 50 clients, one piece takes twice the processor time.
 * - What is shorter goes in pieces of 56 KiB, each in a turn of its own, much as in Redis. A peer reads its piece while others
 *   are sent theirs. With 132 kB in one piece it sleeps and is woken in the middle of it, which takes half of the processor time.
 * - Nobody waits for a slow reader, as in Redis; only when `OUTPUT_BACKPRESSURE_BYTES` wait does `drained()` hold up the
 *   command loop. `OutputLimits` watches through `mayGrow` and `onLarge`, and closes who reads too slowly.
 * - While the `barrier` is raised nothing is sent, and `drained()` holds up the loop of who has something to send.
 */

import { nextTurn } from "../base/next_turn.ts";
import {
  OUTPUT_BACKPRESSURE_BYTES,
  OUTPUT_PIECE_BYTES,
  OUTPUT_PORTION_BYTES,
  PROTO_REPLY_CHUNK_BYTES,
} from "../base/limits.ts";
import type { Traffic } from "../metrics/traffic.ts";
import { OutputBuffer } from "../resp/output_buffer.ts";
import type { OutputBarrier } from "./output_barrier.ts";
import { giveWriteBuffer, takeWriteBuffer, type WriteBuffer } from "./write_buffers.ts";

/** Where bytes go: a connection, or a stand-in for one. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<number>;
}

const NO_BYTES = new Uint8Array(0);

/** Outputs that are flushed when what runs now is done. */
let planned: ClientOutput[] = [];

/** The output side of one client. */
export class ClientOutput {
  /** Where replies are encoded. */
  readonly buffer: OutputBuffer;
  /** Called when a write fails: the peer is gone. */
  onFailure: ((error: unknown) => void) | null = null;
  /** Asked when the output is to grow to this many bytes in all; false drops everything that is written from then on. */
  mayGrow: ((pendingBytes: number) => boolean) | null = null;
  /** Whether there is a limit, against which all replies to a batch of requests count together. */
  isLimited: (() => boolean) | null = null;
  /** Called when more than `PROTO_REPLY_CHUNK_BYTES` wait at a flush. */
  onLarge: (() => void) | null = null;
  /** Called when the client's memory may have changed, except by what is encoded between `prepare` and `flush`. */
  onChange: (() => void) | null = null;
  /** Since when, in Unix milliseconds, the soft limit has been passed; 0 while it is not. For `OutputLimits`. */
  softLimitSinceMs = 0;
  /** Bytes sent so far. */
  bytesSent = 0;
  /** The largest write so far, `PROTO_REPLY_CHUNK_BYTES` at most. */
  peakBytes = 0;

  readonly #sink: ByteSink;
  readonly #traffic: Traffic;
  readonly #barrier: OutputBarrier | null;
  #isHeld = false;
  /** Bytes that were there when the barrier took this output: what comes later may tell of later writes. */
  #heldLength = 0;
  /** What `buffer` was lent; its memory is another since it grew beyond what is lent. */
  #lent: WriteBuffer | null = null;
  /** Bytes of the last write: the next one is likely to be as long. */
  #lastBytes = 0;
  /** What is being written, and what was lent for it. */
  #written: Uint8Array = NO_BYTES;
  #writtenFrom: WriteBuffer | null = null;
  #inFlightBytes = 0;
  /** Bytes of it that go in one write. */
  #pieceBytes = 0;
  #isClosed = false;
  #isFlushPlanned = false;
  #onDrained: (() => void)[] = [];

  // Made once and not for each write.
  readonly #onWritten = (count: number): void => this.#finishWrite(count);
  readonly #onWriteFailed = (error: unknown): void => this.#failWrite(error);

  constructor(sink: ByteSink, traffic: Traffic, barrier: OutputBarrier | null = null) {
    this.#sink = sink;
    this.#traffic = traffic;
    this.#barrier = barrier;
    this.buffer = new OutputBuffer(0);
    this.buffer.makeMemory = (sizeBytes) => this.#borrow(sizeBytes);
    this.buffer.mayGrow = (needed) => !this.#isClosed && this.mayGrow?.(needed + this.#inFlightBytes) !== false;
  }

  /** Bytes encoded or under way that the peer's system has not taken yet. */
  get pendingBytes(): number {
    return this.buffer.length + this.#inFlightBytes;
  }

  /** True while the peer's system has not taken all that was flushed. */
  get isWriting(): boolean {
    return this.#inFlightBytes > 0;
  }

  /** Must be called before something is encoded: gives the buffer memory. */
  prepare(): void {
    const { buffer } = this;
    if (buffer.bytes.length === 0) {
      this.#lent = takeWriteBuffer(this.#lastBytes) ?? takeWriteBuffer(0)!;
      buffer.bytes = this.#lent.bytes;
    }
    this.onChange?.();
  }

  /** Memory that takes the place of what `buffer` has, whose content is copied at once. */
  #borrow(sizeBytes: number): Uint8Array<ArrayBuffer> {
    const { buffer } = this;
    if (this.#lent !== null && this.#lent.bytes === buffer.bytes) giveWriteBuffer(this.#lent);
    this.#lent = takeWriteBuffer(sizeBytes);
    return this.#lent?.bytes ?? new Uint8Array(sizeBytes);
  }

  /** Sends what has been encoded. Returns at once. */
  flush(): void {
    const { buffer } = this;
    this.onChange?.();
    if (buffer.length + this.#inFlightBytes > PROTO_REPLY_CHUNK_BYTES) this.onLarge?.();
    if (this.#inFlightBytes > 0 || this.#isClosed || buffer.isCutOff) return;
    const length = buffer.length;
    if (length === 0 || this.#isHeld) return;
    const barrier = this.#barrier;
    if (barrier !== null && barrier.isRaised) {
      this.#isHeld = true;
      this.#heldLength = length;
      return barrier.hold(this);
    }
    this.#sendEncoded(length);
  }

  /** Part of `HeldOutput`. */
  release(): void {
    const { buffer } = this;
    this.#isHeld = false;
    if (!this.#isClosed && !buffer.isCutOff) {
      const hasLater = this.#barrier?.isRaised === true && buffer.length > this.#heldLength;
      const later = hasLater ? buffer.bytes.slice(this.#heldLength, buffer.length) : NO_BYTES;
      this.#sendEncoded(buffer.length - later.length);
      if (hasLater) {
        this.prepare();
        buffer.append(later);
      }
    }
    if (this.#onDrained.length > 0) this.#wake();
  }

  #sendEncoded(length: number): void {
    const { buffer } = this;
    const lent = this.#lent;
    this.#lent = null;
    const from = lent !== null && lent.bytes === buffer.bytes ? lent : null;
    const bytes = from !== null ? from.view(length) : buffer.bytes.subarray(0, length);
    buffer.bytes = NO_BYTES;
    buffer.length = 0;
    this.#begin(bytes, from, length > OUTPUT_PORTION_BYTES ? length : OUTPUT_PIECE_BYTES);
  }

  #begin(bytes: Uint8Array, from: WriteBuffer | null, pieceBytes: number): void {
    const { length } = bytes;
    this.#written = bytes;
    this.#writtenFrom = from;
    this.#inFlightBytes = this.#lastBytes = length;
    this.#pieceBytes = pieceBytes;
    if (length > this.peakBytes) this.peakBytes = Math.min(length, PROTO_REPLY_CHUNK_BYTES);
    this.#writePiece();
  }

  /** Sends what has been encoded when what runs now is done: for messages, of which many may come in a batch of requests. */
  flushSoon(): void {
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    if (planned.push(this) === 1) queueMicrotask(() => ClientOutput.#flushPlanned());
  }

  /** Resolves when little enough waits to be sent; null in the usual case that this is so already. */
  drained(): Promise<void> | null {
    if ((this.pendingBytes < OUTPUT_BACKPRESSURE_BYTES && !this.#isHeld) || this.#isClosed) return null;
    return this.#drainedBelow(OUTPUT_BACKPRESSURE_BYTES);
  }

  /** Whether so much was encoded that it is better sent before more is. */
  get hasPortion(): boolean {
    const { length } = this.buffer;
    if (length > OUTPUT_BACKPRESSURE_BYTES) return true;
    return length > OUTPUT_PORTION_BYTES && !this.isWriting && !this.#isHeld && this.isLimited?.() !== true;
  }

  /** Sends what has been encoded; resolves when that is done, or the peer takes its time and little enough waits. */
  async portionSent(): Promise<void> {
    await Promise.race([this.finished(), nextTurn()]);
    await this.drained();
  }

  /** Resolves when everything encoded so far has been sent, or the client is gone. */
  async finished(): Promise<void> {
    this.flush();
    await this.#drainedBelow(1);
  }

  /**
   * Sends `bytes`, uncopied, behind everything encoded so far; resolves when the system has taken them, or the client is gone.
   * Nobody else may send in this way meanwhile.
   */
  async send(bytes: Uint8Array): Promise<void> {
    const barrier = this.#barrier;
    await this.finished();
    if (barrier?.isRaised === true) await new Promise<void>((release) => barrier.hold({ release }));
    while (this.pendingBytes > 0 && !this.#isClosed && !this.buffer.isCutOff) await this.finished();
    if (this.#isClosed || this.buffer.isCutOff) return;
    this.onChange?.();
    this.#begin(bytes, null, bytes.length);
    await this.#drainedBelow(1);
  }

  /** Sends nothing more. What waits is kept to be counted until `close()`. */
  cutOff(): void {
    this.buffer.isCutOff = true;
    this.onChange?.();
    this.#wake();
  }

  /** Sends nothing more and forgets what waits. */
  close(): void {
    this.#isClosed = true;
    this.buffer.reset(0);
    this.#wake();
  }

  static #flushPlanned(): void {
    const outputs = planned;
    planned = [];
    for (const output of outputs) {
      output.#isFlushPlanned = false;
      output.flush();
    }
  }

  async #drainedBelow(limitBytes: number): Promise<void> {
    while ((this.pendingBytes >= limitBytes || this.#isHeld) && !this.#isClosed && !this.buffer.isCutOff) {
      await new Promise<void>((resolve) => this.#onDrained.push(resolve));
    }
  }

  #writePiece(): void {
    const written = this.#written;
    const start = written.length - this.#inFlightBytes;
    const end = Math.min(start + this.#pieceBytes, written.length);
    const piece = end - start === written.length ? written : written.subarray(start, end);
    this.#sink.write(piece).then(this.#onWritten, this.#onWriteFailed);
  }

  #finishWrite(count: number): void {
    this.#inFlightBytes -= count;
    this.bytesSent += count;
    this.#traffic.outputBytes += count;
    this.#traffic.writes++;
    this.onChange?.();
    if (this.#inFlightBytes > 0) return this.#writePiece();
    if (this.#writtenFrom !== null) giveWriteBuffer(this.#writtenFrom);
    this.#written = NO_BYTES;
    this.#writtenFrom = null;
    if (this.buffer.length === 0) this.buffer.hasDeferred = false;
    else this.flush();
    if (this.#onDrained.length > 0) this.#wake();
  }

  #failWrite(error: unknown): void {
    this.#inFlightBytes = 0;
    this.#written = NO_BYTES;
    this.#writtenFrom = null;
    if (this.#isClosed) return;
    this.close();
    this.onFailure?.(error);
  }

  #wake(): void {
    const waiting = this.#onDrained;
    this.#onDrained = [];
    for (const resolve of waiting) resolve();
  }
}
