/**
 * All commands on sets.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Services } from "../services.ts";
import { setAlgebraCommands } from "./algebra.ts";
import { memberCommands } from "./members.ts";
import { randomMemberCommands } from "./random.ts";
import { setScanCommands } from "./scan.ts";

/** The declarations of the group "set". */
export function setGroupCommands(services: Services): CommandSpec[] {
  return [
    ...memberCommands(services),
    ...randomMemberCommands(services),
    ...setAlgebraCommands(services),
    ...setScanCommands,
  ];
}
