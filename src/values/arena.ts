/**
 * The allocator of everything that lives off the JavaScript heap: blocks of bytes named by int32 handles.
 *
 *   handle > 0   a block of at most 32 KiB. In units of 8 bytes: chunk = handle >>> 22, byte = (handle & 0x3fffff) << 3
 *   handle < 0   a larger block with a buffer of its own, number ~handle, at offset 0
 *   handle = 0   no block
 *
 *   chunk (32 MiB) = 512 pages;   page (64 KiB) = blocks of one size class, taken in order, then from a free list
 *   whose links lie in word 0 of the free blocks
 *
 * - Blocks are aligned to 8 bytes and are not cleared.
 * - A page without blocks may serve another class; a chunk without blocks waits to be used again until `dropIdleChunks` or
 *   `dropEmptyChunks` drops it. What the system must hand out anew it clears first: 256 bytes pushed to a list cost a fifth
 *   more where chunks were dropped at once.
 * - A chunk is a mapping of its own, which costs what is written to and goes back to the system as a whole: from 32 MiB on
 *   glibc never puts a buffer into its heap, of which it gives back the end only. With chunks of 4 MiB, 40 MB stayed there
 *   after 1 M keys were deleted.
 * - Chunk 0 and therefore page 0 do not exist: 0 ends every list.
 * - No buffer is ever detached: that would make V8 check for it at every access to every typed array from then on.
 */

import { InvariantError } from "../base/invariant.ts";
import { copyBytes } from "../bytes/copy.ts";
import { CLASS_BYTES, CLASS_COUNT, CLASS_OF_UNITS, MAX_SMALL_BYTES, PAGE_BYTES } from "./size_classes.ts";

const CHUNK_BYTES = 32 * 1024 * 1024;
const CHUNK_SHIFT = 22;
const OFFSET_MASK = (1 << CHUNK_SHIFT) - 1;
const PAGE_SHIFT = 13;
const PAGES_PER_CHUNK = CHUNK_BYTES / PAGE_BYTES;
const CHUNKS_MAX = 512;
const LARGE_STEP = 4096;

// The fields of a page in the page table, eight words a page.
const PAGE_WORDS_SHIFT = 3;
const SIZE_CLASS = 0; // the class served, or FREE_PAGE
const USED = 1; // blocks taken
const CAPACITY = 2; // blocks that fit
const FREE = 3; // handle of the first freed block, or 0
const FRESH = 4; // handle of the first block that was never taken
const UNITS = 5; // size of a block in units of 8 bytes
const PREVIOUS = 6; // neighbours among the pages of the class with room (or NEXT only: among the chunk's free pages)
const NEXT = 7;

const FREE_PAGE = -1;

const NO_BYTES = new Uint8Array(0);
const NO_WORDS = new Int32Array(0);
const NO_FLOATS = new Float64Array(0);

/** Thrown when a block cannot be had: the 16 GiB of handle space are used up, or the system has no memory left. */
export class ArenaFullError extends Error {
  override readonly name = "ArenaFullError";
}

/**
 * Blocks of bytes in a few large buffers.
 *
 * The arrays that `bytesOf`, `wordsOf` and `float64Of` return cover a whole chunk; the block begins at `offsetOf`.
 * They are valid until the block is freed.
 *
 * @example
 * ```ts
 * import { Arena } from "./arena.ts";
 * const arena = new Arena();
 * const block = arena.allocate(20);
 * arena.wordsOf(block)[arena.offsetOf(block) >>> 2] = 7;
 * console.log(arena.capacity(block), arena.usedBytes); // 24 24
 * arena.free(block);
 * ```
 */
export class Arena {
  /** Bytes of the tables beside the blocks that belong to the same data, hash tables above all: kept by their owners. */
  tableBytes = 0;

  readonly #chunkBytes: Uint8Array<ArrayBuffer>[] = [NO_BYTES];
  readonly #chunkWords: Int32Array<ArrayBuffer>[] = [NO_WORDS];
  readonly #chunkFloats: Float64Array<ArrayBuffer>[] = [NO_FLOATS];
  readonly #largeBytes: Uint8Array<ArrayBuffer>[] = [];
  readonly #largeWords: Int32Array<ArrayBuffer>[] = [];
  readonly #largeFloats: Float64Array<ArrayBuffer>[] = [];
  readonly #vacantLarge: number[] = [];

