/**
 * Which of many patterns match a channel, without trying them all.
 *
 * - A pattern begins with bytes that stand for themselves (none in `*`): whatever it matches begins with them too. The
 *   patterns are kept by the first `PREFIX_MAX_BYTES` of those, so that a channel is compared only with patterns that begin
 *   as it does: the cost is one look for each length of prefix in use, and one comparison for each candidate.
 */

import type { SeededHash } from "../bytes/seeded_hash.ts";
import { globMatches } from "../bytes/glob.ts";
import { Slice } from "../bytes/slice.ts";
import type { Audience } from "./audience_table.ts";

/** Longest prefix that patterns are told apart by. */
const PREFIX_MAX_BYTES = 24;

const NO_AUDIENCES: readonly Audience[] = [];
const SPECIAL_BYTES = new Set([..."*?[\\"].map((char) => char.charCodeAt(0)));

/** The patterns that somebody listens to, for PUBLISH. */
export class PatternIndex {
  readonly #hash: SeededHash;
  /** By hash of the prefix. Prefixes of equal hash share a group, which costs comparisons only. */
  readonly #groups = new Map<number, Set<Audience>>();
  /** How many patterns have a prefix of each length. */
  readonly #countByLength = new Uint32Array(PREFIX_MAX_BYTES + 1);
  readonly #pattern = new Slice();
  #size = 0;

  constructor(hash: SeededHash) {
    this.#hash = hash;
  }

  add(audience: Audience): void {
    const length = prefixLength(audience.name);
    const key = this.#key(audience.name, 0, length);
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, new Set([audience]));
    else group.add(audience);
    this.#countByLength[length]!++;
    this.#size++;
  }

  remove(audience: Audience): void {
    const length = prefixLength(audience.name);
    const key = this.#key(audience.name, 0, length);
    const group = this.#groups.get(key)!;
    group.delete(audience);
    if (group.size === 0) this.#groups.delete(key);
    this.#countByLength[length]!--;
    this.#size--;
  }

  /** The audiences of the patterns that match `channel`. */
  matching(channel: Slice): readonly Audience[] {
    if (this.#size === 0) return NO_AUDIENCES;
    let found: Audience[] | null = null;
    const { bytes, start } = channel;
    const longest = Math.min(PREFIX_MAX_BYTES, channel.length);
    for (let length = 0; length <= longest; length++) {
      if (this.#countByLength[length] === 0) continue;
      const group = this.#groups.get(this.#key(bytes, start, start + length));
      if (group === undefined) continue;
      for (const audience of group) {
        if (this.#matches(audience.name, channel)) (found ??= []).push(audience);
      }
    }
    return found ?? NO_AUDIENCES;
  }

  #matches(pattern: Uint8Array, channel: Slice): boolean {
    const slice = this.#pattern;
    slice.bytes = pattern;
    slice.start = 0;
    slice.end = pattern.length;
    return globMatches(slice, channel);
  }

  #key(bytes: Uint8Array, start: number, end: number): number {
    return this.#hash.hash(bytes, start, end) >> 1;
  }
}

function prefixLength(pattern: Uint8Array): number {
  const longest = Math.min(PREFIX_MAX_BYTES, pattern.length);
  for (let length = 0; length < longest; length++) if (SPECIAL_BYTES.has(pattern[length]!)) return length;
  return longest;
}
