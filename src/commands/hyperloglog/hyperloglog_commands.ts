/**
 * All commands on HyperLogLogs.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Services } from "../services.ts";
import { addCommands } from "./add.ts";
import { countCommands } from "./count.ts";
import { debugCommands } from "./debug.ts";
import { HyperLogLogEditor } from "./hyperloglog_editor.ts";
import { mergeCommands } from "./merge.ts";
import { selfTestCommands } from "./self_test.ts";

/** The declarations of the group "hyperloglog". */
export function hyperLogLogCommands(services: Services): CommandSpec[] {
  const editor = new HyperLogLogEditor(services.config.integer("hll-sparse-max-bytes"));
  return [
    ...addCommands(editor),
    ...countCommands,
    ...mergeCommands(editor),
    ...debugCommands(editor),
    ...selfTestCommands(services),
  ];
}
