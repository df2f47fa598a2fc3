/**
 * Small streams without an object: what they know beside their entries in one block of the arena, beside the block of their
 * node.
 *
 * ```
 * <last id> <first id> <largest deleted id> <entries added> <id of the node> <handle of the node> <its liveFrom>
 * ```
 *
 * - Numbers are doubles, an id is two; the last two are words. A handle of 0: there is no node.
 * - A stream takes a dozen objects of V8's heap, several times what ten short entries do.
 */

import type { Arena } from "./arena.ts";
import { StreamId } from "./stream_id.ts";
import { StreamNode } from "./stream_node.ts";
import { StreamValue } from "./stream_value.ts";

const LAST_ID = 0;
const FIRST_ID = 2;
const MAX_DELETED_ID = 4;
const ENTRIES_ADDED = 6;
const NODE_ID = 7;
/** In words: behind the doubles. */
const NODE_WORDS = 18;
const FOLDED_BYTES = (NODE_WORDS + 2) * 4;

/**
 * Puts a stream into a block and returns it: the stream must not be used any more. 0 where it is not small, a number is
 * beyond what a double holds exactly, or there is no memory; then only what its node had to spare is gone.
 */
export function foldStream(stream: StreamValue): number {
  const { arena, nodes, lastId, firstId, maxDeletedId, entriesAdded } = stream;
  const node = nodes.first;
  if (nodes.size > 1 || stream.groups.size > 0 || typeof entriesAdded !== "number") return 0;
  if (!lastId.isSafe || !firstId.isSafe || !maxDeletedId.isSafe) return 0;
  if (node !== null) {
    node.shrink();
    if (node.handle < 0 || !node.id.isSafe) return 0;
  }
  const block = arena.tryAllocate(FOLDED_BYTES);
  if (block === 0) return 0;
  const numbers = arena.float64Of(block);
  const at = arena.offsetOf(block) >>> 3;
  writeId(numbers, at + LAST_ID, lastId);
  writeId(numbers, at + FIRST_ID, firstId);
  writeId(numbers, at + MAX_DELETED_ID, maxDeletedId);
  numbers[at + ENTRIES_ADDED] = entriesAdded;
  if (node !== null) writeId(numbers, at + NODE_ID, node.id);
  const words = arena.wordsOf(block);
  words[2 * at + NODE_WORDS] = node === null ? 0 : node.handle;
  words[2 * at + NODE_WORDS + 1] = node === null ? 0 : node.liveFrom;
  return block;
}

/** The stream that a block holds, which is freed. */
export function unfoldStream(arena: Arena, block: number): StreamValue {
  const numbers = arena.float64Of(block);
  const at = arena.offsetOf(block) >>> 3;
  const words = arena.wordsOf(block);
  const handle = words[2 * at + NODE_WORDS]!;
  const stream = new StreamValue(arena);
  readId(numbers, at + LAST_ID, stream.lastId);
  readId(numbers, at + FIRST_ID, stream.firstId);
  readId(numbers, at + MAX_DELETED_ID, stream.maxDeletedId);
  stream.entriesAdded = numbers[at + ENTRIES_ADDED]!;
  if (handle !== 0) {
    readId(numbers, at + NODE_ID, scratchId);
    const node = new StreamNode(arena, scratchId, handle);
    node.liveFrom = words[2 * at + NODE_WORDS + 1]!;
    stream.nodes.insert(node);
    stream.length = node.count;
  }
  arena.free(block);
  return stream;
}

/** The id is safe. */
function writeId(numbers: Float64Array, at: number, id: StreamId): void {
  numbers[at] = id.ms as number;
  numbers[at + 1] = id.seq as number;
}

function readId(numbers: Float64Array, at: number, id: StreamId): void {
  id.set(numbers[at]!, numbers[at + 1]!);
}

// For `unfoldStream`, which never nests.
const scratchId = new StreamId();
