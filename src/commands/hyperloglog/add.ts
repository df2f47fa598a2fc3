/**
 * PFADD.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { CORRUPTED_HYPERLOGLOG } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_STRING } from "../../store/keyspace_events.ts";
import { INDEX_BITS, registerOf } from "../../values/hyperloglog_hash.ts";
import { REGISTER_COUNT } from "../../values/hyperloglog_header.ts";
import type { HyperLogLogEditor } from "./hyperloglog_editor.ts";

function pfAdd({ db }: Context, args: Args, reply: Reply, editor: HyperLogLogEditor): void {
  const key = args.at(1);
  const found = db.lookupWrite(key);
  if (!editor.open(db, key, found, reply)) return;
  let changes = found === NO_ENTRY ? 1 : 0;
  for (let i = 2; i < args.count; i++) {
    const { bytes, start, end } = args.at(i);
    const register = registerOf(bytes, start, end);
    const raise = editor.raise(register & (REGISTER_COUNT - 1), register >>> INDEX_BITS);
    // As in Redis, what the elements before have changed stays and is told to nobody.
    if (raise === "corrupted") return reply.error(CORRUPTED_HYPERLOGLOG);
    if (raise === "raised") changes++;
  }
  if (changes > 0) {
    // Listeners must not see the new registers beside the old count.
    editor.dropCachedCount();
    db.commit(key, NOTIFY_STRING, "pfadd", changes);
  }
  reply.integer(changes > 0 ? 1 : 0);
}

/** PFADD. */
export function addCommands(editor: HyperLogLogEditor): CommandSpec[] {
  return [
    {
      name: "pfadd",
      group: "hyperloglog",
      since: "2.8.9",
      summary: "Adds the specified elements to the specified HyperLogLog.",
      complexity: "O(1) to add every element.",
      arity: -2,
      flags: "write denyoom fast",
      acl: "hyperloglog",
      keys: [key(1, "RW insert")],
      syntax: "key [element...]",
      run: (context, args, reply) => pfAdd(context, args, reply, editor),
    },
  ];
}
