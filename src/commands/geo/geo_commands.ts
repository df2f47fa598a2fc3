/**
 * All commands on positions on the earth, which sorted sets keep.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import { ConfiguredSortedSetLimits } from "../../store/configured_sorted_set_limits.ts";
import type { Services } from "../services.ts";
import { geoAddCommands } from "./add.ts";
import { geoMemberCommands } from "./members.ts";
import { geoSearchCommands } from "./search_commands.ts";

/** The declarations of the group "geo". */
export function geoCommands(services: Services): CommandSpec[] {
  const limits = new ConfiguredSortedSetLimits(services.config);
  return [...geoAddCommands(services, limits), ...geoMemberCommands, ...geoSearchCommands(limits)];
}