  #pages = new Int32Array((2 * PAGES_PER_CHUNK) << PAGE_WORDS_SHIFT);
  // By class: the first of the pages with room.
  readonly #pagesWithRoom = new Int32Array(CLASS_COUNT);
  // By chunk: how many pages are free (0 also for a chunk that is not there), and the first of them.
  readonly #freePageCount = new Uint16Array(CHUNKS_MAX);
  readonly #firstFreePage = new Int32Array(CHUNKS_MAX);
  // No chunk below this one has a free page.
  #lowestChunk = 1;
  #emptyChunks = 0;
  /** The fewest of them at a time since `dropIdleChunks` was called last. */
  #idleChunks = 0;
  // In a typed array, where a number over 2^31 is no heap object.
  readonly #usedBytes = new Float64Array(1);
  #reservedBytes = 0;

  /** The sum of the capacities of all blocks: exact, 0 when everything is freed. */
  get usedBytes(): number {
    return this.#usedBytes[0]!;
  }

  /** Bytes of all buffers; those of a chunk cost no memory until they are written to. */
  get reservedBytes(): number {
    return this.#reservedBytes;
  }

  /** The bytes around a block. */
  bytesOf(handle: number): Uint8Array<ArrayBuffer> {
    return handle > 0 ? this.#chunkBytes[handle >>> CHUNK_SHIFT]! : this.#largeBytes[~handle]!;
  }

  /** The same bytes as signed 32-bit words; the block begins at `offsetOf(handle) >>> 2`. */
  wordsOf(handle: number): Int32Array<ArrayBuffer> {
    return handle > 0 ? this.#chunkWords[handle >>> CHUNK_SHIFT]! : this.#largeWords[~handle]!;
  }

  /** The same bytes as doubles; the block begins at `offsetOf(handle) >>> 3`. */
  float64Of(handle: number): Float64Array<ArrayBuffer> {
    return handle > 0 ? this.#chunkFloats[handle >>> CHUNK_SHIFT]! : this.#largeFloats[~handle]!;
  }

  /** Where a block begins in `bytesOf(handle)`, in bytes. */
  offsetOf(handle: number): number {
    return handle > 0 ? (handle & OFFSET_MASK) << 3 : 0;
  }

  /** How many bytes a block has: at least what was asked for. */
  capacity(handle: number): number {
    if (handle < 0) return this.#largeBytes[~handle]!.length;
    return this.#pages[((handle >>> PAGE_SHIFT) << PAGE_WORDS_SHIFT) + UNITS]! << 3;
  }

  /** How many bytes `allocate(size)` would take. */
  static capacityFor(size: number): number {
    if (size > MAX_SMALL_BYTES) return roundUpLarge(size);
    return CLASS_BYTES[CLASS_OF_UNITS[(size + 7) >>> 3]!]!;
  }

  /** A block of at least `size` bytes with undefined content. Throws `ArenaFullError`. */
  allocate(size: number): number {
    if (size > MAX_SMALL_BYTES) return this.#allocateLarge(size);
    const sizeClass = CLASS_OF_UNITS[(size + 7) >>> 3]!;
    let page = this.#pagesWithRoom[sizeClass]!;
    if (page === 0) page = this.#takePage(sizeClass);
    const pages = this.#pages;
    const row = page << PAGE_WORDS_SHIFT;
    const units = pages[row + UNITS]!;
    let handle = pages[row + FREE]!;
    if (handle !== 0) {
      pages[row + FREE] = this.#chunkWords[handle >>> CHUNK_SHIFT]![(handle & OFFSET_MASK) << 1]!;
    } else {
      handle = pages[row + FRESH]!;
      pages[row + FRESH] = handle + units;
    }
    const used = pages[row + USED]! + 1;
    pages[row + USED] = used;
    if (used === pages[row + CAPACITY]!) this.#unlinkPage(sizeClass, page);
    this.#usedBytes[0]! += units << 3;
    return handle;
  }

  /** As `allocate`; 0 where there is no memory. */
  tryAllocate(size: number): number {
    try {
      return this.allocate(size);
    } catch (error) {
      if (error instanceof ArenaFullError) return 0;
      throw error;
    }
  }

