/**
 * Where log lines go: standard output, or the file of `logfile`.
 */

import { requireWrite } from "../base/file_access.ts";
import type { Config } from "../config/config.ts";

/** A function that appends lines to the log of `config`, whole and at once. Throws where the file cannot be opened. */
export function openLog(config: Config): (line: string) => void {
  const path = config.string("logfile").value;
  const encoder = new TextEncoder();
  if (path === "") return (line) => writeWhole(Deno.stdout, encoder.encode(line));
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
