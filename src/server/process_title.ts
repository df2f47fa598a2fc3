/**
 * `set-proc-title` and `proc-title-template`: what `ps` and `top` show of the process.
 *
 * - The system has no more room for it than the command line took: a longer title is cut.
 */

import process from "node:process";
import { expandProcTitle } from "../config/proc_title.ts";
import type { Server } from "./server.ts";

/** Name of the program where it was not started under one of its own. */
const PROGRAM_NAME = "redeno";

/** Keeps the title of the process that is there for `server`. To be called before it starts. */
export function keepProcessTitle({ lifecycle, services: { config } }: Server): void {
  if (!config.boolean("set-proc-title").value) return;
  const startedAs = process.argv0;
  // Whoever looks for the server does not look for the runtime.
  const title = /(^|[\\/])deno(\.exe)?$/.test(startedAs) ? PROGRAM_NAME : startedAs;
  const apply = () => {
    const port = config.integer("port").value;
    const unixSocket = config.string("unixsocket").value ?? "";
    process.title = expandProcTitle(config.string("proc-title-template").value ?? "", {
      title,
      "listen-addr": port !== 0 ? `${config.cell("bind").value[0] ?? "*"}:${port}` : `unixsocket:${unixSocket}`,
      "server-mode": "",
      "config-file": lifecycle.configPath || "-",
      "port": String(port),
      "tls-port": "0",
      "unixsocket": unixSocket,
    }) ?? title;
  };
  lifecycle.whenListening.push(apply);
  config.onAnyChange(["proc-title-template", "port", "bind"], apply);
}
