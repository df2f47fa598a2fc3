/**
 * The value of a parameter that is one word of a list.
 */

import { untilNul } from "./byte_text.ts";
import { type AssignResult, Cell, CHANGED, type RewriteLine, UNCHANGED } from "./cell.ts";

/** The words of an enum parameter. */
export interface EnumOptions<T extends string> {
  /** In Redis's order, which its error text shows. */
  readonly names: readonly T[];
  readonly default: NoInfer<T>;
  /** Words that mean the same as another: they print as that one. */
  readonly synonyms?: { readonly [word: string]: NoInfer<T> };
}

/** Redis's refusal of a word that is not in `names`. */
export function enumError(names: readonly string[]): AssignResult {
  return { error: `argument(s) must be one of the following: ${names.join(", ")}` };
}

/** The value of a parameter that is one word of a list. */
export class EnumCell<T extends string = string> extends Cell {
  readonly kind = "enum";
  /** The word in lower case, never a synonym. */
  override value: T;
  readonly #options: EnumOptions<T>;

  constructor(options: EnumOptions<T>) {
    super();
    this.#options = options;
    this.value = options.default;
  }

  /** Puts a word in place: for the owner of the parameter, where the server itself changes it. */
  store(value: T): void {
    this.value = value;
  }

  override assign(args: readonly string[]): AssignResult {
    const { names, synonyms } = this.#options;
    const word = untilNul(args[0]!).toLowerCase();
    const name = names.find((candidate) => candidate === word);
    if (name === undefined) return enumError(names);
    const value = synonyms?.[name] ?? name;
    if (value === this.value) return UNCHANGED;
    this.value = value;
    return CHANGED;
  }

  override print(): string {
    return this.value;
  }

  override rewriteLines(name: string): RewriteLine[] {
    return [{ text: `${name} ${this.value}`, isForced: this.value !== this.#options.default }];
  }
}
