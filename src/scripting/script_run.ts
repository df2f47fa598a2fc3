/**
 * One script or function that runs: on whose behalf, what it may do, and what it has done.
 */

import { Context } from "../command/context.ts";
import type { EffectAudience } from "../command/propagation.ts";
import type { Args } from "../resp/request_batch.ts";
import type { LuaReply } from "./lua_reply.ts";
import type { ScriptFlags } from "./script_flags.ts";

/** What a run begins with. */
export interface ScriptRunOptions {
  readonly caller: Context;
  /** The request that asked for it. */
  readonly request: Args;
  /** SHA-1 of the script, or name of the function. */
  readonly name: string;
  /** A script of EVAL and not a function. */
  readonly isEval: boolean;
  /** Asked for by a command that promises not to write: EVAL_RO and the like. */
  readonly isReadOnlyCommand: boolean;
  readonly flags: ScriptFlags;
}

/** Bits of `redis.set_repl`, by index. */
const AUDIENCES: readonly EffectAudience[] = ["nobody", "file", "replicas", "all"];

/** A running script. */
export class ScriptRun {
  readonly caller: Context;
  readonly name: string;
  readonly isEval: boolean;
  readonly isReadOnly: boolean;
  /** Writes although there is no memory left. */
  readonly allowsOutOfMemory: boolean;
  /** What its commands run on: the caller's database at first. */
  readonly context: Context;
  /** Takes the replies of its commands. */
  readonly reply: LuaReply;
  /** A command that writes was called: it cannot be killed any more, and must be let finish. */
  hasWritten = false;
  /** Set by whoever wants its end: it is killed before it goes on, which no `pcall` of its own can prevent. */
  isKilled = false;
  /** Unix time in milliseconds that the script sees all the time. */
  readonly startedAtMs: number;
  readonly #request: Args;
  #retained: Args | null = null;

  /** `reply` serves one run at a time. */
  constructor(options: ScriptRunOptions, reply: LuaReply) {
    const { caller, request, name, isEval, flags, isReadOnlyCommand } = options;
    this.caller = caller;
    this.#request = request;
    this.reply = reply;
    reply.begin();
    this.name = name;
    this.isEval = isEval;
    this.isReadOnly = isReadOnlyCommand || flags?.has("no-writes") === true;
    this.allowsOutOfMemory = flags?.has("allow-oom") === true;
    this.context = new Context({ id: caller.id, origin: caller.origin, store: caller.store });
    this.context.db = caller.db;
    this.context.userName = caller.userName;
    this.context.isWaitDenied = true;
    this.startedAtMs = caller.store.clock.now;
  }

  /** The request; it outlives the batch once `keepRequest` was called. */
  get request(): Args {
    return this.#retained ?? this.#request;
  }

  /** Whether its caller must be obeyed: our master, or a file that is loaded. */
  get isObeyed(): boolean {
    return this.caller.origin !== "client";
  }

  /** Copies the request, whose bytes will go. */
  keepRequest(): void {
    this.#retained ??= this.#request.retain();
  }

  /** Chooses who gets the effects of the commands that follow, by the bits of `redis.set_repl`. */
  replicateTo(targets: number): void {
    this.context.audience = AUDIENCES[targets]!;
  }
}
