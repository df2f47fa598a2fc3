/**
 * Memory for replies, kept for whoever has something to send next: idle clients hold none.
 *
 * - By size, in powers of two from 16 KiB to 1 MiB. Fresh memory is cleared and is garbage after one reply: with replies of
 *   80 kB that took 40 % of the time.
 */

import { PROTO_REPLY_CHUNK_BYTES } from "../base/limits.ts";

const SMALLEST_LOG2 = Math.log2(PROTO_REPLY_CHUNK_BYTES);
const SIZES = 7;
/** Bytes that are kept at most: what 64 clients with the longest replies have under way at a time. */
const KEPT_MAX_BYTES = 64 * 1024 * 1024;

/** Memory for replies, and the view of its beginning that was made last: many writes are as long as the one before. */
export class WriteBuffer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  #view: Uint8Array<ArrayBuffer>;

  constructor(sizeBytes: number) {
    this.#view = this.bytes = new Uint8Array(sizeBytes);
  }

  /** The first `length` bytes. */
  view(length: number): Uint8Array<ArrayBuffer> {
    if (this.#view.length !== length) this.#view = this.bytes.subarray(0, length);
    return this.#view;
  }
}

const kept: WriteBuffer[][] = Array.from({ length: SIZES }, () => []);
let keptBytes = 0;

/** One of at least `sizeBytes`, and never less than 16 KiB; null where that is more than 1 MiB. */
export function takeWriteBuffer(sizeBytes: number): WriteBuffer | null {
  const size = sizeBytes <= PROTO_REPLY_CHUNK_BYTES ? 0 : 32 - Math.clz32(sizeBytes - 1) - SMALLEST_LOG2;
  if (size >= SIZES) return null;
  const buffer = kept[size]!.pop();
  if (buffer === undefined) return new WriteBuffer(PROTO_REPLY_CHUNK_BYTES << size);
  keptBytes -= buffer.bytes.length;
  return buffer;
}

/** Gives one back. Nobody may use it any more. */
export function giveWriteBuffer(buffer: WriteBuffer): void {
  const sizeBytes = buffer.bytes.length;
  const ofSize = kept[31 - Math.clz32(sizeBytes) - SMALLEST_LOG2]!;
  // What is given back is wanted at present: it takes the place of other sizes, the largest first.
  for (let size = SIZES - 1; size >= 0 && keptBytes + sizeBytes > KEPT_MAX_BYTES; size--) {
    if (kept[size] !== ofSize) dropSome(kept[size]!, keptBytes + sizeBytes - KEPT_MAX_BYTES);
  }
  if (keptBytes + sizeBytes > KEPT_MAX_BYTES) return;
  keptBytes += sizeBytes;
  ofSize.push(buffer);
}

function dropSome(buffers: WriteBuffer[], wantedBytes: number): void {
  for (let left = wantedBytes; left > 0 && buffers.length > 0;) {
    const { length } = buffers.pop()!.bytes;
    keptBytes -= length;
    left -= length;
  }
}

/** Gives up what is kept. */
export function dropWriteBuffers(): void {
  for (const ofSize of kept) ofSize.length = 0;
  keptBytes = 0;
}
