/**
 * What the commands on HyperLogLogs share: telling whether a key holds one, and the union of several.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import type { Context } from "../../command/context.ts";
import type { Reply } from "../../resp/reply.ts";
import { CORRUPTED_HYPERLOGLOG, NOT_A_HYPERLOGLOG, WRONG_TYPE } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import { readString, StringView } from "../../store/string_entries.ts";
import { mergeString } from "../../values/hyperloglog.ts";
import { isDense, isHyperLogLog, REGISTER_COUNT } from "../../values/hyperloglog_header.ts";
import { KIND_STRING } from "../../values/kind.ts";

const view = lasting(new StringView());
const union = new Uint8Array(REGISTER_COUNT);

/** The registers of several keys. */
export interface RegisterUnion {
  /** The highest value of each, one a byte: valid until the next call. */
  readonly registers: Uint8Array;
  /** True when one of the keys at least is dense. */
  readonly hasDense: boolean;
}

/** Points `out` at the string of the entry; false when that is no HyperLogLog: the error is written then. */
export function requireHyperLogLog(db: Database, entry: EntryRef, reply: Reply, out: StringView): boolean {
  if (db.kindOf(entry) !== KIND_STRING) {
    reply.error(WRONG_TYPE);
    return false;
  }
  if (isHyperLogLog(readString(db.keyspace, entry, out))) return true;
  reply.error(NOT_A_HYPERLOGLOG);
  return false;
}

/** The union of all keys of the request, of which missing ones count as empty; null when an error is written. */
export function uniteKeys({ db }: Context, args: Args, reply: Reply): RegisterUnion | null {
  let hasDense = false;
  union.fill(0);
  for (let i = 1; i < args.count; i++) {
    const entry = db.lookupRead(args.at(i));
    if (entry === NO_ENTRY) continue;
    if (!requireHyperLogLog(db, entry, reply, view)) return null;
    if (isDense(view.bytes, view.start)) hasDense = true;
    if (!mergeString(view, union)) {
      reply.error(CORRUPTED_HYPERLOGLOG);
      return null;
    }
  }
  return { registers: union, hasDense };
}
