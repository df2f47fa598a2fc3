/**
 * Tables: an array part for the keys 1 to n, and a hash part of nodes for all others.
 *
 * - Scripts see the order of `pairs`, and replies are made from it. So the hash part follows Lua 5.1 in what decides on
 *   that order: the hash of a key, the node a collision goes to, when the parts are sized anew and to what size.
 *   Keys that are objects hash by their address in Lua, by a counter here: their order is anybody's.
 * - A node keeps its key when its value becomes nil, so a traversal may clear the fields it visits.
 * - Raw access only: metatables and `isReadOnly` are looked at by whoever acts for a script.
 *
 * ```
 * nodes: [ key | value | next ][ key | value | next ] ...      a power of two of nodes; next is a node's offset, or -1
 * ```
 */

import { LuaError } from "./lua_error.ts";
import { nextIdentity } from "./identity.ts";
import { charge } from "./memory_meter.ts";
import type { LuaValue } from "./value.ts";

/** Elements of an array part, and nodes of a hash part: Lua's `MAXASIZE` and `MAXBITS`. */
const MAX_PART_BITS = 26;
const MAX_ARRAY_SIZE = 2 ** MAX_PART_BITS;

/** Words of a node, and where in a node its value and the offset of the next node are. */
const NODE = 3;
const VALUE = 1;
const NEXT = 2;

/** The hash part of a table without one. Never written to. */
const NO_NODES: LuaValue[] = [undefined, undefined, -1];

const TABLE_BYTES = 64;
const ELEMENT_BYTES = 16;
const NODE_BYTES = 40;

const doubles = new Float64Array(1);
const words = new Uint32Array(doubles.buffer);

/** The hash of a string key. As Redis's Lua, every character counts. */
export function hashString(text: string): number {
  let hash = text.length | 0;
  for (let at = text.length - 1; at >= 0; at--) {
    hash ^= (hash << 5) + (hash >>> 2) + text.charCodeAt(at);
  }
  return hash;
}

function isArrayKey(key: LuaValue): key is number {
  return typeof key === "number" && key > 0 && key <= MAX_ARRAY_SIZE && (key | 0) === key;
}

/** The power of two that is the first not below `n`, as an exponent. */
function ceilLog2(n: number): number {
  return n <= 1 ? 0 : 32 - Math.clz32(n - 1);
}

/** A table of a script. */
export class LuaTable {
  readonly identity: number = nextIdentity();
  metatable: LuaTable | undefined = undefined;
  /** Refuses the writes of scripts; `set` itself does not look at it. */
  isReadOnly = false;
  /** For `memory_estimate.ts`. */
  lastWalk = 0;
  /** The values of the keys 1 to n; nil is allowed anywhere. Only for reading and for overwriting elements. */
  readonly array: LuaValue[] = [];

  #nodes: LuaValue[] = NO_NODES;
  /** Number of nodes less one. */
  #mask = 0;
  /** Offset above the highest node that may still be free. */
  #lastFree = 0;

  /** An empty table with room for `arraySize` elements and `hashSize` other fields. Throws as `charge` does. */
  constructor(arraySize = 0, hashSize = 0) {
    charge(TABLE_BYTES + arraySize * ELEMENT_BYTES);
    for (let i = 0; i < arraySize; i++) this.array.push(undefined);
    if (hashSize > 0) this.#setNodes(hashSize);
  }

  /** An empty table with the array part that the keys 1 to `count`, set one by one, would make. Throws as `charge` does. */
  static forList(count: number): LuaTable {
    return new LuaTable(count === 0 || count > MAX_ARRAY_SIZE ? 0 : 1 << ceilLog2(count));
  }

  /** The value of `key`, or nil. */
  get(key: LuaValue): LuaValue {
    if (typeof key === "string") return this.getString(key, hashString(key));
    if (typeof key === "number") return this.getNumber(key);
    if (key === undefined) return undefined;
    const at = this.#find(key);
    return at < 0 ? undefined : this.#nodes[at + VALUE];
  }

