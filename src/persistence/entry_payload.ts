/** The DUMP payload of a key of the store. */

import { lasting } from "../bytes/lasting_slice.ts";
import { dumpPayload } from "../rdb/dump_payload.ts";
import type { Database } from "../store/database.ts";
import type { EntryRef } from "../store/entry_layout.ts";
import { readString, StringView } from "../store/string_entries.ts";
import { KIND_STRING } from "../values/kind.ts";

const view = lasting(new StringView());

/** What DUMP answers for an entry; `compression` is `rdbcompression`. */
export function entryPayload(db: Database, entry: EntryRef, compression: boolean): Uint8Array<ArrayBuffer> {
  if (db.kindOf(entry) === KIND_STRING) {
    return dumpPayload("string", readString(db.keyspace, entry, view), compression);
  }
  const value = db.valueOf(entry);
  return dumpPayload(value.kind, value as never, compression);
}
