/**
 * The `client-output-buffer-limit` parameter: how much may wait for a slow reader of each class before it is disconnected.
 */

import { untilNul } from "./byte_text.ts";
import { type AssignResult, Cell, CHANGED, type RewriteLine } from "./cell.ts";
import { formatMemorySize, parseLeadingInteger, parseMemorySize } from "./number_syntax.ts";

/** The classes of clients that have limits, in the order in which they print. */
export const OUTPUT_BUFFER_CLASSES = ["normal", "replica", "pubsub"] as const;
/** A class of clients that has limits. */
export type OutputBufferClass = typeof OUTPUT_BUFFER_CLASSES[number];

/** Limits of one class; 0 switches a limit off. */
export interface OutputBufferLimit {
  /** Over this, the client is closed at once. */
  readonly hardBytes: number;
  /** Over this for `softSeconds`, the client is closed. */
  readonly softBytes: number;
  readonly softSeconds: number;
}

/** Limits of every class. */
export type OutputBufferLimits = Readonly<Record<OutputBufferClass, OutputBufferLimit>>;

const MIB = 1024 * 1024;

const DEFAULT_LIMITS: OutputBufferLimits = {
  normal: { hardBytes: 0, softBytes: 0, softSeconds: 0 },
  replica: { hardBytes: 256 * MIB, softBytes: 64 * MIB, softSeconds: 60 },
  pubsub: { hardBytes: 32 * MIB, softBytes: 8 * MIB, softSeconds: 60 },
};

const CLASS_NAMES = new Map<string, OutputBufferClass>([
  ["normal", "normal"],
  ["slave", "replica"],
  ["replica", "replica"],
  ["pubsub", "pubsub"],
]);

/** The value of `client-output-buffer-limit`. Sizes are exact up to 2^53. */
export class OutputBufferLimitsCell extends Cell {
  readonly kind = "output-buffer-limits";
  override readonly takesManyArguments = true;
  override value: OutputBufferLimits = DEFAULT_LIMITS;

  override assign(args: readonly string[]): AssignResult {
    if (args.length % 4 !== 0) return { error: "Wrong number of arguments in buffer limit configuration." };
    const limits: Record<OutputBufferClass, OutputBufferLimit> = { ...this.value };
    for (let index = 0; index < args.length; index += 4) {
      const name = CLASS_NAMES.get(untilNul(args[index]!).toLowerCase());
      if (name === undefined) return { error: "Invalid client class specified in buffer limit configuration." };
      const limit = parseLimit(args[index + 1]!, args[index + 2]!, args[index + 3]!);
      if (limit === null) {
        return { error: "Error in hard, soft or soft_seconds setting in buffer limit configuration." };
      }
      limits[name] = limit;
    }
    this.value = limits;
    return CHANGED;
  }

  override print(): string {
    return OUTPUT_BUFFER_CLASSES.map((name) => {
      const { hardBytes, softBytes, softSeconds } = this.value[name];
      return `${name === "replica" ? "slave" : name} ${BigInt(hardBytes)} ${BigInt(softBytes)} ${softSeconds}`;
    }).join(" ");
  }

  override rewriteLines(parameter: string): RewriteLine[] {
    return OUTPUT_BUFFER_CLASSES.map((name) => {
      const { hardBytes, softBytes, softSeconds } = this.value[name];
      const fallback = DEFAULT_LIMITS[name];
      const sizes = `${formatMemorySize(BigInt(hardBytes))} ${formatMemorySize(BigInt(softBytes))}`;
      return {
        text: `${parameter} ${name} ${sizes} ${softSeconds}`,
        isForced: hardBytes !== fallback.hardBytes || softBytes !== fallback.softBytes ||
          softSeconds !== fallback.softSeconds,
      };
    });
  }
}

function parseLimit(hard: string, soft: string, seconds: string): OutputBufferLimit | null {
  const hardBytes = parseMemorySize(hard);
  const softBytes = parseMemorySize(soft);
  const { value, isWhole } = parseLeadingInteger(seconds);
  const softSeconds = Number(BigInt.asIntN(32, value));
  if (hardBytes === null || softBytes === null || softSeconds < 0 || !isWhole) return null;
  return { hardBytes: Number(hardBytes), softBytes: Number(softBytes), softSeconds };
}
