/**
 * `math.random` of scripts: the generator of drand48, whose numbers are the same on every machine.
 */

import { integerArgument } from "../lua/arguments.ts";
import type { LuaTable } from "../lua/table.ts";
import { NativeFunction } from "../lua/value.ts";

const MULTIPLIER = 0x5deece66dn;
const INCREMENT = 0xbn;
const MASK = (1n << 48n) - 1n;
const SEED_LOW = 0x330en;
const FIRST_STATE = 0x1234abcd330en;
const MAX = 2 ** 31 - 1;

/** The generator that all scripts of a server share. */
export class ScriptRandom {
  #state = FIRST_STATE;

  /** Begins the sequence of a seed, of which the lowest 32 bits count. */
  seed(seed: number): void {
    this.#state = BigInt.asUintN(32, BigInt(seed)) << 16n | SEED_LOW;
  }

  /** The next number, from 0 to below 1. */
  next(): number {
    this.#state = (this.#state * MULTIPLIER + INCREMENT) & MASK;
    return Number(this.#state >> 17n) % MAX / MAX;
  }
}

/** Replaces the functions of the library `math`; they refuse to work while `isRunning` says that no script runs. */
export function installRandom(math: LuaTable, random: ScriptRandom, isRunning: () => boolean): void {
  math.set(
    "random",
    new NativeFunction("random", (args, call) => {
      if (!isRunning()) throw call.error("math.random can only be called inside a script invocation");
      const part = random.next();
      if (args.length === 0) return [part];
      if (args.length > 2) throw call.error("wrong number of arguments");
      const first = integerArgument(args, 0, call) | 0;
      if (args.length === 1) {
        if (first < 1) throw call.argumentError(0, "interval is empty");
        return [Math.floor(part * first) + 1];
      }
      const last = integerArgument(args, 1, call) | 0;
      if (first > last) throw call.argumentError(1, "interval is empty");
      // As C computes it, in 32 bits.
      return [Math.floor(part * ((last - first + 1) | 0)) + first];
    }),
  );
  math.set(
    "randomseed",
    new NativeFunction("randomseed", (args, call) => {
      if (!isRunning()) throw call.error("math.randomseed can only be called inside a script invocation");
      random.seed(integerArgument(args, 0, call) | 0);
    }),
  );
}
