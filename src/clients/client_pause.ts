/**
 * CLIENT PAUSE: for a while, clients have to wait before their commands run, or before those that write.
 *
 * - Several purposes may pause at a time (the command, a failover, a shutdown); the strictest mode counts.
 * - Whoever is held up asks again when the mode becomes milder, in the order of arrival, and may be held up once more.
 * - While clients are paused nothing expires and nothing is evicted: listeners of `onChange` see to that.
 */

import type { Clock, Timer } from "../base/clock.ts";
import { Topic } from "../base/topic.ts";
import type { Context } from "../command/context.ts";
import type { Gate } from "../command/gate.ts";
import { retryAfter } from "../command/outcome.ts";

/** What a pause holds up. */
export type PauseMode = "off" | "write" | "all";

/** Who pauses. */
export type PausePurpose = "command" | "shutdown" | "failover";

interface Pause {
  readonly mode: PauseMode;
  /** Unix time in milliseconds. */
  readonly endMs: number;
}

const MODES: readonly PauseMode[] = ["off", "write", "all"];

/** The pauses of one server. */
export class ClientPause {
  /** The strictest mode in force. */
  mode: PauseMode = "off";
  /** Told after each change of `mode`. */
  readonly onChange = new Topic<PauseMode>();

  readonly #clock: Clock;
  readonly #pauses = new Map<PausePurpose, Pause>();
  #timer: Timer | null = null;
  #milder = Promise.withResolvers<void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Unix time in milliseconds at which the strictest mode ends as things are; 0 without a pause. */
  get endMs(): number {
    const ends = [...this.#pauses.values()].filter(({ mode }) => mode === this.mode).map(({ endMs }) => endMs);
    return Math.max(0, ...ends);
  }

  /** Pauses until `endMs`. A pause of the same purpose is only ever made longer and stricter. */
  pause(purpose: PausePurpose, endMs: number, mode: "write" | "all"): void {
    const old = this.#pauses.get(purpose);
    this.#pauses.set(purpose, {
      mode: old === undefined ? mode : stricter(mode, old.mode),
      endMs: Math.max(endMs, old?.endMs ?? 0),
    });
    this.#update();
  }

  /** Ends the pause of one purpose. */
  unpause(purpose: PausePurpose): void {
    if (this.#pauses.delete(purpose)) this.#update();
  }

  /** Resolves when the mode becomes milder than it is. */
  whenMilder(): Promise<void> {
    return this.#milder.promise;
  }

  #update(): void {
    const { now } = this.#clock;
    let mode: PauseMode = "off";
    for (const [purpose, pause] of this.#pauses) {
      if (pause.endMs < now) this.#pauses.delete(purpose);
      else mode = stricter(mode, pause.mode);
    }
    this.#timer?.cancel();
    const ends = [...this.#pauses.values()].map(({ endMs }) => endMs);
    // One millisecond later than the end: a pause counts while the end is not in the past.
    this.#timer = ends.length === 0 ? null : this.#clock.after(Math.min(...ends) - now + 1, () => this.#update());
    const old = this.mode;
    if (mode === old) return;
    this.mode = mode;
    this.onChange.emit(mode);
    if (MODES.indexOf(mode) < MODES.indexOf(old)) {
      const { resolve } = this.#milder;
      this.#milder = Promise.withResolvers<void>();
      resolve();
    }
  }
}

/** Holds up clients that a pause concerns. Replicas and our master are never paused; `isExempt` knows them. */
export function pauseGate(pause: ClientPause, isExempt: (context: Context) => boolean): Gate {
  return {
    isRaised: (context) => pause.mode !== "off" && !isExempt(context),
    check(context, command, args) {
      if (pause.mode === "write" && !isHeldByWritePause(command.traitsOf(context, args))) return null;
      return retryAfter("pause", pause.whenMilder());
    },
  };
}

function isHeldByWritePause(traits: { readonly isWrite: boolean; readonly mayReplicate: boolean }): boolean {
  return traits.isWrite || traits.mayReplicate;
}

function stricter<M extends PauseMode>(a: M, b: PauseMode): PauseMode | M {
  return MODES.indexOf(a) >= MODES.indexOf(b) ? a : b;
}
