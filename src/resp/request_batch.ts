/**
 * The complete requests found in one chunk of a client's bytes, and the window through which a command reads one of them.
 *
 * - Slices point into the chunk, or, for a request that began in an earlier chunk, into a buffer of its own: all of
 *   them die with `clear()`. Whoever keeps an argument longer copies it (`Args.retain()`, `Slice.copy()`).
 * - Nothing is allocated for a request once the pools have grown to the client's usual batch.
 * - `firsts[i]` is the index of request i's first slice and `firsts[count]` one past the last slice of all.
 */
import { ascii, latin1 } from "../bytes/ascii.ts";
import { Slice } from "../bytes/slice.ts";

/** Slices and requests a batch keeps room for when it is cleared; what grew beyond is left to the collector. */
export const BATCH_POOL_LIMIT = 1024;

const INITIAL_REQUESTS = 16;
const NO_BYTES = new Uint8Array(0);

/** What `Args.of` takes for one argument; a string is one byte per character, a number its decimal form. */
export type ArgumentSource = string | Uint8Array | number | bigint;

/**
 * The arguments of one request, the command's name at 0: a window over slices that somebody else owns.
 *
 * @example
 * ```ts
 * import { Args } from "./request_batch.ts";
 * const args = Args.of("SET", "key", 10);
 * console.assert(args.count === 3 && args.text(2) === "10");
 * ```
 */
export class Args {
  /** Number of arguments, the command's name included. */
  count = 0;
  #slices: Slice[] = [];
  #first = 0;

  /** Moves the window. For the owner of the slices. */
  point(slices: Slice[], first: number, count: number): void {
    this.#slices = slices;
    this.#first = first;
    this.count = count;
  }

  /** The argument at `index`: a flyweight, valid until the batch is cleared. Throws a RangeError outside `0 .. count - 1`. */
  at(index: number): Slice {
    // A stale slice beyond the window would leak another request's bytes into this one.
    if (index < 0 || index >= this.count) throw new RangeError(`Argument ${index} of ${this.count} does not exist`);
    return this.#slices[this.#first + index]!;
  }

  /** The argument as text with one character per byte. Makes a string: not for keys on hot paths. */
  text(index: number): string {
    const slice = this.at(index);
    return latin1(slice.bytes, slice.start, slice.end);
  }

