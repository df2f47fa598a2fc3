/**
 * The `dir` parameter: where data files go.
 *
 * - This folder touches no files: whoever runs the server says what entering a directory means, by `enter`.
 */

import { utf8 } from "../bytes/ascii.ts";
import { quoteArgument } from "../bytes/quote.ts";
import { byteTextOf, decodeByteText, untilNul } from "./byte_text.ts";
import { type AssignResult, Cell, CHANGED, type RewriteLine } from "./cell.ts";

/** The absolute path of the directory entered, or the system's reason (`No such file or directory`). */
export type EnterResult = { readonly directory: string } | { readonly error: string };

/** The value of `dir`: an absolute path, or empty where the server may not know it. */
export class WorkingDirectoryCell extends Cell {
  readonly kind = "dir";
  override value = "";
  /** Makes a path the working directory; by default it is only remembered. */
  enter: (path: string) => EnterResult = (path) => ({ directory: path });

  override assign(args: readonly string[]): AssignResult {
    const entered = this.enter(decodeByteText(untilNul(args[0]!)));
    if ("error" in entered) return entered;
    this.value = entered.directory;
    return CHANGED;
  }

  override print(): string {
    return byteTextOf(this.value);
  }

  override rewriteLines(name: string): RewriteLine[] {
    if (this.value === "") return [];
    return [{ text: `${name} ${quoteArgument(utf8(this.value))}`, isForced: true }];
  }

  override capture(): () => void {
    const kept = this.value;
    return () => {
      if (kept !== this.value) this.enter(kept);
      this.value = kept;
    };
  }
}
