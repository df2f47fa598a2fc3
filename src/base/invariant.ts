/**
 * The check for programmer errors, kept in production.
 *
 * - Never for what a client, a file or a peer can cause: those are replies, log lines or typed errors.
 */

/** Thrown when the program contradicts itself: always a bug of ours. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/**
 * Throws `InvariantError` with `message` unless `condition` holds.
 *
 * Pass a constant message on hot paths: the argument is built even when the condition holds.
 */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
