/**
 * The command line: `redeno [/path/to/redis.conf] [options] [-]`, read as redis-server reads it.
 *
 * - `--name value...` becomes the directive `name value...`, which is read after the file and standard input.
 * - Right after `--name` comes a value, even if it starts with `--`; after a value, `--` starts the next directive.
 * - `-` as the first or the last argument reads directives from standard input.
 */

import { parseArgs } from "@std/cli/parse-args";
import { utf8 } from "../bytes/ascii.ts";
import { quoteArgument } from "../bytes/quote.ts";
import { splitArguments } from "../bytes/split_arguments.ts";

/** What the command line asks for. */
export type CommandLine =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  /** Something that this server does not do, with the text for stderr; the exit code is 1. */
  | { readonly kind: "refused"; readonly text: string }
  | {
    readonly kind: "run";
    /** A redis.conf as it was written, or null; Redis makes it absolute before it reads it. */
    readonly configPath: string | null;
    /** Lines to read after the file, one directive each; or empty. */
    readonly directives: string;
    /** Whether directives come from standard input, too. */
    readonly readsStdin: boolean;
  };

/** Reads the arguments after the program's name (`Deno.args`). */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const first = argv[0];
  if (first === undefined) return { kind: "run", configPath: null, directives: "", readsStdin: false };
  const question = parseQuestion(first);
  if (question !== null) return question;
  if (argv.includes("--sentinel")) {
    return { kind: "refused", text: "Cannot run as Sentinel: start redis-sentinel, which can watch this server\n" };
  }
  const configPath = first.startsWith("-") ? null : first;
  const isFirst = (index: number) => index === 0;
  const isLast = (index: number) => index === argv.length - 1;
  const collector = new DirectiveCollector();
  let readsStdin = false;
  for (let index = configPath === null ? 0 : 1; index < argv.length; index++) {
    const argument = argv[index]!;
    if (argument === "-" && (isFirst(index) || isLast(index))) readsStdin = true;
    else collector.take(argument, argv[index + 1]);
  }
  return { kind: "run", configPath, directives: collector.text, readsStdin };
}

/** Answers the flags that count only as the first argument, or null. */
function parseQuestion(first: string): CommandLine | null {
  if (!/^(-[a-z]|--[a-z-]+)$/.test(first)) return null;
  const flags = parseArgs([first], {
    boolean: ["help", "version", "test-memory", "check-system"],
    alias: { help: "h", version: "v" },
    stopEarly: true,
  });
  if (flags["version"] === true) return { kind: "version" };
  if (flags["help"] === true) return { kind: "help" };
  if (flags["test-memory"] === true) {
    return {
      kind: "refused",
      text: "Cannot test memory: a program inside a sandbox does not see the machine's memory\n",
    };
  }
  if (flags["check-system"] === true) {
    return { kind: "refused", text: "Cannot check the system: kernel settings are outside of the sandbox\n" };
  }
  return null;
}

/** Builds directive lines out of arguments. */
class DirectiveCollector {
  text = "";
  /** False right after a `--name`, whose value is still to come. */
  #hasValue = true;

  take(argument: string, next: string | undefined): void {
    if (!this.#hasValue || !argument.startsWith("--")) {
      this.text += `${quoteArgument(utf8(argument))} `;
      this.#hasValue = true;
      return;
    }
    if (this.text !== "") this.text += "\n";
    this.text += `${argument.slice(2)} `;
    const bytes = utf8(argument);
    const hasNameOnly = splitArguments(bytes, 0, bytes.length)?.length === 1;
    this.#hasValue = !hasNameOnly;
    const isEmptySave = argument.toLowerCase() === "--save" && (next === undefined || next.startsWith("--"));
    if (isEmptySave) {
      this.text += '""';
      this.#hasValue = true;
    }
  }
}

/** The help text; Redis prints its own to stderr and exits with 1. */
export function helpText(): string {
  return [
    "Usage: redeno [/path/to/redis.conf] [options] [-]",
    "       redeno -                    directives come from standard input",
    "       redeno -v or --version",
    "       redeno -h or --help",
    "",
    "Options are the directives of redis.conf, such as --port 7777. They are read after the file and standard input.",
    "",
    "Examples:",
    "       redeno",
    "       redeno /etc/redis/redis.conf --loglevel verbose",
    "       redeno --port 7777 --replicaof 127.0.0.1 8888",
    "       echo 'maxmemory 128mb' | redeno -",
    "",
  ].join("\n");
}

/** The version text: the first line has the fields of redis-server's, which tools parse. */
export function versionText(program: { readonly version: string; readonly runtime: string }): string {
  return "Redis server v=7.0.15 sha=00000000:0 malloc=libc bits=64 build=0\n" +
    `Redeno ${program.version} on ${program.runtime}\n`;
}
