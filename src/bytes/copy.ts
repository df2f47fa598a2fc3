/**
 * Copies of pieces of memory, short ones above all: keys, members and values on their way in and out.
 *
 * - Three ways, by length. A loop over bytes takes 1.3 ns a byte, which is best for a few. Eight bytes at a time through a
 *   `DataView` take 1 ns a word, and want a view of either memory. `set` from a view made for the purpose takes 35 ns
 *   whatever the length, and makes garbage.
 * - Views are made once for memory that is large enough to be used again and again: chunks of the arena, read and write
 *   buffers. `BigInt`s that go from one view to another are plain words in compiled code.
 */

const WORDS_MIN_BYTES = 24;
const WORDS_MAX_BYTES = 256;
/** Smaller memory has no view of its own. */
const VIEWED_MIN_BYTES = 16 * 1024;

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);

const views = new WeakMap<Uint8Array, DataView>();

/** The memory that was used last, and its view. */
class LastUsed {
  view: DataView = NO_VIEW;
  #bytes: Uint8Array = NO_BYTES;

  /** Makes `view` that of `bytes`; false where these are too small to have one. */
  use(bytes: Uint8Array): boolean {
    if (bytes === this.#bytes) return true;
    if (bytes.length < VIEWED_MIN_BYTES) return false;
    let view = views.get(bytes);
    if (view === undefined) {
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      views.set(bytes, view);
    }
    this.#bytes = bytes;
    this.view = view;
    return true;
  }

  forget(): void {
    this.#bytes = NO_BYTES;
    this.view = NO_VIEW;
  }
}

const source = new LastUsed();
const target = new LastUsed();

/** Copies `from[start, end)` to `to` at `at`. In the same memory the two must not overlap. */
export function copyBytes(to: Uint8Array, at: number, from: Uint8Array, start: number, end: number): void {
  if (end - start < WORDS_MIN_BYTES) {
    for (let i = start, j = at; i < end; i++, j++) to[j] = from[i]!;
  } else {
    copyMany(to, at, from, start, end);
  }
}

/** Forgets the memory that was used last, which would keep it from being freed. */
export function forgetCopied(): void {
  source.forget();
  target.forget();
}

function copyMany(to: Uint8Array, at: number, from: Uint8Array, start: number, end: number): void {
  const count = end - start;
  if (count <= WORDS_MAX_BYTES && source.use(from) && target.use(to)) {
    copyWords(target.view, at, source.view, start, end);
  } else {
    to.set(count === from.length ? from : from.subarray(start, end), at);
  }
}

function copyWords(to: DataView, at: number, from: DataView, start: number, end: number): void {
  let i = start;
  let j = at;
  for (const last = end - 32; i <= last; i += 32, j += 32) {
    to.setBigUint64(j, from.getBigUint64(i, true), true);
    to.setBigUint64(j + 8, from.getBigUint64(i + 8, true), true);
    to.setBigUint64(j + 16, from.getBigUint64(i + 16, true), true);
    to.setBigUint64(j + 24, from.getBigUint64(i + 24, true), true);
  }
  for (const last = end - 8; i < last; i += 8, j += 8) to.setBigUint64(j, from.getBigUint64(i, true), true);
  // The last word may have bytes of the one before.
  to.setBigUint64(at + end - start - 8, from.getBigUint64(end - 8, true), true);
}
