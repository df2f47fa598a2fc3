/**
 * All commands on sorted sets.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import { ConfiguredSortedSetLimits } from "../../store/configured_sorted_set_limits.ts";
import type { Services } from "../services.ts";
import { sortedSetAddCommands } from "./add.ts";
import { sortedSetAlgebraCommands } from "./algebra_commands.ts";
import { blockingSortedSetCommands } from "./blocking.ts";
import { sortedSetCountCommands } from "./count.ts";
import { sortedSetMemberCommands } from "./members.ts";
import { sortedSetPopCommands } from "./pop.ts";
import { sortedSetRandomCommands } from "./random.ts";
import { sortedSetRangeCommands } from "./range_commands.ts";
import { sortedSetScanCommands } from "./scan.ts";

/** The declarations of the group "sorted-set". */
export function sortedSetCommands(services: Services): CommandSpec[] {
  const limits = new ConfiguredSortedSetLimits(services.config);
  return [
    ...sortedSetAddCommands(limits),
    ...sortedSetMemberCommands,
    ...sortedSetRangeCommands(limits),
    ...sortedSetCountCommands,
    ...sortedSetPopCommands,
    ...sortedSetRandomCommands,
    ...sortedSetScanCommands,
    ...sortedSetAlgebraCommands(limits),
    ...blockingSortedSetCommands(services),
  ];
}
