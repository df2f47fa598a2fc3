/**
 * Why a user may not make a request, and how that is said to a client, in EXEC and in a script.
 */

import type { Command } from "../command/command.ts";
import { NO_PERMISSION_CHANNEL, NO_PERMISSION_KEY, noPermission } from "../resp/reply_errors.ts";

/** What a user lacks. */
export type DenialReason = "command" | "key" | "channel";

/** Why a user may not make a request. */
export interface Denial {
  readonly reason: DenialReason;
  /** Where the key or the channel stands in the request; 0 for the command. */
  readonly position: number;
}

/** What was going on: a request by itself, one of a transaction, one of a script. */
export type DenialPlace = "toplevel" | "multi" | "lua";

const NO_LONGER = "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. " +
  "This command is no longer allowed for the following reason: ";
const EXEC_REASONS: Readonly<Record<DenialReason, string>> = {
  command: "no permission to execute the command or subcommand",
  key: "no permission to touch the specified keys",
  channel: "no permission to access one of the channels used as arguments",
};
const SCRIPT_REASONS: Readonly<Record<DenialReason, string>> = {
  command: "can't run this command or subcommand",
  key: "can't access at least one of the keys mentioned in the command arguments",
  channel: "can't publish to the channel mentioned in the command",
};

/** The error that answers a request. */
export function denialError({ reason }: Denial, command: Command): string {
  if (reason === "command") return noPermission(command.fullName);
  return reason === "key" ? NO_PERMISSION_KEY : NO_PERMISSION_CHANNEL;
}

/** The error that EXEC answers for a request that was allowed when it was queued. */
export function lateDenialError({ reason }: Denial): string {
  return NO_LONGER + EXEC_REASONS[reason];
}

/** What a script is told of its user: "can't run this command or subcommand". */
export function scriptDenialReason({ reason }: Denial): string {
  return SCRIPT_REASONS[reason];
}
