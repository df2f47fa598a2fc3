/**
 * Runs scripts and functions: at once, and in slices between which others get an answer when one takes too long.
 *
 * - Up to `busy-reply-threshold` nothing comes between the commands of a script. After that the event loop turns between
 *   slices: other clients are told that the server is busy (`busy_gate.ts`), the cron rests, and the data stay as they are.
 * - Whatever happens, all effects of a script go out as one unit; within EXEC that is the unit of the transaction, whose
 *   queue goes on at the end of the script (`Wait.afterwards`).
 */

import type { BackgroundTasks } from "../base/background_tasks.ts";
import type { Clock } from "../base/clock.ts";
import type { Cron } from "../base/cron.ts";
import type { Logger } from "../base/logger.ts";
import { nextTurn } from "../base/next_turn.ts";
import { invariant } from "../base/invariant.ts";
import type { Context } from "../command/context.ts";
import type { Executor } from "../command/executor.ts";
import type { Wait } from "../command/outcome.ts";
import type { LuaRun, LuaState } from "../lua/state.ts";
import { LuaTable } from "../lua/table.ts";
import type { LuaValue } from "../lua/value.ts";
import type { Reply } from "../resp/reply.ts";
import { ERROR_HANDLER, scriptError } from "./error_table.ts";
import { LuaReply } from "./lua_reply.ts";
import type { ScriptCalls } from "./script_calls.ts";
import { replyWith, replyWithFailure } from "./script_result.ts";
import { ScriptRun, type ScriptRunOptions } from "./script_run.ts";

/** What a `ScriptRunner` needs. */
export interface ScriptRunnerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cron: Cron;
  readonly tasks: BackgroundTasks;
  readonly executor: () => Executor;
  readonly calls: ScriptCalls;
  /** `busy-reply-threshold` in milliseconds; 0: scripts are never interrupted. */
  readonly thresholdMs: () => number;
}

/** A call of a script. */
export interface ScriptInvocation extends ScriptRunOptions {
  readonly state: LuaState;
  readonly callee: LuaValue;
  /** Where the keys begin among the arguments of the request, and how many they are; the rest is ARGV. */
  readonly firstKey: number;
  readonly keyCount: number;
}

/** Calls and turns of loops between two looks at the clock. */
const STEPS_PER_LOOK = 1000;
/** How long the event loop waits for a script that takes too long. */
const SLICE_MS = 8;

const RUN_OPTIONS = { errorHandler: ERROR_HANDLER };

interface ActiveScript {
  readonly run: ScriptRun;
  readonly luaRun: LuaRun;
  readonly reply: Reply;
}

/** The scripts of one server: one at a time. */
export class ScriptRunner {
  /** True while a script has run too long and others are told so. */
  isBusy = false;

  readonly #options: ScriptRunnerOptions;
  /** Takes the replies of the commands of one script after the other. */
  readonly #collector = new LuaReply();
  #active: ActiveScript | null = null;
  #startedMs = 0;
  #isAbandoned = false;
  #idle: PromiseWithResolvers<void> | null = null;

  constructor(options: ScriptRunnerOptions) {
    this.#options = options;
    const { calls, executor } = options;
    this.#collector.onError = (text) => executor().noteError(calls.run!.context, text);
  }

  /** The script that runs. */
  get current(): ScriptRun | null {
    return this.#options.calls.run;
  }

