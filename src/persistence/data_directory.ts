/**
 * What it means to enter a directory by the `dir` parameter: it must exist, and data files are found there from then on.
 *
 * - The process itself stays where it is: several servers in one process have directories of their own.
 * - Where nothing may be read the path is taken as it is; whoever opens a file there says that it may not.
 */

import { canRead, workingDirectory } from "../base/file_access.ts";
import type { Config } from "../config/config.ts";
import type { EnterResult } from "../config/working_directory.ts";
import { joinPath } from "./data_path.ts";
import { systemReason } from "../base/system_reason.ts";

/** Makes `dir` of `config` check and resolve paths; until it is set it is the directory of the process, if that may be known. */
export function bindDataDirectory(config: Config): void {
  const cell = config.cell("dir");
  const start = workingDirectory();
  cell.enter = (path) => {
    return path === ""
      ? { error: "No such file or directory" }
      : enterDirectory(resolvePath(cell.value || start, path));
  };
  if (cell.value === "") {
    if (start !== ".") cell.value = start;
    return;
  }
  const entered = cell.enter(cell.value);
  if ("directory" in entered) cell.value = entered.directory;
}

/** Where a file is that the configuration names: in `dir` unless the name is a whole path. */
export function pathInDataDirectory(config: Config, name: string): string {
  return resolvePath(config.cell("dir").value || workingDirectory(), name);
}

function enterDirectory(path: string): EnterResult {
  if (!canRead(path)) return { directory: path };
  try {
    if (!Deno.statSync(path).isDirectory) return { error: "Not a directory" };
    return { directory: Deno.realPathSync(path) };
  } catch (error) {
    return { error: systemReason(error) };
  }
}

function resolvePath(base: string, path: string): string {
  return path.startsWith("/") || /^[A-Za-z]:[/\\]/.test(path) ? path : joinPath(base, path);
}
