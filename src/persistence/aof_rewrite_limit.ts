/**
 * Keeps rewrites that fail again and again from leaving ever more increments behind: after three failures in a row the
 * server waits a minute before it tries by itself, then two, four, up to an hour.
 */

/** Failures in a row from which on there are pauses: Redis's `AOF_REWRITE_LIMITE_THRESHOLD`. */
const FAILURE_THRESHOLD = 3;
const MAX_PAUSE_MINUTES = 60;
const MS_PER_MINUTE = 60_000;

/** The pauses of one server. */
export class AofRewriteLimit {
  /** Failures since the last rewrite that worked or that a person asked for. */
  failures = 0;
  #pauseMinutes = 0;
  #pausedUntilMs = 0;

  /** Whether a rewrite must wait; `onPause` is told of each pause that begins. */
  isLimited(nowMs: number, onPause: (minutes: number) => void): boolean {
    if (this.failures < FAILURE_THRESHOLD) {
      this.#pauseMinutes = 0;
      this.#pausedUntilMs = 0;
      return false;
    }
    if (this.#pausedUntilMs !== 0) {
      if (nowMs < this.#pausedUntilMs) return true;
      this.#pausedUntilMs = 0;
      return false;
    }
    this.#pauseMinutes = Math.min(MAX_PAUSE_MINUTES, this.#pauseMinutes === 0 ? 1 : this.#pauseMinutes * 2);
    this.#pausedUntilMs = nowMs + this.#pauseMinutes * MS_PER_MINUTE;
    onPause(this.#pauseMinutes);
    return true;
  }
}
