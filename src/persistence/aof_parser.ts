/**
 * Reads an append-only file command by command: bytes pushed in as they are read, cut anywhere.
 *
 * ```
 * file    := (command | note)*
 * command := "*" count CR LF ("$" length CR LF bytes CR LF)*
 * note    := "#" text LF                  "#TS:1700000000" is when the commands after it ran
 * ```
 *
 * - Every command is an array, as Redis writes it; the two bytes behind an argument are not looked at, as in Redis.
 * - The arguments are valid until the next call of `feed`.
 */

import { Slice } from "../bytes/slice.ts";
import { Args } from "../resp/request_batch.ts";

/** Bytes that are no append-only file. */
export class AofFormatError extends Error {
  override readonly name = "AofFormatError";
}

const STAR = 0x2a;
const DOLLAR = 0x24;
const HASH = 0x23;
const LF = 0x0a;
const ZERO = 0x30;
/** Longer than any header or note that is written. */
const MAX_LINE_BYTES = 1024;
const LINE_END_BYTES = 2;
const KEPT_SLICES = 1024;

/** Reads one file. */
export class AofParser {
  /** The command that `next` found. */
  readonly args: Args = new Args();
  /** Offset in the file of the end of the last command or note. */
  offset: number;

  #bytes = new Uint8Array(0);
  #start = 0;
  #end = 0;
  /** How many bytes the command at `#start` has at least. */
  #neededBytes = 1;
  #slices: Slice[] = [];
  #count = 0;

  /** `offset` is where in the file the first bytes are. */
  constructor(offset = 0) {
    this.offset = offset;
  }

  /** Whether bytes are left that belong to no complete command. */
  get hasRest(): boolean {
    return this.#end > this.#start;
  }

  /** Takes the bytes that follow; they are copied. */
  feed(chunk: Uint8Array): void {
    const pending = this.#end - this.#start;
    const wanted = pending + chunk.length;
    if (this.#end + chunk.length > this.#bytes.length) {
      const isRoomier = wanted <= this.#bytes.length;
      const target = isRoomier ? this.#bytes : new Uint8Array(Math.max(wanted, this.#neededBytes + chunk.length));
      if (isRoomier) target.copyWithin(0, this.#start, this.#end);
      else target.set(this.#bytes.subarray(this.#start, this.#end));
      this.#bytes = target;
      this.#start = 0;
      this.#end = pending;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Reads the next command into `args`; false where it is not complete. Throws `AofFormatError`. */
  next(): boolean {
    while (this.#end - this.#start >= this.#neededBytes) {
      const first = this.#bytes[this.#start];
      if (first === HASH) {
        const end = this.#lineEnd(this.#start);
        if (end < 0) return false;
        this.#take(end);
      } else if (first === STAR) {
        return this.#readCommand();
      } else {
        throw new AofFormatError("Cannot read the append only file: a command does not begin with '*'");
      }
    }
    return false;
  }

  #readCommand(): boolean {
    const lineEnd = this.#lineEnd(this.#start);
    if (lineEnd < 0) return false;
    const count = this.#number(this.#start + 1);
    if (count < 1) throw new AofFormatError(`Cannot read the append only file: a command has ${count} arguments`);
    let at = lineEnd;
    this.#count = 0;
    for (let rest = count; rest > 0; rest--) {
      if (at >= this.#end) return this.#wait(at + 1);
      if (this.#bytes[at] !== DOLLAR) {
        throw new AofFormatError("Cannot read the append only file: an argument does not begin with '$'");
      }
      const start = this.#lineEnd(at);
      if (start < 0) return false;
      const end = start + Math.max(0, this.#number(at + 1));
      at = end + LINE_END_BYTES;
      if (at > this.#end) return this.#wait(at);
      this.#addSlice(start, end);
    }
    this.args.point(this.#slices, 0, this.#count);
    this.#take(at);
    return true;
  }

  #addSlice(start: number, end: number): void {
    const slice = this.#slices[this.#count] ?? (this.#slices[this.#count] = new Slice());
    this.#count++;
    slice.bytes = this.#bytes;
    slice.start = start;
    slice.end = end;
  }

  #wait(position: number): false {
    this.#neededBytes = position - this.#start;
    if (this.#slices.length > KEPT_SLICES) this.#slices = [];
    return false;
  }

  #take(position: number): void {
    this.offset += position - this.#start;
    this.#start = position;
    this.#neededBytes = 1;
  }

  /** Where the line ends that `at` is in, behind its line feed; -1 when that has not arrived. */
  #lineEnd(at: number): number {
    const end = Math.min(this.#end, at + MAX_LINE_BYTES);
    for (let position = at; position < end; position++) if (this.#bytes[position] === LF) return position + 1;
    if (end - at === MAX_LINE_BYTES) throw new AofFormatError("Cannot read the append only file: a line is too long");
    return -1;
  }

  /** The digits from `at` on as a number. */
  #number(at: number): number {
    let value = 0;
    for (let byte = this.#bytes[at]! - ZERO; byte >= 0 && byte <= 9; byte = this.#bytes[++at]! - ZERO) {
      value = value * 10 + byte;
    }
    return value;
  }
}
