/**
 * Replies that are read from tables.
 */

import type { Reply } from "../resp/reply.ts";
import type { Dict } from "../values/dict.ts";

/** The key of an entry (the member of a set, the field of a hash) as a bulk string. */
export function replyTableKey(table: Dict, entry: number, reply: Reply): void {
  reply.bulkWords(table.arena.wordsOf(entry), table.keyOffset(entry) >>> 2, table.keyLength(entry));
}
