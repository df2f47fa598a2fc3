/**
 * Bytes of the master's stream that have arrived and are not applied yet, so that they can be passed on verbatim when they are.
 */

const INITIAL_BYTES = 16 * 1024;
const KEPT_BYTES = 1024 * 1024;

/** A queue of bytes. */
export class ByteQueue {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #start = 0;
  #end = 0;

  /** Number of bytes that wait. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Appends a copy of `chunk`. */
  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#bytes.length) this.#makeRoom(chunk.length);
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Hands the first `count` bytes to `take`, valid during the call, and forgets them. */
  shift(count: number, take: (bytes: Uint8Array, start: number, end: number) => void): void {
    if (count === 0) return;
    take(this.#bytes, this.#start, this.#start + count);
    this.#start += count;
    if (this.#start < this.#end) return;
    this.#start = this.#end = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(INITIAL_BYTES);
  }

  #makeRoom(count: number): void {
    const { length } = this;
    let capacity = this.#bytes.length;
    while (capacity < (length + count) * 2) capacity *= 2;
    const target = capacity === this.#bytes.length ? this.#bytes : new Uint8Array(capacity);
    target.set(this.#bytes.subarray(this.#start, this.#end));
    this.#bytes = target;
    this.#start = 0;
    this.#end = length;
  }
}
