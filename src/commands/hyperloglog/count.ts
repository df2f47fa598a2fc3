/**
 * PFCOUNT.
 *
 * - With one key it is a command that reads and yet changes the key, namely the count in its header, and replicates that.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import type { Slice } from "../../bytes/slice.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { keyRange } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { CORRUPTED_HYPERLOGLOG } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { ENCODING_RAW, NO_ENTRY } from "../../store/entry_layout.ts";
import { StringView } from "../../store/string_entries.ts";
import { countRegisters, countString } from "../../values/hyperloglog.ts";
import { readCachedCount, writeCachedCount } from "../../values/hyperloglog_header.ts";
import { KIND_STRING } from "../../values/kind.ts";
import { requireHyperLogLog, uniteKeys } from "./hyperloglog_keys.ts";

const view = lasting(new StringView());

function pfCount(context: Context, args: Args, reply: Reply): void {
  if (args.count === 2) return countOne(context, args.at(1), reply);
  const union = uniteKeys(context, args, reply);
  if (union !== null) reply.integer(countRegisters(union.registers));
}

function countOne({ db }: Context, key: Slice, reply: Reply): void {
  const entry = db.lookupRead(key);
  if (entry === NO_ENTRY) return reply.integer(0);
  if (!requireHyperLogLog(db, entry, reply, view)) return;
  // Raw even where the count is at hand, as in Redis.
  db.keyspace.setKind(entry, KIND_STRING, ENCODING_RAW);
  const { bytes, start } = view;
  let count = readCachedCount(bytes, start);
  if (count === null) {
    count = countString(view);
    if (count === null) return reply.error(CORRUPTED_HYPERLOGLOG);
    db.preserve(entry);
    writeCachedCount(bytes, start, count);
    db.touch(key);
    db.store.stats.dirty++;
  }
  reply.integer(count);
}

/** PFCOUNT. */
export const countCommands: CommandSpec[] = [
  {
    name: "pfcount",
    group: "hyperloglog",
    since: "2.8.9",
    summary: "Return the approximated cardinality of the set(s) observed by the HyperLogLog at key(s).",
    complexity:
      "O(1) with a very small average constant time when called with a single key. O(N) with N being the number of keys, and much bigger constant times, when called with multiple keys.",
    arity: -2,
    flags: "readonly may_replicate",
    acl: "hyperloglog",
    keys: [
      keyRange(1, -1, "RW access", {
        notes: "RW because it may change the internal representation of the key, and propagate to replicas",
      }),
    ],
    syntax: "key...",
    run: pfCount,
  },
];
