/**
 * BITOP.
 *
 * - The result is made in memory of its own: the destination may be one of the sources.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { lasting } from "../../bytes/lasting_slice.ts";
import { Slice } from "../../bytes/slice.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key, keyRange } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { SYNTAX_ERROR, WRONG_TYPE } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { ENCODING_RAW, type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_GENERIC, NOTIFY_STRING } from "../../store/keyspace_events.ts";
import { readString, stringLength, StringView } from "../../store/string_entries.ts";
import { type BitOperation, combineBits, invertBits } from "../../values/bit_operations.ts";
import { KIND_STRING } from "../../values/kind.ts";

const NOT_TAKES_ONE_KEY = "ERR BITOP NOT must be called with a single source key.";

type Operation = BitOperation | "not";

const AND = ascii("and");
const OR = ascii("or");
const XOR = ascii("xor");
const NOT = ascii("not");
const FIRST_SOURCE = 3;

const view = lasting(new StringView());

function bitOp({ db }: Context, args: Args, reply: Reply): void {
  const operation = readOperation(args.at(1));
  if (operation === null) return reply.error(SYNTAX_ERROR);
  if (operation === "not" && args.count !== 4) return reply.error(NOT_TAKES_ONE_KEY);
  const sources: EntryRef[] = [];
  let length = 0;
  for (let i = FIRST_SOURCE; i < args.count; i++) {
    const entry = db.lookupRead(args.at(i));
    if (entry !== NO_ENTRY) {
      if (db.kindOf(entry) !== KIND_STRING) return reply.error(WRONG_TYPE);
      length = Math.max(length, stringLength(db.keyspace, entry));
    }
    sources.push(entry);
  }
  const target = args.at(2);
  if (length > 0) {
    db.setStringBytes(target, new Slice(combine(db, operation, sources, length)), ENCODING_RAW);
    db.commit(target, NOTIFY_STRING, "set");
  } else if (db.delete(target)) {
    db.commit(target, NOTIFY_GENERIC, "del");
  }
  reply.integer(length);
}

function readOperation(argument: Slice): Operation | null {
  if (equalsIgnoreCase(argument, AND)) return "and";
  if (equalsIgnoreCase(argument, OR)) return "or";
  if (equalsIgnoreCase(argument, XOR)) return "xor";
  return equalsIgnoreCase(argument, NOT) ? "not" : null;
}

/** The result of the operation on strings that are as if padded with zeros to `length`, the longest one's. */
function combine(db: Database, operation: Operation, sources: readonly EntryRef[], length: number): Uint8Array {
  const result = new Uint8Array(length);
  for (let i = 0; i < sources.length; i++) {
    const source = sourceOf(db, sources[i]!);
    if (i === 0) result.set(source.view());
    else if (operation !== "not") combineBits(operation, result, source);
  }
  if (operation === "not") invertBits(result);
  return result;
}

/** The bytes of a source, none for a missing key: valid until the next call. */
function sourceOf(db: Database, entry: EntryRef): Slice {
  if (entry !== NO_ENTRY) return readString(db.keyspace, entry, view);
  view.start = view.end = 0;
  return view;
}

/** BITOP. */
export const bitopCommands: CommandSpec[] = [
  {
    name: "bitop",
    group: "bitmap",
    since: "2.6.0",
    summary: "Perform bitwise operations between strings",
    complexity: "O(N)",
    arity: -4,
    flags: "write denyoom",
    acl: "bitmap",
    keys: [key(2, "OW update"), keyRange(3, -1, "RO access")],
    syntax: "operation destkey:key key#1...",
    run: bitOp,
  },
];
