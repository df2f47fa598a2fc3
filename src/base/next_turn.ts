/**
 * Lets the event loop run: how long work gives way to commands between two slices.
 *
 * - A timer would clamp to several milliseconds; an immediate comes back after one round of sockets.
 */

import { setImmediate } from "node:timers";

/** Resolves after the event loop has looked at its sockets and timers once. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
