/**
 * Lua values to MessagePack.
 *
 * - A table whose keys are 1 to n is an array, every other one a map. Below the 16th level tables are nil, which ends circles.
 * - A number is the shortest integer that it is equal to, else a float if that loses nothing, else a double.
 */

import { LuaTable } from "../table.ts";
import type { LuaValue } from "../value.ts";

const MAX_NESTING = 16;
const MAX_INT = 2 ** 31 - 1;
const TWO_63 = 2 ** 63;

const scratch = new DataView(new ArrayBuffer(8));

/** Collects the encoding of values. */
export class MessagePackEncoder {
  #text = "";

  /** Hands over what was encoded, one character per byte. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** Encodes one value; what has no form of its own is nil. */
  value(value: LuaValue, level = 0): void {
    if (typeof value === "string") this.#string(value);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "boolean") this.#bytes(value ? 0xc3 : 0xc2);
    else if (value instanceof LuaTable && level < MAX_NESTING) this.#table(value, level);
    else this.#bytes(0xc0);
  }

  #string(text: string): void {
    const { length } = text;
    if (length < 32) this.#bytes(0xa0 | length);
    else if (length <= 0xff) this.#bytes(0xd9, length);
    else if (length <= 0xffff) this.#bytes(0xda, length >> 8, length & 0xff);
    else this.#with32(0xdb, length);
    this.#text += text;
  }

  #number(value: number): void {
    if (value >= -TWO_63 && value < TWO_63 && Math.trunc(value) === value) {
      if (value >= 0) this.#positive(value);
      else this.#negative(value);
    } else if (value === Math.fround(value)) {
      scratch.setFloat32(0, value);
      this.#header(0xca, 4);
    } else {
      scratch.setFloat64(0, value);
      // What x86 computes without a result has its sign bit set.
      if (value !== value) scratch.setUint8(0, 0xff);
      this.#header(0xcb, 8);
    }
  }

  #positive(value: number): void {
    if (value <= 0x7f) this.#bytes(value);
    else if (value <= 0xff) this.#bytes(0xcc, value);
    else if (value <= 0xffff) this.#bytes(0xcd, value >> 8, value & 0xff);
    else if (value <= 0xffffffff) this.#with32(0xce, value);
    else this.#with64(0xcf, value);
  }

  #negative(value: number): void {
    if (value >= -32) this.#bytes(value & 0xff);
    else if (value >= -128) this.#bytes(0xd0, value & 0xff);
    else if (value >= -32768) this.#bytes(0xd1, (value >> 8) & 0xff, value & 0xff);
    else if (value >= -(2 ** 31)) this.#with32(0xd2, value);
    else this.#with64(0xd3, value);
  }

  #table(table: LuaTable, level: number): void {
    if (isArray(table)) {
      const length = table.length();
      this.#length(length, { fix: 0x90, bits16: 0xdc, bits32: 0xdd });
      for (let index = 1; index <= length; index++) this.value(table.get(index), level + 1);
      return;
    }
    let count = 0;
    for (let at = table.positionAfter(-1); at >= 0; at = table.positionAfter(at)) count++;
    this.#length(count, { fix: 0x80, bits16: 0xde, bits32: 0xdf });
    for (let at = table.positionAfter(-1); at >= 0; at = table.positionAfter(at)) {
      this.value(table.keyAt(at), level + 1);
      this.value(table.valueAt(at), level + 1);
    }
  }

  #length(count: number, { fix, bits16, bits32 }: { fix: number; bits16: number; bits32: number }): void {
    if (count <= 15) this.#bytes(fix | count);
    else if (count <= 0xffff) this.#bytes(bits16, count >> 8, count & 0xff);
    else this.#with32(bits32, count);
  }

  #with32(type: number, value: number): void {
    scratch.setUint32(0, value);
    this.#header(type, 4);
  }

  #with64(type: number, value: number): void {
    scratch.setBigInt64(0, BigInt(value));
    this.#header(type, 8);
  }

  #header(type: number, count: number): void {
    this.#bytes(type);
    for (let at = 0; at < count; at++) this.#bytes(scratch.getUint8(at));
  }

  #bytes(...bytes: number[]): void {
    this.#text += String.fromCharCode(...bytes);
  }
}

/** Whether the keys are exactly 1 to n; so those of an empty table are. */
function isArray(table: LuaTable): boolean {
  let max = 0;
  let count = 0;
  for (let at = table.positionAfter(-1); at >= 0; at = table.positionAfter(at)) {
    const key = table.keyAt(at);
    if (typeof key !== "number" || !(key > 0 && key <= MAX_INT) || Math.trunc(key) !== key) return false;
    if (key > max) max = key;
    count++;
  }
  return max === count;
}
