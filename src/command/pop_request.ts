/**
 * What LMPOP, ZMPOP and their blocking forms are asked for: `numkeys key... end [COUNT count]`.
 */

import { ascii, equalsIgnoreCase } from "../bytes/ascii.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Reply } from "../resp/reply.ts";
import { COUNT_NOT_POSITIVE, NUMKEYS_NOT_POSITIVE, SYNTAX_ERROR } from "../resp/reply_errors.ts";
import type { Args } from "../resp/request_batch.ts";
import { readRangedInteger } from "./arguments.ts";

const COUNT = ascii("count");
const AT_LEAST_ONE = { min: 1, max: Infinity };
const NUMKEYS_RANGE = { ...AT_LEAST_ONE, error: NUMKEYS_NOT_POSITIVE };
const COUNT_RANGE = { ...AT_LEAST_ONE, error: COUNT_NOT_POSITIVE };

/** A request to pop from the first of several keys; `End` says from where in the value. */
export interface PopRequest<End> {
  /** Position of the first key. */
  readonly firstKey: number;
  readonly keyCount: number;
  readonly from: End;
  readonly count: number;
}

/** Reads a request with `numkeys` at `index`; `endOf` knows the words for the ends. Null after the error reply. */
export function readPopRequest<End>(
  args: Args,
  index: number,
  reply: Reply,
  endOf: (word: Slice) => End | null,
): PopRequest<End> | null {
  const keyCount = readRangedInteger(args, index, reply, NUMKEYS_RANGE);
  if (keyCount === null) return null;
  const endIndex = index + 1 + keyCount;
  const from = endIndex < args.count ? endOf(args.at(endIndex)) : null;
  if (from === null) return refuse(reply);
  let count: number | null = null;
  for (let at = endIndex + 1; at < args.count; at += 2) {
    if (count !== null || !equalsIgnoreCase(args.at(at), COUNT) || at + 1 === args.count) return refuse(reply);
    count = readRangedInteger(args, at + 1, reply, COUNT_RANGE);
    if (count === null) return null;
  }
  return { firstKey: index + 1, keyCount, from, count: count ?? 1 };
}

function refuse(reply: Reply): null {
  reply.error(SYNTAX_ERROR);
  return null;
}
