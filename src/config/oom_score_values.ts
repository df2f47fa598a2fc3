/**
 * The `oom-score-adj-values` parameter: how ready the kernel is to kill a master, a replica and a background child.
 */

import { type AssignResult, Cell, CHANGED, type RewriteLine, UNCHANGED } from "./cell.ts";
import { parseLeadingInteger } from "./number_syntax.ts";

/** Scores of a master, a replica and a background child. */
export type OomScoreValues = readonly [master: number, replica: number, child: number];

const DEFAULT_SCORES: OomScoreValues = [0, 200, 800];

/** The value of `oom-score-adj-values`. */
export class OomScoreValuesCell extends Cell {
  readonly kind = "oom-score-values";
  override readonly takesManyArguments = true;
  override value: OomScoreValues = DEFAULT_SCORES;

  override assign(args: readonly string[]): AssignResult {
    if (args.length !== DEFAULT_SCORES.length) return { error: "wrong number of arguments" };
    const scores: number[] = [];
    for (const arg of args) {
      const { value, isWhole } = parseLeadingInteger(arg);
      if (!isWhole || value < -2000n || value > 2000n) {
        return { error: "Invalid oom-score-adj-values, elements must be between -2000 and 2000." };
      }
      scores.push(Number(value));
    }
    if (scores.join() === this.value.join()) return UNCHANGED;
    this.value = [scores[0]!, scores[1]!, scores[2]!];
    return CHANGED;
  }

  override print(): string {
    return this.value.join(" ");
  }

  override rewriteLines(name: string): RewriteLine[] {
    return [{ text: `${name} ${this.print()}`, isForced: this.value.join() !== DEFAULT_SCORES.join() }];
  }
}
