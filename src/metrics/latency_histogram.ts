/**
 * How long calls of one command took: a log-linear histogram as HdrHistogram's with two significant digits.
 *
 * - Values are nanoseconds from 1 to 10^9; a bucket is at most 1/128 of its values wide, so a percentile is exact to
 *   two digits.
 *
 * ```
 * values 0 .. 255              256 buckets of width 1
 * values 2^k .. 2^(k+1) - 1    128 buckets of width 2^(k - 7), for k = 8, 9, ... 29
 * ```
 */

/** Redis's `LATENCY_HISTOGRAM_MIN_VALUE`. */
const MIN_NS = 1;
/** Redis's `LATENCY_HISTOGRAM_MAX_VALUE`. */
const MAX_NS = 1_000_000_000;

const HALF_BITS = 7;
const HALF_COUNT = 1 << HALF_BITS;
const BUCKET_COUNT = (31 - Math.clz32(MAX_NS) - HALF_BITS + 2) * HALF_COUNT;

/** Where the first step of `cumulative` ends, in nanoseconds; each next one ends at twice that. */
const FIRST_BOUND_NS = 1024;

/** A step of the cumulative distribution. */
export interface CumulativeStep {
  /** The largest value of the step, in microseconds. */
  readonly upToUs: number;
  /** Values up to there. */
  readonly count: number;
}

/** The durations of one command. */
export class LatencyHistogram {
  /** Number of values. */
  count = 0;
  readonly #counts = new Uint32Array(BUCKET_COUNT);
  /** Highest bucket in use. */
  #top = 0;

  /** Adds a duration in microseconds. */
  record(microseconds: number, count = 1): void {
    const ns = microseconds * 1000 | 0;
    // Above two seconds `| 0` may wrap, so the comparison is with the number itself.
    const index = indexOf(microseconds >= MAX_NS / 1000 ? MAX_NS : ns < MIN_NS ? MIN_NS : ns);
    this.#counts[index]! += count;
    if (index > this.#top) this.#top = index;
    this.count += count;
  }

  /** The value that `percentile` percent of the values do not exceed, in nanoseconds: the top of its bucket. */
  percentileNs(percentile: number): number {
    const wanted = Math.max(1, Math.floor((Math.min(percentile, 100) / 100) * this.count + 0.5));
    let seen = 0;
    for (let index = 0; index <= this.#top; index++) {
      seen += this.#counts[index]!;
      if (seen >= wanted) return percentile === 0 ? lowestOf(index) : highestOf(index);
    }
    return 0;
  }

  /** The cumulative distribution over steps that double each time; steps without values are left out. */
  cumulative(): CumulativeStep[] {
    const steps: CumulativeStep[] = [];
    let seen = 0;
    for (let boundNs = FIRST_BOUND_NS, index = 0; index <= this.#top; boundNs *= 2) {
      // As in HdrHistogram, the bucket that begins at the bound belongs to the step.
      const last = Math.min(indexOf(boundNs), BUCKET_COUNT - 1);
      const before = seen;
      while (index <= last) seen += this.#counts[index++]!;
      if (seen > before) steps.push({ upToUs: Math.floor(highestOf(last) / 1000), count: seen });
    }
    return steps;
  }
}

function indexOf(ns: number): number {
  const exponent = 31 - Math.clz32(ns) - HALF_BITS;
  return exponent <= 0 ? ns : exponent * HALF_COUNT + (ns >>> exponent);
}

function exponentOf(index: number): number {
  return index < 2 * HALF_COUNT ? 0 : (index >>> HALF_BITS) - 1;
}

function lowestOf(index: number): number {
  const exponent = exponentOf(index);
  return exponent === 0 ? index : (index - exponent * HALF_COUNT) * 2 ** exponent;
}

function highestOf(index: number): number {
  return lowestOf(index) + 2 ** exponentOf(index) - 1;
}
