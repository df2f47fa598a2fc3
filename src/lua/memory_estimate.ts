/**
 * About how much memory the values of a state take.
 *
 * - A string counts wherever it is. Lua keeps equal strings once; V8 does so only with some, and nothing tells which.
 */

import { LuaClosure } from "./closure.ts";
import type { Prototype } from "./prototype.ts";
import { LuaTable } from "./table.ts";
import { LuaThread } from "./thread.ts";
import { LuaFunction, type LuaValue } from "./value.ts";

const FUNCTION_BYTES = 64;
const UPVALUE_BYTES = 40;
const INSTRUCTION_BYTES = 8;
const USERDATA_BYTES = 64;
const THREAD_BYTES = 256;
const REGISTER_BYTES = 8;
const FRAME_BYTES = 120;
/** What a string takes beside its characters. */
export const STRING_BYTES = 24;
/** V8 makes shorter strings in one piece. */
const JOINED_LENGTH = 13;
/** What a coroutine takes that has done nothing yet. */
export const NEW_THREAD_BYTES = 1024;

/** Objects carry the number of the last walk that came by. */
let lastWalk = 0;
/** Takes what was read of strings, so that the reading is not left out. */
let mixed = 0;

/** Bytes of a function made of Lua code, without that. */
export function closureBytes({ upvalues }: LuaClosure): number {
  return FUNCTION_BYTES + upvalues.length * UPVALUE_BYTES;
}

/**
 * An estimate of the bytes of all that is reachable from `roots`. Takes time for each value there, and ends early where the
 * sum goes over `limit`.
 */
export function reachableBytes(roots: readonly LuaValue[], limit = Infinity): number {
  const walk = new MemoryWalk();
  for (const root of roots) walk.visit(root);
  return walk.run(limit);
}

class MemoryWalk {
  #bytes = 0;
  readonly #number = ++lastWalk;
  readonly #waiting: (LuaTable | LuaFunction | LuaThread)[] = [];
  readonly #prototypes = new Set<Prototype>();

  run(limit: number): number {
    const waiting = this.#waiting;
    for (let value = waiting.pop(); value !== undefined && this.#bytes <= limit; value = waiting.pop()) {
      if (value instanceof LuaTable) this.#walkTable(value);
      else if (value instanceof LuaThread) this.#walkThread(value);
      else if (value instanceof LuaClosure) this.#walkClosure(value);
      else this.#bytes += FUNCTION_BYTES;
    }
    return this.#bytes;
  }

  visit(value: LuaValue): void {
    if (typeof value === "string") return this.#addString(value);
    if (typeof value !== "object") return;
    if (value instanceof LuaTable || value instanceof LuaFunction || value instanceof LuaThread) {
      if (value.lastWalk === this.#number) return;
      value.lastWalk = this.#number;
      this.#waiting.push(value);
    } else {
      this.#bytes += USERDATA_BYTES;
    }
  }

  #addString(text: string): void {
    const { length } = text;
    this.#bytes += STRING_BYTES + length;
    // V8 joins the pieces of a string that was put together when a character of it is asked for: they take more.
    if (length >= JOINED_LENGTH) mixed ^= text.charCodeAt(0);
  }

  #walkTable(table: LuaTable): void {
    this.#bytes += table.ownBytes;
    this.visit(table.metatable);
    for (let at = table.positionAfter(-1); at >= 0; at = table.positionAfter(at)) {
      this.visit(table.keyAt(at));
      this.visit(table.valueAt(at));
    }
  }

  #walkThread(thread: LuaThread): void {
    const { stack, frames, resumer } = thread;
    this.#bytes += THREAD_BYTES + stack.length * REGISTER_BYTES + frames.length * FRAME_BYTES;
    if (resumer !== null) this.visit(resumer);
    for (let at = 0; at < stack.length; at++) this.visit(stack[at]);
  }

  #walkClosure(closure: LuaClosure): void {
    const { prototype, upvalues } = closure;
    this.#bytes += closureBytes(closure);
    for (const upvalue of upvalues) this.visit(upvalue.get());
    if (this.#prototypes.has(prototype)) return;
    this.#prototypes.add(prototype);
    this.#bytes += prototype.code.length * INSTRUCTION_BYTES;
  }
}
