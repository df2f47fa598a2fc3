/**
 * The server's only source of time, and the timers that run on it.
 *
 * - Nothing outside `base/` reads `Date.now()` or `performance.now()`.
 * - `now` is the time of the running batch: every command of a batch sees the same millisecond, as in Redis, and pays no
 *   system call for it. Whoever starts a piece of work calls `refresh()` first.
 * - `advance()` moves the clock forward and runs the timers that fall due, so a test waits for nothing.
 * - A frozen clock moves by `advance()` alone; a running one moves by itself as well.
 */

/** A timer that has been set. */
export interface Timer {
  /** Forgets the timer. Without effect once it has run. */
  cancel(): void;
}

interface Entry extends Timer {
  dueMs: number;
  order: number;
  run: (() => void) | null;
}

/** Options of a `Clock`. */
export interface ClockOptions {
  /** Unix time in milliseconds at which a frozen clock starts. Without it the clock runs with the system's. */
  readonly frozenAtMs?: number;
}

/** The longest delay that the runtime's own timer takes, in milliseconds. */
const MAX_NATIVE_DELAY_MS = 0x7fffffff;

/** Unix time in milliseconds and microseconds, and timers. */
export class Clock {
  /** Unix time in milliseconds as of the last `refresh()`. */
  now: number;

  #offsetMs = 0;
  readonly #frozenAtMs: number | null;
  readonly #heap: Entry[] = [];
  #order = 0;
  #native: ReturnType<typeof setTimeout> | undefined;
  #nativeDueMs = Infinity;

  constructor(options: ClockOptions = {}) {
    this.#frozenAtMs = options.frozenAtMs ?? null;
    this.now = this.#read();
  }

  /** Reads the system's time into `now`, and returns it. */
  refresh(): number {
    return this.now = this.#read();
  }

  /** Puts `now` back to `ms`, until the next `refresh()`: for work that must not see the time go on. */
  standAt(ms: number): void {
    this.now = ms;
  }

  /** Whole milliseconds since the last `refresh()`. */
  sinceRefreshMs(): number {
    return this.#read() - this.now;
  }

  /** Unix time in microseconds, with the system's resolution. */
  nowUs(): number {
    if (this.#frozenAtMs !== null) return (this.#frozenAtMs + this.#offsetMs) * 1000;
    return Math.floor((performance.timeOrigin + performance.now() + this.#offsetMs) * 1000);
  }

  /** Milliseconds since an arbitrary moment, with fractions: for measuring how long work takes. Never frozen. */
  stopwatchMs(): number {
    return performance.now();
  }

  /** Moves the clock forward by `ms` milliseconds and runs the timers that are then due, in order of their time. */
  advance(ms: number): void {
    const target = this.#read() + ms;
    for (let next = this.#heap[0]; next !== undefined && next.dueMs <= target; next = this.#heap[0]) {
      this.#offsetMs += Math.max(0, next.dueMs - this.#read());
      this.#runDue();
    }
    this.#offsetMs += Math.max(0, target - this.#read());
    this.refresh();
    this.#arm();
  }

  /** Runs `action` once, `delayMs` from now; at once after the current work when the delay is zero or less. */
  after(delayMs: number, action: () => void): Timer {
    const entry: Entry = {
      dueMs: this.#read() + Math.max(0, delayMs),
      order: this.#order++,
      run: action,
      cancel: () => this.#cancel(entry),
    };
    this.#push(entry);
    this.#arm();
    return entry;
  }

  /** Resolves `delayMs` from now, or at once when `signal` is aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const onAbort = () => {
        timer.cancel();
        resolve();
      };
      const timer = this.after(delayMs, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** Forgets every timer. */
  stop(): void {
    this.#heap.length = 0;
    this.#arm();
  }

  #read(): number {
    return (this.#frozenAtMs ?? Date.now()) + this.#offsetMs;
  }

  #runDue(): void {
    const now = this.refresh();
    for (let next = this.#heap[0]; next !== undefined && next.dueMs <= now; next = this.#heap[0]) {
      this.#pop();
      const run = next.run;
      next.run = null;
      run?.();
    }
  }

  #cancel(entry: Entry): void {
    // The heap keeps the dead entry until it falls due: most timers of blocked clients live for seconds at most.
    entry.run = null;
    while (this.#heap[0] !== undefined && this.#heap[0].run === null) this.#pop();
    this.#arm();
  }

  #arm(): void {
    const dueMs = this.#frozenAtMs !== null ? Infinity : this.#heap[0]?.dueMs ?? Infinity;
    if (dueMs === this.#nativeDueMs) return;
    clearTimeout(this.#native);
    this.#native = undefined;
    this.#nativeDueMs = dueMs;
    if (dueMs === Infinity) return;
    this.#native = setTimeout(() => {
      this.#nativeDueMs = Infinity;
      this.#runDue();
      this.#arm();
    }, Math.min(MAX_NATIVE_DELAY_MS, Math.max(0, dueMs - this.#read())));
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isEarlier(entry, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isEarlier(heap[child + 1]!, heap[child]!)) child++;
      if (!isEarlier(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}

function isEarlier(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
