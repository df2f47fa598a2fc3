/**
 * Counts of a dict's buckets and chains: what DEBUG HTSTATS prints.
 */

import type { Dict } from "./dict.ts";

const CHAIN_LENGTHS_COUNTED = 50;

/** One table of a dict. */
export interface DictTableStats {
  /** Buckets. */
  size: number;
  /** Entries, by the dict's count. */
  used: number;
  /** Entries, by walking the chains: equal to `used`. */
  counted: number;
  /** Buckets that hold an entry. */
  differentSlots: number;
  maxChain: number;
  /** How many buckets hold 0, 1, 2 ... entries; the last of 50 counts all that are longer. */
  chainLengths: number[];
}

/** The tables of a dict: two while it is rehashing. */
export interface DictStats {
  tables: DictTableStats[];
  rehashing: boolean;
}

/** Walks all buckets and chains of a dict and counts them. */
export function measureDict(dict: Dict): DictStats {
  const rehashing = dict.rehashIndex >= 0;
  const tables = [measureTable(dict, 0)];
  if (rehashing) tables.push(measureTable(dict, 1));
  return { tables, rehashing };
}

function measureTable(dict: Dict, table: 0 | 1): DictTableStats {
  const size = dict.bucketCount(table);
  const chainLengths = new Array<number>(CHAIN_LENGTHS_COUNTED).fill(0);
  let counted = 0;
  let maxChain = 0;
  for (let index = 0; index < size; index++) {
    let length = 0;
    for (let entry = dict.buckets(table)[index]!; entry !== 0; entry = dict.nextInBucket(entry)) length++;
    chainLengths[Math.min(length, CHAIN_LENGTHS_COUNTED - 1)]!++;
    counted += length;
    if (length > maxChain) maxChain = length;
  }
  const differentSlots = size - chainLengths[0]!;
  return { size, used: dict.usedCount(table), counted, differentSlots, maxChain, chainLengths };
}
