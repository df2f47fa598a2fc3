/**
 * PFDEBUG.
 *
 * - A change of representation replicates, but touches no watcher and raises no event, as in Redis.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { CORRUPTED_HYPERLOGLOG, cText } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { readDense } from "../../values/hyperloglog_dense.ts";
import { REGISTER_COUNT } from "../../values/hyperloglog_header.ts";
import { describeSparse } from "../../values/hyperloglog_sparse.ts";
import type { HyperLogLogEditor } from "./hyperloglog_editor.ts";

const KEY_MISSING = "ERR The specified key does not exist";
const NOT_SPARSE = "ERR HLL encoding is not sparse";

const GETREG = ascii("getreg");
const DECODE = ascii("decode");
const ENCODING = ascii("encoding");
const TODENSE = ascii("todense");

function pfDebug({ db }: Context, args: Args, reply: Reply, editor: HyperLogLogEditor): void {
  const found = db.lookupWrite(args.at(2));
  if (found === NO_ENTRY) return reply.error(KEY_MISSING);
  if (!editor.open(db, args.at(2), found, reply)) return;
  const wasSparse = !editor.isDense;
  const subcommand = args.at(1);
  if (equalsIgnoreCase(subcommand, ENCODING)) return reply.simple(wasSparse ? "sparse" : "dense");
  if (equalsIgnoreCase(subcommand, DECODE)) return decode(editor, reply);
  const isGetReg = equalsIgnoreCase(subcommand, GETREG);
  if (!isGetReg && !equalsIgnoreCase(subcommand, TODENSE)) {
    return reply.error(`ERR Unknown PFDEBUG subcommand '${cText(subcommand)}'`);
  }
  if (!editor.makeDense()) return reply.error(CORRUPTED_HYPERLOGLOG);
  if (wasSparse) db.store.stats.dirty++;
  if (isGetReg) replyRegisters(editor, reply);
  else reply.integer(wasSparse ? 1 : 0);
}

function decode(editor: HyperLogLogEditor, reply: Reply): void {
  if (editor.isDense) return reply.error(NOT_SPARSE);
  const { bytes, start, end } = editor.string;
  reply.bulkText(describeSparse(bytes, start, end));
}

function replyRegisters(editor: HyperLogLogEditor, reply: Reply): void {
  const { bytes, start } = editor.string;
  reply.array(REGISTER_COUNT);
  for (let index = 0; index < REGISTER_COUNT; index++) reply.integer(readDense(bytes, start, index));
}

/** PFDEBUG. */
export function debugCommands(editor: HyperLogLogEditor): CommandSpec[] {
  return [
    {
      name: "pfdebug",
      group: "hyperloglog",
      since: "2.8.9",
      summary: "Internal commands for debugging HyperLogLog values",
      complexity: "N/A",
      arity: 3,
      flags: "write denyoom admin",
      acl: "hyperloglog",
      docFlags: "syscmd",
      keys: [key(2, "RW access")],
      syntax: "subcommand key",
      run: (context, args, reply) => pfDebug(context, args, reply, editor),
    },
  ];
}
