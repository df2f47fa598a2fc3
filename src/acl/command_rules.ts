/**
 * Which commands a selector allows: a bit for each command's id, and first arguments that are allowed all the same.
 *
 * - One more bit says that commands of the future would be allowed too. Only `+@all` sets it and only `-@all` clears it.
 * - A rule about a container holds for all of its subcommands. A container's own bit is what its name alone stands for.
 * - First arguments (`+select|0`) are kept only of commands without subcommands, and only count while the bit is not set.
 */

import { invariant } from "../base/invariant.ts";
import type { Command } from "../command/command.ts";
import type { CommandRegistry } from "../command/registry.ts";
import type { Args } from "../resp/request_batch.ts";
import { cText } from "../resp/reply_errors.ts";

/** As Redis's USER_COMMAND_BITS_COUNT. */
const COMMAND_BITS = 1024;
const WORD_BITS = 32;

/** The commands that are allowed. */
export class CommandRules {
  readonly #bits = new Int32Array(COMMAND_BITS / WORD_BITS);
  readonly #firstArguments = new Map<number, string[]>();
  #allowsFuture = false;
  #isUnrestricted = false;

  /** True after `+@all` until a command is denied: nothing has to be looked at. */
  get isUnrestricted(): boolean {
    return this.#isUnrestricted;
  }

  /** Whether the rules began with `+@all`. */
  get allowsFuture(): boolean {
    return this.#allowsFuture;
  }

  /** `+@all` */
  allowAll(): void {
    this.#bits.fill(-1);
    this.#allowsFuture = true;
    this.#isUnrestricted = true;
    this.#firstArguments.clear();
  }

  /** `-@all` */
  denyAll(): void {
    this.#bits.fill(0);
    this.#allowsFuture = false;
    this.#isUnrestricted = false;
    this.#firstArguments.clear();
  }

  /** `+command`, `-command`: with all of its subcommands. */
  set(command: Command, isAllowed: boolean): void {
    this.#setBit(command, isAllowed);
    this.#firstArguments.delete(command.id);
    for (const subcommand of command.subcommands?.listed() ?? []) this.#setBit(subcommand, isAllowed);
  }

  /** `+@category`, `-@category`; `category` is its bit. */
  setCategory(registry: CommandRegistry, category: number, isAllowed: boolean): void {
    for (const command of registry.listed()) {
      if ((command.aclCategories & category) !== 0) this.set(command, isAllowed);
    }
  }

  /** `+command|argument` of a command without subcommands. Upper and lower case are the same. */
  allowFirstArgument(command: Command, argument: string): void {
    const known = this.#firstArguments.get(command.id);
    if (known === undefined) this.#firstArguments.set(command.id, [argument]);
    else if (!known.some((one) => one.toLowerCase() === argument.toLowerCase())) known.push(argument);
  }

  /** Whether the command is allowed with any arguments. */
  has(command: Command): boolean {
    const { aclId } = command;
    return (this.#bits[aclId >>> 5]! & (1 << (aclId & 31))) !== 0;
  }

  /** First arguments with which a command is allowed that is otherwise not, in the order in which they were added. */
  firstArgumentsOf(command: Command): readonly string[] {
    return this.#firstArguments.get(command.id) ?? [];
  }

  /** Whether a request may be made. */
  allows(command: Command, args: Args): boolean {
    if (this.#isUnrestricted || this.has(command)) return true;
    if (args.count < 2 || !this.#firstArguments.has(command.id)) return false;
    const argument = cText(args.at(1)).toLowerCase();
    return this.firstArgumentsOf(command).some((one) => one.toLowerCase() === argument);
  }

  /** Whether no command is told apart by the two. */
  hasSameBits(other: CommandRules): boolean {
    return this.#bits.every((word, index) => word === other.#bits[index]);
  }

  /** The same rules, of their own. */
  copy(): CommandRules {
    const copy = new CommandRules();
    copy.#bits.set(this.#bits);
    copy.#allowsFuture = this.#allowsFuture;
    copy.#isUnrestricted = this.#isUnrestricted;
    for (const [id, list] of this.#firstArguments) copy.#firstArguments.set(id, [...list]);
    return copy;
  }

  #setBit({ id }: Command, isAllowed: boolean): void {
    invariant(id < COMMAND_BITS, "every command has a bit");
    const bit = 1 << (id & 31);
    if (isAllowed) {
      this.#bits[id >>> 5]! |= bit;
    } else {
      this.#bits[id >>> 5]! &= ~bit;
      this.#isUnrestricted = false;
    }
  }
}
