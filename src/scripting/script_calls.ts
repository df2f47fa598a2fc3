/**
 * Commands that scripts call: `redis.call`, `redis.pcall` and `redis.acl_check_cmd`.
 *
 * - They run as those of a transaction do: no gates, but the checks of `script_conditions.ts`.
 */

import type { Command } from "../command/command.ts";
import type { Executor } from "../command/executor.ts";
import { LuaError } from "../lua/lua_error.ts";
import { LuaTable } from "../lua/table.ts";
import { measure } from "../lua/memory_meter.ts";
import type { LuaValue } from "../lua/value.ts";
import type { Args } from "../resp/request_batch.ts";
import { countedErrorTable, isErrorTable, scriptError } from "./error_table.ts";
import { ScriptArguments } from "./script_arguments.ts";
import { refusalOfCall, type ServerState } from "./script_conditions.ts";
import type { ScriptRun } from "./script_run.ts";

/** Runs the commands of one server's scripts. */
export class ScriptCalls {
  /** The script that runs, paused or not. */
  run: ScriptRun | null = null;
  /** True while a command of a script runs. */
  isCalling = false;

  readonly #executor: () => Executor;
  readonly #state: ServerState;
  readonly #arguments = new ScriptArguments();
  /** The command that was called last, and its name as the script spelt it: a loop calls the same one again. */
  #lastName: LuaValue = undefined;
  #lastCommand: Command | null = null;

  constructor(executor: () => Executor, state: ServerState) {
    this.#executor = executor;
    this.#state = state;
  }

  /** The script that runs; where there is none, throws a `LuaError` of this text. */
  running(refusal: string): ScriptRun {
    if (this.run === null) throw scriptError(refusal);
    return this.run;
  }

  /** Runs a command. Its error is thrown as a `LuaError` if `raises`, else it is the result. */
  call(values: readonly LuaValue[], raises: boolean): LuaValue {
    const run = this.running("redis.call/pcall can only be called inside a script invocation");
    const result = this.#call(run, values, raises);
    if (raises && result instanceof LuaTable && isErrorTable(result)) throw new LuaError(result);
    return result;
  }

  /** Whether the user may run a command. Throws a `LuaError`. */
  isPermitted(values: readonly LuaValue[]): boolean {
    const run = this.running("redis.acl_check_cmd can only be called inside a script invocation");
    const args = this.#arguments.read(values);
    const command = this.#executor().registry.resolve(args);
    if (command === null) throw scriptError("Invalid command passed to redis.acl_check_cmd()");
    return this.#state.denialOf(run.caller, { command, args, isLogged: false }) === null;
  }

  #call(run: ScriptRun, values: readonly LuaValue[], raises: boolean): LuaValue {
    let args: Args;
    try {
      args = this.#arguments.read(values);
    } catch (error) {
      if (raises || !(error instanceof LuaError)) throw error;
      return error.value;
    }
    const executor = this.#executor();
    const command = this.#find(executor, values[0], args);
    if (command === null) return this.#refuse(run, null, "ERR Unknown Redis command called from script");
    if (!command.acceptsCount(args.count) || command.run === null) {
      return this.#refuse(run, command, "ERR Wrong number of args calling Redis command from script");
    }
    const refusal = refusalOfCall(this.#state, run, command, args);
    if (refusal !== null) return this.#refuse(run, command, refusal);
    if (command.isWrite) run.hasWritten = true;
    // The log, and whatever else reads the clock, must not let time go on for the script.
    run.context.store.clock.standAt(run.startedAtMs);
    this.isCalling = true;
    // An error of the script may not come in the middle of a command.
    const owner = measure(null);
    try {
      executor.callNested(run.context, command, args, run.reply);
    } finally {
      measure(owner);
      this.isCalling = false;
    }
    return run.reply.take();
  }

  #find(executor: Executor, name: LuaValue, args: Args): Command | null {
    if (name === this.#lastName) return this.#lastCommand;
    const command = executor.registry.resolve(args);
    if (command === null || command.parent !== null || command.subcommands !== null) return command;
    this.#lastName = name;
    return this.#lastCommand = command;
  }

  #refuse(run: ScriptRun, command: Command | null, text: string): LuaTable {
    this.#executor().noteError(run.context, text);
    if (command !== null) command.stats.rejected++;
    return countedErrorTable(`-${text}`);
  }
}