  /** The value of a string key whose `hashString` is known. */
  getString(key: string, hash: number): LuaValue {
    const nodes = this.#nodes;
    let at = (hash & this.#mask) * NODE;
    do {
      if (nodes[at] === key) return nodes[at + VALUE];
      at = nodes[at + NEXT] as number;
    } while (at >= 0);
    return undefined;
  }

  /** The value of a number as a key. */
  getNumber(key: number): LuaValue {
    if ((key | 0) === key && key > 0 && key <= this.array.length) return this.array[key - 1];
    const at = this.#find(key);
    return at < 0 ? undefined : this.#nodes[at + VALUE];
  }

  /** Sets a field. Throws a `LuaError` for the keys nil and NaN. */
  set(key: LuaValue, value: LuaValue): void {
    if (typeof key === "string") {
      this.setString(key, hashString(key), value);
      return;
    }
    if (isArrayKey(key) && key <= this.array.length) {
      this.array[key - 1] = value;
      return;
    }
    if (key === undefined) throw new LuaError("table index is nil");
    if (key !== key) throw new LuaError("table index is NaN");
    const at = this.#find(key);
    if (at >= 0) this.#nodes[at + VALUE] = value;
    else this.#insert(key, value);
  }

  /** Sets the field of a string key whose `hashString` is known. */
  setString(key: string, hash: number, value: LuaValue): void {
    const nodes = this.#nodes;
    let at = (hash & this.#mask) * NODE;
    do {
      if (nodes[at] === key) {
        nodes[at + VALUE] = value;
        return;
      }
      at = nodes[at + NEXT] as number;
    } while (at >= 0);
    this.#insert(key, value);
  }

  /** A border: n where the field n is not nil and n + 1 is, or 0. */
  length(): number {
    const array = this.array;
    const size = array.length;
    if (size > 0 && array[size - 1] === undefined) {
      let low = 0;
      let high = size;
      while (high - low > 1) {
        const middle = (low + high) >>> 1;
        if (array[middle - 1] === undefined) high = middle;
        else low = middle;
      }
      return low;
    }
    return this.#nodes === NO_NODES ? size : this.#borderBeyond(size);
  }

  /** The field after `key` in the order of traversal, nil for the first; undefined after the last. */
  next(key: LuaValue): [LuaValue, LuaValue] | undefined {
    const position = this.positionAfter(this.positionOf(key));
    return position < 0 ? undefined : [this.keyAt(position), this.valueAt(position)];
  }

  /** Where `key` is in the order of traversal; -1 for nil. Throws a `LuaError` for a key that the table never had. */
  positionOf(key: LuaValue): number {
    if (key === undefined) return -1;
    if (isArrayKey(key) && key <= this.array.length) return key - 1;
    const at = key === key ? this.#find(key) : -1;
    if (at < 0) throw new LuaError("invalid key to 'next'");
    return this.array.length + at / NODE;
  }

  /** The position of the first field after `position` that is not nil, or -1. */
  positionAfter(position: number): number {
    const array = this.array;
    const size = array.length;
    let next = position + 1;
    for (; next < size; next++) {
      if (array[next] !== undefined) return next;
    }
    const nodes = this.#nodes;
    for (let at = (next - size) * NODE; at < nodes.length; at += NODE) {
      if (nodes[at + VALUE] !== undefined) return size + at / NODE;
    }
    return -1;
  }

  /** The key of the field at a position. */
  keyAt(position: number): LuaValue {
    const size = this.array.length;
    return position < size ? position + 1 : this.#nodes[(position - size) * NODE];
  }

  /** The value of the field at a position. */
  valueAt(position: number): LuaValue {
    const size = this.array.length;
    return position < size ? this.array[position] : this.#nodes[(position - size) * NODE + VALUE];
  }

  /** Makes the array part at least `size` elements long, before a constructor fills it. */
  reserveArray(size: number): void {
    if (size > this.array.length) this.#resize(size, this.#nodes === NO_NODES ? 0 : this.#mask + 1);
  }

  /** About what this table takes, without what it refers to. */
  get ownBytes(): number {
    const nodeCount = this.#nodes === NO_NODES ? 0 : this.#mask + 1;
    return TABLE_BYTES + this.array.length * ELEMENT_BYTES + nodeCount * NODE_BYTES;
  }

  /** The offset of the node of a key that is neither nil nor NaN, or -1. */
  #find(key: LuaValue): number {
    const nodes = this.#nodes;
    let at = this.#mainPosition(key);
    do {
      if (nodes[at] === key) return at;
      at = nodes[at + NEXT] as number;
    } while (at >= 0);
    return -1;
  }

  #mainPosition(key: LuaValue): number {
    const mask = this.#mask;
    if (typeof key === "string") return (hashString(key) & mask) * NODE;
    if (typeof key === "number") {
      if (key === 0) return 0;
      doubles[0] = key;
      return (((words[0]! + words[1]!) >>> 0) % (mask | 1)) * NODE;
    }
    if (typeof key === "boolean") return key ? (1 & mask) * NODE : 0;
    return (key!.identity % (mask | 1)) * NODE;
  }

