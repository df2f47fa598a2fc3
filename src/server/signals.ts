/**
 * SIGTERM and SIGINT: an orderly shutdown with the next round of the cron; a second SIGINT ends the process at once.
 */

import type { ShutdownFlags } from "../commands/services.ts";
import type { Server } from "./server.ts";

/** Listens for the signals of the system until the server has stopped. */
export function stopOnSignals(server: Server): void {
  const { lifecycle } = server;
  const { logger, config, persistence } = server.services;
  const stop = (signal: "SIGTERM" | "SIGINT") => {
    if (lifecycle.isShuttingDown && signal === "SIGINT") {
      logger.raw("You insist... exiting now.\n");
      persistence.discardUnfinished();
      Deno.exit(1);
    }
    logger.warning(
      signal === "SIGINT" ? "Received SIGINT scheduling shutdown..." : "Received SIGTERM scheduling shutdown...",
    );
    const words = config.flags(signal === "SIGINT" ? "shutdown-on-sigint" : "shutdown-on-sigterm").value;
    lifecycle.scheduleShutdown(flagsOf(words));
  };
  // Windows has no SIGTERM to listen for.
  const signals = Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, () => stop(signal));
}

function flagsOf(words: readonly string[]): ShutdownFlags {
  const isNoSave = words.includes("nosave");
  return {
    save: words.includes("save") ? true : isNoSave ? false : null,
    isNow: words.includes("now"),
    isForced: words.includes("force"),
  };
}
