/**
 * The commands of scripts and functions.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Services } from "../services.ts";
import { evalCommands } from "./eval.ts";
import { fcallCommands } from "./fcall.ts";
import { functionCommands } from "./function.ts";
import { scriptCommands } from "./script.ts";

/** All of them. */
export function scriptingCommands(services: Services): CommandSpec[] {
  return [
    ...evalCommands(services),
    ...fcallCommands(services),
    ...functionCommands(services),
    ...scriptCommands(services),
  ];
}
