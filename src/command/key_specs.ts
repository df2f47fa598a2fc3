/**
 * Key specs: where in a request a command's keys are, and what it does with them.
 *
 * - A spec says where its search begins (an index or a keyword) and how keys follow from there (a range or a count).
 * - Positions count from the command's name, which is 0.
 * - Flags are written as `COMMAND INFO` prints them: one of RO RW OW RM, then access, insert, update, delete, not_key,
 *   incomplete, variable_flags.
 */
import { ascii } from "../bytes/ascii.ts";

/** Bits of a key's flags, in the order in which `COMMAND INFO` prints them. */
export const KEY_FLAGS = {
  RO: 1 << 0,
  RW: 1 << 1,
  OW: 1 << 2,
  RM: 1 << 3,
  access: 1 << 4,
  update: 1 << 5,
  insert: 1 << 6,
  delete: 1 << 7,
  not_key: 1 << 8,
  incomplete: 1 << 9,
  variable_flags: 1 << 10,
} as const;

/** Where a search begins. `word` is the keyword in lower-case bytes; `startFrom` of a keyword: the first position looked at, negative: counted from the end, backwards. */
export type BeginSearch =
  | { readonly type: "index"; readonly index: number }
  | { readonly type: "keyword"; readonly keyword: string; readonly word: Uint8Array; readonly startFrom: number }
  | { readonly type: "unknown" };

/**
 * How keys follow from the place where the search began. `lastKey` counts from there, or, negative, from the end of the request;
 * `limit` n > 1 stops after the n-th part of what remains.
 */
export type FindKeys =
  | { readonly type: "range"; readonly lastKey: number; readonly step: number; readonly limit: number }
  | { readonly type: "keynum"; readonly keyNumberIndex: number; readonly firstKey: number; readonly step: number }
  | { readonly type: "unknown" };

/** One key spec. */
export interface KeySpec {
  /** Bits of `KEY_FLAGS`. */
  readonly flags: number;
  readonly notes?: string;
  readonly beginSearch: BeginSearch;
  readonly findKeys: FindKeys;
}

/** The positions of a request's keys, with the flags of each. Reused from request to request. */
export class KeyCollector {
  /** How many keys there are; entries of the arrays beyond it are stale. */
  count = 0;
  readonly positions: number[] = [];
  readonly flags: number[] = [];

  /** Forgets all keys. */
  clear(): void {
    this.count = 0;
  }

  /** Adds the argument at a position, with bits of `KEY_FLAGS`. */
  add(position: number, flags: number): void {
    this.positions[this.count] = position;
    this.flags[this.count] = flags;
    this.count++;
  }
}

/** The bits of flags written as text: `keyFlags("RW access")`. Throws on an unknown word. */
export function keyFlags(text: string): number {
  let bits = 0;
  for (const word of text.split(" ")) {
    if (!(word in KEY_FLAGS)) throw new Error(`Cannot read key flags "${text}": "${word}" is none of them`);
    bits |= KEY_FLAGS[word as keyof typeof KEY_FLAGS];
  }
  return bits;
}

/** The words of a key's flags, in the order of `KEY_FLAGS`. */
export function keyFlagNames(bits: number): string[] {
  return Object.entries(KEY_FLAGS).filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);
}

/** One key at a position. */
export function key(position: number, flags: string, notes?: string): KeySpec {
  return keyRange(position, 0, flags, notes === undefined ? {} : { notes });
}

/** Keys from a position on, to `last` (counted from it; negative: from the end of the request). */
export function keyRange(
  position: number,
  last: number,
  flags: string,
  options: { step?: number; limit?: number; notes?: string } = {},
): KeySpec {
  return spec(flags, { type: "index", index: position }, rangeOf(last, options), options.notes);
}

/** A count of keys at a position, and that many keys after it. */
export function keyCount(position: number, flags: string, notes?: string): KeySpec {
  const findKeys: FindKeys = { type: "keynum", keyNumberIndex: 0, firstKey: 1, step: 1 };
  return spec(flags, { type: "index", index: position }, findKeys, notes);
}

/** Keys after a keyword that is searched from a position on; `last` as in `keyRange`, 0 for one key. */
export function keyAfter(
  keyword: string,
  startFrom: number,
  flags: string,
  options: { last?: number; step?: number; limit?: number; notes?: string } = {},
): KeySpec {
  const beginSearch: BeginSearch = { type: "keyword", keyword, word: ascii(keyword.toLowerCase()), startFrom };
  return spec(flags, beginSearch, rangeOf(options.last ?? 0, options), options.notes);
}

/** Keys whose places no spec can tell: the command has its own `getKeys`. */
export function unknownKeys(flags: string, notes?: string): KeySpec {
  return spec(flags, { type: "unknown" }, { type: "unknown" }, notes);
}

function rangeOf(lastKey: number, options: { step?: number; limit?: number }): FindKeys {
  return { type: "range", lastKey, step: options.step ?? 1, limit: options.limit ?? 0 };
}

function spec(flags: string, beginSearch: BeginSearch, findKeys: FindKeys, notes: string | undefined): KeySpec {
  return { flags: keyFlags(flags), beginSearch, findKeys, ...(notes === undefined ? {} : { notes }) };
}
