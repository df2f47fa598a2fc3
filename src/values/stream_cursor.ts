/**
 * Walks over the entries of a stream, in either direction, between two ids.
 *
 * - A cursor is reusable: `seek` starts it anew. The stream must not change during a walk; after a change, `seek`
 *   again.
 * - `id`, `field` and `value` are flyweights of the cursor: valid until it moves.
 */

import type { Int64 } from "./int64.ts";
import { ListpackEntry } from "./listpack.ts";
import { entryBytes, LISTPACK_END, readEntry, readInteger } from "./listpack_encoding.ts";
import { MAX_STREAM_ID, MIN_STREAM_ID, StreamId } from "./stream_id.ts";
import type { StreamIndex } from "./stream_index.ts";
import { ENTRY_DELETED, ENTRY_SAME_FIELDS, type StreamNode } from "./stream_node.ts";

/** What a cursor walks over. */
interface NodesOfStream {
  readonly nodes: StreamIndex<StreamNode>;
}

/** A walk over a stream. */
export class StreamCursor {
  /** Id of the current entry. */
  readonly id: StreamId = new StreamId();
  /** Number of field-value pairs of the current entry. */
  fieldCount = 0;
  /** The pair that `nextField` read. */
  readonly field: ListpackEntry = new ListpackEntry();
  readonly value: ListpackEntry = new ListpackEntry();
  /** Node of the current entry, and where in it the entry's flags are. */
  node: StreamNode | null = null;
  position = 0;

  #nodes: StreamIndex<StreamNode> | null = null;
  readonly #from = new StreamId();
  readonly #to = new StreamId();
  #isReverse = false;
  /** The node to begin with. */
  #first: StreamNode | null = null;
  #flags = 0;
  #fieldsLeft = 0;
  /** Where the upcoming field (or value) of the entry is, and the upcoming field name of the master entry. */
  #at = 0;
  #masterAt = 0;
  #masterFieldCount = 0;
  #masterFieldsStart = 0;

  /** Stands before the first entry (in reverse: the last) with an id from `from` to `to`, both included. */
  seek(stream: NodesOfStream, from: Readonly<StreamId>, to: Readonly<StreamId>, isReverse = false): void {
    this.#nodes = stream.nodes;
    this.#isReverse = isReverse;
    this.#from.set(from.ms, from.seq);
    this.#to.set(to.ms, to.seq);
    this.node = null;
    this.#first = isReverse ? stream.nodes.atOrBefore(to) : stream.nodes.atOrBefore(from) ?? stream.nodes.first;
  }

  /** Stands before the first entry of `node`, to walk on to the end of the stream. */
  enter(stream: NodesOfStream, node: StreamNode): void {
    this.seek(stream, MIN_STREAM_ID, MAX_STREAM_ID);
    this.#first = node;
  }

