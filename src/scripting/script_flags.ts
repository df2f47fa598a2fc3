/**
 * What a script says about itself before it runs: the flags of functions and of the first line of a script.
 *
 * ```
 * #!lua flags=no-writes,allow-stale
 * #!lua name=mylib                        (libraries of functions)
 * ```
 */

import { ascii, latin1 } from "../bytes/ascii.ts";
import { splitArguments } from "../bytes/split_arguments.ts";
import type { RequestTraits } from "../command/request_traits.ts";

/** The flags, in the order in which FUNCTION LIST shows them. */
export const SCRIPT_FLAGS = ["no-writes", "allow-oom", "allow-stale", "no-cluster", "allow-cross-slot-keys"] as const;

/** One flag. */
export type ScriptFlag = (typeof SCRIPT_FLAGS)[number];

/**
 * The flags of a script, or null where it has no first line that could name any: then each of its commands is judged when it is
 * called, and not the script as a whole.
 */
export type ScriptFlags = ReadonlySet<ScriptFlag> | null;

/** A first line that cannot be understood; the message is the error's text without its code. */
export class ShebangError extends Error {
  override readonly name = "ShebangError";
}

/** A script without its first line. */
export interface ScriptText {
  readonly flags: ScriptFlags;
  /** From the end of the first line on, so that the numbers of lines stay as they are. */
  readonly code: string;
}

/** A library without its first line. */
export interface LibraryText {
  readonly engine: string;
  readonly name: string;
  readonly code: string;
}

/** The flag of that name, or undefined. Case counts unless `ignoresCase`. */
export function findScriptFlag(name: string, ignoresCase = false): ScriptFlag | undefined {
  const wanted = ignoresCase ? name.toLowerCase() : name;
  return SCRIPT_FLAGS.find((flag) => flag === wanted);
}

/** Takes the first line off a script; the text has one character per byte. Throws `ShebangError`. */
export function readScriptText(source: string): ScriptText {
  if (!source.startsWith("#!")) return { flags: null, code: source };
  const { words, code } = splitFirstLine(source, "Invalid script shebang", "Invalid engine in script shebang");
  const [engine, ...options] = words;
  if (engine !== "#!lua") throw new ShebangError(`Unexpected engine in script shebang: ${engine}`);
  const flags = new Set<ScriptFlag>();
  for (const option of options) {
    if (!option.startsWith("flags=")) throw new ShebangError(`Unknown lua shebang option: ${option}`);
    const list = option.slice("flags=".length);
    if (list === "") continue;
    for (const name of list.split(",")) {
      const flag = findScriptFlag(name);
      if (flag === undefined) throw new ShebangError(`Unexpected flag in script shebang: ${name}`);
      flags.add(flag);
    }
  }
  return { flags, code };
}

/** Takes the first line off a library; the text has one character per byte. Throws `ShebangError`. */
export function readLibraryText(source: string): LibraryText {
  if (!source.startsWith("#!")) throw new ShebangError("Missing library metadata");
  const { words, code } = splitFirstLine(source, "Invalid library metadata", "Invalid library metadata");
  let name: string | null = null;
  for (const option of words.slice(1)) {
    if (!/^name=/i.test(option)) throw new ShebangError(`Invalid metadata value given: ${option}`);
    if (name !== null) throw new ShebangError("Invalid metadata value, name argument was given multiple times");
    name = option.slice("name=".length);
  }
  if (name === null) throw new ShebangError("Library name was not given");
  return { engine: words[0]!.slice(2), name, code };
}

function splitFirstLine(source: string, unended: string, unreadable: string): { words: string[]; code: string } {
  const end = source.indexOf("\n");
  const nul = source.indexOf("\0");
  if (end < 0 || (nul >= 0 && nul < end)) throw new ShebangError(unended);
  const line = ascii(source.slice(0, end));
  const words = splitArguments(line, 0, line.length);
  if (words === null || words.length === 0) throw new ShebangError(unreadable);
  return { words: words.map((word) => latin1(word)), code: source.slice(end) };
}

/** What the gates go by for a script with flags; `traits` are those of the command that calls it. */
export function traitsOfFlags(flags: ScriptFlags, traits: RequestTraits): RequestTraits {
  if (flags === null) return traits;
  const isWrite = !flags.has("no-writes");
  return {
    isWrite,
    isDenyOom: isWrite && !flags.has("allow-oom"),
    stale: flags.has("allow-stale"),
    mayReplicate: false,
    isReadOnly: traits.isReadOnly,
    noAsyncLoading: traits.noAsyncLoading,
    loading: traits.loading,
  };
}
