/**
 * Writes the configuration back to its file: whole or not at all.
 *
 * - The new text goes to a file of its own beside the old one, is synced, and takes the old one's place by a rename.
 */

import { DataFiles } from "../../base/data_files.ts";
import { FileAccessError, requireRead, requireWrite } from "../../base/file_access.ts";
import { systemReason } from "../../base/system_reason.ts";
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
    const files = new DataFiles("config", services.failpoints);
    replaceFile(files, path, { text, suffix: services.random.hexId(8) });
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

function replaceFile(files: DataFiles, path: string, { text, suffix }: { text: string; suffix: string }): void {
  const temporary = `${path}.${Deno.pid}-${suffix}.tmp`;
  requireWrite(temporary, "write the configuration file");
  try {
    using file = files.openSync(temporary, "create");
    file.writeSync(new TextEncoder().encode(text));
    file.syncSync();
    files.renameSync(temporary, path);
    files.syncDirectorySync(directoryOf(path));
  } catch (error) {
    removeIfExists(files, temporary);
    throw error;
  }
}

function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : path.slice(0, slash) || "/";
}

function removeIfExists(files: DataFiles, path: string): void {
  try {
    files.removeSync(path);
  } catch {
    // The file that could not be written may not exist at all.
  }
}

function reasonOf(error: unknown): string {
  return error instanceof FileAccessError ? "Permission denied" : systemReason(error);
}
