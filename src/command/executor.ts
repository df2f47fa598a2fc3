/**
 * Runs requests: finds the command, asks the gates, runs the handler, counts, propagates and serves who waited.
 *
 * - Everything here is synchronous: a command is atomic because it never awaits.
 * - An exception in a handler is logged with the command, answers that client, and never stops the server.
 */

import type { Logger } from "../base/logger.ts";
import { wrongArity } from "../resp/reply_errors.ts";
import { Args } from "../resp/request_batch.ts";
import type { Reply } from "../resp/reply.ts";
import type { Store } from "../store/store.ts";
import type { Command } from "./command.ts";
import type { Context } from "./context.ts";
import { type Gate, HANDLED } from "./gate.ts";
import type { Wait } from "./outcome.ts";
import type { Propagation } from "./propagation.ts";
import type { CommandRegistry } from "./registry.ts";

/** Told of what commands do: statistics, slow log, latency, MONITOR. All are optional to the executor. */
export interface ExecutorObserver {
  /** Before the handler runs. */
  onCall?(context: Context, command: Command, args: Args): void;
  /** After it ran; with a wait, the client has no reply yet. */
  onCalled?(context: Context, command: Command, args: Args, wait: Wait | null): void;
  /** An error reply was written, by a gate or by a handler. */
  onError?(context: Context, text: string): void;
  /** A request was refused before it ran: a transaction must not be executed then. */
  onRejected?(context: Context, command: Command | null): void;
}

/** Takes the durations of commands. */
export interface CommandTimer {
  /** False allows that the brief commands of a pipeline are timed several at a time. */
  readonly needsEach: boolean;
  /** A command took `durationMs`; with a wait, the client has no reply yet. */
  onTimed(context: Context, command: Command, args: Args, durationMs: number, wait: Wait | null): void;
  /** `count` calls of a brief command, one after the other, took `durationMs` together; the last of them had `args`. */
  onRunTimed(context: Context, command: Command, args: Args | null, durationMs: number, count: number): void;
}

/**
 * How many calls of one brief command in a row are timed at a time, after the first: a look at the clock costs as much as
 * such a command itself.
 */
const TIMED_RUN_LENGTH = 8;

/** What an `Executor` needs. */
export interface ExecutorOptions {
  readonly store: Store;
  readonly registry: CommandRegistry;
  readonly propagation: Propagation;
  readonly logger: Logger;
  readonly gates: readonly Gate[];
  readonly observers: readonly ExecutorObserver[];
  readonly timer: CommandTimer;
  /** Asked about each request that names no command; true when it has dealt with it. */
  readonly onUnknown?: (context: Context, args: Args) => boolean;
}

/** Runs commands of one server. */
export class Executor {
  readonly registry: CommandRegistry;
  readonly propagation: Propagation;
  /** Depth of nested calls: EXEC runs its queue at depth 2. */
  depth = 0;
  /** Calls so far: `total_commands_processed`. */
  callCount = 0;

  readonly #store: Store;
  readonly #logger: Logger;
  readonly #gates: readonly Gate[];
  readonly #callObservers: readonly ExecutorObserver[];
  readonly #calledObservers: readonly ExecutorObserver[];
  readonly #observers: readonly ExecutorObserver[];
  readonly #onUnknown: ((context: Context, args: Args) => boolean) | null;
  /** Where the running command answers, and the errors there that are not its own. */
  #reply: Reply | null = null;
  #errorsBefore = 0;
  readonly #timer: CommandTimer;
  /** When the last timed command ended: the next of the batch begins then, which spares a look at the clock. */
  #lastEndMs = 0;
  /** The command that ran last in this batch, if it is brief, and how many calls of it are not timed yet. */
  #runCommand: Command | null = null;
  #runCount = 0;

  constructor(options: ExecutorOptions) {
    this.registry = options.registry;
    this.propagation = options.propagation;
    this.#store = options.store;
    this.#logger = options.logger;
    this.#gates = options.gates;
    this.#observers = options.observers;
    this.#timer = options.timer;
    this.#onUnknown = options.onUnknown ?? null;
    this.#callObservers = options.observers.filter((observer) => observer.onCall !== undefined);
    this.#calledObservers = options.observers.filter((observer) => observer.onCalled !== undefined);
  }

  /** Must be called before the requests of a batch are run: takes the time. */
  beginBatch(): void {
    this.#store.clock.refresh();
    this.#lastEndMs = this.#store.clock.stopwatchMs();
    this.#runCommand = null;
    this.#runCount = 0;
  }

