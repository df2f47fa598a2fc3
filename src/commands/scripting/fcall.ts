/**
 * FCALL and FCALL_RO.
 */

import { readClampedInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { keyCount } from "../../command/key_specs.ts";
import type { Wait } from "../../command/outcome.ts";
import type { RequestTraits } from "../../command/request_traits.ts";
import { NUMKEYS_NEGATIVE, NUMKEYS_TOO_MANY } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { traitsOfFlags } from "../../scripting/script_flags.ts";
import type { Services } from "../services.ts";
import { invoke, maxKeyCount, READING_TRAITS, WRITING_TRAITS } from "./invocation.ts";

const COMPLEXITY = "Depends on the function that is executed.";
const SYNTAX = "function numkeys:integer [key...] [arg...]";

function fcall(services: Services, isReadOnly: boolean, context: Context, args: Args, reply: Reply): Wait | void {
  const { scripting, monitors } = services;
  // Before the commands that it calls.
  monitors.show(context, args);
  const found = scripting.functions.find(args.text(1));
  if (found === undefined) return reply.error("ERR Function not found");
  const count = readClampedInteger(args, 2, reply, "ERR Bad number of keys provided");
  if (count === null) return;
  if (count > maxKeyCount(args)) return reply.error(NUMKEYS_TOO_MANY);
  if (count < 0) return reply.error(NUMKEYS_NEGATIVE);
  const { name, callee, flags } = found;
  const callable = { name, callee, flags, state: scripting.functionState.state, isEval: false };
  return invoke(services, callable, { context, args, reply, keyCount: count, isReadOnly });
}

function traitsOf({ scripting: { functions } }: Services, isReadOnly: boolean, args: Args): RequestTraits {
  const traits = isReadOnly ? READING_TRAITS : WRITING_TRAITS;
  return traitsOfFlags(functions.find(args.text(1))?.flags ?? null, traits);
}

/** FCALL, FCALL_RO. */
export function fcallCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "fcall",
      group: "scripting",
      since: "7.0.0",
      summary: "Invoke a function",
      complexity: COMPLEXITY,
      arity: -3,
      flags: "noscript stale skip_monitor no_mandatory_keys may_replicate",
      acl: "scripting",
      keys: [
        keyCount(
          2,
          "RW access update",
          "We cannot tell how the keys will be used so we assume the worst, RW and UPDATE",
        ),
      ],
      syntax: SYNTAX,
      traits: (_context, args) => traitsOf(services, false, args),
      run: (context, args, reply) => fcall(services, false, context, args, reply),
    },
    {
      name: "fcall_ro",
      group: "scripting",
      since: "7.0.0",
      summary: "Invoke a read-only function",
      complexity: COMPLEXITY,
      arity: -3,
      flags: "readonly noscript stale skip_monitor no_mandatory_keys",
      acl: "scripting",
      keys: [
        keyCount(2, "RO access", "We cannot tell how the keys will be used so we assume the worst, RO and ACCESS"),
      ],
      syntax: SYNTAX,
      traits: (_context, args) => traitsOf(services, true, args),
      run: (context, args, reply) => fcall(services, true, context, args, reply),
    },
  ];
}
