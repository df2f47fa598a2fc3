/**
 * What the state of the server forbids scripts, as a whole before they run and for each command that they call.
 */

import type { Command } from "../command/command.ts";
import type { Context } from "../command/context.ts";
import { aofMisconf, MASTERDOWN, MISCONF, NOREPLICAS, NOT_FROM_SCRIPT, OOM, READONLY } from "../resp/reply_errors.ts";
import type { Args } from "../resp/request_batch.ts";
import type { ScriptFlags } from "./script_flags.ts";
import type { ScriptRun } from "./script_run.ts";

/** What scripts ask the rest of the server. */
export interface ServerState {
  /** The last command found no room within `maxmemory`. */
  readonly isOutOfMemory: () => boolean;
  /** A replica without its master, which must not show old data. */
  readonly isStale: () => boolean;
  readonly isReadOnlyReplica: () => boolean;
  /** Why nothing may be written while it cannot be kept: a failed save, or the reason why the AOF failed; null while it can. */
  readonly diskFailure: () => "save" | { readonly aof: string } | null;
  readonly lacksReplicas: () => boolean;
  readonly isClusterEnabled: () => boolean;
  /** DEBUG SET-DISABLE-DENY-SCRIPTS. */
  readonly isDenialDisabled: () => boolean;
  /** Why the user of a script's caller may not run a command, in the ACL's words; null where nothing speaks against it. */
  readonly denialOf: (caller: Context, request: ScriptRequest) => string | null;
}

/** A command that a script calls, or only asks about: then the ACL log must not tell of it. */
export interface ScriptRequest {
  readonly command: Command;
  readonly args: Args;
  readonly isLogged: boolean;
}

const SAVE_FAILED =
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. " +
  "Writable scripts are blocked. Use 'no-writes' flag for read only scripts.";
const STALE_WITHOUT_FLAG = "MASTERDOWN Link with MASTER is down, replica-serve-stale-data is set to 'no' and " +
  "'allow-stale' flag is not set on the script.";
const OOM_WITHOUT_FLAG = "OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'";

/** Why a script may not begin, as an error with its code; null to let it run. */
export function refusalOfScript(
  state: ServerState,
  flags: ScriptFlags,
  { caller, isReadOnlyCommand }: { readonly caller: Context; readonly isReadOnlyCommand: boolean },
): string | null {
  if (flags === null) return state.isStale() ? MASTERDOWN : null;
  if (flags.has("no-cluster") && state.isClusterEnabled()) {
    return "ERR Can not run script on cluster, 'no-cluster' flag is set.";
  }
  if (state.isStale() && !flags.has("allow-stale")) return STALE_WITHOUT_FLAG;
  if (flags.has("no-writes")) return null;
  const isObeyed = caller.origin !== "client";
  if (!isObeyed && state.isReadOnlyReplica()) return "READONLY Can not run script with write flag on readonly replica";
  const failure = isObeyed ? null : state.diskFailure();
  if (failure !== null) return failure === "save" ? SAVE_FAILED : aofFailed(failure.aof);
  if (isReadOnlyCommand) return "ERR Can not execute a script with write flag using *_ro command.";
  if (state.lacksReplicas()) return NOREPLICAS;
  return state.isOutOfMemory() && !flags.has("allow-oom") ? OOM_WITHOUT_FLAG : null;
}

/** Why a script may not call a command, as an error with its code; null to let it. */
export function refusalOfCall(state: ServerState, run: ScriptRun, command: Command, args: Args): string | null {
  if (command.noScript && !state.isDenialDisabled()) return NOT_FROM_SCRIPT;
  if (!command.stale && state.isStale()) return "ERR Can not execute the command on a stale replica";
  const denial = state.denialOf(run.caller, { command, args, isLogged: true });
  if (denial !== null) return `ERR The user executing the script ${denial}`;
  if (run.isReadOnly && (command.isWrite || command.mayReplicate)) {
    return "ERR Write commands are not allowed from read-only scripts.";
  }
  // In the middle of its writes a script must be let finish.
  if (run.hasWritten) return null;
  return (command.isWrite ? refusalOfWrite(state, run) : null) ?? refusalOfMemory(state, run, command);
}

function refusalOfWrite(state: ServerState, run: ScriptRun): string | null {
  if (!run.isObeyed && state.isReadOnlyReplica()) return READONLY;
  const failure = state.diskFailure();
  if (failure !== null) return failure === "save" ? MISCONF : aofMisconf(failure.aof);
  return state.lacksReplicas() ? NOREPLICAS : null;
}

function refusalOfMemory(state: ServerState, run: ScriptRun, command: Command): string | null {
  if (!command.isDenyOom || run.allowsOutOfMemory || run.isObeyed) return null;
  return state.isOutOfMemory() ? OOM : null;
}

function aofFailed(reason: string): string {
  return "MISCONF Redis is configured to persist data to AOF, but it's currently unable to persist to disk. " +
    `Writable scripts are blocked. Use 'no-writes' flag for read only scripts. AOF error: ${reason}`;
}
