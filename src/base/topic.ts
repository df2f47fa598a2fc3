/**
 * A typed source of events: lower folders announce, higher folders listen.
 *
 * - Listeners run synchronously, in the order in which they subscribed.
 */

/** Something that happens now and then, with those who want to know. */
export class Topic<T> {
  readonly #listeners: ((event: T) => void)[] = [];

  /** True when somebody listens: lets a hot path skip making the event. */
  get hasListeners(): boolean {
    return this.#listeners.length > 0;
  }

  /** Calls `listener` for each event from now on; the result ends that. */
  subscribe(listener: (event: T) => void): () => void {
    this.#listeners.push(listener);
    return () => {
      const index = this.#listeners.indexOf(listener);
      if (index >= 0) this.#listeners.splice(index, 1);
    };
  }

  /** Tells every listener. */
  emit(event: T): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
