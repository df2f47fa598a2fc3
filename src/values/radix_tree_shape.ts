/**
 * How many nodes the radix tree has in which Redis keeps what we keep in a `StreamIndex`: XINFO STREAM tells it.
 *
 * - A key of the tree is the 16 bytes of an id. A run of bytes without a fork is one node, a fork is one node, and each
 *   key ends in one: the shape follows from the keys alone, however they came there.
 */

import { STREAM_ID_BYTES } from "./stream_id.ts";
import type { Identified, StreamIndex } from "./stream_index.ts";

/** A depth above the root. */
const ABOVE_ROOT = -1;

/** The number of nodes, the root included. Walks all items. */
export function countRadixTreeNodes(items: StreamIndex<Identified>): number {
  if (items.size === 0) return 1;
  let nodes = items.size;
  let isFirst = true;
  let previous = new Uint8Array(STREAM_ID_BYTES);
  let current = new Uint8Array(STREAM_ID_BYTES);
  // How deep the forks on the way to the previous key are, the deepest last.
  const forks = [ABOVE_ROOT];
  for (const { id } of items) {
    id.writeKey(current, 0);
    if (!isFirst) nodes += leavePath(forks, sharedBytes(previous, current));
    isFirst = false;
    [previous, current] = [current, previous];
  }
  return nodes + leavePath(forks, ABOVE_ROOT);
}

/** Goes back from the end of a key to a fork at `depth`, which may be new, and counts the nodes this makes certain. */
function leavePath(forks: number[], depth: number): number {
  let nodes = 0;
  let end = STREAM_ID_BYTES;
  while (forks.at(-1)! > depth) {
    const fork = forks.pop()!;
    nodes += runBetween(fork, end);
    end = fork;
  }
  if (forks.at(-1)! < depth) {
    forks.push(depth);
    nodes++;
  }
  return nodes + runBetween(depth, end);
}

/** 1 where there are bytes between the one that a fork goes by and the next fork or the end of the key, else 0. */
function runBetween(fork: number, end: number): number {
  return end - fork > 1 ? 1 : 0;
}

function sharedBytes(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  while (count < STREAM_ID_BYTES && a[count] === b[count]) count++;
  return count;
}
