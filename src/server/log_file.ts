/**
 * Where log lines go: standard output, or the file of `logfile`.
 *
 * - The file is in the `dir` of the start. Redis's log moves along when `dir` is set later; this one stays.
 */

import { requireWrite } from "../base/file_access.ts";
import type { Config } from "../config/config.ts";
import { pathInDataDirectory } from "../persistence/data_directory.ts";

/** A function that appends lines to the log of `config`, whole and at once. Throws where the file may not be opened. */
export function openLog(config: Config): (line: string) => void {
  const write = logWriter(config);
  const encoder = new TextEncoder();
  return (line) => {
    try {
      write(encoder.encode(line));
    } catch {
      // A log that cannot be written (a closed pipe, a directory that has gone) must not stop the server.
    }
  };
}

function logWriter(config: Config): (bytes: Uint8Array) => void {
  const name = config.string("logfile").value;
  if (name === "") return (bytes) => writeWhole(Deno.stdout, bytes);
  const path = pathInDataDirectory(config, name);
  requireWrite(path, "open the log file");
  // As Redis, the file is opened for each line, so that it may be moved away by log rotation.
  return (bytes) => {
    using file = Deno.openSync(path, { append: true, create: true });
    writeWhole(file, bytes);
  };
}

function writeWhole(target: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += target.writeSync(bytes.subarray(at));
}
