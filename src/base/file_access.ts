/**
 * What this process may do with files, asked before it tries: with `--allow-net` alone the server works in memory, and
 * whoever wants a file gets one clear error instead of a permission prompt.
 */

/** A file was wanted that the process may not touch. */
export class FileAccessError extends Error {
  override readonly name = "FileAccessError";
}

/** Throws a `FileAccessError` unless `path` may be read. `action` completes "Cannot ...": "load the RDB file". */
export function requireRead(path: string, action: string): void {
  if (canRead(path)) return;
  throw new FileAccessError(`Cannot ${action}: reading ${path} is not permitted (start with --allow-read)`);
}

/** Throws a `FileAccessError` unless `path` may be written. */
export function requireWrite(path: string, action: string): void {
  if (canWrite(path)) return;
  throw new FileAccessError(`Cannot ${action}: writing ${path} is not permitted (start with --allow-write)`);
}

/** Whether `path` may be read. */
export function canRead(path: string): boolean {
  return Deno.permissions.querySync({ name: "read", path }).state === "granted";
}

/** Whether `path` may be written. */
export function canWrite(path: string): boolean {
  return Deno.permissions.querySync({ name: "write", path }).state === "granted";
}

/** The working directory, or "." where it may not be known. */
export function workingDirectory(): string {
  try {
    return Deno.permissions.querySync({ name: "read" }).state === "granted" ? Deno.cwd() : ".";
  } catch {
    return ".";
  }
}
