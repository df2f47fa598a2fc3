/**
 * Makes a client wait that is about to write a key which somebody needs unchanged for a while; nobody else waits.
 *
 * - Only keys that the request names are known here, in the selected database. What reaches a held key all the same
 *   (FLUSHALL, expiry, a script's undeclared key) is for the holder to bear.
 */

import type { Slice } from "../bytes/slice.ts";
import type { Args } from "../resp/request_batch.ts";
import type { Command } from "./command.ts";
import type { Context } from "./context.ts";
import type { Gate } from "./gate.ts";
import type { Wait } from "./outcome.ts";
import type { CommandRegistry } from "./registry.ts";

/** A queued command, for the gate before EXEC. */
export interface QueuedCommand {
  readonly command: Command;
  readonly args: Args;
}

/** Who holds keys. */
export interface KeyHolder {
  /** False when nobody has to wait: the requests' keys are not even looked for. Asked when gates are; see `Gate.isRaised`. */
  isHolding(context: Context): boolean;
  /** The wait for a key of the selected database, or null when it is free. */
  waitFor(context: Context, key: Slice): Wait | null;
}

/** The gate of a holder; `queueOf` gives what EXEC is about to run. */
export function heldKeysGate(
  holder: KeyHolder,
  registry: () => CommandRegistry,
  queueOf: (context: Context) => readonly QueuedCommand[],
): Gate {
  const waitForKeys = (context: Context, command: Command, args: Args): Wait | null => {
    const keys = registry().keysOf(command, args);
    for (let index = 0; index < keys.count; index++) {
      const wait = holder.waitFor(context, args.at(keys.positions[index]!));
      if (wait !== null) return wait;
    }
    return null;
  };
  return {
    isRaised: (context) => holder.isHolding(context),
    concerns: (command) => mayWrite(command) || command.name === "exec",
    check(context, command, args) {
      if (command.name !== "exec") return waitForKeys(context, command, args);
      for (const queued of queueOf(context)) {
        const wait = mayWrite(queued.command) ? waitForKeys(context, queued.command, queued.args) : null;
        if (wait !== null) return wait;
      }
      return null;
    },
  };
}

/** Scripts are not flagged as writing, but are as what may replicate: they wait for the keys that they name. */
function mayWrite(command: Command): boolean {
  return command.isWrite || command.mayReplicate;
}
