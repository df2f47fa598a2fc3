/**
 * `used_memory`: computed from what the parts of the server say they hold, never from V8's heap, so that it is the same for
 * the same data and goes back exactly when data goes.
 *
 * - Each part adds itself under the name of what it holds; `dataset` is what `MEMORY STATS` calls so, the rest is overhead.
 */

/** What a part of the server holds. */
export interface MemoryPart {
  /** Bytes held now. Asked before every command while there is a limit: must be quick. */
  readonly bytes: () => number;
  /** True for bookkeeping: everything but keys and values. */
  readonly isOverhead: boolean;
  /** Bytes of them that are no reason to evict keys: what is on its way to replicas and to the AOF. None if absent. */
  readonly uncountedBytes?: () => number;
}

/** Bytes in use by one server. */
export class MemoryMeter {
  /** The most bytes in use since the start. */
  peakBytes = 0;
  /** Bytes in use when the server was ready to serve. */
  startupBytes = 0;

  readonly #parts = new Map<string, MemoryPart>();
  /** The parts once more: quicker to walk. */
  #list: readonly MemoryPart[] = [];
  readonly #shares = new Map<string, () => number>();

  /** Adds a part, or takes the place of the one with that name. */
  add(name: string, part: MemoryPart): void {
    this.#parts.set(name, part);
    this.#list = [...this.#parts.values()];
  }

  /** Names a share of the parts added that is bookkeeping although they are not: hash tables among the data. */
  addOverheadShare(name: string, bytes: () => number): void {
    this.#shares.set(name, bytes);
  }

  /** `used_memory`. Raises the peak. */
  usedBytes(): number {
    const parts = this.#list;
    let used = 0;
    for (let index = 0; index < parts.length; index++) used += parts[index]!.bytes();
    if (used > this.peakBytes) this.peakBytes = used;
    return used;
  }

  /** Bytes of `usedBytes()` that are no reason to evict keys. */
  uncountedBytes(): number {
    return this.#list.reduce((sum, part) => sum + (part.uncountedBytes?.() ?? 0), 0);
  }

  /** Bytes of bookkeeping, what the server took at its start included. */
  overheadBytes(): number {
    let overhead = 0;
    for (const part of this.#list) if (part.isOverhead) overhead += part.bytes();
    for (const bytes of this.#shares.values()) overhead += bytes();
    return overhead;
  }

  /** Bytes of the part or share `name`; 0 where nobody has added it. */
  bytesOf(name: string): number {
    return this.#parts.get(name)?.bytes() ?? this.#shares.get(name)?.() ?? 0;
  }

  /** The peak becomes what is in use now. */
  resetPeak(): void {
    this.peakBytes = 0;
    this.usedBytes();
  }
}
