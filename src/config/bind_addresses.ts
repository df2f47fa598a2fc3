/**
 * The `bind` parameter: addresses to listen on; a leading `-` marks one that may be missing.
 */

import { untilNul } from "./byte_text.ts";
import { type AssignResult, Cell, CHANGED, type RewriteLine } from "./cell.ts";

/** Most addresses that `bind` takes. */
export const MAX_BIND_ADDRESSES = 16;

const DEFAULT_ADDRESSES: readonly string[] = ["*", "-::*"];

/** The value of `bind`; empty means no TCP address at all. */
export class BindAddressesCell extends Cell {
  readonly kind = "bind";
  override readonly takesManyArguments = true;
  override value = DEFAULT_ADDRESSES;

  override assign(args: readonly string[]): AssignResult {
    if (args.length > MAX_BIND_ADDRESSES) return { error: "Too many bind addresses specified." };
    this.value = args.length === 1 && args[0] === "" ? [] : args.map(untilNul);
    return CHANGED;
  }

  override print(): string {
    return this.value.join(" ");
  }

  override rewriteLines(name: string): RewriteLine[] {
    if (this.value.join() === DEFAULT_ADDRESSES.join()) return [];
    return [{ text: `${name} ${this.value.length === 0 ? '""' : this.print()}`, isForced: true }];
  }
}
