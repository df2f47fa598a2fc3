/**
 * The value of a number parameter: plain, memory size, memory size or percentage, or octal.
 *
 * - `value` is what code reads; `exact` is the same number in 64 bits, for bounds beyond 2^53.
 * - A percentage is stored as its negative, as in Redis: `maxmemory-clients 5%` is -5.
 */

import { ascii } from "../bytes/ascii.ts";
import { parseInteger } from "../bytes/integer.ts";
import { type AssignResult, Cell, CHANGED, type RewriteLine, UNCHANGED } from "./cell.ts";
import { formatMemorySize, parseLeadingInteger, parseMemorySize } from "./number_syntax.ts";

/** Largest `int`. */
export const INT_MAX = 0x7fffffff;
/** Smallest `int`. */
export const INT_MIN = -0x80000000;
/** Largest `unsigned int`. */
export const UINT_MAX = 0xffffffff;
/** Largest `long` and `long long`. */
export const LONG_MAX = 0x7fffffffffffffffn;
/** Largest `unsigned long long`. */
export const ULONG_MAX = 0xffffffffffffffffn;

/** Bounds, default and notation of a number parameter. */
export interface IntegerOptions {
  readonly default: number;
  readonly min: number;
  readonly max: number | bigint;
  /** How the value is written; plain decimal if absent. */
  readonly unit?: "memory" | "memory or percent" | "octal";
  /** Whether bounds are checked, and the value read, as unsigned 64 bits. */
  readonly isUnsigned?: boolean;
  /** Accepted values are moved into this range: Redis takes them as a hint. */
  readonly clamp?: { readonly min: number; readonly max: number | bigint };
}

/** The value of a number parameter. */
export class IntegerCell extends Cell {
  readonly kind = "integer";
  /** The number; exact up to 2^53. */
  override value: number;
  readonly #options: IntegerOptions;
  #exact: bigint;

  constructor(options: IntegerOptions) {
    super();
    this.#options = options;
    this.value = options.default;
    this.#exact = BigInt(options.default);
  }

  /** The number in full precision. */
  get exact(): bigint {
    return this.#options.isUnsigned ? BigInt.asUintN(64, this.#exact) : this.#exact;
  }

  /** Puts a number in place without checks: for the owner of the parameter, where the server itself adjusts it. */
  store(value: number | bigint): void {
    this.#exact = BigInt.asIntN(64, BigInt(value));
    this.value = Number(this.exact);
  }

  override assign(args: readonly string[]): AssignResult {
    const parsed = this.#parse(args[0]!);
    if (parsed === null) return { error: this.#syntaxError() };
    const error = this.#boundsError(parsed);
    if (error !== null) return { error };
    const value = this.#clamped(parsed);
    if (value === this.#exact) return UNCHANGED;
    this.store(value);
    return CHANGED;
  }

  override print(): string {
    const { unit } = this.#options;
    if (unit === "memory or percent" && this.#exact < 0n) return `${-this.#exact}%`;
    if (unit === "octal") return this.#exact.toString(8);
    return `${unit === undefined ? this.#exact : BigInt.asUintN(64, this.#exact)}`;
  }

  override rewriteLines(name: string): RewriteLine[] {
    const { unit } = this.#options;
    const isMemory = unit === "memory" || (unit === "memory or percent" && this.#exact >= 0n);
    const text = isMemory ? formatMemorySize(this.#exact) : this.print();
    return [{ text: `${name} ${text}`, isForced: this.#exact !== BigInt(this.#options.default) }];
  }

  override capture(): () => void {
    const kept = this.#exact;
    return () => this.store(kept);
  }

  /** The 64-bit signed pattern that `text` stands for, or null. */
  #parse(text: string): bigint | null {
    const { unit } = this.#options;
    if (unit === undefined) return parseInteger(ascii(text), 0, text.length);
    if (unit === "octal") {
      const { value, isWhole, isOverflow } = parseLeadingInteger(text, 8);
      return isWhole && !isOverflow ? value : null;
    }
    const size = parseMemorySize(text);
    if (size !== null) return BigInt.asIntN(64, size);
    if (unit === "memory" || text.length < 2 || !text.endsWith("%")) return null;
    const percent = parseInteger(ascii(text), 0, text.length - 1);
    return percent === null || percent < 0n ? null : -percent;
  }

  #clamped(value: bigint): bigint {
    const { clamp } = this.#options;
    if (clamp === undefined) return value;
    if (value < BigInt(clamp.min)) return BigInt(clamp.min);
    return value > BigInt(clamp.max) ? BigInt(clamp.max) : value;
  }

  #syntaxError(): string {
    switch (this.#options.unit) {
      case "memory":
        return "argument must be a memory value";
      case "memory or percent":
        return "argument must be a memory or percent value";
      case "octal":
        return "argument couldn't be parsed as an octal number";
      default:
        return "argument couldn't be parsed into an integer";
    }
  }

  #boundsError(parsed: bigint): string | null {
    const { unit, isUnsigned } = this.#options;
    const min = BigInt(this.#options.min);
    const max = BigInt(this.#options.max);
    if (unit === "memory or percent" && parsed < 0n) {
      return parsed < min ? `percentage argument must be less or equal to ${-min}` : null;
    }
    const value = isUnsigned ? BigInt.asUintN(64, parsed) : parsed;
    if (value >= min && value <= max) return null;
    const radix = unit === "octal" ? 8 : 10;
    return `argument must be between ${min.toString(radix)} and ${max.toString(radix)} inclusive`;
  }
}
