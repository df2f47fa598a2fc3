/**
 * Work that comes round again: one timer for all of it, as Redis's `serverCron`.
 *
 * - The cron runs `hz` times a second; a job runs in the first round after its period is over.
 * - A job must be short: what takes longer works in time slices.
 */

import type { Clock, Timer } from "./clock.ts";
import { stackOf } from "./error_text.ts";
import type { Logger } from "./logger.ts";

interface Job {
  readonly name: string;
  readonly periodMs: number;
  readonly run: (nowMs: number) => void;
  dueMs: number;
}

/** The periodic jobs of one server. */
export class Cron {
  /** Rounds a second: the `hz` parameter. */
  hz = 10;
  /** DEBUG PAUSE-CRON. */
  isPaused = false;
  /** True while a script that runs too long holds the server: nothing but that may change the data. */
  isHeld = false;

  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #jobs: Job[] = [];
  #timer: Timer | null = null;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Adds a job that runs about every `periodMs`; 0 means in every round. */
  every(periodMs: number, name: string, run: (nowMs: number) => void): void {
    this.#jobs.push({ name, periodMs, run, dueMs: this.#clock.now + periodMs });
  }

  /** Begins the rounds. */
  start(): void {
    this.#timer ??= this.#clock.after(1000 / this.hz, () => this.#round());
  }

  /** Ends the rounds. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #round(): void {
    this.#timer = null;
    this.start();
    if (this.isPaused || this.isHeld) return;
    const nowMs = this.#clock.refresh();
    for (const job of this.#jobs) {
      if (nowMs < job.dueMs) continue;
      job.dueMs = nowMs + job.periodMs;
      try {
        job.run(nowMs);
      } catch (error) {
        this.#logger.warning(`Cron job '${job.name}' failed: ${stackOf(error)}`);
      }
    }
  }
}
