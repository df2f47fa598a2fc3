/**
 * All commands on the bits of strings.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Services } from "../services.ts";
import { bitFieldCommands } from "./bit_field.ts";
import { bitRangeCommands } from "./bit_ranges.ts";
import { bitopCommands } from "./bitop.ts";
import { singleBitCommands } from "./single_bits.ts";

/** The declarations of the group "bitmap". */
export function bitmapCommands(services: Services): CommandSpec[] {
  return [
    ...singleBitCommands(services),
    ...bitRangeCommands,
    ...bitopCommands,
    ...bitFieldCommands(services),
  ];
}