  /** Milliseconds since the running script began. */
  get durationMs(): number {
    return Math.floor(this.#options.clock.stopwatchMs() - this.#startedMs);
  }

  /** Resolves when no script holds the server. */
  whenIdle(): Promise<void> {
    return this.#idle?.promise ?? Promise.resolve();
  }

  /** Runs a script and answers; the wait is over when it is. */
  run(invocation: ScriptInvocation, reply: Reply): Wait | void {
    const { clock, calls, executor, thresholdMs } = this.#options;
    invariant(this.#active === null, "scripts cannot call scripts");
    // Within a transaction the time is that of the transaction.
    if (executor().depth === 1) clock.refresh();
    const run = calls.run = new ScriptRun(invocation, this.#collector);
    const active = this.#active = { run, luaRun: this.#start(invocation), reply };
    this.#startedMs = clock.stopwatchMs();
    const limitMs = thresholdMs();
    try {
      if (this.#goOn(active, limitMs === 0 ? Infinity : this.#startedMs + limitMs)) return this.#finish(active);
    } catch (error) {
      this.#forget();
      throw error;
    }
    return this.#becomeBusy(active);
  }

  /** Lets go of a script at the end of the server. */
  abandon(): void {
    this.#isAbandoned = true;
  }

  #start({ state, callee, request, firstKey, keyCount, isEval }: ScriptInvocation): LuaRun {
    const keys = tableOfTexts(request, firstKey, firstKey + keyCount);
    const args = tableOfTexts(request, firstKey + keyCount, request.count);
    if (!isEval) return state.start(callee, [keys, args], RUN_OPTIONS);
    state.globals.set("KEYS", keys);
    state.globals.set("ARGV", args);
    return state.start(callee, [], RUN_OPTIONS);
  }

  /** Runs until the clock shows `endMs`; true when the script is over. */
  #goOn({ luaRun, run }: ActiveScript, endMs: number): boolean {
    const { clock, logger } = this.#options;
    clock.standAt(run.startedAtMs);
    for (;;) {
      if (run.isKilled) {
        logger.warning("Lua script killed by user with SCRIPT KILL.");
        luaRun.kill(scriptError("Script killed by user with SCRIPT KILL..."));
        return true;
      }
      if (luaRun.resume(STEPS_PER_LOOK)) return true;
      if (endMs !== Infinity && clock.stopwatchMs() >= endMs) return false;
    }
  }

  #becomeBusy(active: ActiveScript): Wait {
    const { logger, cron, tasks, executor } = this.#options;
    const { run } = active;
    logger.warning(
      `Slow script detected: still in execution after ${this.durationMs} milliseconds. You can try killing the script ` +
        `using the ${run.isEval ? "SCRIPT KILL" : "FUNCTION KILL"} command. Script name is: ${run.name}.`,
    );
    run.keepRequest();
    this.isBusy = true;
    cron.isHeld = true;
    executor().hold();
    const idle = this.#idle = Promise.withResolvers<void>();
    // A client that goes away takes only its reply with it.
    const wait: Wait = { kind: "script", isRetry: false, ended: idle.promise, cancel: () => {} };
    tasks.start("script", () => this.#runInSlices(active, wait, idle.resolve));
    return wait;
  }

  async #runInSlices(active: ActiveScript, wait: Wait, end: () => void): Promise<void> {
    const { clock, cron, executor } = this.#options;
    const { caller } = active.run;
    const goOn = () => this.#goOn(active, clock.stopwatchMs() + SLICE_MS);
    try {
      do await nextTurn(); while (!this.#isAbandoned && !this.#runFor(caller, goOn));
      const errorsBefore = active.reply.errorCount;
      if (!this.#isAbandoned) this.#finish(active);
      wait.hasFailed = active.reply.errorCount !== errorsBefore;
    } catch (error) {
      this.#forget();
      active.reply.error("ERR internal error in a script");
      throw error;
    } finally {
      this.isBusy = false;
      this.#idle = null;
      cron.isHeld = false;
      clock.refresh();
      executor().release();
      const { afterwards } = wait;
      const next = afterwards !== undefined && !this.#isAbandoned ? this.#runFor(caller, afterwards) : undefined;
      if (next === undefined) end();
      else void next.ended.then(end);
    }
  }

  /** Does a part of what `caller` has asked for. */
  #runFor<T>({ store, id, origin }: Context, work: () => T): T {
    store.actorId = id;
    try {
      // What a file brings came from where its effects would go.
      return origin === "aof" ? this.#options.executor().propagation.silently(work) : work();
    } finally {
      store.actorId = 0;
    }
  }

  #forget(): void {
    this.#active = null;
    this.#options.calls.run = null;
  }

  #finish({ run, luaRun, reply }: ActiveScript): void {
    this.#forget();
    if (luaRun.error === undefined) replyWith(luaRun.results[0], reply, run.reply.protocol);
    else replyWithFailure(luaRun.error.value, reply, run.name);
  }
}

function tableOfTexts(request: ScriptRunOptions["request"], first: number, end: number): LuaTable {
  const table = LuaTable.forList(end - first);
  for (let index = first; index < end; index++) table.set(index - first + 1, request.text(index));
  return table;
}
