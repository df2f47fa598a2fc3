/**
 * The numbers of `math.random` in scripts: the 48-bit generator of lrand48, which Redis carries with it so that a script
 * draws the same numbers everywhere.
 */

const MULTIPLIER = 0x5deece66dn;
const INCREMENT = 0xbn;
const MASK = (1n << 48n) - 1n;
/** What C's lrand48 starts with when nobody has seeded it. */
const DEFAULT_STATE = 0x1234abcd330en;

/** Draws 31-bit numbers. */
export class RedisRandom {
  #state = DEFAULT_STATE;

  /** Starts the sequence of a seed; its low 32 bits count. */
  seed(seed: number): void {
    this.#state = (BigInt(seed >>> 0) << 16n) | 0x330en;
  }

  /** The next number, from 0 to 2^31 - 1. */
  next(): number {
    this.#state = (this.#state * MULTIPLIER + INCREMENT) & MASK;
    return Number(this.#state >> 17n);
  }
}
