/**
 * The value of a `yes` / `no` parameter.
 */

import { untilNul } from "./byte_text.ts";
import { type AssignResult, Cell, CHANGED, type RewriteLine, UNCHANGED } from "./cell.ts";

/** Default and check of a boolean parameter. */
export interface BooleanOptions {
  readonly default: boolean;
  /** Redis's reason for refusing a value, or null. */
  readonly validate?: (value: boolean) => string | null;
}

/** The value of a `yes` / `no` parameter. */
export class BooleanCell extends Cell {
  readonly kind = "boolean";
  override value: boolean;
  readonly #options: BooleanOptions;

  constructor(options: BooleanOptions) {
    super();
    this.#options = options;
    this.value = options.default;
  }

  override assign(args: readonly string[]): AssignResult {
    const word = untilNul(args[0]!).toLowerCase();
    if (word !== "yes" && word !== "no") return { error: "argument must be 'yes' or 'no'" };
    const value = word === "yes";
    const error = this.#options.validate?.(value) ?? null;
    if (error !== null) return { error };
    if (value === this.value) return UNCHANGED;
    this.value = value;
    return CHANGED;
  }

  override print(): string {
    return this.value ? "yes" : "no";
  }

  override rewriteLines(name: string): RewriteLine[] {
    return [{ text: `${name} ${this.print()}`, isForced: this.value !== this.#options.default }];
  }
}
