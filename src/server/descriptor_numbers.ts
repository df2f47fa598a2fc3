/**
 * Numbers for connections in place of file descriptors, which Deno does not show: the lowest free one, as a system gives them.
 */

/** Descriptors below this are the process's own, as in Redis without a save under way. */
const FIRST_DESCRIPTOR = 8;

/** The numbers of one server's connections. */
export class DescriptorNumbers {
  readonly #isTaken: boolean[] = [];
  /** Every number below is taken. */
  #lowest = 0;

  /** The lowest free number, which is taken from now on. */
  take(): number {
    let index = this.#lowest;
    while (this.#isTaken[index] === true) index++;
    this.#isTaken[index] = true;
    this.#lowest = index + 1;
    return FIRST_DESCRIPTOR + index;
  }

  /** Frees a number. */
  giveBack(descriptor: number): void {
    const index = descriptor - FIRST_DESCRIPTOR;
    this.#isTaken[index] = false;
    this.#lowest = Math.min(this.#lowest, index);
  }
}
