/**
 * All commands on hashes.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Services } from "../services.ts";
import { fieldCounterCommands } from "./counter.ts";
import { getFieldCommands } from "./get_fields.ts";
import { randomFieldCommands } from "./random.ts";
import { hashScanCommands } from "./scan.ts";
import { setFieldCommands } from "./set_fields.ts";

/** The declarations of the group "hash". */
export function hashCommands(services: Services): CommandSpec[] {
  return [
    ...setFieldCommands(services),
    ...getFieldCommands,
    ...fieldCounterCommands(services),
    ...randomFieldCommands,
    ...hashScanCommands,
  ];
}
