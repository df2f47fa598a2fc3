/**
 * All commands on lists.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Services } from "../services.ts";
import { blockingListCommands } from "./blocking.ts";
import { listEditCommands } from "./edit.ts";
import { listMoveCommands } from "./move.ts";
import { popCommands } from "./pop.ts";
import { pushCommands } from "./push.ts";
import { listReadCommands } from "./read.ts";

/** The declarations of the group "list". */
export function listCommands(services: Services): CommandSpec[] {
  return [
    ...pushCommands,
    ...popCommands,
    ...listReadCommands,
    ...listEditCommands,
    ...listMoveCommands,
    ...blockingListCommands(services),
  ];
}
