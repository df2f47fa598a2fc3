/**
 * Whether a dataset is being loaded, and how far: INFO's `loading_` fields, and the gate that answers -LOADING meanwhile.
 */

import type { Gate } from "../command/gate.ts";
import { retryAfter } from "../command/outcome.ts";
import { LOADING } from "../resp/reply_errors.ts";

/** The loading of one server. */
export class Loading {
  isActive = false;
  /** True while a replica loads its new dataset beside the old one, which goes on answering. */
  isAsync = false;
  startedAtMs = 0;
  /** Size of what is loaded, 0 when nobody knows. */
  totalBytes = 0;
  loadedBytes = 0;
  /** Memory that the dataset took where it was saved, 0 until the file says: stands in for a size that nobody knows. */
  usedMemoryBytes = 0;
  #over = Promise.withResolvers<void>();

  /** Marks the begin. */
  begin(options: { nowMs: number; totalBytes: number; isAsync?: boolean }): void {
    this.isActive = true;
    this.isAsync = options.isAsync === true;
    this.startedAtMs = options.nowMs;
    this.totalBytes = options.totalBytes;
    this.loadedBytes = 0;
    this.usedMemoryBytes = 0;
  }

  /** Marks the end. */
  end(): void {
    this.isActive = false;
    this.isAsync = false;
    this.#over.resolve();
    this.#over = Promise.withResolvers<void>();
  }

  /** Part that is loaded, in percent, and the bytes that remain; both are guesses where only the memory is known. */
  progress(): { percent: number; remainingBytes: number } {
    const { loadedBytes, totalBytes, usedMemoryBytes } = this;
    if (totalBytes > 0) return { percent: loadedBytes / totalBytes * 100, remainingBytes: totalBytes - loadedBytes };
    if (usedMemoryBytes === 0) return { percent: 0, remainingBytes: 1 };
    return {
      percent: Math.min(loadedBytes / usedMemoryBytes * 100, 99.99),
      remainingBytes: Math.max(usedMemoryBytes - loadedBytes, 1),
    };
  }

  /** Lets only commands of clients pass that may run during a load. What our master sends has to wait. */
  readonly gate: Gate = {
    isRaised: () => this.isActive,
    check: (context, command, args) => {
      if (context.origin === "master") return retryAfter("loading", this.#over.promise);
      const { noAsyncLoading, loading } = command.traitsOf(context, args);
      return (this.isAsync ? !noAsyncLoading : loading) ? null : LOADING;
    },
  };
}
