/**
 * The `save` parameter: when a background save starts by itself.
 *
 * - The first `save` of a configuration file replaces the defaults, later ones add to it; CONFIG SET replaces everything.
 */

import { type AssignContext, type AssignResult, Cell, CHANGED, type RewriteLine } from "./cell.ts";
import { parseLeadingInteger } from "./number_syntax.ts";

/** Save when at least `changes` keys changed and `seconds` passed since the last save. */
export interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

const DEFAULT_SAVE_POINTS: readonly SavePoint[] = [
  { seconds: 3600, changes: 1 },
  { seconds: 300, changes: 100 },
  { seconds: 60, changes: 10000 },
];

/** The value of `save`. */
export class SavePointsCell extends Cell {
  readonly kind = "save";
  override readonly takesManyArguments = true;
  override value: readonly SavePoint[] = DEFAULT_SAVE_POINTS;
  #isReadFromFile = false;

  override assign(args: readonly string[], context: AssignContext): AssignResult {
    const isReset = args.length === 1 && args[0] === "";
    const points = isReset ? [] : parseSavePoints(args);
    if (points === null) return { error: "Invalid save parameters" };
    const isAddition = !isReset && context.isReadingFile && this.#isReadFromFile;
    if (context.isReadingFile) this.#isReadFromFile = true;
    this.value = isAddition ? [...this.value, ...points] : points;
    return CHANGED;
  }

  override print(): string {
    return this.value.map(({ seconds, changes }) => `${seconds} ${changes}`).join(" ");
  }

  override rewriteLines(name: string): RewriteLine[] {
    if (this.value.length === 0) return [{ text: `${name} ""`, isForced: true }];
    return this.value.map(({ seconds, changes }) => ({ text: `${name} ${seconds} ${changes}`, isForced: true }));
  }
}

/** Pairs of seconds (at least 1) and changes (at least 0), or null. */
function parseSavePoints(args: readonly string[]): SavePoint[] | null {
  if (args.length % 2 !== 0) return null;
  const numbers: bigint[] = [];
  for (const [index, arg] of args.entries()) {
    const { value, isWhole } = parseLeadingInteger(arg);
    const min = index % 2 === 0 ? 1n : 0n;
    if (!isWhole || value < min) return null;
    numbers.push(value);
  }
  const points: SavePoint[] = [];
  for (let index = 0; index < numbers.length; index += 2) {
    points.push({ seconds: Number(numbers[index]!), changes: Number(BigInt.asIntN(32, numbers[index + 1]!)) });
  }
  return points;
}
