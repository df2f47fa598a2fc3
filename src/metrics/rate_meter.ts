/**
 * How fast a counter grows at the moment: the mean of the last 16 samples, a tenth of a second apart.
 */

const SAMPLE_COUNT = 16;

/** The rate of one counter. */
export class RateMeter {
  readonly #rates = new Float64Array(SAMPLE_COUNT);
  #next = 0;
  #lastCount = 0;
  #lastMs: number;

  constructor(nowMs: number) {
    this.#lastMs = nowMs;
  }

  /** Takes a sample: the counter stands at `count`. */
  sample(count: number, nowMs: number): void {
    const elapsedMs = nowMs - this.#lastMs;
    this.#rates[this.#next] = elapsedMs > 0 ? (count - this.#lastCount) * 1000 / elapsedMs : 0;
    this.#next = (this.#next + 1) % SAMPLE_COUNT;
    this.#lastCount = count;
    this.#lastMs = nowMs;
  }

  /** Growth each second. */
  get perSecond(): number {
    return this.#rates.reduce((sum, rate) => sum + rate, 0) / SAMPLE_COUNT;
  }

  /** Forgets all samples: the counter starts again at 0. */
  reset(nowMs: number): void {
    this.#rates.fill(0);
    this.#lastCount = 0;
    this.#lastMs = nowMs;
  }
}