  /** Gives a block back; its handle must not be used any more. */
  free(handle: number): void {
    if (handle < 0) return this.#freeLarge(~handle);
    const page = handle >>> PAGE_SHIFT;
    const pages = this.#pages;
    const row = page << PAGE_WORDS_SHIFT;
    const used = pages[row + USED]!;
    if (used <= 0) throw new InvariantError("A block is freed on a page that has none");
    this.#chunkWords[handle >>> CHUNK_SHIFT]![(handle & OFFSET_MASK) << 1] = pages[row + FREE]!;
    pages[row + FREE] = handle;
    pages[row + USED] = used - 1;
    if (used === pages[row + CAPACITY]!) this.#linkPage(pages[row + SIZE_CLASS]!, page);
    if (used === 1) this.#releasePage(page);
    this.#usedBytes[0]! -= pages[row + UNITS]! << 3;
  }

  /** Drops as many empty chunks as there have been at any time since the last call. */
  dropIdleChunks(): void {
    this.#dropChunks(this.#idleChunks);
    this.#idleChunks = this.#emptyChunks;
  }

  /** Drops all empty chunks. The system has them back when V8 next collects garbage. */
  dropEmptyChunks(): void {
    this.#dropChunks(this.#emptyChunks);
    this.#idleChunks = 0;
  }

  /** Whether `size` bytes fit into a block and fill half of it or more, or there is no smaller block for them. */
  isWellFilled(handle: number, size: number): boolean {
    const capacity = this.capacity(handle);
    return size <= capacity && (size * 2 >= capacity || Arena.capacityFor(size) === capacity);
  }

  /**
   * Makes a block hold `newSize` bytes and returns its handle: the same one when it is then well filled, otherwise that of a new block with the first `usedBytes` bytes, and the old one is freed.
   */
  resize(handle: number, usedBytes: number, newSize: number): number {
    if (this.isWellFilled(handle, newSize)) return handle;
    const moved = this.allocate(newSize);
    this.copy(handle, moved, usedBytes < newSize ? usedBytes : newSize);
    this.free(handle);
    return moved;
  }

  /** Copies the first `count` bytes of one block into another. */
  copy(from: number, to: number, count: number): void {
    const start = this.offsetOf(from);
    copyBytes(this.bytesOf(to), this.offsetOf(to), this.bytesOf(from), start, start + count);
  }

