/**
 * Every command of the server: the one list that the registry is made of.
 *
 * - A new family is one more line here.
 */

import type { CommandSpec } from "../command/command_spec.ts";
import { pingCommands } from "./connection/ping.ts";
import { basicCommands } from "./string/basic.ts";
import { saveCommands } from "./server/save.ts";
import type { Services } from "./services.ts";

/** The declarations of all commands, for a server made of `services`. */
export function allCommandSpecs(services: Services): CommandSpec[] {
  return [
    ...pingCommands,
    ...basicCommands,
    ...saveCommands(services),
  ];
}
