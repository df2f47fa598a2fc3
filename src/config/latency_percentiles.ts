/**
 * The `latency-tracking-info-percentiles` parameter: which percentiles INFO latencystats shows.
 */

import { ascii } from "../bytes/ascii.ts";
import { parseDouble } from "../bytes/double.ts";
import { type AssignResult, Cell, CHANGED, type RewriteLine } from "./cell.ts";

const DEFAULT_PERCENTILES: readonly number[] = [50, 99, 99.9];

/** `value` with at most six decimals, without zeros at the end. */
export function formatPercentile(value: number): string {
  return value.toFixed(6).replace(/\.?0+$/, "");
}

/** The value of `latency-tracking-info-percentiles`. */
export class LatencyPercentilesCell extends Cell {
  readonly kind = "latency-percentiles";
  override readonly takesManyArguments = true;
  override value = DEFAULT_PERCENTILES;

  override assign(args: readonly string[]): AssignResult {
    if (args.length === 1 && args[0] === "") {
      this.value = [];
      return CHANGED;
    }
    const percentiles: number[] = [];
    for (const arg of args) {
      const percentile = parseDouble(ascii(arg), 0, arg.length);
      if (percentile === null) return { error: "Invalid latency-tracking-info-percentiles parameters" };
      if (percentile > 100 || percentile < 0) {
        return { error: "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]" };
      }
      percentiles.push(percentile);
    }
    this.value = percentiles;
    return CHANGED;
  }

  override print(): string {
    return this.value.map(formatPercentile).join(" ");
  }

  override rewriteLines(name: string): RewriteLine[] {
    return [{ text: `${name} ${this.value.length === 0 ? '""' : this.print()}`, isForced: true }];
  }
}