  #linkPage(sizeClass: number, page: number): void {
    const pages = this.#pages;
    const row = page << PAGE_WORDS_SHIFT;
    const first = this.#pagesWithRoom[sizeClass]!;
    pages[row + PREVIOUS] = 0;
    pages[row + NEXT] = first;
    if (first !== 0) pages[(first << PAGE_WORDS_SHIFT) + PREVIOUS] = page;
    this.#pagesWithRoom[sizeClass] = page;
  }

  #unlinkPage(sizeClass: number, page: number): void {
    const pages = this.#pages;
    const row = page << PAGE_WORDS_SHIFT;
    const previous = pages[row + PREVIOUS]!;
    const next = pages[row + NEXT]!;
    if (previous === 0) this.#pagesWithRoom[sizeClass] = next;
    else pages[(previous << PAGE_WORDS_SHIFT) + NEXT] = next;
    if (next !== 0) pages[(next << PAGE_WORDS_SHIFT) + PREVIOUS] = previous;
  }

  // The lowest chunk with room serves first, so that the higher ones drain and can be dropped.
  #takePage(sizeClass: number): number {
    let chunk = this.#lowestChunk;
    while (chunk < this.#chunkBytes.length && this.#freePageCount[chunk] === 0) chunk++;
    if (chunk === this.#chunkBytes.length) chunk = this.#addChunk();
    this.#lowestChunk = chunk;
    const pages = this.#pages;
    const page = this.#firstFreePage[chunk]!;
    const row = page << PAGE_WORDS_SHIFT;
    this.#firstFreePage[chunk] = pages[row + NEXT]!;
    if (this.#freePageCount[chunk]!-- === PAGES_PER_CHUNK) {
      this.#emptyChunks--;
      if (this.#emptyChunks < this.#idleChunks) this.#idleChunks = this.#emptyChunks;
    }
    const blockBytes = CLASS_BYTES[sizeClass]!;
    pages[row + SIZE_CLASS] = sizeClass;
    pages[row + USED] = 0;
    pages[row + CAPACITY] = Math.floor(PAGE_BYTES / blockBytes);
    pages[row + FREE] = 0;
    pages[row + FRESH] = page << PAGE_SHIFT;
    pages[row + UNITS] = blockBytes >>> 3;
    this.#linkPage(sizeClass, page);
    return page;
  }

  #releasePage(page: number): void {
    const pages = this.#pages;
    const row = page << PAGE_WORDS_SHIFT;
    this.#unlinkPage(pages[row + SIZE_CLASS]!, page);
    const chunk = page >>> (CHUNK_SHIFT - PAGE_SHIFT);
    pages[row + SIZE_CLASS] = FREE_PAGE;
    pages[row + NEXT] = this.#firstFreePage[chunk]!;
    this.#firstFreePage[chunk] = page;
    const freePages = this.#freePageCount[chunk]! + 1;
    this.#freePageCount[chunk] = freePages;
    if (chunk < this.#lowestChunk) this.#lowestChunk = chunk;
    if (freePages === PAGES_PER_CHUNK) this.#emptyChunks++;
  }

  #addChunk(): number {
    let chunk = 1;
    while (chunk < this.#chunkBytes.length && this.#chunkBytes[chunk]!.length > 0) chunk++;
    if (chunk === CHUNKS_MAX) throw new ArenaFullError("Cannot allocate a block: 16 GiB of small blocks are in use");
    const buffer = newBuffer(CHUNK_BYTES);
    this.#growPageTable((chunk + 1) * PAGES_PER_CHUNK);
    this.#chunkBytes[chunk] = new Uint8Array(buffer);
    this.#chunkWords[chunk] = new Int32Array(buffer);
    this.#chunkFloats[chunk] = new Float64Array(buffer);
    const firstPage = chunk * PAGES_PER_CHUNK;
    for (let page = firstPage; page < firstPage + PAGES_PER_CHUNK; page++) {
      const row = page << PAGE_WORDS_SHIFT;
      this.#pages[row + SIZE_CLASS] = FREE_PAGE;
      this.#pages[row + USED] = 0;
      this.#pages[row + NEXT] = page + 1;
    }
    this.#firstFreePage[chunk] = firstPage;
    this.#freePageCount[chunk] = PAGES_PER_CHUNK;
    this.#emptyChunks++;
    this.#reservedBytes += CHUNK_BYTES;
    return chunk;
  }

  // The highest first: the lowest serve next.
  #dropChunks(count: number): void {
    this.#emptyChunks -= count;
    let chunk = this.#chunkBytes.length;
    for (let left = count; left > 0; left--) {
      do chunk--; while (this.#freePageCount[chunk]! < PAGES_PER_CHUNK);
      this.#chunkBytes[chunk] = NO_BYTES;
      this.#chunkWords[chunk] = NO_WORDS;
      this.#chunkFloats[chunk] = NO_FLOATS;
      this.#freePageCount[chunk] = 0;
      this.#reservedBytes -= CHUNK_BYTES;
    }
  }

  #growPageTable(pageCount: number): void {
    const words = pageCount << PAGE_WORDS_SHIFT;
    if (words <= this.#pages.length) return;
    const grown = new Int32Array(Math.max(words, this.#pages.length * 2));
    grown.set(this.#pages);
    this.#pages = grown;
  }

  #allocateLarge(size: number): number {
    const capacity = roundUpLarge(size);
    const buffer = newBuffer(capacity);
    const index = this.#vacantLarge.pop() ?? this.#largeBytes.length;
    this.#largeBytes[index] = new Uint8Array(buffer);
    this.#largeWords[index] = new Int32Array(buffer);
    this.#largeFloats[index] = new Float64Array(buffer);
    this.#usedBytes[0]! += capacity;
    this.#reservedBytes += capacity;
    return ~index;
  }

  #freeLarge(index: number): void {
    const capacity = this.#largeBytes[index]!.length;
    if (capacity === 0) throw new InvariantError("A large block is freed twice");
    this.#largeBytes[index] = NO_BYTES;
    this.#largeWords[index] = NO_WORDS;
    this.#largeFloats[index] = NO_FLOATS;
    this.#vacantLarge.push(index);
    this.#usedBytes[0]! -= capacity;
    this.#reservedBytes -= capacity;
  }
}

function roundUpLarge(size: number): number {
  return Math.ceil(size / LARGE_STEP) * LARGE_STEP;
}

function newBuffer(sizeBytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(sizeBytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ArenaFullError(`Cannot allocate a block: the system refuses ${sizeBytes} bytes`, { cause: error });
  }
}
