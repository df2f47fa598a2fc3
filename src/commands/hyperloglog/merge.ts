/**
 * PFMERGE.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key, keyRange } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { CORRUPTED_HYPERLOGLOG } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NOTIFY_STRING } from "../../store/keyspace_events.ts";
import { packDense } from "../../values/hyperloglog_dense.ts";
import type { HyperLogLogEditor } from "./hyperloglog_editor.ts";
import { uniteKeys } from "./hyperloglog_keys.ts";

function pfMerge(context: Context, args: Args, reply: Reply, editor: HyperLogLogEditor): void {
  const { db } = context;
  // The target is one of the sources: whatever it holds has been looked at by then.
  const union = uniteKeys(context, args, reply);
  if (union === null) return;
  const target = args.at(1);
  if (!editor.open(db, target, db.lookupWrite(target), reply)) return;
  if (union.hasDense && !editor.makeDense()) return reply.error(CORRUPTED_HYPERLOGLOG);
  writeRegisters(editor, union.registers);
  editor.dropCachedCount();
  db.commit(target, NOTIFY_STRING, "pfadd");
  reply.ok();
}

/** The union has no register that is lower than the target's, so that a dense target takes it as it is. */
function writeRegisters(editor: HyperLogLogEditor, registers: Uint8Array): void {
  for (let index = 0; index < registers.length && !editor.isDense; index++) {
    if (registers[index] !== 0) editor.raise(index, registers[index]!);
  }
  if (editor.isDense) packDense(registers, editor.string.bytes, editor.string.start);
}

/** PFMERGE. */
export function mergeCommands(editor: HyperLogLogEditor): CommandSpec[] {
  return [
    {
      name: "pfmerge",
      group: "hyperloglog",
      since: "2.8.9",
      summary: "Merge N different HyperLogLogs into a single one.",
      complexity: "O(N) to merge N HyperLogLogs, but with high constant times.",
      arity: -2,
      flags: "write denyoom",
      acl: "hyperloglog",
      keys: [key(1, "RW access insert"), keyRange(2, -1, "RO access")],
      syntax: "destkey:key sourcekey:key#1...",
      run: (context, args, reply) => pfMerge(context, args, reply, editor),
    },
  ];
}
