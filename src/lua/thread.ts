/**
 * A coroutine, or the main thread of a run.
 */

import { nextIdentity } from "./identity.ts";

/** A coroutine of a script. */
export class LuaThread {
  readonly identity: number = nextIdentity();
}
