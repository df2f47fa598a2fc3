/**
 * Functions made of Lua code, and the variables that they share.
 */

import type { Prototype } from "./prototype.ts";
import { LuaFunction, type LuaValue } from "./value.ts";

/** A variable that closures keep: in a register while its block runs (open), on its own after that. */
export class Upvalue {
  /** The stack that holds the variable while it is open. */
  stack: LuaValue[] | null;
  readonly index: number;
  value: LuaValue = undefined;

  constructor(stack: LuaValue[], index: number) {
    this.stack = stack;
    this.index = index;
  }

  /** The value of the variable. */
  get(): LuaValue {
    return this.stack === null ? this.value : this.stack[this.index];
  }

  /** Assigns to the variable. */
  set(value: LuaValue): void {
    if (this.stack === null) this.value = value;
    else this.stack[this.index] = value;
  }

  /** Takes the variable out of the stack, when its block ends. */
  close(): void {
    this.value = this.get();
    this.stack = null;
  }
}

/** A function of a script: its code and its upvalues. */
export class LuaClosure extends LuaFunction {
  readonly prototype: Prototype;
  readonly upvalues: readonly Upvalue[];

  constructor(prototype: Prototype, upvalues: readonly Upvalue[]) {
    super();
    this.prototype = prototype;
    this.upvalues = upvalues;
  }
}
