/**
 * The connection to a master as a duplex of streams, with what a handshake needs: lines, and bytes put back.
 *
 * - Reading is either by line or through `stream()`, never both at a time. What a stream's consumer did not want is put back
 *   with `unread` and read next.
 */

import { latin1 } from "../bytes/ascii.ts";

/** A connection: bytes in, bytes out. */
export interface Duplex {
  read(target: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

/** The peer has closed the connection, or it broke. */
export class LinkClosed extends Error {
  override readonly name = "LinkClosed";
}

const READ_BYTES = 64 * 1024;
const MAX_LINE_BYTES = 64 * 1024;
const MAX_POOLED = 2;
const LF = 10;

/** One connection to a master. */
export class LinkConnection {
  /** Told of each read, with its size: a sign of life. */
  onRead: ((count: number) => void) | null = null;
  /** Bytes received. */
  bytesRead = 0;

  readonly #duplex: Duplex;
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  #unread: Uint8Array | null = null;
  #isClosed = false;

  constructor(duplex: Duplex) {
    this.#duplex = duplex;
  }

  /** The next line without its end. Throws `LinkClosed`. */
  async readLine(): Promise<string> {
    let line = "";
    for (;;) {
      const chunk = await this.#next();
      if (chunk === null) throw new LinkClosed("Connection closed by the peer");
      const end = chunk.indexOf(LF);
      line += latin1(chunk, 0, end < 0 ? chunk.length : end);
      if (end >= 0) {
        this.unread(chunk.subarray(end + 1));
        return line.replace(/\r$/, "");
      }
      if (line.length > MAX_LINE_BYTES) throw new LinkClosed("The peer sent a line without an end");
    }
  }

  /** Sends all of `bytes`. */
  async send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#duplex.write(at === 0 ? bytes : bytes.subarray(at));
  }

  /** What comes from here on, until the peer closes or `isDone` says that the consumer has had all it wants. */
  stream(isDone: () => boolean = () => false): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const chunk = isDone() ? null : await this.#next();
        if (chunk === null) controller.close();
        else controller.enqueue(chunk);
      },
    }, { highWaterMark: 0 });
  }

  /** Puts bytes back, to be read next. */
  unread(bytes: Uint8Array): void {
    this.#unread = bytes.length > 0 ? bytes : null;
  }

  /** Gives the buffer of a chunk back that `stream()` has delivered. */
  recycle(chunk: Uint8Array): void {
    if (chunk.buffer.byteLength === READ_BYTES && this.#free.length < MAX_POOLED) {
      this.#free.push(new Uint8Array(chunk.buffer as ArrayBuffer));
    }
  }

  /** Closes the connection; whoever reads gets the end. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#duplex.close();
  }

  async #next(): Promise<Uint8Array | null> {
    const unread = this.#unread;
    if (unread !== null) {
      this.#unread = null;
      return unread;
    }
    if (this.#isClosed) return null;
    const buffer = this.#free.pop() ?? new Uint8Array(READ_BYTES);
    let count: number | null;
    try {
      count = await this.#duplex.read(buffer);
    } catch {
      // The peer reset the connection, or we closed it: the end of input either way.
      return null;
    }
    if (count === null) return null;
    this.bytesRead += count;
    this.onRead?.(count);
    return buffer.subarray(0, count);
  }
}
