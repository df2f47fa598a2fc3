/**
 * The way of a write to replicas and to the AOF: as effects, in order, each execution unit whole.
 *
 * - An execution unit is one command of a client, a transaction or a script. When it has several effects they go out
 *   between MULTI and EXEC, as in Redis.
 * - Without sinks nothing is collected.
 */

import { Args, type ArgumentSource } from "../resp/request_batch.ts";
import type { Store } from "../store/store.ts";

/** Takes the stream of effects. */
export interface PropagationSink {
  /** True for the AOF: what is for replicas alone passes it by. */
  readonly isFile?: boolean;
  /** One effect on database `dbIndex`. The arguments are valid during the call. */
  feed(dbIndex: number, args: Args): void;
}

/** Who gets an effect. */
export type EffectAudience = "all" | "replicas" | "file" | "nobody";

interface Effect {
  readonly dbIndex: number;
  readonly args: Args;
  readonly audience: EffectAudience;
}

const MULTI = Args.of("MULTI");
const EXEC = Args.of("EXEC");

/** Collects the effects of a unit and feeds them to the sinks. */
export class Propagation {
  /** True when there is a sink. */
  isActive = false;

  readonly #sinks: PropagationSink[] = [];
  readonly #pending: Effect[] = [];
  #isMultiAllowed = true;

  /** Collects what the store itself decides: expiry and eviction. */
  constructor(store: Store) {
    store.onImpliedEffect.subscribe(({ dbIndex, command, key }) => {
      if (this.isActive) this.add(dbIndex, Args.from([command, key.copy()]));
    });
  }

  /** Adds a sink; the result removes it. */
  attach(sink: PropagationSink): () => void {
    this.#sinks.push(sink);
    this.isActive = true;
    return () => {
      const index = this.#sinks.indexOf(sink);
      if (index >= 0) this.#sinks.splice(index, 1);
      this.isActive = this.#sinks.length > 0;
    };
  }

  /** Adds an effect to the running unit. `args` must own their bytes. */
  add(dbIndex: number, args: Args, audience: EffectAudience = "all"): void {
    if (this.isActive) this.#pending.push({ dbIndex, args, audience });
  }

  /** Adds an effect made from values, which are copied where they are bytes of a request. */
  addArgv(dbIndex: number, argv: readonly ArgumentSource[], audience: EffectAudience = "all"): void {
    if (this.isActive) this.add(dbIndex, Args.from(argv).retain(), audience);
  }

  /** Adds the last effect of a unit and feeds the unit: spares the copy in the usual case of one effect. */
  finishWith(dbIndex: number, args: Args, audience: EffectAudience = "all"): void {
    if (this.#pending.length === 0) {
      this.#feed(dbIndex, args, audience);
      return;
    }
    this.add(dbIndex, args.retain(), audience);
    this.finish();
  }

  /** Feeds the effects of the unit to the sinks; unless `isWrapped`, without MULTI and EXEC around several. */
  finish(isWrapped = true): void {
    const pending = this.#pending;
    if (pending.length === 0) return;
    const effects = pending.splice(0);
    const hasMulti = isWrapped && effects.length > 1 && this.#isMultiAllowed;
    if (hasMulti) this.#feed(effects[0]!.dbIndex, MULTI, "all");
    for (const { dbIndex, args, audience } of effects) this.#feed(dbIndex, args, audience);
    if (hasMulti) this.#feed(effects.at(-1)!.dbIndex, EXEC, "all");
  }

  /** Runs `work`, whose effects are independent of each other: active expiry. They go out without MULTI. */
  withoutMulti(work: () => void): void {
    this.#isMultiAllowed = false;
    try {
      work();
      this.finish();
    } finally {
      this.#isMultiAllowed = true;
    }
  }

  /** Runs `work` without collecting its effects: they come from where the sinks would bring them. */
  silently<T>(work: () => T): T {
    const wasActive = this.isActive;
    this.isActive = false;
    try {
      return work();
    } finally {
      this.isActive = wasActive;
    }
  }

  #feed(dbIndex: number, args: Args, audience: EffectAudience): void {
    for (const sink of this.#sinks) {
      if (audience === "all" || (audience === "file") === (sink.isFile === true)) sink.feed(dbIndex, args);
    }
  }
}
