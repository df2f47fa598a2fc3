/**
 * Work that goes on beside the command loops: each piece has a name, is awaited at shutdown, and its failure is logged.
 *
 * - A rejection that nobody handles would end the process; every promise that is not awaited goes through here.
 */

import { stackOf } from "./error_text.ts";
import type { Logger } from "./logger.ts";

/** The background work of one server. */
export class BackgroundTasks {
  readonly #logger: Logger;
  readonly #running = new Map<Promise<void>, string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Starts `work` under `name`; a failure is logged, never thrown. */
  start(name: string, work: () => Promise<void>): void {
    const promise = work().catch((error) => {
      this.#logger.warning(`Background task '${name}' failed: ${stackOf(error)}`);
    }).finally(() => {
      this.#running.delete(promise);
    });
    this.#running.set(promise, name);
  }

  /** Names of what is running. */
  get names(): string[] {
    return [...this.#running.values()];
  }

  /** Resolves when everything that runs now has ended. The owner must have told it to end. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.keys());
  }
}
