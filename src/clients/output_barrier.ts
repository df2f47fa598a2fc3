/**
 * Holds back what clients are to be sent until something else has happened: with an append-only file, until the writes
 * that the replies tell of are on the medium.
 *
 * - Down nearly always, and then it costs one look at a field.
 * - Whoever raises it must call `release` for all that it took: a client that is held waits with its next requests.
 */

/** An output that can be held back. */
export interface HeldOutput {
  /** Sends what was there when it was held. */
  release(): void;
}

/** The barrier of one server. */
export class OutputBarrier {
  /** While true, whoever wants to send something is to `hold` instead. */
  isRaised = false;
  /** Set by whoever raises it: lowers it if that can be done at once. */
  onWanted: (() => void) | null = null;
  #held: HeldOutput[] = [];

  /** Must be called before many outputs are sent: better lowered for all than each of them held. */
  prepare(): void {
    if (this.isRaised) this.onWanted?.();
  }

  /** Takes an output that will be told by `release`. */
  hold(output: HeldOutput): void {
    this.#held.push(output);
  }

  /** The outputs held so far, which leave the barrier: for whoever releases them later. */
  take(): readonly HeldOutput[] {
    const held = this.#held;
    if (held.length > 0) this.#held = [];
    return held;
  }

  /** Lowers the barrier and lets everybody go. */
  lower(): void {
    this.isRaised = false;
    for (const output of this.take()) output.release();
  }
}
