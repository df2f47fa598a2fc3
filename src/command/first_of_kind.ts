/**
 * The first of several keys that is there: LMPOP, ZMPOP and, before they wait, BLPOP and their kin.
 */

import type { Slice } from "../bytes/slice.ts";
import type { Reply } from "../resp/reply.ts";
import { WRONG_TYPE } from "../resp/reply_errors.ts";
import type { Args } from "../resp/request_batch.ts";
import type { Database } from "../store/database.ts";
import { NO_ENTRY } from "../store/entry_layout.ts";
import type { Value } from "../store/value.ts";
import { KIND_CODES } from "../values/kind.ts";

/** Which keys, and what to do with the first that is there. */
export interface FirstOfKind<K extends Value["kind"]> {
  readonly db: Database;
  readonly args: Args;
  readonly reply: Reply;
  /** Position of the first key. */
  readonly firstKey: number;
  readonly keyCount: number;
  readonly kind: K;
  /** Replies, changes the value and propagates. */
  serve(key: Slice, value: Extract<Value, { kind: K }>): void;
}

/** Serves from the first key that is there, or replies that it holds another kind; false where none is, and no reply yet. */
export function serveFirstOfKind<K extends Value["kind"]>(request: FirstOfKind<K>): boolean {
  const { db, args, firstKey, keyCount, kind } = request;
  for (let index = firstKey; index < firstKey + keyCount; index++) {
    const key = args.at(index);
    const entry = db.lookupWrite(key);
    if (entry === NO_ENTRY) continue;
    if (db.kindOf(entry) === KIND_CODES[kind]) request.serve(key, db.valueOf(entry) as Extract<Value, { kind: K }>);
    else request.reply.error(WRONG_TYPE);
    return true;
  }
  return false;
}
