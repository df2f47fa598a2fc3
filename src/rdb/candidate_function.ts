/**
 * A library of functions as the release candidates of 7.0 wrote it.
 *
 * ```
 * FUNCTION name(string) engine(string) hasDescription(length) [description(string)] code(string)
 * ```
 *
 * - The code has no first line, where 7.0 itself has engine and name. As in Redis the description is lost, and each text
 *   ends before its first NUL.
 */

import { ascii } from "../bytes/ascii.ts";
import { cText } from "../resp/reply_errors.ts";
import type { RdbReader, StringSlot } from "./rdb_reader.ts";

/** Reads one such library, once. */
export class CandidateFunction {
  /** What is being read, in Redis's words. */
  part = "library name";

  /**
   * Reads what follows the opcode and returns the source as 7.0 has it; yields where more bytes are needed. What `text`
   * held is lost. Throws as `reader` does.
   */
  *read(reader: RdbReader, text: StringSlot): Generator<void, Uint8Array> {
    while (!reader.tryString(text)) yield;
    const name = cText(text);
    this.part = "engine name";
    while (!reader.tryString(text)) yield;
    const engine = cText(text);
    this.part = "library description indicator";
    while (!reader.tryLength()) yield;
    this.part = "library description";
    if (reader.length !== 0) { while (!reader.tryString(text)) yield; }
    this.part = "library blob";
    while (!reader.tryString(text)) yield;
    return ascii(`#!${engine} name=${name}\n${cText(text)}`);
  }
}
