/**
 * A range of bytes inside a larger buffer: how keys and arguments travel without being copied or made into strings.
 *
 * - A slice that the request parser hands out is a flyweight: it is valid until the batch it came with is cleared.
 * - `start <= end`, both within `bytes`.
 */

const EMPTY = new Uint8Array(0);

/** A range `[start, end)` of `bytes`. Mutable, so that a pool can reuse it; treat it as read-only everywhere else. */
export class Slice {
  bytes: Uint8Array;
  start: number;
  end: number;

  constructor(bytes: Uint8Array = EMPTY, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** Number of bytes. */
  get length(): number {
    return this.end - this.start;
  }

  /** The bytes in memory of their own, which outlives the batch. */
  copy(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.bytes.subarray(this.start, this.end));
  }

  /** A view of the bytes: valid as long as the buffer is. Costs an allocation, so not for hot paths. */
  view(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }
}
