/**
 * EVAL, EVALSHA and their read-only forms.
 */

import { latin1 } from "../../bytes/ascii.ts";
import { readClampedInteger } from "../../command/arguments.ts";
import type { CommandSpec, Handler } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { keyCount } from "../../command/key_specs.ts";
import type { Wait } from "../../command/outcome.ts";
import type { RequestTraits } from "../../command/request_traits.ts";
import { NOSCRIPT, NUMKEYS_NEGATIVE, NUMKEYS_TOO_MANY } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { type CachedScript, ScriptCache } from "../../scripting/script_cache.ts";
import { readScriptText, type ScriptFlags, ShebangError, traitsOfFlags } from "../../scripting/script_flags.ts";
import type { Services } from "../services.ts";
import { invoke, maxKeyCount, READING_TRAITS, WRITING_TRAITS } from "./invocation.ts";

/** Which of the four commands. */
interface EvalForm {
  readonly isSha: boolean;
  readonly isReadOnly: boolean;
}

const UNKNOWN_USE = "We cannot tell how the keys will be used so we assume the worst, RW and UPDATE";
const UNKNOWN_READING = "We cannot tell how the keys will be used so we assume the worst, RO and ACCESS";
const COMPLEXITY = "Depends on the script that is executed.";
const WRITING = "noscript stale skip_monitor no_mandatory_keys may_replicate";
const READING = "readonly noscript stale skip_monitor no_mandatory_keys";

function evaluate(services: Services, form: EvalForm, context: Context, args: Args, reply: Reply): Wait | void {
  const { scripting, monitors } = services;
  // Before the commands that it calls.
  monitors.show(context, args);
  const body = args.at(1);
  if (form.isSha && !ScriptCache.isName(body)) return reply.error(NOSCRIPT);
  const count = readClampedInteger(args, 2, reply);
  if (count === null) return;
  if (count > maxKeyCount(args)) return reply.error(NUMKEYS_TOO_MANY);
  if (count < 0) return reply.error(NUMKEYS_NEGATIVE);
  const script = form.isSha ? scripting.cache.find(args.text(1)) ?? NOSCRIPT : scripting.cache.load(body);
  if (typeof script === "string") return reply.error(script);
  const { sha: name, callee, flags } = script;
  const callable = { name, callee, flags, state: scripting.cache.state, isEval: true };
  return invoke(services, callable, { context, args, reply, keyCount: count, isReadOnly: form.isReadOnly });
}

function traitsOf({ scripting: { cache } }: Services, { isSha, isReadOnly }: EvalForm, args: Args): RequestTraits {
  const traits = isReadOnly ? READING_TRAITS : WRITING_TRAITS;
  const script = isSha ? cache.find(args.text(1)) : cache.findText(args.at(1));
  return traitsOfFlags(script === undefined && !isSha ? flagsOf(args) : flagsOfCached(script), traits);
}

function flagsOfCached(script: CachedScript | undefined): ScriptFlags {
  return script?.flags ?? null;
}

/** The flags of a script that has not been seen yet; what is wrong with it comes up when it is compiled. */
function flagsOf(args: Args): ScriptFlags {
  const { bytes, start, end } = args.at(1);
  try {
    return readScriptText(latin1(bytes, start, end)).flags;
  } catch (error) {
    if (error instanceof ShebangError) return null;
    throw error;
  }
}

/** EVAL, EVAL_RO, EVALSHA, EVALSHA_RO. */
export function evalCommands(services: Services): CommandSpec[] {
  const handlers = (form: EvalForm): { run: Handler; traits: NonNullable<CommandSpec["traits"]> } => ({
    run: (context, args, reply) => evaluate(services, form, context, args, reply),
    traits: (_context, args) => traitsOf(services, form, args),
  });
  return [
    {
      name: "eval",
      group: "scripting",
      since: "2.6.0",
      summary: "Execute a Lua script server side",
      complexity: COMPLEXITY,
      arity: -3,
      flags: WRITING,
      acl: "scripting",
      keys: [keyCount(2, "RW access update", UNKNOWN_USE)],
      syntax: "script numkeys:integer [key...] [arg...]",
      ...handlers({ isSha: false, isReadOnly: false }),
    },
    {
      name: "eval_ro",
      group: "scripting",
      since: "7.0.0",
      summary: "Execute a read-only Lua script server side",
      complexity: COMPLEXITY,
      arity: -3,
      flags: READING,
      acl: "scripting",
      keys: [keyCount(2, "RO access", UNKNOWN_READING)],
      syntax: "script numkeys:integer [key...] [arg...]",
      ...handlers({ isSha: false, isReadOnly: true }),
    },
    {
      name: "evalsha",
      group: "scripting",
      since: "2.6.0",
      summary: "Execute a Lua script server side",
      complexity: COMPLEXITY,
      arity: -3,
      flags: WRITING,
      acl: "scripting",
      keys: [keyCount(2, "RW access update")],
      syntax: "sha1 numkeys:integer [key...] [arg...]",
      ...handlers({ isSha: true, isReadOnly: false }),
    },
    {
      name: "evalsha_ro",
      group: "scripting",
      since: "7.0.0",
      summary: "Execute a read-only Lua script server side",
      complexity: COMPLEXITY,
      arity: -3,
      flags: READING,
      acl: "scripting",
      keys: [keyCount(2, "RO access")],
      syntax: "sha1 numkeys:integer [key...] [arg...]",
      ...handlers({ isSha: true, isReadOnly: true }),
    },
  ];
}
