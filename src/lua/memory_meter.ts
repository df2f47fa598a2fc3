/**
 * A bound on what scripts hold: an error of the script comes in the place of the end of the process.
 *
 * - Whoever makes a value says so (`charge`), which costs a subtraction. Only when so much was made that the bound might be
 *   near is counted what is still in use, by a walk; after that as much may be made as was in use, or is left.
 * - V8 takes up to three and a half times as much for small tables as is charged for them.
 */

import { MAX_SCRIPT_BYTES } from "../base/limits.ts";
import { LuaError } from "./lua_error.ts";

/** Who knows what is in use. */
export interface MemoryOwner {
  /** The bytes in use; the count may end where it goes over `limit`. */
  liveBytes(limit: number): number;
}

/** Bytes that may be made before anything is counted. */
const UNCOUNTED_BYTES = 64 * 1024 * 1024;

let owner: MemoryOwner | null = null;
let left = UNCOUNTED_BYTES;

/** Whose memory is measured from now on; null: nobody's, and nothing is refused. Returns whose it was. */
export function measure(next: MemoryOwner | null): MemoryOwner | null {
  const last = owner;
  owner = next;
  return last;
}

/** Says that about `bytes` are about to be made, or have just been. Throws a `LuaError` where that is too much. */
export function charge(bytes: number): void {
  left -= bytes;
  if (left < 0 && owner !== null) count(owner, bytes);
}

function count(of: MemoryOwner, bytes: number): void {
  const inUse = of.liveBytes(MAX_SCRIPT_BYTES - bytes) + bytes;
  left = Math.max(UNCOUNTED_BYTES, Math.min(inUse, MAX_SCRIPT_BYTES - inUse));
  if (inUse > MAX_SCRIPT_BYTES) throw new LuaError("not enough memory");
}
