/**
 * The subcommands of DEBUG: each subsystem adds those that look into it.
 */

import type { Context } from "./context.ts";
import type { Outcome } from "./outcome.ts";
import type { Reply } from "../resp/reply.ts";
import type { Args } from "../resp/request_batch.ts";

/** Runs a subcommand; `args.at(0)` is "debug" and `args.at(1)` the subcommand's name. */
export type DebugHandler = (context: Context, args: Args, reply: Reply) => Outcome | void;

interface Subcommand {
  readonly min: number;
  readonly max: number;
  readonly run: DebugHandler;
}

/** The subcommands of one server. */
export class DebugSubcommands {
  readonly #subcommands = new Map<string, Subcommand>();

  /**
   * Adds a subcommand under its name in lower case, or takes the place of the one there. `count` is the number of arguments with
   * both names: one, or the least and the most.
   */
  add(name: string, count: number | readonly [min: number, max: number], run: DebugHandler): void {
    const [min, max] = typeof count === "number" ? [count, count] : count;
    this.#subcommands.set(name, { min, max, run });
  }

  /** The handler of a request of DEBUG, or null where the name or the number of arguments does not fit. */
  find(args: Args): DebugHandler | null {
    const subcommand = this.#subcommands.get(args.text(1).toLowerCase());
    if (subcommand === undefined || args.count < subcommand.min || args.count > subcommand.max) return null;
    return subcommand.run;
  }
}
