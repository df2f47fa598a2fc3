/**
 * The value of a parameter that is any number of words of a list, such as `shutdown-on-sigterm nosave force`.
 */

import { untilNul } from "./byte_text.ts";
import { type AssignResult, Cell, CHANGED, type RewriteLine, UNCHANGED } from "./cell.ts";
import { enumError } from "./enum_cell.ts";

/** The words of a flag set; its default is the empty set. */
export interface FlagSetOptions<T extends string> {
  /** The word for the empty set. */
  readonly none: string;
  /** In Redis's order, in which they print. */
  readonly names: readonly T[];
  /** Redis's reason for refusing a combination, or null. */
  readonly validate?: (value: readonly NoInfer<T>[]) => string | null;
}

/** The value of a parameter that is any number of words of a list. */
export class FlagSetCell<T extends string = string> extends Cell {
  readonly kind = "flags";
  override readonly takesManyArguments = true;
  /** The words in declared order; none by default. */
  override value: readonly T[] = [];
  readonly #options: FlagSetOptions<T>;

  constructor(options: FlagSetOptions<T>) {
    super();
    this.#options = options;
  }

  override assign(args: readonly string[]): AssignResult {
    const { none, names, validate } = this.#options;
    const words = args.map((word) => untilNul(word).toLowerCase());
    const isKnown = (word: string) => word === none || names.some((name) => name === word);
    if (words.length === 0 || !words.every(isKnown)) return enumError([none, ...names]);
    const value = names.filter((name) => words.includes(name));
    const error = validate?.(value) ?? null;
    if (error !== null) return { error };
    if (value.join() === this.value.join()) return UNCHANGED;
    this.value = value;
    return CHANGED;
  }

  override print(): string {
    return this.value.length === 0 ? this.#options.none : this.value.join(" ");
  }

  override rewriteLines(name: string): RewriteLine[] {
    return [{ text: `${name} ${this.print()}`, isForced: this.value.length > 0 }];
  }
}
