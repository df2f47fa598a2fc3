/**
 * What a Lua value is in JavaScript, and the functions that are no Lua code.
 *
 * - nil is `undefined`; booleans and numbers are themselves; a string holds one character (0 to 255) per byte.
 * - Tables, functions, coroutines and userdata are objects, equal only to themselves.
 */

import { nextIdentity } from "./identity.ts";
import type { NativeCall } from "./native_call.ts";
import type { LuaTable } from "./table.ts";
import type { LuaThread } from "./thread.ts";

/** Any value of a script. */
export type LuaValue = undefined | boolean | number | string | LuaTable | LuaFunction | LuaThread | LuaUserdata;

/** What a function gives back: its results, or nothing for none. To give back nil, return `[undefined]`. */
export type NativeResults = readonly LuaValue[] | void;

/** A call that a native function asks for: what `yield` gives back is its results. */
export interface CallRequest {
  readonly callee: LuaValue;
  readonly args: readonly LuaValue[];
}

/**
 * The course of a native function that calls back: it yields each call and is resumed with the results.
 *
 * While a callee runs, the script can be paused, killed or fail; the generator is then left where it stands.
 */
export type NativeSteps = Generator<CallRequest, NativeResults, readonly LuaValue[]>;

/**
 * The body of a native function: it may throw a `LuaError`, and it may be, or return, a generator that calls back.
 *
 * `args` is its own to keep.
 */
export type NativeBody = (args: readonly LuaValue[], call: NativeCall) => NativeResults | NativeSteps;

/** A function: Lua code (`LuaClosure`), a `NativeFunction`, or one that steers the machine (`ControlFunction`). */
export abstract class LuaFunction {
  readonly identity: number = nextIdentity();
  /** For `memory_estimate.ts`. */
  lastWalk = 0;
}

/** A function in JavaScript. */
export class NativeFunction extends LuaFunction {
  readonly name: string;
  readonly body: NativeBody;

  constructor(name: string, body: NativeBody) {
    super();
    this.name = name;
    this.body = body;
  }
}

/** A value that scripts can only pass on and compare, such as `cjson.null`. Light userdata share no metatable. */
export class LuaUserdata {
  readonly identity: number = nextIdentity();
  readonly name: string;
  metatable: LuaTable | undefined;

  constructor(name: string) {
    this.name = name;
    this.metatable = undefined;
  }
}