  /** Adds a key that has no node. */
  #insert(key: LuaValue, value: LuaValue): void {
    let nodes = this.#nodes;
    let at = this.#mainPosition(key);
    if (nodes === NO_NODES || nodes[at + VALUE] !== undefined) {
      const free = this.#takeFreeNode();
      if (free < 0) {
        this.#rehash(key);
        this.set(key, value);
        return;
      }
      nodes = this.#nodes;
      const other = this.#mainPosition(nodes[at]);
      if (other === at) {
        nodes[free + NEXT] = nodes[at + NEXT];
        nodes[at + NEXT] = free;
        at = free;
      } else {
        this.#moveNode(other, at, free);
      }
    }
    nodes[at] = key;
    nodes[at + VALUE] = value;
  }

  /** Moves the node at `from`, which sits in another chain's way, to `to`; `chain` is the first node of its chain. */
  #moveNode(chain: number, from: number, to: number): void {
    const nodes = this.#nodes;
    let previous = chain;
    while (nodes[previous + NEXT] !== from) previous = nodes[previous + NEXT] as number;
    nodes[previous + NEXT] = to;
    nodes[to] = nodes[from];
    nodes[to + VALUE] = nodes[from + VALUE];
    nodes[to + NEXT] = nodes[from + NEXT];
    nodes[from + NEXT] = -1;
  }

  #takeFreeNode(): number {
    const nodes = this.#nodes;
    while (this.#lastFree > 0) {
      this.#lastFree -= NODE;
      if (nodes[this.#lastFree] === undefined) return this.#lastFree;
    }
    return -1;
  }

  /** Sizes both parts for what they hold and one key more. */
  #rehash(extraKey: LuaValue): void {
    // counts[i] is the number of integer keys from 2^(i-1) + 1 to 2^i.
    const counts = new Array<number>(MAX_PART_BITS + 1).fill(0);
    let integerCount = 0;
    let total = 1;
    const count = (key: LuaValue) => {
      if (!isArrayKey(key)) return;
      counts[ceilLog2(key)]!++;
      integerCount++;
    };
    const array = this.array;
    for (let i = 0; i < array.length; i++) {
      if (array[i] === undefined) continue;
      count(i + 1);
      total++;
    }
    const nodes = this.#nodes;
    for (let at = 0; at < nodes.length; at += NODE) {
      if (nodes[at + VALUE] === undefined) continue;
      count(nodes[at]);
      total++;
    }
    count(extraKey);
    const { arraySize, arrayCount } = bestArraySize(counts, integerCount);
    this.#resize(arraySize, total - arrayCount);
  }

  #resize(arraySize: number, hashSize: number): void {
    const array = this.array;
    const oldNodes = this.#nodes;
    if (arraySize > array.length) charge((arraySize - array.length) * ELEMENT_BYTES);
    while (array.length < arraySize) array.push(undefined);
    this.#setNodes(hashSize);
    if (array.length > arraySize) {
      const rest = array.splice(arraySize);
      for (let i = 0; i < rest.length; i++) {
        if (rest[i] !== undefined) this.set(arraySize + i + 1, rest[i]);
      }
    }
    for (let at = oldNodes.length - NODE; at >= 0; at -= NODE) {
      if (oldNodes[at + VALUE] !== undefined) this.set(oldNodes[at], oldNodes[at + VALUE]);
    }
  }

  #setNodes(hashSize: number): void {
    if (hashSize === 0) {
      this.#nodes = NO_NODES;
      this.#mask = 0;
      this.#lastFree = 0;
      return;
    }
    const bits = ceilLog2(hashSize);
    if (bits > MAX_PART_BITS) throw new LuaError("table overflow");
    const count = 1 << bits;
    charge(count * NODE_BYTES);
    const nodes: LuaValue[] = [];
    for (let i = 0; i < count; i++) nodes.push(undefined, undefined, -1);
    this.#nodes = nodes;
    this.#mask = count - 1;
    this.#lastFree = count * NODE;
  }

  /** A border above `size`, whose field is not nil, in the hash part. */
  #borderBeyond(size: number): number {
    let low = size;
    let high = size + 1;
    while (this.getNumber(high) !== undefined) {
      low = high;
      high *= 2;
      // Only a table made to defeat the search gets here.
      if (high > 0x7fffffff) {
        let n = 1;
        while (this.getNumber(n) !== undefined) n++;
        return n - 1;
      }
    }
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.getNumber(middle) === undefined) high = middle;
      else low = middle;
    }
    return low;
  }
}

/** The largest array size of which more than half would be in use, and how many integer keys it would take. */
function bestArraySize(counts: readonly number[], integerCount: number): { arraySize: number; arrayCount: number } {
  let seen = 0;
  let arraySize = 0;
  let arrayCount = 0;
  for (let bits = 0; bits <= MAX_PART_BITS && 2 ** bits / 2 < integerCount; bits++) {
    seen += counts[bits]!;
    if (counts[bits]! > 0 && seen > 2 ** bits / 2) {
      arraySize = 2 ** bits;
      arrayCount = seen;
    }
    if (seen === integerCount) break;
  }
  return { arraySize, arrayCount };
}
