/**
 * The value of a text parameter.
 *
 * - `value` is the text decoded as UTF-8 and `bytes` the same as it was given; an unset parameter is empty in both.
 */

import { ascii } from "../bytes/ascii.ts";
import { quoteArgument } from "../bytes/quote.ts";
import { byteTextOf, decodeByteText, untilNul } from "./byte_text.ts";
import { type AssignContext, type AssignResult, Cell, CHANGED, type RewriteLine, UNCHANGED } from "./cell.ts";

/** Default and checks of a text parameter. */
export interface StringOptions {
  /** Null: unset, and setting the empty text unsets it again. */
  readonly default: string | null;
  /** Whether zero bytes belong to the value; otherwise it ends at the first one, as a C string. */
  readonly isBinary?: boolean;
  /** Redis's reason for refusing a byte text, or null. */
  readonly validate?: (text: string, context: AssignContext) => string | null;
}

/** The value of a text parameter. */
export class StringCell extends Cell {
  readonly kind = "string";
  /** The text; empty if unset. */
  override value = "";
  /** The text as bytes; empty if unset. Not to be written to. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  readonly #options: StringOptions;
  #text = "";

  constructor(options: StringOptions) {
    super();
    this.#options = options;
    this.#store(byteTextOf(options.default ?? ""));
  }

  /** Puts a text in place without checks: for the owner of the parameter, where the server itself changes it. */
  store(text: string | Uint8Array): void {
    this.#store(byteTextOf(text));
  }

  override assign(args: readonly string[], context: AssignContext): AssignResult {
    const text = this.#options.isBinary ? args[0]! : untilNul(args[0]!);
    const error = this.#options.validate?.(text, context) ?? null;
    if (error !== null) return { error };
    if (text === this.#text) return UNCHANGED;
    this.#store(text);
    return CHANGED;
  }

  override print(): string {
    return this.#text;
  }

  override rewriteLines(name: string): RewriteLine[] {
    const fallback = this.#options.default;
    if (fallback === null && this.#text === "") return [];
    return [{ text: `${name} ${quoteArgument(this.bytes)}`, isForced: this.value !== fallback }];
  }

  override capture(): () => void {
    const kept = this.#text;
    return () => this.#store(kept);
  }

  #store(text: string): void {
    this.#text = text;
    this.bytes = ascii(text);
    this.value = decodeByteText(text);
  }
}
