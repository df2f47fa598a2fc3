/**
 * What the system says when a file cannot be had, in the words of `strerror` that Redis puts into its log and replies.
 */

/** The reason alone: "No such file or directory", without the path and the number that Deno adds. */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return /^(.*?) \(os error \d+\)/s.exec(error.message)?.[1] ?? error.message;
}
