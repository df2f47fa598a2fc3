/**
 * How a parameter is declared: its flags, and how to make the cell that holds its value.
 *
 * - `boolean()`, `integer()`, `string()`, `enumeration()`, `flagSet()` and `special()` build declarations; the `parameters_*.ts`
 *   files list them by theme.
 * - The type of the cell is part of the declaration, so `config.integer("port")` is checked by the compiler.
 */

import { BooleanCell, type BooleanOptions } from "./boolean_cell.ts";
import type { Cell } from "./cell.ts";
import { EnumCell, type EnumOptions } from "./enum_cell.ts";
import { FlagSetCell, type FlagSetOptions } from "./flag_set_cell.ts";
import { IntegerCell, type IntegerOptions } from "./integer_cell.ts";
import { StringCell, type StringOptions } from "./string_cell.ts";

/** What may be done with a parameter, besides its type. */
export interface ParameterFlags {
  /** An older name: readable, settable and rewritten as this parameter. */
  readonly alias?: string;
  /** Can be set at start only. */
  readonly isImmutable?: boolean;
  /** Its value must not reach logs, MONITOR or the slow log. */
  readonly isSensitive?: boolean;
  /** Can be set only where `enable-protected-configs` allows it. */
  readonly isProtected?: boolean;
  /** Shown by CONFIG GET only under its full name. */
  readonly isHidden?: boolean;
  /** Cannot be set while a dataset is loaded. */
  readonly isDeniedWhileLoading?: boolean;
  /** Hooks run even if the text stays the same: it names a file whose content may have changed. */
  readonly isVolatile?: boolean;
}

/** One parameter: its flags and the maker of its cell. */
export interface Declaration<C extends Cell = Cell> extends ParameterFlags {
  /** A new cell with the default value. */
  readonly create: () => C;
}

/** A `yes` / `no` parameter. */
export function boolean(options: BooleanOptions & ParameterFlags): Declaration<BooleanCell> {
  return { ...options, create: () => new BooleanCell(options) };
}

/** A number, a memory size, a percentage or an octal mode. */
export function integer(options: IntegerOptions & ParameterFlags): Declaration<IntegerCell> {
  return { ...options, create: () => new IntegerCell(options) };
}

/** A text. */
export function string(options: StringOptions & ParameterFlags): Declaration<StringCell> {
  return { ...options, create: () => new StringCell(options) };
}

/** One word of a list. */
export function enumeration<const T extends string>(
  options: EnumOptions<T> & ParameterFlags,
): Declaration<EnumCell<T>> {
  return { ...options, create: () => new EnumCell(options) };
}

/** Any number of words of a list. */
export function flagSet<const T extends string>(
  options: FlagSetOptions<T> & ParameterFlags,
): Declaration<FlagSetCell<T>> {
  return { ...options, create: () => new FlagSetCell(options) };
}

/** A parameter with a syntax of its own. */
export function special<C extends Cell>(create: () => C, flags: ParameterFlags = {}): Declaration<C> {
  return { ...flags, create };
}
