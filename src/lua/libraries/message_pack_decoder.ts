/**
 * MessagePack to Lua values.
 *
 * - What lies on Lua's stack meanwhile is counted: input that nests too deep fails as on the real server.
 */

import type { NativeCall } from "../native_call.ts";
import { LuaTable } from "../table.ts";
import type { LuaValue } from "../value.ts";

/** Values that the stack of a native function holds. */
const MAX_STACK = 8000;
const TOO_MANY = "stack overflow (too many return values at once; use unpack_one or unpack_limit instead.)";
const TOO_DEEP = "stack overflow (in function mp_decode_to_lua_array)";

const scratch = new DataView(new ArrayBuffer(8));

/** Reads values one after the other. */
export class MessagePackDecoder {
  /** Where the next value begins. */
  position: number;
  readonly #text: string;
  readonly #call: NativeCall;

  constructor(text: string, offset: number, call: NativeCall) {
    this.#text = text;
    this.position = offset;
    this.#call = call;
  }

  /** Whether everything has been read. */
  get isAtEnd(): boolean {
    return this.position >= this.#text.length;
  }

  /** The next value, while `depth` values lie on the stack. Throws a `LuaError`. */
  next(depth: number): LuaValue {
    try {
      return this.#value(depth);
    } catch (error) {
      // Our own stack ends a little earlier than Lua's.
      if (error instanceof RangeError) throw this.#call.error(TOO_DEEP);
      throw error;
    }
  }

  #value(depth: number): LuaValue {
    const type = this.#byte();
    if (depth >= MAX_STACK) throw this.#call.error(TOO_MANY);
    if (type < 0x80) return type;
    if (type >= 0xe0) return type - 256;
    if (type >= 0xa0 && type < 0xc0) return this.#string(type & 0x1f);
    if (type >= 0x90 && type < 0xa0) return this.#array(type & 0xf, depth);
    if (type < 0x90) return this.#map(type & 0xf, depth);
    return this.#long(type, depth);
  }

  #long(type: number, depth: number): LuaValue {
    switch (type) {
      case 0xc0:
        return undefined;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.#fill(4).getFloat32(0);
      case 0xcb:
        return this.#fill(8).getFloat64(0);
      case 0xcc:
        return this.#byte();
      case 0xcd:
        return this.#fill(2).getUint16(0);
      case 0xce:
        return this.#fill(4).getUint32(0);
      case 0xd0:
        return this.#fill(1).getInt8(0);
      case 0xd1:
        return this.#fill(2).getInt16(0);
      case 0xd2:
        return this.#fill(4).getInt32(0);
      case 0xcf: // As the real library: what is above the largest signed integer becomes negative.
      case 0xd3:
        return Number(this.#fill(8).getBigInt64(0));
      case 0xd9:
        return this.#string(this.#byte());
      case 0xda:
        return this.#string(this.#fill(2).getUint16(0));
      case 0xdb:
        return this.#string(this.#fill(4).getUint32(0));
      case 0xdc:
        return this.#array(this.#fill(2).getUint16(0), depth);
      case 0xdd:
        return this.#array(this.#fill(4).getUint32(0), depth);
      case 0xde:
        return this.#map(this.#fill(2).getUint16(0), depth);
      case 0xdf:
        return this.#map(this.#fill(4).getUint32(0), depth);
      default:
        throw this.#call.error("Bad data format in input.");
    }
  }

  #array(count: number, depth: number): LuaTable {
    if (depth + 1 >= MAX_STACK) throw this.#call.error(TOO_DEEP);
    const table = new LuaTable();
    for (let index = 1; index <= count; index++) table.set(index, this.#value(depth + 2));
    return table;
  }

  #map(count: number, depth: number): LuaTable {
    const table = new LuaTable();
    for (let index = 0; index < count; index++) {
      const key = this.#value(depth + 1);
      table.set(key, this.#value(depth + 2));
    }
    return table;
  }

  #string(length: number): string {
    const start = this.#take(length);
    return this.#text.slice(start, start + length);
  }

  #byte(): number {
    return this.#text.charCodeAt(this.#take(1));
  }

  #fill(count: number): DataView {
    const start = this.#take(count);
    for (let at = 0; at < count; at++) scratch.setUint8(at, this.#text.charCodeAt(start + at));
    return scratch;
  }

  #take(count: number): number {
    const start = this.position;
    if (start + count > this.#text.length) throw this.#call.error("Missing bytes in input.");
    this.position = start + count;
    return start;
  }
}
