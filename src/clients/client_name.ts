/**
 * The names that clients give themselves and their libraries.
 *
 * - CLIENT LIST is split at spaces, so such a name holds printable ASCII without a space, or nothing.
 */

import type { Slice } from "../bytes/slice.ts";
import { latin1 } from "../bytes/ascii.ts";

const FIRST_BYTE = 0x21;
const LAST_BYTE = 0x7e;

/** The name in `slice`, or null when it holds a byte that a name may not have. */
export function readClientName(slice: Slice): string | null {
  for (let at = slice.start; at < slice.end; at++) {
    const byte = slice.bytes[at]!;
    if (byte < FIRST_BYTE || byte > LAST_BYTE) return null;
  }
  return latin1(slice.bytes, slice.start, slice.end);
}
