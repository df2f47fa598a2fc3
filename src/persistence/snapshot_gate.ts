/**
 * Makes the writer of a large key wait while a snapshot still has to save that key; nobody else waits.
 */

import type { Command } from "../command/command.ts";
import type { Context } from "../command/context.ts";
import type { Gate } from "../command/gate.ts";
import { retryAfter, type Wait } from "../command/outcome.ts";
import type { CommandRegistry } from "../command/registry.ts";
import type { Args } from "../resp/request_batch.ts";
import { NO_ENTRY } from "../store/entry_layout.ts";

/** A queued command, for the gate before EXEC. */
export interface QueuedCommand {
  readonly command: Command;
  readonly args: Args;
}

/** The gate; `queueOf` gives what EXEC is about to run. */
export function snapshotGate(
  registry: () => CommandRegistry,
  queueOf: (context: Context) => readonly QueuedCommand[],
): Gate {
  return {
    isRaised: ({ store }) => store.snapshot !== null,
    concerns: (command) => mayWrite(command) || command.name === "exec",
    check(context, command, args) {
      if (command.name !== "exec") return waitFor(context, command, args, registry());
      for (const queued of queueOf(context)) {
        const wait = mayWrite(queued.command) ? waitFor(context, queued.command, queued.args, registry()) : null;
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

function waitFor(context: Context, command: Command, args: Args, registry: CommandRegistry): Wait | null {
  const { snapshot } = context.store;
  const { keyspace } = context.db;
  if (snapshot === null) return null;
  const keys = registry.keysOf(command, args);
  for (let index = 0; index < keys.count; index++) {
    const key = args.at(keys.positions[index]!);
    const entry = keyspace.find(key);
    if (entry !== NO_ENTRY && snapshot.isHeld(keyspace, entry)) {
      return retryAfter("snapshot", snapshot.release(keyspace, key));
    }
  }
  return null;
}