  /** Goes to the next entry that is not deleted; false when there is none left in the range. */
  next(): boolean {
    while (this.advance()) {
      if (this.#isReverse) {
        if (this.id.compare(this.#from) < 0) break;
        if (this.id.compare(this.#to) > 0) continue;
      } else {
        if (this.id.compare(this.#to) > 0) break;
        if (this.id.compare(this.#from) < 0) continue;
      }
      if ((this.#flags & ENTRY_DELETED) === 0) return true;
    }
    this.node = null;
    this.#first = null;
    return false;
  }

  /** Reads the next pair of the current entry into `field` and `value`; false when all have been read. */
  nextField(): boolean {
    if (this.#fieldsLeft === 0) return false;
    this.#fieldsLeft--;
    const node = this.node!;
    const bytes = node.arena.bytesOf(node.handle);
    const base = node.arena.offsetOf(node.handle);
    if ((this.#flags & ENTRY_SAME_FIELDS) !== 0) {
      this.#masterAt += readEntry(bytes, base + this.#masterAt, this.field);
    } else {
      this.#at += readEntry(bytes, base + this.#at, this.field);
    }
    this.#at += readEntry(bytes, base + this.#at, this.value);
    return true;
  }

  /** Goes to the next entry, which may be deleted, or outside the range; false at the end of the stream. */
  advance(): boolean {
    let node = this.node;
    let position = node === null ? 0 : this.#isReverse ? node.entryBefore(this.position) : this.#entryEnd(node);
    while (node === null || position === 0 || (!this.#isReverse && node.isEnd(position))) {
      node = node === null ? this.#first : this.#nodeBehind(node);
      if (node === null) return false;
      position = this.#enterNode(node);
    }
    this.node = node;
    this.position = position;
    this.#readHead(node, position);
    return true;
  }

  #nodeBehind({ id }: StreamNode): StreamNode | null {
    const nodes = this.#nodes!;
    return this.#isReverse ? nodes.before(id) : nodes.after(id);
  }

  /** Enters a node and returns where its first entry is, in reverse the last; 0 if it has none. */
  #enterNode(node: StreamNode): number {
    const countAt = node.fieldCountPosition;
    const base = node.arena.offsetOf(node.handle);
    this.#masterFieldCount = Number(readInteger(node.arena.bytesOf(node.handle), base + countAt));
    this.#masterFieldsStart = node.skip(countAt, 1);
    if (this.#isReverse) return node.entryBefore(node.sizeBytes - 1);
    const first = node.liveFrom === 0 ? node.skip(this.#masterFieldsStart, this.#masterFieldCount + 1) : node.liveFrom;
    return this.#passBefore(node, first);
  }

  /** Passes the entries before the range that come first in a node: by their ids alone, which is faster by far. */
  #passBefore(node: StreamNode, first: number): number {
    const { ms: fromMs, seq: fromSeq } = this.#from;
    const { ms: masterMs, seq: masterSeq } = node.id;
    // What does not fit in a number takes the common way, entry by entry.
    if (typeof fromMs !== "number" || typeof fromSeq !== "number") return first;
    if (typeof masterMs !== "number" || typeof masterSeq !== "number") return first;
    const minMs = fromMs - masterMs;
    const minSeq = fromSeq - masterSeq;
    if (minMs < 0 || (minMs === 0 && minSeq <= 0)) return first;
    const bytes = node.arena.bytesOf(node.handle);
    const base = node.arena.offsetOf(node.handle);
    let at = base + node.positionBefore(first, minMs, minSeq);
    for (let start = at; bytes[at] !== LISTPACK_END; start = at) {
      const hasSameFields = (Number(readInteger(bytes, at)) & ENTRY_SAME_FIELDS) !== 0;
      at += entryBytes(bytes, at);
      const ms = readInteger(bytes, at);
      at += entryBytes(bytes, at);
      const seq = readInteger(bytes, at);
      if (!(ms === minMs ? isBelow(seq, minSeq, masterSeq) : ms >= 0 && ms < minMs)) {
        at = start;
        break;
      }
      at += entryBytes(bytes, at);
      let pieces = this.#masterFieldCount;
      if (!hasSameFields) {
        pieces = 2 * Number(readInteger(bytes, at));
        at += entryBytes(bytes, at);
      }
      for (let left = pieces + 1; left > 0 && bytes[at] !== LISTPACK_END; left--) at += entryBytes(bytes, at);
    }
    node.notePassed(at - base, minMs, minSeq);
    return at - base;
  }

  /** Where the current entry ends: what of it was not read is passed. */
  #entryEnd(node: StreamNode): number {
    const pieces = (this.#flags & ENTRY_SAME_FIELDS) !== 0 ? this.#fieldsLeft : 2 * this.#fieldsLeft;
    return node.skip(this.#at, pieces + 1);
  }

  #readHead(node: StreamNode, position: number): void {
    const bytes = node.arena.bytesOf(node.handle);
    const base = node.arena.offsetOf(node.handle);
    node.readId(position, this.id);
    this.#flags = Number(readInteger(bytes, base + position));
    this.#at = node.skip(position, 3);
    if ((this.#flags & ENTRY_SAME_FIELDS) !== 0) {
      this.fieldCount = this.#masterFieldCount;
      this.#masterAt = this.#masterFieldsStart;
    } else {
      this.fieldCount = Number(readInteger(bytes, base + this.#at));
      this.#at = node.skip(this.#at, 1);
    }
    this.#fieldsLeft = this.fieldCount;
  }
}

/** Whether a stored difference of sequences is less than `minimum`; one that wrapped around at 2^64 is not. */
function isBelow(difference: Int64, minimum: number, masterSeq: number): boolean {
  return typeof difference === "number" && difference < minimum && difference >= -masterSeq;
}
