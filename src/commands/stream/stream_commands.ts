/**
 * All commands of streams.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Services } from "../services.ts";
import { addCommands } from "./add.ts";
import { autoclaimCommands } from "./autoclaim.ts";
import { claimCommands } from "./claim.ts";
import { groupCommands } from "./group.ts";
import { infoCommands } from "./info.ts";
import { pendingCommands } from "./pending.ts";
import { rangeCommands } from "./range.ts";
import { readCommands } from "./read.ts";

/** The declarations of X commands. */
export function streamCommands(services: Services): CommandSpec[] {
  return [
    ...addCommands(services),
    ...rangeCommands,
    ...readCommands(services),
    ...groupCommands,
    ...pendingCommands,
    ...claimCommands(services),
    ...autoclaimCommands(services),
    ...infoCommands,
  ];
}
