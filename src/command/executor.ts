/**
 * Runs requests: finds the command, asks the gates, runs the handler, counts, propagates and serves who waited.
 *
 * - Everything here is synchronous: a command is atomic because it never awaits.
 * - An exception in a handler is logged with the command, answers that client, and never stops the server.
 */

import { stackOf } from "../base/error_text.ts";
import { invariant } from "../base/invariant.ts";
import type { Logger } from "../base/logger.ts";
import { wrongArity } from "../resp/reply_errors.ts";
import { Args } from "../resp/request_batch.ts";
import type { Reply } from "../resp/reply.ts";
import type { Store } from "../store/store.ts";
import { ALL_GATES, type Command } from "./command.ts";
import type { Context } from "./context.ts";
import { type Gate, type GateResult, HANDLED } from "./gate.ts";
import type { Wait } from "./outcome.ts";
import type { Propagation } from "./propagation.ts";
import type { CommandRegistry } from "./registry.ts";

/** Told of what commands do: statistics, slow log, latency, MONITOR. All are optional to the executor. */
export interface ExecutorObserver {
  /**
   * Whether `onCall` and `onCalled` have anything to do for requests of `context`; true when left out. Asked when the gates
   * are: see `Gate.isRaised`.
   */
  isWatching?(context: Context): boolean;
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
  /** False allows that not all calls are timed that take less than a few milliseconds. */
  readonly needsEach: boolean;
  /**
   * A command took `durationMs`, and so may have the `count - 1` calls of it before that were not timed; with a wait, the
   * client has no reply yet.
   */
  onTimed(context: Context, command: Command, args: Args, sample: TimeSample): void;
  /** Calls of brief commands that were not timed, the last of them `command`, took `durationMs` together. */
  onUntimed(context: Context, command: Command, args: Args, durationMs: number): void;
}

/** What was measured of a command. */
export interface TimeSample {
  durationMs: number;
  count: number;
  wait: Wait | null;
}

/**
 * How many calls of a quick command are not timed between two that are: an eighth of its calls so far, and at most so many. A
 * look at the stopwatch costs as much as such a command itself. One less than a prime, so that all places of a pipeline are
 * timed.
 */
const UNTIMED_MAX = 66;
const UNTIMED_SHARE_SHIFT = 3;
/** Only a command that took less the last time is quick. */
const QUICK_MS = 0.2;
/** A call that was not timed and saw the clock's milliseconds move by as many has taken about that long. */
const SLOW_TICKS_MS = 2;

