/**
 * All commands of a server, found by the first words of a request.
 *
 * - `rename-command` changes which name finds a command; ACL rules and statistics go by the original names.
 */
import type { Slice } from "../bytes/slice.ts";
import { unknownCommand, unknownSubcommand } from "../resp/reply_errors.ts";
import type { Args } from "../resp/request_batch.ts";
import { Command } from "./command.ts";
import type { CommandSpec } from "./command_spec.ts";
import { CommandTable } from "./command_table.ts";
import { collectKeys } from "./key_extraction.ts";
import { KeyCollector } from "./key_specs.ts";

/** The commands of a server. */
export class CommandRegistry {
  readonly #table = new CommandTable();
  /** By the names of their declarations. */
  readonly #originals = new Map<string, Command>();
  readonly #keys = new KeyCollector();
  #idCount = 0;

  constructor(specs: readonly CommandSpec[]) {
    const nextId = () => this.#idCount++;
    for (const spec of specs) {
      const command = new Command(spec, nextId);
      this.#originals.set(spec.name, command);
      this.#table.add(spec.name, command);
    }
  }

  /** Number of commands without subcommands: `COMMAND COUNT`. */
  get size(): number {
    return this.#table.listedSize;
  }

  /** Number of ids given out: every `Command.id`, of subcommands too, is below it. */
  get idCount(): number {
    return this.#idCount;
  }

  /** The command a slice names, or null; a container is found as itself. */
  find(slice: Slice): Command | null {
    return this.#table.find(slice);
  }

  /**
   * The command a request asks for: of a container with a second word, the subcommand. Null: there is none
   * (`unknownCommandText` says it). A container alone is found as itself and fails by its arity. `first` is where the
   * request begins, which is 2 inside `COMMAND GETKEYS`.
   */
  resolve(args: Args, first = 0): Command | null {
    const command = this.#table.find(args.at(first));
    if (command === null || command.subcommands === null || args.count === first + 1) return command;
    return command.subcommands.find(args.at(first + 1));
  }

  /** The command of a full name ("get", "config|get") as it is called now, or null. */
  byName(fullName: string): Command | null {
    return findByFullName((name) => this.#table.byName(name), fullName);
  }

  /** The command of a full name as it was declared, also when it is renamed or taken away; for ACL rules. Only those listed. */
  originalByName(fullName: string): Command | null {
    const command = findByFullName((name) => this.#originals.get(name.toLowerCase()) ?? null, fullName);
    return command?.isListed === true ? command : null;
  }

  /** The error's text, with its code, for a request that `resolve` does not find. */
  unknownCommandText(args: Args): string {
    const isContainer = this.#table.find(args.at(0)) !== null;
    return isContainer ? unknownSubcommand(args) : unknownCommand(args);
  }

  /**
   * Does what a line `rename-command from to` asks for; an empty `to` takes the command away. Returns null, or the text
   * that the error about the configuration file quotes.
   */
  rename(from: string, to: string): string | null {
    const command = this.#table.byName(from);
    if (command === null) return "No such command in rename-command";
    this.#table.delete(from);
    if (to === "") return null;
    if (this.#table.byName(to) !== null) return "Target command name already exists";
    this.#table.add(to, command);
    return null;
  }

  /**
   * The keys of a request and what happens to each. The collector is the registry's own and valid until the next call.
   * `includesNotKeys`: with the channels of sharded pub/sub.
   */
  keysOf(command: Command, args: Args, includesNotKeys = false): KeyCollector {
    collectKeys(command.spec, args, this.#keys, includesNotKeys);
    return this.#keys;
  }

  /** The commands that can be called, without subcommands. */
  [Symbol.iterator](): Iterator<Command> {
    return this.#table[Symbol.iterator]();
  }

  /** All commands ever declared, each container before its subcommands, in the order of their ids. */
  *all(): Generator<Command> {
    for (const command of this.#originals.values()) {
      yield command;
      if (command.subcommands !== null) yield* command.subcommands;
    }
  }

  /** Those of `all` that are listed. */
  *listed(): Generator<Command> {
    for (const command of this.all()) if (command.isListed) yield command;
  }
}

function findByFullName(byName: (name: string) => Command | null, fullName: string): Command | null {
  const words = fullName.split("|");
  const command = byName(words[0]!);
  if (words.length === 1) return command;
  return words.length === 2 ? command?.subcommands?.byName(words[1]!) ?? null : null;
}
