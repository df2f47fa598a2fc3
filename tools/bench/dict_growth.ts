/**
 * How a dict grows to many million entries, in this process: what an insertion and a lookup cost at each size, the longest
 * insertions, and the memory.
 *
 * - Entries are those of small strings in a keyspace: keys of 16 bytes, 20 bytes of payload.
 * - All is done several times with the same seed. What the dict does recurs at the same insertion; what the machine does
 *   besides does not. So the least of the rounds is the pause that belongs to the dict.
 */
import { Random } from "../../src/base/random.ts";
import { SeededHash } from "../../src/bytes/seeded_hash.ts";
import { Arena } from "../../src/values/arena.ts";
import { Dict } from "../../src/values/dict.ts";

/** The dict when it has grown to a size. */
export interface GrowthStage {
  count: number;
  /** Mean over the insertions since the last stage, in the fastest round. */
  insertNs: number;
  /** Mean over a million keys at random, in the fastest round. */
  lookupNs: number;
  /** The longest insertion since the last stage, whoever made it long. */
  longestMs: number;
  /** The longest that was as long in every round. */
  recurringMs: number;
  /** Where that was: within `WINDOW` insertions. */
  recurringAt: number;
  /** Blocks of the entries and tables, for each entry. */
  bytesPerEntry: number;
}

/** Insertions whose longest is compared between the rounds: room for a collection of garbage to come a little later. */
const WINDOW = 1024;
const KEY_BYTES = 16;
const PREFIX_BYTES = 4;
const PAYLOAD_BYTES = 20;
const LOOKUPS = 1_000_000;
const ZERO = 0x30;

/** Grows a dict through the sizes, which ascend, in so many rounds. */
export function measureDictGrowth(sizes: readonly number[], rounds: number): GrowthStage[] {
  const windows = Math.ceil(sizes.at(-1)! / WINDOW);
  const recurringMs = new Float64Array(windows).fill(Infinity);
  const stages = sizes.map((count): GrowthStage => ({
    ...{ count, insertNs: Infinity, lookupNs: Infinity, longestMs: 0, recurringMs: 0, recurringAt: 0 },
    bytesPerEntry: 0,
  }));
  for (let round = 0; round < rounds; round++) {
    const longestMs = grow(stages, windows);
    for (let window = 0; window < windows; window++) {
      recurringMs[window] = Math.min(recurringMs[window]!, longestMs[window]!);
    }
  }
  let window = 0;
  for (const stage of stages) {
    for (; window * WINDOW < stage.count; window++) {
      if (recurringMs[window]! <= stage.recurringMs) continue;
      stage.recurringMs = recurringMs[window]!;
      stage.recurringAt = window * WINDOW;
    }
  }
  return stages;
}

/** One round: betters the figures of the stages, and returns the longest insertion of each window. */
function grow(stages: readonly GrowthStage[], windows: number): Float64Array {
  const random = new Random(1);
  const arena = new Arena();
  const dict = new Dict(arena, new SeededHash(random.uint32(), random.uint32()));
  const key = new TextEncoder().encode("key:".padEnd(KEY_BYTES, "0"));
  const longestMs = new Float64Array(windows);
  let count = 0;
  for (const stage of stages) {
    const from = count;
    const startMs = performance.now();
    // One reading of the clock an insertion: the end of one is the beginning of the next.
    let beforeMs = startMs;
    for (; count < stage.count; count++) {
      setNumber(key, count);
      dict.insert(key, 0, KEY_BYTES, PAYLOAD_BYTES);
      const nowMs = performance.now();
      const durationMs = nowMs - beforeMs;
      beforeMs = nowMs;
      const window = Math.floor(count / WINDOW);
      if (durationMs > longestMs[window]!) longestMs[window] = durationMs;
      if (durationMs > stage.longestMs) stage.longestMs = durationMs;
    }
    stage.insertNs = Math.min(stage.insertNs, (beforeMs - startMs) * 1e6 / (count - from));
    stage.lookupNs = Math.min(stage.lookupNs, measureLookups(dict, key, random));
    stage.bytesPerEntry = (arena.usedBytes + arena.tableBytes) / count;
  }
  return longestMs;
}

function measureLookups(dict: Dict, key: Uint8Array, random: Random): number {
  const { size } = dict;
  let found = 0;
  const startMs = performance.now();
  for (let left = LOOKUPS; left > 0; left--) {
    setNumber(key, random.below(size));
    if (dict.find(key, 0, KEY_BYTES) !== 0) found++;
  }
  const durationMs = performance.now() - startMs;
  if (found !== LOOKUPS) throw new Error(`Cannot find all keys among ${size}: ${LOOKUPS - found} are missing`);
  return durationMs * 1e6 / LOOKUPS;
}

/** Writes the digits of `number` over the end of the key. */
function setNumber(key: Uint8Array, number: number): void {
  for (let at = KEY_BYTES - 1; at >= PREFIX_BYTES; at--) {
    key[at] = ZERO + number % 10;
    number = Math.floor(number / 10);
  }
}
