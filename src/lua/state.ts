/**
 * The Lua engine as its users see it: a state with globals, chunks loaded into it, and runs that can be paused.
 */

import { LuaClosure } from "./closure.ts";
import { openLibraries } from "./libraries.ts";
import type { LuaError } from "./lua_error.ts";
import { Machine } from "./machine.ts";
import { reachableBytes } from "./memory_estimate.ts";
import { compile } from "./parser.ts";
import { RedisRandom } from "./redis_random.ts";
import { LuaTable } from "./table.ts";
import type { LuaFunction, LuaValue } from "./value.ts";

/** How a run starts. */
export interface RunOptions {
  /** Called with the error value where it happened, before the stack unwinds; its first result is the run's error. */
  readonly errorHandler?: LuaFunction;
}

/** All that scripts share: the globals, with the libraries of Lua in them, and what is reachable from there. */
export class LuaState {
  readonly globals: LuaTable = new LuaTable();
  /** What `math.random` draws from. */
  readonly random: RedisRandom = new RedisRandom();
  /** The metatable of all strings. */
  stringMetatable: LuaTable | undefined = undefined;
  /** The function `next`, which loops recognize. */
  nextFunction: LuaFunction | undefined = undefined;
  /** The machine of a run that is over, for the next one: most scripts are so short that making it would take as long. */
  #idle: Machine | null = null;

  constructor() {
    openLibraries(this);
  }

  /** Compiles a chunk; a name such as "@user_script" is shown as "user_script". Throws a `LuaSyntaxError`. */
  load(source: string, chunkName: string): LuaFunction {
    return new LuaClosure(compile(source, chunkName), []);
  }

  /** Prepares a call of `callee`; nothing runs before `resume`. */
  start(callee: LuaValue, args: readonly LuaValue[], options: RunOptions = {}): LuaRun {
    const machine = this.#idle ?? new Machine(this);
    this.#idle = null;
    machine.errorHandler = options.errorHandler;
    return new LuaRun(machine, callee, args);
  }

  /** For a run: gives back its machine. */
  release(machine: Machine): void {
    if (machine.reset()) this.#idle = machine;
  }

  /** About the bytes of all that is reachable from the globals: a walk over it. */
  get memoryBytes(): number {
    return reachableBytes([this.globals]);
  }
}

/** One call from outside into a state: it runs in slices until it has returned, failed or been killed. */
export class LuaRun {
  /** Null when the run is over and the machine may serve another one. */
  #machine: Machine | null;
  #start: { callee: LuaValue; args: readonly LuaValue[] } | undefined;
  #results: readonly LuaValue[] = [];
  #error: LuaError | undefined = undefined;

  /** Use `LuaState.start`. */
  constructor(machine: Machine, callee: LuaValue, args: readonly LuaValue[]) {
    this.#machine = machine;
    this.#start = { callee, args };
  }

  /** Whether the run has returned, failed or been killed. */
  get isDone(): boolean {
    return this.#machine === null || this.#machine.isDone;
  }

  /** What the function returned, once it has. */
  get results(): readonly LuaValue[] {
    return this.#machine?.results ?? this.#results;
  }

  /** What the function failed with, or was killed with. */
  get error(): LuaError | undefined {
    return this.#machine === null ? this.#error : this.#machine.error;
  }

  /**
   * Runs on for up to `maxSteps`; true when the run is over.
   *
   * A step is a turn of a loop, a call, or one of the less frequent instructions: a million take some tens of
   * milliseconds. What a native function throws other than a `LuaError` comes out here, and the run is of no more use.
   */
  resume(maxSteps: number): boolean {
    const machine = this.#machine;
    if (machine === null) return true;
    const start = this.#start;
    this.#start = undefined;
    if (start !== undefined && !machine.isDone) machine.start(start.callee, start.args);
    machine.run(maxSteps);
    if (!machine.isDone) return false;
    this.#results = machine.results;
    this.#error = machine.error;
    this.#machine = null;
    machine.state.release(machine);
    return true;
  }

  /**
   * Ends the run, paused or inside one of its native functions; no `pcall` catches this. A native error handler sees the
   * error first, as it would any other.
   */
  kill(error: LuaError): void {
    this.#machine?.kill(error);
  }
}