  /** Must be called after the last request of a batch, while its arguments are still valid: takes the time. */
  endBatch(context: Context, args: Args): void {
    if (this.#runCount > 0) this.#timeRun(context, args);
  }

  /** Runs one request of a client: gates, then the command. A wait means that the reply is not complete. */
  execute(context: Context, args: Args, reply: Reply): Wait | null {
    const { registry } = this;
    let command = registry.find(args.at(0));
    const subcommands = command?.subcommands;
    if (subcommands && args.count > 1) command = subcommands.find(args.at(1));
    context.lastCommand = command;
    if (command === null) return this.#refuseUnknown(context, args, reply);
    if (!command.acceptsCount(args.count) || command.run === null) {
      return this.reject(context, command, wrongArity(command.fullName), reply);
    }
    for (const gate of this.#gates) {
      const result = gate(context, command, args, reply);
      if (result === null) continue;
      if (result === HANDLED) return null;
      if (typeof result === "string") return this.reject(context, command, result, reply);
      return result;
    }
    return this.call(context, command, args, reply);
  }

  /** Runs a command without asking the gates. */
  call(context: Context, command: Command, args: Args, reply: Reply): Wait | null {
    const { stats } = this.#store;
    const dirtyBefore = stats.dirty;
    if (this.#runCount > 0 && command !== this.#runCommand) this.#timeRun(context, null);
    const startMs = this.depth === 0 ? this.#lastEndMs : this.#store.clock.stopwatchMs();
    for (const observer of this.#callObservers) observer.onCall!(context, command, args);
    this.depth++;
    context.beginCommand();
    this.#reply = reply;
    this.#errorsBefore = reply.errorCount;
    const wait = this.#run(context, command, args, reply);
    command.stats.calls++;
    this.callCount++;
    if (reply.errorCount !== this.#errorsBefore) command.stats.failed++;
    for (const observer of this.#calledObservers) observer.onCalled!(context, command, args, wait);
    this.depth--;
    this.#time(context, command, args, wait, startMs);
    if (this.propagation.isActive) this.#propagate(context, args, stats.dirty > dirtyBefore);
    if (this.depth === 0) this.#finishUnit(!command.touchesArbitraryKeys);
    return wait;
  }

  /**
   * Runs a command on behalf of a running one: EXEC's queue, scripts. What the outer command has said about its own
   * propagation stays as it was, and errors of the inner one do not count as the outer one's.
   */
  callNested(context: Context, command: Command, args: Args, reply: Reply): Wait | null {
    const { effectMode, effects, redactedArguments } = context;
    const outerReply = this.#reply;
    const outerErrors = this.#errorsBefore;
    const wait = this.call(context, command, args, reply);
    context.effectMode = effectMode;
    context.effects = effects;
    context.redactedArguments = redactedArguments;
    this.#reply = outerReply;
    this.#errorsBefore = outerReply === reply ? reply.errorCount : outerErrors;
    return wait;
  }

  /** Answers with an error as for a request that may not run. */
  reject(context: Context, command: Command | null, text: string, reply: Reply): null {
    for (const observer of this.#observers) observer.onRejected?.(context, command);
    if (command !== null) command.stats.rejected++;
    if (command?.spec.refuse === undefined) reply.error(text);
    else command.spec.refuse(context, text, reply);
    return null;
  }

  /** Passes on that an error was written to a client. */
  noteError(context: Context, text: string): void {
    for (const observer of this.#observers) observer.onError?.(context, text);
  }

  /** Runs work that is no command but may write (cron, an end of a wait) as one execution unit. */
  runUnit(work: () => void): void {
    this.depth++;
    try {
      work();
    } finally {
      this.depth--;
      if (this.depth === 0) this.#finishUnit();
    }
  }

  #time(context: Context, command: Command, args: Args, wait: Wait | null, startMs: number): void {
    if (command === this.#runCommand && this.depth === 0 && wait === null && !this.#timer.needsEach) {
      if (++this.#runCount === TIMED_RUN_LENGTH) this.#timeRun(context, args);
      return;
    }
    const endMs = this.#store.clock.stopwatchMs();
    this.#lastEndMs = endMs;
    command.stats.microseconds += (endMs - startMs) * 1000;
    this.#timer.onTimed(context, command, args, endMs - startMs, wait);
    if (this.depth > 0) return;
    this.#runCommand = command.isBrief ? command : null;
    // The rest of the batch must not live in the time before a slow command.
    if (endMs - startMs >= 1) this.#store.clock.refresh();
  }

  #timeRun(context: Context, args: Args | null): void {
    const command = this.#runCommand!;
    const endMs = this.#store.clock.stopwatchMs();
    const durationMs = endMs - this.#lastEndMs;
    const count = this.#runCount;
    this.#lastEndMs = endMs;
    this.#runCount = 0;
    command.stats.microseconds += durationMs * 1000;
    this.#timer.onRunTimed(context, command, args, durationMs, count);
    if (durationMs >= 1) this.#store.clock.refresh();
  }

  #refuseUnknown(context: Context, args: Args, reply: Reply): null {
    if (this.#onUnknown?.(context, args) === true) return null;
    return this.reject(context, null, this.registry.unknownCommandText(args), reply);
  }

  #run(context: Context, command: Command, args: Args, reply: Reply): Wait | null {
    const mark = reply.mark();
    try {
      return command.run!(context, args, reply) ?? null;
    } catch (error) {
      const text = error instanceof Error ? error.stack : String(error);
      this.#logger.warning(`Command '${command.fullName}' of client ${context.id} failed: ${text}`);
      reply.rewind(mark);
      reply.error(`ERR internal error in '${command.fullName}'`);
      return null;
    }
  }

  #propagate(context: Context, args: Args, hasChanged: boolean): void {
    const mode = context.effectMode;
    const isForced = mode === "forced" || mode === "forced-to-replicas";
    if (mode === "suppressed" || (!hasChanged && !isForced)) return;
    if (mode === "replaced") {
      for (const effect of context.effects) this.propagation.addArgv(context.db.index, effect);
      return;
    }
    const audience = mode === "forced-to-replicas" ? "replicas" : "all";
    if (this.depth === 0) this.propagation.finishWith(context.db.index, args, audience);
    else this.propagation.add(context.db.index, args.retain(), audience);
  }

  #finishUnit(isWrapped = true): void {
    this.propagation.finish(isWrapped);
    const { waiting } = this.#store;
    if (waiting.hasReady) waiting.serveReady(() => this.propagation.finish());
  }
}
