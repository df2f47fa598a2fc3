/**
 * Who is read from next, while more clients send than the runtime looks at in one go.
 *
 * - The runtime grants its task 128 reads and writes at a time (tokio's budget). Those it did not get to it looks at only
 *   behind whoever has sent anew by then: with more busy clients than that the same ones are served over and over while
 *   others wait for seconds, and each operation that is put off costs as much again.
 * - Therefore those that were served queue up, and after each turn so many are read from as leave room for their replies;
 *   nobody after a full turn and the one behind it, until the runtime has caught up. With less to do nobody waits.
 * - Measured with 5,000 clients that ping, before and after: p99 3 s and 0.4 s (Redis 0.25 s), CPU a request 35 and 21 us.
 */

import { nextTurn } from "../base/next_turn.ts";

/** Arrivals of a turn that has used up what the runtime grants. */
const FULL_TURN_ARRIVALS = 128;
/** Reads begun after a turn: they and as many writes are what the runtime grants. */
const READS_PER_TURN = FULL_TURN_ARRIVALS / 2;

/** One who can be read from. */
export interface Readable {
  /** Begins to read. */
  request(): void;
}

/** The queue of one command loop. */
export class ReadQueue {
  #waiting: Readable[] = [];
  /** Those before have been read from. */
  #first = 0;
  #turns = 0;
  #wasFull = false;
  #isWatched = false;

  /** Queues one who was served. */
  add(reader: Readable): void {
    this.#waiting.push(reader);
  }

  /** Must be called after each turn, with its length: reads from those who have waited longest. */
  endTurn(arrivals: number): void {
    const isFull = arrivals >= FULL_TURN_ARRIVALS;
    if (!isFull && !this.#wasFull) this.#begin();
    this.#wasFull = isFull;
    this.#turns++;
    if (this.#waiting.length > 0 && !this.#isWatched) void this.#watch();
  }

  #begin(): void {
    const waiting = this.#waiting;
    const limit = Math.min(waiting.length, this.#first + READS_PER_TURN);
    for (let index = this.#first; index < limit; index++) waiting[index]!.request();
    this.#first = limit;
    if (limit < waiting.length / 2) return;
    this.#waiting = limit === waiting.length ? [] : waiting.slice(limit);
    this.#first = 0;
  }

  /** When nobody sends anything there are no turns: whoever waits is read from all the same. */
  async #watch(): Promise<void> {
    this.#isWatched = true;
    while (this.#waiting.length > 0) {
      const turns = this.#turns;
      await nextTurn();
      if (this.#turns === turns) this.#begin();
    }
    this.#isWatched = false;
  }
}
