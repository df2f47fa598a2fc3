/**
 * The mode of SCRIPT FLUSH and FUNCTION FLUSH.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import type { Args } from "../../resp/request_batch.ts";

const ASYNC = ascii("async");
const SYNC = ascii("sync");

/** Whether nothing follows the two words of the command, or one of the modes. */
export function isFlushMode(args: Args): boolean {
  if (args.count === 2) return true;
  return args.count === 3 && (equalsIgnoreCase(args.at(2), SYNC) || equalsIgnoreCase(args.at(2), ASYNC));
}
