/**
 * The replication stream: its latest bytes in a chain of blocks, from which every replica is sent what it lacks.
 *
 * - Offsets count bytes of the stream as Redis does: `endOffset` bytes have ever been appended, and the byte with offset n
 *   is the n-th. A position is an offset too: that of the last byte that has been read.
 * - Blocks are shared: a replica holds no bytes of its own, only its position. A block goes when the backlog has its size
 *   without it and no replica still has to read it.
 */

import { invariant } from "../base/invariant.ts";
import { copyBytes } from "../bytes/copy.ts";
import type { OutputBuffer } from "../resp/output_buffer.ts";

/** Smallest block: Redis's `PROTO_REPLY_CHUNK_BYTES`. */
const MIN_BLOCK_BYTES = 16 * 1024;
/** A block is at most this part of the backlog, so that trimming is not too coarse. */
const BLOCKS_PER_BACKLOG = 16;
/** Bytes that a block takes beside its content, as INFO counts them. */
const BLOCK_OVERHEAD_BYTES = 72;
const NO_BYTES = new Uint8Array(0);

interface Block {
  /** Bytes of the stream before this block. */
  start: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  used: number;
}

/** Something that reads the stream at its own pace. */
export interface StreamReader {
  /** Offset of the last byte it has read. */
  readonly position: number;
}

/** The latest part of the replication stream. */
export class Backlog {
  /** `repl-backlog-size`. */
  sizeBytes: number;
  /** Bytes of the stream so far: `master_repl_offset`. */
  endOffset = 0;
  /** True while bytes are kept; without it `append` counts nothing, as Redis without a backlog. */
  isActive = false;
  /** Told after a new block was begun: output limits are looked at then. */
  onNewBlock: (() => void) | null = null;

  #blocks: Block[] = [];
  readonly #readers = new Set<StreamReader>();
  #historyBytes = 0;
  #memoryBytes = 0;

  constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes;
  }

  /** Offset of the first byte that is kept: `repl_backlog_first_byte_offset`. */
  get firstOffset(): number {
    return this.isActive ? this.endOffset - this.#historyBytes + 1 : 0;
  }

  /** Number of bytes that are kept: `repl_backlog_histlen`. */
  get historyBytes(): number {
    return this.#historyBytes;
  }

  /** Memory of the blocks. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /** Memory beyond what a backlog of `sizeBytes` takes: kept for replicas that have yet to read it. */
  get excessBytes(): number {
    const blockCount = Math.floor(this.sizeBytes / MIN_BLOCK_BYTES) + 1;
    return Math.max(0, this.#memoryBytes - this.sizeBytes - blockCount * BLOCK_OVERHEAD_BYTES);
  }

  /** Begins to keep bytes, from `endOffset` on. */
  activate(): void {
    invariant(!this.isActive, "the backlog exists already");
    this.isActive = true;
  }

  /** Forgets all bytes and keeps no more. Nobody may be reading. */
  deactivate(): void {
    invariant(this.#readers.size === 0, "a replica still reads the backlog");
    this.isActive = false;
    this.#blocks = [];
    this.#historyBytes = this.#memoryBytes = 0;
  }

  /** True when a replica that has everything before the byte `offset` can go on from here. */
  has(offset: number): boolean {
    return this.isActive && offset >= this.firstOffset && offset <= this.endOffset + 1;
  }

  /** Keeps what `reader` has not read yet. */
  attach(reader: StreamReader): void {
    invariant(this.has(reader.position + 1), "the backlog does not reach back so far");
    this.#readers.add(reader);
  }

  /** Keeps nothing more for `reader`. */
  detach(reader: StreamReader): void {
    if (this.#readers.delete(reader)) this.trim();
  }

  /** Appends `source[start, end)` to the stream. */
  append(source: Uint8Array, start: number, end: number): void {
    if (!this.isActive) return;
    for (let at = start; at < end;) {
      let block = this.#blocks.at(-1);
      const isFull = block === undefined || block.used === block.bytes.length;
      if (block === undefined || isFull) block = this.#addBlock(end - at);
      const count = Math.min(end - at, block.bytes.length - block.used);
      copyBytes(block.bytes, block.used, source, at, at + count);
      block.used += count;
      this.endOffset += count;
      this.#historyBytes += count;
      at += count;
      if (!isFull) continue;
      this.trim();
      this.onNewBlock?.();
    }
  }

  /** The bytes after `position` that lie in one piece, at most `maxBytes`; none at the end. They do not change any more. */
  pieceAfter(position: number, maxBytes: number): Uint8Array {
    if (position === this.endOffset) return NO_BYTES;
    const { start, bytes, used } = this.#blocks[this.#blockAfter(position)]!;
    const from = position - start;
    return bytes.subarray(from, Math.min(used, from + maxBytes));
  }

  /** Appends to `target` the bytes after `position`, at most `maxBytes`; returns how many. */
  read(position: number, target: OutputBuffer, maxBytes: number): number {
    const end = Math.min(position + maxBytes, this.endOffset);
    for (let at = position; at < end;) {
      const piece = this.pieceAfter(at, end - at);
      target.append(piece);
      at += piece.length;
    }
    return end - position;
  }

  /** Frees blocks that nobody needs: after `sizeBytes` was lowered, or a replica has read on. */
  trim(): void {
    let needed = this.endOffset;
    for (const reader of this.#readers) needed = Math.min(needed, reader.position);
    let count = 0;
    while (count < this.#blocks.length - 1) {
      const { start, bytes } = this.#blocks[count]!;
      if (start + bytes.length > needed || this.#historyBytes - bytes.length <= this.sizeBytes) break;
      this.#historyBytes -= bytes.length;
      this.#memoryBytes -= bytes.length + BLOCK_OVERHEAD_BYTES;
      count++;
    }
    if (count > 0) this.#blocks.splice(0, count);
  }

  /** Continues at `offset` with an empty history: the data were replaced by those of a master. */
  rebase(offset: number): void {
    invariant(this.#historyBytes === 0, "the backlog holds bytes of another history");
    this.endOffset = offset;
  }

  /** Puts `distance` bytes that are not here before everything: a file told how far the stream was before this server ran. */
  moveBy(distance: number): void {
    this.endOffset += distance;
    for (const block of this.#blocks) block.start += distance;
  }

  #addBlock(wantedBytes: number): Block {
    const limit = Math.max(Math.floor(this.sizeBytes / BLOCKS_PER_BACKLOG), MIN_BLOCK_BYTES);
    const size = Math.min(Math.max(wantedBytes, MIN_BLOCK_BYTES), limit);
    const block = { start: this.endOffset, bytes: new Uint8Array(size), used: 0 };
    this.#blocks.push(block);
    this.#memoryBytes += size + BLOCK_OVERHEAD_BYTES;
    return block;
  }

  /** Index of the block that holds the byte after `position`. */
  #blockAfter(position: number): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const block = this.#blocks[middle]!;
      if (block.start + block.used <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
