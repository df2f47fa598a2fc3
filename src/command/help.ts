/**
 * The `HELP` subcommand that every container command has.
 *
 * - The frame (first and last lines) is the same everywhere; a declaration gives the lines between.
 */
import type { Handler } from "./command_spec.ts";

/** A handler that prints the syntax line of the container as it was called, the given lines, and the two of HELP itself. */
export function helpHandler(lines: readonly string[]): Handler {
  return (_context, args, reply) => {
    reply.array(lines.length + 3);
    reply.simple(`${args.text(0).toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`);
    for (const line of lines) reply.simple(line);
    reply.simple("HELP");
    reply.simple("    Prints this help.");
  };
}
