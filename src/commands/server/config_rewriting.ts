/**
 * Writes the configuration back to its file: whole or not at all.
 *
 * - The new text goes to a file of its own beside the old one, is synced, and takes the old one's place by a rename.
 */

import { FileAccessError, requireRead, requireWrite } from "../../base/file_access.ts";
import { decodeByteText } from "../../config/byte_text.ts";
import { rewriteConfigFile } from "../../config/config_rewrite.ts";
import type { Services } from "../services.ts";

/**
 * Rewrites the configuration file with the values of now; `isForced` writes those at their default as well.
 *
 * Returns null, or the system's reason why that cannot be.
 */
export function rewriteConfig(services: Services, { isForced }: { isForced: boolean }): string | null {
  const path = services.lifecycle.configPath;
  try {
    const text = rewriteConfigFile(readIfExists(path), services.config, {
      users: services.users.describeAll().map(decodeByteText),
      isForced,
    });
    replaceFile(path, text, services.random.hexId(8));
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

function readIfExists(path: string): string | null {
  requireRead(path, "read the configuration file");
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function replaceFile(path: string, text: string, suffix: string): void {
  const temporary = `${path}.${Deno.pid}-${suffix}.tmp`;
  requireWrite(temporary, "write the configuration file");
  const bytes = new TextEncoder().encode(text);
  try {
    using file = Deno.openSync(temporary, { write: true, createNew: true, mode: 0o644 });
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    file.syncSync();
    Deno.renameSync(temporary, path);
  } catch (error) {
    removeIfExists(temporary);
    throw error;
  }
}

function removeIfExists(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // The file that could not be written may not exist at all.
  }
}

/** The system's words inside the message of a Deno error: `Permission denied (os error 13): ...`. */
function reasonOf(error: unknown): string {
  if (error instanceof FileAccessError) return "Permission denied";
  const message = error instanceof Error ? error.message : String(error);
  return /^(.*?) \(os error \d+\)/.exec(message)?.[1] ?? message;
}
