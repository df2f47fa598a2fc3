/**
 * The growable buffer into which replies and requests are encoded; its owner sends `bytes[0, length)` and resets it.
 *
 * - `bytes` changes when the buffer grows: read it again after every write.
 */
import { copyBytes } from "../bytes/copy.ts";
import { writeBigInteger, writeInteger, writeShortInteger } from "../bytes/integer.ts";

const INITIAL_BYTES = 1024;
const WORD_COPY_BYTES = 256;
const INTEGER_ROOM = 24;
const CR = 0x0d;
const LF = 0x0a;
const BULK = 0x24;
const NO_VIEW = new DataView(new ArrayBuffer(0));

/** Bytes of output in memory that grows by doubling. */
export class OutputBuffer {
  /** The memory; only `[0, length)` has been written. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Number of bytes written. */
  length = 0;
  /**
   * Asked before the memory grows to hold `needed` bytes; false when nobody will read them. What is written is then dropped,
   * and the memory used over and over.
   */
  mayGrow: ((needed: number) => boolean) | null = null;
  /** Makes the memory to grow into, of at least so many bytes, whatever they hold; null: fresh memory. */
  makeMemory: ((sizeBytes: number) => Uint8Array<ArrayBuffer>) | null = null;
  /** True when a length was left to be written later since the owner last took what was here. */
  hasDeferred = false;
  /** True once `mayGrow` has said no: what is here is not whole. */
  isCutOff = false;
  /** The memory as words may be written to it anywhere, once that was wanted; of `#viewed`, which may be older. */
  #view: DataView = NO_VIEW;
  #viewed: Uint8Array | null = null;

  /** `capacity` is the number of bytes to make room for at once. */
  constructor(capacity: number = INITIAL_BYTES) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count > this.bytes.length) this.#grow(this.length + count);
  }

  /** Appends one byte. */
  byte(value: number): void {
    if (this.length === this.bytes.length) this.#grow(this.length + 1);
    this.bytes[this.length++] = value;
  }

  /** Appends `source[start, end)`. */
  append(source: Uint8Array, start = 0, end: number = source.length): void {
    const count = end - start;
    if (this.length + count > this.bytes.length) this.#grow(this.length + count);
    copyBytes(this.bytes, this.length, source, start, end);
    this.length += count;
  }

  /** Appends the low byte of each character. */
  text(text: string): void {
    const count = text.length;
    if (this.length + count > this.bytes.length) this.#grow(this.length + count);
    const target = this.bytes;
    const at = this.length;
    for (let i = 0; i < count; i++) target[at + i] = text.charCodeAt(i);
    this.length = at + count;
  }

  /** Appends CR LF. */
  lineEnd(): void {
    if (this.length + 2 > this.bytes.length) this.#grow(this.length + 2);
    this.bytes[this.length] = CR;
    this.bytes[this.length + 1] = LF;
    this.length += 2;
  }

  /** Appends a header: `prefix`, a safe integer in decimal, CR LF. */
  header(prefix: number, value: number): void {
    if (this.length + INTEGER_ROOM > this.bytes.length) this.#grow(this.length + INTEGER_ROOM);
    this.length = writeHeader(this.bytes, this.length, prefix, value);
  }

  /** As `header`, for an integer outside the safe range. */
  bigHeader(prefix: number, value: bigint): void {
    this.reserve(INTEGER_ROOM);
    this.bytes[this.length] = prefix;
    this.length = writeBigInteger(this.bytes, this.length + 1, value);
    this.lineEnd();
  }

  /** Appends `source[start, end)` as a RESP bulk string. */
  bulk(source: Uint8Array, start: number, end: number): void {
    const count = end - start;
    if (this.length + count + INTEGER_ROOM + 2 > this.bytes.length) this.#grow(this.length + count + INTEGER_ROOM + 2);
    const target = this.bytes;
    let at = writeBulkHeader(target, this.length, count);
    copyBytes(target, at, source, start, end);
    at += count;
    target[at] = CR;
    target[at + 1] = LF;
    this.length = at + 2;
  }

  /** Appends the `count` bytes from the word `from` of `words` on as a RESP bulk string. */
  bulkWords(words: Int32Array, from: number, count: number): void {
    if (count > WORD_COPY_BYTES) {
      const start = words.byteOffset + from * 4;
      return this.bulk(new Uint8Array(words.buffer, start, count), 0, count);
    }
    if (this.length + count + INTEGER_ROOM + 2 > this.bytes.length) this.#grow(this.length + count + INTEGER_ROOM + 2);
    if (this.#viewed !== this.bytes) this.#renewView();
    const target = this.bytes;
    const view = this.#view;
    let at = writeBulkHeader(target, this.length, count);
    const end = at + count;
    // The last word may go beyond the end, where there is room for it.
    for (let word = from; at < end; at += 4, word++) view.setInt32(at, words[word]!, true);
    target[end] = CR;
    target[end + 1] = LF;
    this.length = end + 2;
  }

  /** Makes the bytes from `at` on start `distance` bytes later: room for a header written late. */
  shift(at: number, distance: number): void {
    this.reserve(distance);
    this.bytes.copyWithin(at + distance, at, this.length);
    this.length += distance;
  }

  /** What has been written, without a copy: valid until the next write or reset. */
  view(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  /** Hands over what has been written, without a copy, and starts anew with fresh memory. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.view();
    this.bytes = new Uint8Array(0);
    this.length = 0;
    return taken;
  }

  /** Forgets what has been written; memory above `keepBytes` is given up. */
  reset(keepBytes: number = Infinity): void {
    this.length = 0;
    if (this.bytes.length > keepBytes) this.bytes = new Uint8Array(Math.min(INITIAL_BYTES, keepBytes));
  }

  #renewView(): void {
    this.#viewed = this.bytes;
    this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  }

  #grow(needed: number): void {
    let wanted = needed;
    if (this.isCutOff || this.mayGrow?.(needed) === false) {
      this.isCutOff = true;
      wanted -= this.length;
      this.length = 0;
      if (wanted <= this.bytes.length) return;
    }
    const sizeBytes = Math.max(wanted, this.bytes.length * 2, INITIAL_BYTES);
    const grown = this.makeMemory?.(sizeBytes) ?? new Uint8Array(sizeBytes);
    grown.set(this.length === this.bytes.length ? this.bytes : this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}

/** Writes `prefix`, a safe integer in decimal, CR LF at `at` and returns the position after it. */
function writeHeader(target: Uint8Array, at: number, prefix: number, value: number): number {
  target[at] = prefix;
  const end = writeInteger(target, at + 1, value);
  target[end] = CR;
  target[end + 1] = LF;
  return end + 2;
}

/** Writes the header of a bulk string of `count` bytes at `at` and returns the position after it. */
function writeBulkHeader(target: Uint8Array, at: number, count: number): number {
  if (count >= 100) return writeHeader(target, at, BULK, count);
  target[at] = BULK;
  const end = writeShortInteger(target, at + 1, count);
  target[end] = CR;
  target[end + 1] = LF;
  return end + 2;
}
