/**
 * A small generator of repeatable chance for test data (mulberry32). It is apart from the server's own, so that
 * a change there cannot change what the tests feed it.
 */

/** The same seed always gives the same sequence. */
export class SeededRandom {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#state = this.seed;
  }

  /** A whole number from 0 to 2^32 - 1. */
  word(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from `min` to `max`, both included; the span must stay below 2^32. */
  integer(min: number, max: number): number {
    return min + Math.floor((this.word() / 2 ** 32) * (max - min + 1));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.word() / 2 ** 32 < probability;
  }

  /** One of the items; throws a `RangeError` where there are none. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("Cannot pick an item: the list is empty");
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** Text of `length` random bytes, one character each; incompressible. */
  binary(length: number): string {
    let text = "";
    for (let index = 0; index < length; index++) text += String.fromCharCode(this.word() & 0xff);
    return text;
  }

  /** Text of `length` lower-case letters. */
  letters(length: number): string {
    let text = "";
    for (let index = 0; index < length; index++) text += String.fromCharCode(97 + (this.word() % 26));
    return text;
  }
}
