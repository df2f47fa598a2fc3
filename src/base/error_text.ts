/**
 * What was thrown, as text: anything can be thrown, not only an `Error`.
 */

/** The message of an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The stack of an error, which begins with its message: for the log, where an error is ours. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
