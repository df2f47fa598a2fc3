/**
 * Waiting for a condition instead of sleeping for a guessed time.
 */

/** How long and how often `eventually()` looks. */
export interface EventuallyOptions {
  /** Gives up after this long; 30 seconds by default. */
  timeoutMs?: number;
  /** Pause between two looks; 10 ms by default. */
  intervalMs?: number;
  /** Said in the error when time is up: what was waited for. */
  what?: string;
}

/**
 * Resolves to the first truthy value of `condition`. A condition that throws counts as not yet met; when time is up
 * the error names its last failure.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<NonNullable<T>> {
  const { timeoutMs = 30_000, intervalMs = 10, what = "the condition" } = options;
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      failure = error;
    }
    if (performance.now() >= deadlineMs) {
      throw new Error(`Gave up waiting for ${what} after ${timeoutMs} ms`, { cause: failure });
    }
    await pause(intervalMs);
  }
}

/** Lets some time pass, between two tries of something; never instead of a condition. */
export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
