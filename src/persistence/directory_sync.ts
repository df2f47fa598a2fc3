/**
 * Directories of data files: the paths in them, and how a new name in one gets onto the medium.
 *
 * - A rename is durable only when the directory is: the bytes of the file alone are not enough. Windows cannot open
 *   directories, and has no need to; what may not be read here is left to the system.
 */

import { canRead } from "../base/file_access.ts";

/** The path of `name` in a directory; "" and "." are the working directory. */
export function joinPath(directory: string, name: string): string {
  return directory === "" || directory === "." ? name : `${directory.replace(/\/$/, "")}/${name}`;
}

/** Puts the names of a directory onto the medium. Throws a Deno error. */
export async function syncDirectory(path: string): Promise<void> {
  if (!canSync(path)) return;
  using directory = await Deno.open(path, { read: true });
  await directory.sync();
}

/** As `syncDirectory`, without letting anything else run. */
export function syncDirectorySync(path: string): void {
  if (!canSync(path)) return;
  using directory = Deno.openSync(path, { read: true });
  directory.syncSync();
}

function canSync(path: string): boolean {
  return Deno.build.os !== "windows" && canRead(path);
}
