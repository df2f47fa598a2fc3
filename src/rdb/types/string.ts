/**
 * String values: one RDB string.
 *
 * ```
 * STRING (0) := string
 * ```
 */

import type { Slice } from "../../bytes/slice.ts";
import { TYPE_STRING } from "../rdb_format.ts";
import type { RdbReader } from "../rdb_reader.ts";
import type { RdbWriter } from "../rdb_writer.ts";

/** The types a string is read from. */
export const STRING_TYPES: readonly number[] = [TYPE_STRING];

/** The type a string is written as. */
export function stringType(): number {
  return TYPE_STRING;
}

/** Writes a string. On hot paths `RdbWriter.string` and `integerString` do the same for short ones without a generator. */
export function* saveString(writer: RdbWriter, value: Slice): Generator<void> {
  yield* writer.longString(value.bytes, value.start, value.end);
  if (writer.endSlice()) yield;
}

/** Reads a string: valid until more is read. */
export function* loadString(reader: RdbReader): Generator<void, Slice> {
  while (!reader.tryString(reader.text)) yield;
  return reader.text;
}
