/**
 * Functions that steer the machine itself: they enter frames and change threads.
 */

import type { Machine } from "./machine.ts";
import type { ReturnMode } from "./thread.ts";
import { LuaFunction, type LuaValue } from "./value.ts";

/** Where the results of a call go: see `Frame`. */
export interface CallSite {
  readonly place: number;
  readonly wanted: number;
  readonly mode: ReturnMode;
  readonly data: number;
}

/** A function such as `pcall`: it sees to it that its results reach the call site, now or later. */
export class ControlFunction extends LuaFunction {
  readonly name: string;
  readonly begin: (machine: Machine, args: readonly LuaValue[], site: CallSite) => void;

  constructor(name: string, begin: (machine: Machine, args: readonly LuaValue[], site: CallSite) => void) {
    super();
    this.name = name;
    this.begin = begin;
  }
}