  /** The arguments from `first` on as a request of their own, which lives as long as this one. */
  rest(first: number): Args {
    const rest = new Args();
    rest.point(this.#slices, this.#first + first, this.count - first);
    return rest;
  }

  /** Sum of the lengths of all arguments in bytes. */
  get sizeBytes(): number {
    let total = 0;
    for (let i = this.#first; i < this.#first + this.count; i++) total += this.#slices[i]!.length;
    return total;
  }

  /** A copy in memory of its own, which outlives the batch: for MULTI queues, blocked clients and propagation. */
  retain(): Args {
    const bytes = new Uint8Array(this.sizeBytes);
    const slices: Slice[] = [];
    let at = 0;
    for (let i = 0; i < this.count; i++) {
      const slice = this.at(i);
      bytes.set(slice.view(), at);
      slices.push(new Slice(bytes, at, at += slice.length));
    }
    const copy = new Args();
    copy.point(slices, 0, slices.length);
    return copy;
  }

  /** Arguments made from values, for tests and internal calls. Byte arrays are used as they are, not copied. */
  static of(...values: ArgumentSource[]): Args {
    return Args.from(values);
  }

  /** As `of`, from an array. */
  static from(values: readonly ArgumentSource[]): Args {
    const slices = values.map((value) => new Slice(value instanceof Uint8Array ? value : ascii(String(value))));
    const args = new Args();
    args.point(slices, 0, slices.length);
    return args;
  }
}

/**
 * All complete requests of one chunk, in order, then perhaps a protocol error.
 *
 * The command loop does `for (let i = 0; i < batch.count; i++) { batch.select(i); run(batch.args); }`, then answers
 * `protocolError` if there is one, then calls `clear()`.
 */
export class RequestBatch {
  /** Number of complete requests. */
  count = 0;
  /** The window that `select` moves; the same object for the life of the batch. */
  readonly args: Args = new Args();
  /**
   * Text of the error met after the last complete request ("Protocol error: ..."), else null. The reply is
   * `-ERR ` + text, then the connection closes; the parser reads nothing more.
   */
  protocolError: string | null = null;
  /** Redis's words for the log about `protocolError` (they differ from the reply's), else the empty string. */
  protocolErrorCause = "";
  /** Redis's log sample of the unread bytes at `protocolError`: "Query buffer during protocol error: '...'". */
  protocolErrorSample = "";
  /** True when the client's unread bytes passed client-query-buffer-limit: the connection closes without a reply. */
  queryBufferExceeded = false;
  /** Bytes of the stream that the requests of this batch took, with skipped empty lines before and between them. */
  bytesConsumed = 0;
  /** For the parser: true when slices point into memory that is not the chunk's. */
  hasOwnMemory = false;

  // The parser's side: plain fields, because it writes them for each argument.
  /** For the parser: the slices of all requests; longer than `sliceCount`. */
  slices: Slice[] = [];
  /** For the parser: number of slices in use. */
  sliceCount = 0;
  /** For the parser: where each request's slices begin. */
  firsts: Int32Array = new Int32Array(INITIAL_REQUESTS + 1);
  /** For the parser: the stream's offset at the end of each request. */
  ends: Float64Array = new Float64Array(INITIAL_REQUESTS);

  /** Points `args` at request `index`. */
  select(index: number): void {
    const first = this.firsts[index]!;
    this.args.point(this.slices, first, this.firsts[index + 1]! - first);
  }

  /** Offset in the client's stream, counted from the parser's first byte, of the end of request `index`. */
  streamEnd(index: number): number {
    return this.ends[index]!;
  }

  /** True when there is nothing for the command loop to do. */
  get isEmpty(): boolean {
    return this.count === 0 && this.protocolError === null && !this.queryBufferExceeded;
  }

  /** Empties the batch, and drops pools that grew past `BATCH_POOL_LIMIT`. Every slice of it is invalid from here on. */
  clear(): void {
    // A pooled slice must not keep a carried value of 512 MB from the collector; chunks are small, and used again.
    if (this.hasOwnMemory) { for (let i = 0; i < this.sliceCount; i++) this.slices[i]!.bytes = NO_BYTES; }
    this.hasOwnMemory = false;
    this.count = 0;
    this.sliceCount = 0;
    this.bytesConsumed = 0;
    this.protocolError = null;
    this.protocolErrorCause = "";
    this.protocolErrorSample = "";
    this.queryBufferExceeded = false;
    this.args.point(this.slices, 0, 0);
    if (this.slices.length > BATCH_POOL_LIMIT) this.slices = [];
    if (this.ends.length > BATCH_POOL_LIMIT) {
      this.firsts = new Int32Array(INITIAL_REQUESTS + 1);
      this.ends = new Float64Array(INITIAL_REQUESTS);
    }
  }

  /** For the parser: the slices written since the last call, up to `sliceCount`, are one request. */
  endRequest(sliceCount: number, streamEnd: number): void {
    const count = this.count;
    if (count === this.ends.length) this.#grow();
    this.ends[count] = streamEnd;
    this.sliceCount = sliceCount;
    this.count = count + 1;
    this.firsts[count + 1] = sliceCount;
  }

  #grow(): void {
    const ends = new Float64Array(this.ends.length * 2);
    ends.set(this.ends);
    this.ends = ends;
    const firsts = new Int32Array(ends.length + 1);
    firsts.set(this.firsts);
    this.firsts = firsts;
  }
}
