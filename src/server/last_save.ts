/**
 * The last save before the server stops: everybody else stands still, as while Redis saves, but signals are heard.
 */

import type { Services, ShutdownFlags, StopAnswer } from "../commands/services.ts";

/** Saves what is to be saved. */
export async function saveLast(services: Services, flags: ShutdownFlags): Promise<StopAnswer> {
  const { persistence, clientPause, cron } = services;
  // What is answered from now on would be missing in the file. The lifecycle ends the pause if the server goes on.
  clientPause.pause("shutdown", Number.MAX_SAFE_INTEGER, "all");
  cron.isHeld = true;
  try {
    return await persistence.saveBeforeStop(flags) ? "ready" : "refused";
  } finally {
    cron.isHeld = false;
  }
}
