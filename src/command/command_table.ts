/**
 * Commands by name, looked up by the bytes of a request in upper or lower case.
 *
 * - A lookup makes no string and allocates nothing: an open-addressed table over a small hash of the lower-case bytes.
 * - At most half of the places are taken, so that a probe ends soon.
 */
import { ascii, equalsIgnoreCase } from "../bytes/ascii.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Command } from "./command.ts";

const INITIAL_PLACES = 16;

/** A case-insensitive map from names to commands. Iterates in the order of addition. */
export class CommandTable {
  #places: (Entry | null)[] = new Array<Entry | null>(INITIAL_PLACES).fill(null);
  readonly #entries = new Map<string, Entry>();
  /** What was found last, and is most often asked for next. */
  #last: Entry | null = null;

  /** Number of commands that are listed. */
  get listedSize(): number {
    return [...this.listed()].length;
  }

  /** The command a slice names, or null. */
  find(slice: Slice): Command | null {
    const { bytes, start, end } = slice;
    const last = this.#last;
    if (last !== null && equalsIgnoreCase(slice, last.name)) return last.command;
    const hash = hashIgnoringCase(bytes, start, end);
    const places = this.#places;
    const mask = places.length - 1;
    for (let place = hash & mask;; place = (place + 1) & mask) {
      const entry = places[place]!;
      if (entry === null) return null;
      if (entry.hash === hash && equalsIgnoreCase(slice, entry.name)) {
        this.#last = entry;
        return entry.command;
      }
    }
  }

  /** The command of a name, or null. For everything but requests. */
  byName(name: string): Command | null {
    return this.#entries.get(name.toLowerCase())?.command ?? null;
  }

  /** Adds a command under a name of its own. Throws when the name is taken. */
  add(name: string, command: Command): void {
    const key = name.toLowerCase();
    if (this.#entries.has(key)) throw new Error(`Cannot add the command "${key}": its name is taken`);
    const entry = new Entry(key, command);
    this.#entries.set(key, entry);
    if (this.#entries.size * 2 > this.#places.length) this.#rebuild(this.#places.length * 2);
    else this.#place(entry);
  }

  /** Takes a command away. False: there is none of that name. */
  delete(name: string): boolean {
    const wasThere = this.#entries.delete(name.toLowerCase());
    this.#last = null;
    if (wasThere) this.#rebuild(this.#places.length);
    return wasThere;
  }

  *[Symbol.iterator](): Generator<Command> {
    for (const { command } of this.#entries.values()) yield command;
  }

  /** Those that are listed. */
  *listed(): Generator<Command> {
    for (const command of this) if (command.isListed) yield command;
  }

  /** Deletions are rare (`rename-command`), so the table is made anew rather than kept with gaps. */
  #rebuild(length: number): void {
    this.#places = new Array<Entry | null>(length).fill(null);
    for (const entry of this.#entries.values()) this.#place(entry);
  }

  #place(entry: Entry): void {
    const mask = this.#places.length - 1;
    let place = entry.hash & mask;
    while (this.#places[place] !== null) place = (place + 1) & mask;
    this.#places[place] = entry;
  }
}

/** A name in lower-case bytes, with its hash. */
class Entry {
  readonly name: Uint8Array;
  readonly hash: number;
  readonly command: Command;

  constructor(name: string, command: Command) {
    this.name = ascii(name);
    this.hash = hashIgnoringCase(this.name, 0, this.name.length);
    this.command = command;
  }
}

/** Setting bit 5 makes letters lower-case; that it also makes other bytes alike costs at most a comparison. */
function hashIgnoringCase(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i]! | 0x20)) | 0;
  return hash;
}
