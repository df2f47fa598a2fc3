/**
 * `pidfile`: a file with the process id, from when the server listens to when it stops, for the scripts that manage it.
 *
 * - As in Redis the file is no reason not to start; here the log says why there is none.
 */

import { messageOf } from "../base/error_text.ts";
import { requireWrite } from "../base/file_access.ts";
import { pathInDataDirectory } from "../persistence/data_directory.ts";
import type { Server } from "./server.ts";

/** Where Redis writes it for `daemonize yes` without a `pidfile`. */
const DEFAULT_PATH = "/var/run/redis.pid";

/** Keeps the file of the configuration while `server` runs. To be called before it starts. */
export function keepPidFile({ lifecycle, services: { config, logger } }: Server): void {
  const wanted = config.string("pidfile").value;
  if (!wanted && !config.boolean("daemonize").value) return;
  const path = pathInDataDirectory(config, wanted || DEFAULT_PATH);
  lifecycle.whenListening.push(() => {
    try {
      requireWrite(path, "write the pid file");
      Deno.writeTextFileSync(path, `${Deno.pid}\n`);
    } catch (error) {
      logger.warning(`There is no pid file: ${messageOf(error)}`);
    }
  });
  lifecycle.beforeStop.push(() => {
    logger.notice("Removing the pid file.");
    try {
      Deno.removeSync(path);
    } catch {
      // There was none, or somebody else has removed it.
    }
    return Promise.resolve("ready");
  });
}