/** Bits of a mask of gates. */
const MAX_GATES = 31;

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
  readonly #observers: readonly ExecutorObserver[];
  readonly #onUnknown: ((context: Context, args: Args) => boolean) | null;
  readonly #timer: CommandTimer;
  /** The gates that are raised, a bit for each, and whether any observer watches calls. */
  #raisedGates = 0;
  #isWatched = false;
  /** Where the running command answers, and the errors there that are not its own. */
  #reply: Reply | null = null;
  #errorsBefore = 0;
  /** The last brief command since the clock was refreshed that was not timed. */
  #lastUntimed: Command | null = null;
  /** What is to be done at the end of the running unit. */
  #afterUnit: (() => void)[] = [];

  constructor(options: ExecutorOptions) {
    this.registry = options.registry;
    this.propagation = options.propagation;
    this.#store = options.store;
    this.#logger = options.logger;
    this.#gates = options.gates;
    this.#observers = options.observers;
    this.#timer = options.timer;
    this.#onUnknown = options.onUnknown ?? null;
    this.#callObservers = options.observers.filter(({ onCall, onCalled }) => (onCall ?? onCalled) !== undefined);
    invariant(this.#gates.length <= MAX_GATES, "there are more gates than bits for them");
  }

  /** Must be called before the requests of a batch are run: takes the time and asks the gates. */
  beginBatch(context: Context): void {
    this.#store.clock.refresh();
    this.#store.actorId = context.id;
    this.#lastUntimed = null;
    this.#askAround(context);
  }

  /** Must be called after the last request of a batch, while its arguments are still valid: takes the time. */
  endBatch(context: Context, args: Args): void {
    this.#store.actorId = 0;
    if (this.#lastUntimed === null) return;
    const elapsedMs = this.#store.clock.sinceRefreshMs();
    if (elapsedMs > 0) this.#timer.onUntimed(context, this.#lastUntimed, args, elapsedMs);
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
    if ((command.gateMask & this.#raisedGates) !== 0) {
      const result = this.#pass(context, command, args, reply);
      if (result === HANDLED) return null;
      if (typeof result === "string") return this.reject(context, command, result, reply);
      if (result !== null) return result;
    }
    const wait = this.call(context, command, args, reply);
    if (command.noScript) this.#askAround(context);
    return wait;
  }

  /** Runs a command without asking the gates. */
  call(context: Context, command: Command, args: Args, reply: Reply): Wait | null {
    const { stats } = this.#store;
    const dirtyBefore = stats.dirty;
    const isTimed = command.untimedCalls >= command.untimedLimit || this.#timer.needsEach ||
      (this.depth > 0 && args.count > command.briefUpTo);
    const startMs = isTimed ? this.#store.clock.stopwatchMs() : 0;
    if (this.#isWatched) {
      for (const observer of this.#callObservers) {
        observer.onCall?.(context, command, args);
      }
    }
    this.depth++;
    context.beginCommand();
    this.#reply = reply;
    this.#errorsBefore = reply.errorCount;
    const wait = this.#run(context, command, args, reply);
    command.stats.calls++;
    this.callCount++;
    if (reply.errorCount !== this.#errorsBefore) command.stats.failed++;
    if (this.#isWatched) {
      for (const observer of this.#callObservers) {
        observer.onCalled?.(context, command, args, wait);
      }
    }
    this.depth--;
    if (isTimed) this.#time(context, command, args, wait, startMs);
    else this.#leaveUntimed(context, command, args, wait);
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
    // It may have made its own client one that is watched.
    if (command.noScript) this.#askAround(context);
    return wait;
  }

  /** Answers with an error as for a request that may not run. */
  reject(context: Context, command: Command | null, text: string, reply: Reply): null {
    for (const observer of this.#observers) observer.onRejected?.(context, command);
    if (command !== null) command.stats.rejected++;
    if (command?.spec.refuse === undefined) {
      reply.error(text);
    } else {
      command.spec.refuse(context, text, reply);
      // The rest of the batch must not be queued in a transaction that the refusal has ended.
      this.#askAround(context);
    }
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

  /**
   * Lets the running unit go on after its command has returned: a script that is paused. Whatever else runs until `release`
   * belongs to it.
   */
  hold(): void {
    this.depth++;
  }

  /** Ends a unit that was held. */
  release(): void {
    this.depth--;
    if (this.depth === 0) this.#finishUnit();
  }

  /** Does `work` once, after the effects of the running unit have been fed and before those are served who waited for them. */
  afterUnit(work: () => void): void {
    this.#afterUnit.push(work);
  }

  /** What may stop or watch requests of `context` as things are. */
  #askAround(context: Context): void {
    const gates = this.#gates;
    let mask = 0;
    for (let index = 0; index < gates.length; index++) if (gates[index]!.isRaised(context)) mask |= 1 << index;
    this.#raisedGates = mask;
    this.#isWatched = false;
    for (const observer of this.#callObservers) this.#isWatched ||= observer.isWatching?.(context) ?? true;
  }

  #maskOf(command: Command): number {
    let mask = 0;
    for (const [index, gate] of this.#gates.entries()) if (gate.concerns?.(command) ?? true) mask |= 1 << index;
    return mask;
  }

  #pass(context: Context, command: Command, args: Args, reply: Reply): GateResult {
    // Asked of all commands, the gates would take a quarter of the time in which a server is made.
    if (command.gateMask === ALL_GATES) command.gateMask = this.#maskOf(command);
    const mask = command.gateMask & this.#raisedGates;
    for (let index = 0; index < this.#gates.length; index++) {
      if ((mask & (1 << index)) === 0) continue;
      const result = this.#gates[index]!.check(context, command, args, reply);
      if (result !== null) return result;
    }
    return null;
  }

  #time(context: Context, command: Command, args: Args, wait: Wait | null, startMs: number): void {
    const durationMs = this.#store.clock.stopwatchMs() - startMs;
    const count = command.untimedCalls + 1;
    command.untimedCalls = 0;
    command.untimedLimit = command.isSampled && durationMs < QUICK_MS
      ? Math.min(command.stats.calls >> UNTIMED_SHARE_SHIFT, UNTIMED_MAX)
      : 0;
    command.stats.microseconds += durationMs * 1000 * count;
    this.#timer.onTimed(context, command, args, { durationMs, count, wait });
    if (this.depth > 0) return;
    // The rest of the batch must not live in the time before a slow command.
    this.#store.clock.refresh();
    this.#lastUntimed = null;
  }

  #leaveUntimed(context: Context, command: Command, args: Args, wait: Wait | null): void {
    command.untimedCalls++;
    if (args.count <= command.briefUpTo) {
      this.#lastUntimed = command;
      return;
    }
    // The clock with its milliseconds costs a fraction of the stopwatch, and tells whether one was needed.
    const { clock } = this.#store;
    const elapsedMs = clock.sinceRefreshMs();
    if (elapsedMs === 0) return;
    clock.refresh();
    this.#lastUntimed = null;
    if (elapsedMs < SLOW_TICKS_MS) return;
    command.untimedCalls--;
    command.untimedLimit = 0;
    command.stats.microseconds += elapsedMs * 1000;
    this.#timer.onTimed(context, command, args, { durationMs: elapsedMs, count: 1, wait });
  }

  readonly #finishServed = (): void => this.#endUnit();

  readonly #logFailedServing = (error: unknown): void => {
    this.#logger.warning(`Serving a blocked client failed: ${stackOf(error)}`);
  };

  #refuseUnknown(context: Context, args: Args, reply: Reply): null {
    if (this.#onUnknown?.(context, args) === true) return null;
    return this.reject(context, null, this.registry.unknownCommandText(args), reply);
  }

  #run(context: Context, command: Command, args: Args, reply: Reply): Wait | null {
    const mark = reply.mark();
    try {
      return command.run!(context, args, reply) ?? null;
    } catch (error) {
      this.#logger.warning(`Command '${command.fullName}' of client ${context.id} failed: ${stackOf(error)}`);
      reply.rewind(mark);
      reply.error(`ERR internal error in '${command.fullName}'`);
      return null;
    }
  }

  #propagate(context: Context, args: Args, hasChanged: boolean): void {
    const mode = context.effectMode;
    const isForced = mode === "forced" || mode === "forced-to-replicas";
    if (mode === "suppressed" || (!hasChanged && !isForced)) return;
    let { audience } = context;
    if (audience === "nobody") return;
    if (mode === "replaced") {
      for (const effect of context.effects) this.propagation.addArgv(context.db.index, effect, audience);
      return;
    }
    if (mode === "forced-to-replicas") {
      if (audience === "file") return;
      audience = "replicas";
    }
    if (this.depth === 0) this.propagation.finishWith(context.db.index, args, audience);
    else this.propagation.add(context.db.index, args.retain(), audience);
  }

  #finishUnit(isWrapped = true): void {
    this.#endUnit(isWrapped);
    const { waiting, values } = this.#store;
    if (waiting.hasReady) waiting.serveReady(this.#finishServed, this.#logFailedServing);
    values.rest();
  }

  #endUnit(isWrapped = true): void {
    this.propagation.finish(isWrapped);
    if (this.#afterUnit.length === 0) return;
    const works = this.#afterUnit;
    this.#afterUnit = [];
    for (const work of works) work();
  }
}
