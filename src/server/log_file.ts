/**
 * Where log lines go: standard output, or the file of `logfile`.
 *
 * - The file is in the `dir` of the start. Redis's log moves along when `dir` is set later; this one stays.
 */

import { requireWrite } from "../base/file_access.ts";
import type { Config } from "../config/config.ts";
import { pathInDataDirectory } from "../persistence/data_directory.ts";

/** A function that appends lines to the log of `config`, whole and at once. Throws where the file cannot be opened. */
export function openLog(config: Config): (line: string) => void {
  const name = config.string("logfile").value;
  const encoder = new TextEncoder();
  if (name === "") return (line) => writeWhole(Deno.stdout, encoder.encode(line));
  const path = pathInDataDirectory(config, name);
  requireWrite(path, "open the log file");
  // As Redis, the file is opened for each line, so that it may be moved away by log rotation.
  return (line) => {
    using file = Deno.openSync(path, { append: true, create: true });
    writeWhole(file, encoder.encode(line));
  };
}

function writeWhole(target: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) at += target.writeSync(bytes.subarray(at));
  } catch {
    // A log that cannot be written (a closed pipe) must not stop the server.
  }
}
