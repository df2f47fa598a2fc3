/**
 * What a client is still to be sent, and the one writer that sends it.
 *
 * - Replies and pushes are encoded into `buffer`; `flush()` hands everything written so far to the connection in one
 *   write. While a write is under way more may be encoded: it goes out with the next write.
 * - Nobody waits for a slow reader, as in Redis; only when `OUTPUT_BACKPRESSURE_BYTES` wait does `drained()` hold up the
 *   command loop. Hard and soft limits close the client (`client-output-buffer-limit`).
 */

import { OUTPUT_BACKPRESSURE_BYTES } from "../base/limits.ts";
import { OutputBuffer } from "../resp/output_buffer.ts";

/** Where bytes go: a connection, or a stand-in for one. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<number>;
}

/** Buffers kept for clients that have something to send; idle clients hold none. */
const POOLED_BUFFER_BYTES = 16 * 1024;
const MAX_POOLED = 64;
const pool: Uint8Array<ArrayBuffer>[] = [];
const NO_BYTES = new Uint8Array(0);

/** The output side of one client. */
export class ClientOutput {
  /** Where replies are encoded. */
  readonly buffer: OutputBuffer;
  /** Called when a write fails: the peer is gone. */
  onFailure: ((error: unknown) => void) | null = null;
  /** Bytes sent so far. */
  bytesSent = 0;

  readonly #sink: ByteSink;
  #inFlightBytes = 0;
  #isClosed = false;
  #onDrained: (() => void)[] = [];

  constructor(sink: ByteSink) {
    this.#sink = sink;
    this.buffer = new OutputBuffer(0);
  }

  /** Bytes encoded or under way that the peer's system has not taken yet: `omem` and its like. */
  get pendingBytes(): number {
    return this.buffer.length + this.#inFlightBytes;
  }

  /** Must be called before something is encoded: gives the buffer memory from the pool. */
  prepare(): void {
    if (this.buffer.bytes.length === 0) this.buffer.bytes = pool.pop() ?? new Uint8Array(POOLED_BUFFER_BYTES);
  }

  /** Sends what has been encoded. Returns at once. */
  flush(): void {
    if (this.#inFlightBytes > 0 || this.#isClosed) return;
    const { buffer } = this;
    if (buffer.length === 0) return;
    const bytes = buffer.bytes;
    const length = buffer.length;
    buffer.bytes = NO_BYTES;
    buffer.length = 0;
    this.#inFlightBytes = length;
    this.#write(bytes, 0, length);
  }

  /** Resolves when little enough waits to be sent; at once in the usual case. */
  drained(): Promise<void> | null {
    if (this.pendingBytes < OUTPUT_BACKPRESSURE_BYTES || this.#isClosed) return null;
    return new Promise((resolve) => this.#onDrained.push(resolve));
  }

  /** Resolves when everything encoded so far has been sent, or the client is gone. */
  async finished(): Promise<void> {
    this.flush();
    while (this.pendingBytes > 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => this.#onDrained.push(resolve));
    }
  }

  /** Sends nothing more and forgets what waits. */
  close(): void {
    this.#isClosed = true;
    this.buffer.reset(0);
    this.#wake();
  }

  #write(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): void {
    this.#sink.write(bytes.subarray(start, end)).then((count) => {
      this.#inFlightBytes -= count;
      this.bytesSent += count;
      if (start + count < end) return this.#write(bytes, start + count, end);
      if (bytes.length === POOLED_BUFFER_BYTES && pool.length < MAX_POOLED) pool.push(bytes);
      this.flush();
      if (this.#onDrained.length > 0) this.#wake();
    }, (error) => {
      this.#inFlightBytes = 0;
      if (this.#isClosed) return;
      this.close();
      this.onFailure?.(error);
    });
  }

  #wake(): void {
    const waiting = this.#onDrained;
    this.#onDrained = [];
    for (const resolve of waiting) resolve();
  }
}
