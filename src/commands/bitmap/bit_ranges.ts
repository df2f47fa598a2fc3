/**
 * BITCOUNT and BITPOS.
 *
 * - A range is given in bytes, or in bits with BIT; negative positions count from the end.
 * - Arguments are looked at in Redis's order: which error comes first, or none for a key that is missing, is its.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { lasting } from "../../bytes/lasting_slice.ts";
import type { Slice } from "../../bytes/slice.ts";
import { readClampedInteger, readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { BIT_ARGUMENT, SYNTAX_ERROR, WRONG_TYPE } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { readString, StringView } from "../../store/string_entries.ts";
import { countBitRange, countBits, findBitInRange } from "../../values/bit_operations.ts";
import type { Int64 } from "../../values/int64.ts";
import { KIND_STRING } from "../../values/kind.ts";

const BIT = ascii("bit");
const BYTE = ascii("byte");

const view = lasting(new StringView());

function bitCount({ db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.integer(0);
  if (db.kindOf(entry) !== KIND_STRING) return reply.error(WRONG_TYPE);
  const value = readString(db.keyspace, entry, view);
  if (args.count === 2) return reply.integer(countBits(value.bytes, value.start, value.end));
  if (args.count !== 4 && args.count !== 5) return reply.error(SYNTAX_ERROR);
  const start = readInteger(args, 2, reply);
  if (start === null) return;
  const end = readInteger(args, 3, reply);
  if (end === null) return;
  if (start < 0 && end < 0 && start > end) return reply.integer(0);
  const unitBits = args.count === 5 ? readUnit(args.at(4)) : 8;
  if (unitBits === 0) return reply.error(SYNTAX_ERROR);
  const total = value.length * 8 / unitBits;
  const first = positionOf(start, total);
  const last = Math.min(positionOf(end, total), total - 1);
  reply.integer(first > last ? 0 : countBitRange(value, first * unitBits, (last + 1) * unitBits - 1));
}

function bitPos({ db }: Context, args: Args, reply: Reply): void {
  const bit = readClampedInteger(args, 2, reply);
  if (bit === null) return;
  if (bit !== 0 && bit !== 1) return reply.error(BIT_ARGUMENT);
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.integer(bit === 1 ? -1 : 0);
  if (db.kindOf(entry) !== KIND_STRING) return reply.error(WRONG_TYPE);
  if (args.count > 6) return reply.error(SYNTAX_ERROR);
  const value = readString(db.keyspace, entry, view);
  const start = args.count > 3 ? readInteger(args, 3, reply) : 0;
  if (start === null) return;
  const unitBits = args.count === 6 ? readUnit(args.at(5)) : 8;
  if (unitBits === 0) return reply.error(SYNTAX_ERROR);
  const end = args.count > 4 ? readInteger(args, 4, reply) : -1;
  if (end === null) return;
  const total = value.length * 8 / unitBits;
  const first = positionOf(start, total);
  // Only of an empty string the end lies before its beginning: Redis moves any other to 0.
  const last = Math.min(positionOf(end, total), total - 1);
  if (first > last) return reply.integer(-1);
  const position = findBitInRange(value, bit, first * unitBits, (last + 1) * unitBits - 1);
  // A string whose end was not given goes on with zeros.
  reply.integer(position < 0 && bit === 0 && args.count <= 4 ? value.length * 8 : position);
}

/** How many bits a unit has; 0 for a word that is none. */
function readUnit(argument: Slice): number {
  if (equalsIgnoreCase(argument, BIT)) return 1;
  return equalsIgnoreCase(argument, BYTE) ? 8 : 0;
}

/** A position that may count from the end, moved to 0 where it lies before the string. */
function positionOf(index: Int64, total: number): number {
  const position = Number(index);
  return position >= 0 ? position : Math.max(0, total + position);
}

/** BITCOUNT and BITPOS. */
export const bitRangeCommands: CommandSpec[] = [
  {
    name: "bitcount",
    group: "bitmap",
    since: "2.6.0",
    summary: "Count set bits in a string",
    complexity: "O(N)",
    arity: -2,
    flags: "readonly",
    acl: "bitmap",
    history: [["7.0.0", "Added the `BYTE|BIT` option."]],
    keys: [key(1, "RO access")],
    syntax: "key [index(start:integer end:integer [index_unit@7.0.0<BYTE | BIT>])]",
    run: bitCount,
  },
  {
    name: "bitpos",
    group: "bitmap",
    since: "2.8.7",
    summary: "Find first bit set or clear in a string",
    complexity: "O(N)",
    arity: -3,
    flags: "readonly",
    acl: "bitmap",
    history: [["7.0.0", "Added the `BYTE|BIT` option."]],
    keys: [key(1, "RO access")],
    syntax: "key bit:integer [index(start:integer [end_index(end:integer [index_unit@7.0.0<BYTE | BIT>])])]",
    run: bitPos,
  },
];
