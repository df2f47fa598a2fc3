/**
 * All that a server has of scripting: the scripts of EVAL, the libraries of functions, and what runs of them.
 */

import type { BackgroundTasks } from "../base/background_tasks.ts";
import type { Clock } from "../base/clock.ts";
import type { Cron } from "../base/cron.ts";
import type { Logger } from "../base/logger.ts";
import { ascii, latin1 } from "../bytes/ascii.ts";
import type { Executor } from "../command/executor.ts";
import { FunctionLoader, LOAD_TIMEOUT_MS } from "./function_loader.ts";
import { FunctionError, FunctionSet } from "./function_set.ts";
import { addScriptDebugging, loadLibrary, redisLibrary } from "./redis_library.ts";
import { type FunctionState, functionState, scriptState } from "./sandbox.ts";
import { ScriptCache } from "./script_cache.ts";
import { ScriptCalls } from "./script_calls.ts";
import type { ServerState } from "./script_conditions.ts";
import { ScriptRunner } from "./script_runner.ts";

/** What a `Scripting` needs. */
export interface ScriptingOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cron: Cron;
  readonly tasks: BackgroundTasks;
  readonly executor: () => Executor;
  readonly serverState: ServerState;
  /** `busy-reply-threshold` in milliseconds. */
  readonly thresholdMs: () => number;
}

/** How a library is loaded. */
export interface LibraryLoadOptions {
  readonly mayReplace: boolean;
  /** Whether it must be loaded within half a second: clients' must. */
  readonly isTimed: boolean;
}

/** Scripting of one server. */
export class Scripting {
  readonly cache: ScriptCache;
  readonly functions = new FunctionSet();
  readonly runner: ScriptRunner;
  readonly serverState: ServerState;
  readonly calls: ScriptCalls;

  readonly #loader: FunctionLoader;
  readonly #logger: Logger;
  #functionState: FunctionState | null = null;

  constructor(options: ScriptingOptions) {
    const { clock, logger, executor, serverState } = options;
    this.#logger = logger;
    this.serverState = serverState;
    this.calls = new ScriptCalls(executor, serverState);
    this.runner = new ScriptRunner({ ...options, calls: this.calls });
    this.cache = new ScriptCache(() => {
      const redis = redisLibrary(this.calls, logger);
      addScriptDebugging(redis);
      return scriptState(redis);
    });
    this.#loader = new FunctionLoader(clock, () => this.functionState);
  }

  /** Where functions run. Made when the first one comes. */
  get functionState(): FunctionState {
    return this.#functionState ??= functionState(
      redisLibrary(this.calls, this.#logger),
      loadLibrary(this.#loader.register, this.#logger),
    );
  }

  /** Bytes of the state of EVAL, by a walk over it. */
  get scriptStateBytes(): number {
    return this.cache.stateBytes;
  }

  /** Bytes of the state of functions, by a walk over it. */
  get functionStateBytes(): number {
    return this.#functionState?.state.memoryBytes ?? 0;
  }

  /** The sources of all libraries. */
  get librarySources(): Uint8Array[] {
    return Array.from(this.functions.libraries, ({ source }) => ascii(source));
  }

  /** Loads a library into `target`, and returns its name. Throws a `FunctionError`. */
  loadLibrary(source: Uint8Array, options: LibraryLoadOptions, target: FunctionSet = this.functions): string {
    const text = latin1(source);
    const name = this.#loader.nameOf(text);
    if (!options.mayReplace && target.library(name) !== undefined) {
      throw new FunctionError(`Library '${name}' already exists`);
    }
    target.add(this.#loader.load(text, options.isTimed ? LOAD_TIMEOUT_MS : 0));
    return name;
  }
}
