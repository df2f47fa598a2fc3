/**
 * `used_memory`: computed from what the parts of the server say they hold, never from V8's heap, so that it is the same for
 * the same data and goes back exactly when data goes.
 *
 * - Each part adds itself under the name of what it holds; `dataset` is what `MEMORY STATS` calls so, the rest is overhead.
 */

/** What a part of the server holds. */
export interface MemoryPart {
  /** Bytes held now. */
  readonly bytes: () => number;
  /** True for bookkeeping: everything but keys and values. */
  readonly isOverhead: boolean;
}

/** Bytes in use by one server. */
export class MemoryMeter {
  /** The most bytes in use since the start. */
  peakBytes = 0;
  /** Bytes in use when the server was ready to serve. */
  startupBytes = 0;

  readonly #parts = new Map<string, MemoryPart>();

  /** Adds a part, or takes the place of the one with that name. */
  add(name: string, part: MemoryPart): void {
    this.#parts.set(name, part);
  }

  /** `used_memory`. Raises the peak. */
  usedBytes(): number {
    let used = 0;
    for (const part of this.#parts.values()) used += part.bytes();
    if (used > this.peakBytes) this.peakBytes = used;
    return used;
  }

  /** Bytes of bookkeeping, what the server took at its start included. */
  overheadBytes(): number {
    let overhead = 0;
    for (const part of this.#parts.values()) if (part.isOverhead) overhead += part.bytes();
    return overhead;
  }

  /** Bytes of the part `name`; 0 where nobody has added it. */
  bytesOf(name: string): number {
    return this.#parts.get(name)?.bytes() ?? 0;
  }

  /** The peak becomes what is in use now. */
  resetPeak(): void {
    this.peakBytes = 0;
    this.usedBytes();
  }
}
