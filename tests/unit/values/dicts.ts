/**
 * Dicts with textual keys, for the tests of what they do.
 */
import { assertEquals } from "@std/assert";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { Arena } from "../../../src/values/arena.ts";
import { Dict } from "../../../src/values/dict.ts";

/** The seed of all of them. */
export const SEED = 4711;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Every key has one of four hashes: chains are long and the stored hash tells nothing. */
export class CollidingHash extends SeededHash {
  override hash(bytes: Uint8Array, start: number, end: number): number {
    return super.hash(bytes, start, end) & 0x40000001;
  }
}

/** An empty dict in an arena of its own. */
export function newDict(hash = new SeededHash(SEED, 1)): Dict {
  return new Dict(new Arena(), hash);
}

/** Inserts a key, and returns its entry. */
export function add(dict: Dict, key: string, payloadBytes = 0): number {
  const bytes = encoder.encode(key);
  return dict.insert(bytes, 0, bytes.length, payloadBytes);
}

/** The entry of a key, or 0. */
export function find(dict: Dict, key: string): number {
  // Inside a larger buffer, as requests come.
  const bytes = encoder.encode(`<<${key}>>`);
  return dict.find(bytes, 2, bytes.length - 2);
}

/** Removes a key; false if it is not there. */
export function remove(dict: Dict, key: string): boolean {
  const entry = find(dict, key);
  if (entry !== 0) dict.removeEntry(entry);
  return entry !== 0;
}

/** The key of an entry. */
export function keyOf(dict: Dict, entry: number): string {
  const slice = new Slice();
  dict.readKey(entry, slice);
  assertEquals(slice.length, dict.keyLength(entry));
  assertEquals(slice.start, dict.keyOffset(entry));
  assertEquals(slice.end, dict.payloadOffset(entry));
  return decoder.decode(slice.view());
}

/** Leaves one table. */
export function finishRehash(dict: Dict): void {
  while (dict.rehashFor(1000, () => 0));
}
