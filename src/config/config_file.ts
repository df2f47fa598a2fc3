/**
 * Reads configuration as a server does at start: redis.conf, then standard input, then the directives of the command line, as one text.
 *
 * - A line is `name argument...`; the arguments are quoted as in `splitArguments`. Lines that start with `#` are comments.
 * - The first bad line ends it with a `ConfigFileError` that holds the report which Redis prints.
 * - Files are reached only through the host that the caller passes.
 */

import { systemReason } from "../base/system_reason.ts";
import { ascii } from "../bytes/ascii.ts";
import { splitArguments } from "../bytes/split_arguments.ts";
import { byteTextOf, decodeByteText, untilNul } from "./byte_text.ts";
import type { Config } from "./config.ts";

/** Deepest nesting of `include`: a file that includes itself must end. */
const MAX_INCLUDE_DEPTH = 64;

/** Directives of older versions that are accepted and ignored. */
const DEPRECATED_DIRECTIVES = ["list-max-ziplist-entries", "list-max-ziplist-value", "lua-replicate-commands"];

/** What a configuration file may need from the rest of the server. */
export interface ConfigFileHost {
  /** The text of a file; throws where it cannot be read. */
  readTextFile(path: string): string;
  /** The paths that match a pattern with `*`, `?` or `[`, sorted; none is no error. */
  expandGlob(pattern: string): readonly string[];
  /** The system's reason why the log file cannot be appended to, or null. */
  checkLogFile(path: string): string | null;
  /** Takes `rename-command`: an empty `target` removes the command. Returns Redis's refusal or null. */
  renameCommand(name: Uint8Array, target: Uint8Array): string | null;
  /**
   * Takes `user name rule...` (all arguments after the word `user`). Returns the offending argument (-1: the word `user`)
   * and the reason, or null.
   */
  declareUser(args: readonly Uint8Array[]): { readonly argumentIndex: number; readonly reason: string } | null;
  /** Takes `loadmodule path argument...`. Returns a refusal or null. */
  loadModule(args: readonly Uint8Array[]): string | null;
  /** Takes a setting of a module, `module.name value`. */
  configureModule(name: string, value: Uint8Array): void;
}

/** Where configuration comes from; later sources win. */
export interface ConfigSources {
  /** A redis.conf to read, or null. */
  readonly path: string | null;
  /** What was read from standard input, or null. */
  readonly stdinText?: string | null;
  /** Lines made from the command line, or null. */
  readonly directives?: string | null;
}

/** Configuration that the server cannot start with. */
export class ConfigFileError extends Error {
  override readonly name = "ConfigFileError";
  /** Whether Redis logs this message as a warning; otherwise it is the report that goes to stderr. */
  readonly isLogged: boolean;

  constructor(message: string, isLogged: boolean) {
    super(message);
    this.isLogged = isLogged;
  }
}

/**
 * Reads every source into `config`; apply hooks do not run.
 *
 * Throws `ConfigFileError`; the values read so far stay.
 */
export function loadConfigFile(config: Config, sources: ConfigSources, host: ConfigFileHost): void {
  new ConfigLoader(config, host).load(sources, 0);
}

class ConfigLoader {
  readonly #config: Config;
  readonly #host: ConfigFileHost;
  /** As in Redis, the end of an included file ends it for the files around it, too: `save` lines after it replace. */
  #isReadingFile = false;

  constructor(config: Config, host: ConfigFileHost) {
    this.#config = config;
    this.#host = host;
  }

  load({ path, stdinText = null, directives = null }: ConfigSources, depth: number): void {
    let text = path === null ? "" : this.#readFiles(path);
    if (stdinText !== null) text += withoutNul(stdinText);
    if (directives !== null) text += `\n${directives}`;
    this.#loadText(text, depth);
  }

