/**
 * What one client sends: each `request()` reads once from its connection and makes the client arrive in the next turn.
 *
 * - The buffer starts small and grows with what the client sends, so an idle connection pins little. It is read into again
 *   only when the requests in it were released.
 * - `conn.readable` is not used: it allocates 64 KiB for each pull and closes the whole connection at the end of input,
 *   where a half-closed client still expects its replies.
 * - While a client is blocked, `watch` keeps reading so that a hang-up is noticed at once; what comes meanwhile is kept in
 *   order, up to the query buffer limit.
 */

import { MAX_READ_BUFFER_BYTES } from "../base/limits.ts";
import type { Client } from "../clients/client.ts";
import type { Traffic } from "../metrics/traffic.ts";
import { Arrival } from "../resp/request_stream.ts";
import type { Arrivals } from "./arrivals.ts";

const INITIAL_BUFFER_BYTES = 512;
/** Reads that fill less than a quarter of the buffer before it is halved. */
const SHRINK_AFTER_READS = 64;

/** What is read from: a connection. */
export interface ByteReader {
  read(target: Uint8Array): Promise<number | null>;
}

/** What a `ClientInput` needs. */
export interface ClientInputOptions {
  readonly client: Client;
  readonly reader: ByteReader;
  /** Counts what is read. */
  readonly traffic: Traffic;
  readonly arrivals: Arrivals<ClientInput>;
}

/** The input side of one client. */
export class ClientInput extends Arrival {
  readonly client: Client;
  /** True for the last arrival: the peer has sent all it will, or the connection broke. It brings no bytes. */
  isLast = false;
  /** For the command loop: true while its batch has run and the replies are not sent yet. */
  hasRun = false;
  /** Called once when the peer has sent all it will, or the connection broke; before the last arrival. */
  onEnd: (() => void) | null = null;

  readonly #reader: ByteReader;
  readonly #traffic: Traffic;
  readonly #arrivals: Arrivals<ClientInput>;
  #bufferBytes = INITIAL_BUFFER_BYTES;
  #buffer = new Uint8Array(INITIAL_BUFFER_BYTES);
  /** True while requests that run may point into `#buffer`. */
  #isLent = false;
  readonly #ahead: Uint8Array[] = [];
  #smallReads = 0;
  #wasFilled = false;
  #isEnded = false;
  /** True while somebody has requested what comes next. */
  #isRequested = false;
  /** The read under way, and its buffer. */
  #reading: Promise<void> | null = null;
  #readInto: Uint8Array<ArrayBuffer> = this.#buffer;

  // Promise by promise and not `async`, and made once: each closure and each turn of the microtask queue counts at one
  // request a read.
  readonly #onRead = (count: number | null): void => this.#finishRead(count);
  // The peer reset the connection, or we closed it: the end of input either way.
  readonly #onReadFailed = (): void => this.#finishRead(null);

  constructor({ client, reader, traffic, arrivals }: ClientInputOptions) {
    super(client.parser);
    this.client = client;
    this.#reader = reader;
    this.#traffic = traffic;
    this.#arrivals = arrivals;
  }

  /** Asks for what comes next. What came before must be released. */
  request(): void {
    this.#isLent = false;
    const chunk = this.#ahead.shift();
    if (chunk !== undefined) {
      this.client.readAheadBytes -= chunk.length;
      return this.#arrive(chunk, chunk.length);
    }
    if (this.#isEnded) return this.#arriveLast();
    this.#isRequested = true;
    // What `watch` reads now is what was asked for.
    if (this.#reading === null) this.#read();
  }

  /** Reads ahead until `isWanted` says no or `limitBytes` wait: only to notice the end of input. */
  async watch(isWanted: () => boolean, limitBytes: number): Promise<void> {
    while (isWanted() && !this.#isEnded && this.client.readAheadBytes < limitBytes) {
      await (this.#reading ?? this.#read());
    }
  }

  #read(): Promise<void> {
    this.#readInto = this.#takeBuffer();
    this.client.readBufferBytes = this.#bufferBytes;
    return this.#reading = this.#reader.read(this.#readInto).then(this.#onRead, this.#onReadFailed);
  }

  #finishRead(count: number | null): void {
    this.#reading = null;
    if (count === null) {
      this.#isEnded = true;
      this.onEnd?.();
      if (this.#isRequested) this.#arriveLast();
      return;
    }
    const buffer = this.#readInto;
    this.#traffic.inputBytes += count;
    this.#traffic.reads++;
    this.#adapt(count, buffer.length);
    if (!this.#isRequested) {
      this.#ahead.push(buffer.slice(0, count));
      this.client.readAheadBytes += count;
      this.client.output.onChange?.();
      return;
    }
    this.#isRequested = false;
    if (buffer.byteOffset === 0 && buffer.length === this.#bufferBytes) this.#buffer = buffer;
    this.#isLent = true;
    this.#arrive(buffer, count);
  }

  #arrive(bytes: Uint8Array, count: number): void {
    this.take(bytes, count);
    this.#arrivals.add(this);
  }

  #arriveLast(): void {
    this.isLast = true;
    this.#arrivals.add(this);
  }

  #takeBuffer(): Uint8Array<ArrayBuffer> {
    const { missingBytes } = this.parser;
    // Only while more arrives than a buffer holds: a slow sender must not cost a large buffer for each of its pieces, and a
    // length that is merely announced none at all.
    if (this.#wasFilled && missingBytes > this.#bufferBytes) {
      this.#bufferBytes = Math.min(MAX_READ_BUFFER_BYTES, 2 ** Math.ceil(Math.log2(missingBytes)));
      // Straight to where it is gathered; not while the client waits, as what comes then lies apart.
      if (this.#isRequested) return this.parser.takeTail();
    }
    return this.#isLent || this.#buffer.length !== this.#bufferBytes ? new Uint8Array(this.#bufferBytes) : this.#buffer;
  }

  #adapt(count: number, size: number): void {
    this.#wasFilled = count === size;
    if (size !== this.#bufferBytes) return;
    if (count === size) {
      this.#smallReads = 0;
      this.#bufferBytes = Math.min(MAX_READ_BUFFER_BYTES, size * 2);
    } else if (count * 4 >= size) {
      this.#smallReads = 0;
    } else if (++this.#smallReads === SHRINK_AFTER_READS) {
      this.#smallReads = 0;
      this.#bufferBytes = Math.max(INITIAL_BUFFER_BYTES, size >> 1);
    }
  }
}
