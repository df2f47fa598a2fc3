/**
 * What a server says when it starts: who it is, where it listens, and the `PID:` line that tools look for.
 */

import type { Services } from "../commands/services.ts";

/** Logs it: in a line, after a picture where the log goes to standard output or `always-show-logo` wants one. */
export function sayWhoStarts({ config, logger, lifecycle: { port } }: Services): void {
  const isShown = config.string("logfile").value === "" || config.boolean("always-show-logo").value;
  if (isShown) logger.raw(picture(port));
  logger.notice(`Running mode=standalone, port=${port}.`);
}

function picture(port: number): string {
  return [
    "",
    "      ,_,      Redeno, compatible with Redis 7.0.15",
    "     (o,o)     Running in standalone mode",
    `    {\`"'}     Port: ${port}`,
    `    -"-"-      PID: ${Deno.pid}`,
    "",
    "",
  ].join("\n");
}