  #readFiles(path: string): string {
    const paths = /[*?[]/.test(path) ? this.#host.expandGlob(path) : [path];
    return paths.map((one) => {
      try {
        return withoutNul(this.#host.readTextFile(one));
      } catch (error) {
        throw new ConfigFileError(`Fatal error, can't open config file '${one}': ${systemReason(error)}`, true);
      }
    }).join("");
  }

  #loadText(text: string, depth: number): void {
    this.#isReadingFile = true;
    for (const [index, rawLine] of text.split("\n").entries()) {
      const line = rawLine.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
      if (line === "" || line.startsWith("#")) continue;
      const reason = this.#loadLine(line, depth);
      if (reason !== null) {
        throw fatalReport(`Reading the configuration file, at line ${index + 1}\n>>> '${line}'\n${reason}`);
      }
    }
    const reason = this.#checkWhole();
    if (reason !== null) throw fatalReport(reason);
    this.#isReadingFile = false;
  }

  /** Redis's reason for refusing a line, or null. */
  #loadLine(line: string, depth: number): string | null {
    const args = splitByteText(byteTextOf(line));
    if (args === null) return "Unbalanced quotes in configuration line";
    if (args.length === 0) return null;
    const name = args[0]!.toLowerCase();
    const rest = args.slice(1);
    const primary = this.#config.primaryNameOf(ascii(name));
    if (primary === null) return this.#loadDirective(untilNul(name), rest, depth);
    if (!this.#config.cell(primary).takesManyArguments) {
      if (rest.length !== 1) return "wrong number of arguments";
      return this.#assign(primary, rest);
    }
    const isOneText = rest.length === 1 && rest[0] !== "";
    return this.#assign(primary, isOneText ? splitByteText(rest[0]!) ?? [] : rest);
  }

  #assign(name: string, args: readonly string[]): string | null {
    return this.#config.assign(name, args.map(ascii), this.#isReadingFile);
  }

  /** A line that is no parameter. */
  #loadDirective(name: string, args: readonly string[], depth: number): string | null {
    if (DEPRECATED_DIRECTIVES.includes(name) && args.length === 1) return null;
    if (name === "include" && args.length === 1) return this.#include(args[0]!, depth);
    const bytes = args.map(ascii);
    if (name === "rename-command" && bytes.length === 2) return this.#host.renameCommand(bytes[0]!, bytes[1]!);
    if (name === "user" && bytes.length >= 1) return this.#declareUser(args);
    if (name === "loadmodule" && bytes.length >= 1) return this.#host.loadModule(bytes);
    if (name.includes(".")) {
      if (args.length === 0) return "Module config specified without value";
      this.#host.configureModule(decodeByteText(name), ascii(args.join(" ")));
      return null;
    }
    if (name === "sentinel") return args.length === 0 ? null : "sentinel directive while not in sentinel mode";
    return "Bad directive or wrong number of arguments";
  }

  #include(path: string, depth: number): string | null {
    if (depth >= MAX_INCLUDE_DEPTH) return "Too many levels of include";
    this.load({ path: decodeByteText(untilNul(path)) }, depth + 1);
    return null;
  }

  #declareUser(args: readonly string[]): string | null {
    const refusal = this.#host.declareUser(args.map(ascii));
    if (refusal === null) return null;
    const argument = decodeByteText(untilNul(["user", ...args][refusal.argumentIndex + 1] ?? ""));
    return `Error in user declaration '${argument}': ${refusal.reason}`;
  }

  /** What can be judged only when all lines of a text are read. */
  #checkWhole(): string | null {
    const logFile = this.#config.string("logfile").value;
    const logError = logFile === "" ? null : this.#host.checkLogFile(logFile);
    if (logError !== null) return `Can't open the log file: ${logError}`;
    const isReplica = this.#config.cell("replicaof").value !== null;
    if (isReplica && this.#config.boolean("cluster-enabled").value) {
      return "replicaof directive not allowed in cluster mode";
    }
    return null;
  }
}

function splitByteText(text: string): string[] | null {
  const bytes = ascii(text);
  return splitArguments(bytes, 0, bytes.length)?.map((argument) => byteTextOf(argument)) ?? null;
}

/** `text` as Redis reads it line by line into C strings: a zero byte hides the rest of its line, and the line's end. */
function withoutNul(text: string): string {
  return text.includes("\0") ? text.replace(/\0[^\n]*\n?/g, "") : text;
}

function fatalReport(detail: string): ConfigFileError {
  return new ConfigFileError(`\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n${detail}\n`, false);
}
