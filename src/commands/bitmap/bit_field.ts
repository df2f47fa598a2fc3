/**
 * BITFIELD and BITFIELD_RO.
 *
 * - With GET alone BITFIELD is a read: a missing key stays missing, a string keeps its encoding, nothing propagates.
 * - As Redis, a string that was made longer stays so without an event where every write then fails to fit.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { WRONG_TYPE } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_STRING } from "../../store/keyspace_events.ts";
import { readString, StringView } from "../../store/string_entries.ts";
import { addToBitField, fitBitField, readBitField, writeBitField } from "../../values/bit_field.ts";
import { KIND_STRING } from "../../values/kind.ts";
import type { Services } from "../services.ts";
import { bitFieldKeys, type BitFieldOperation, BitFieldRequest } from "./bit_field_request.ts";
import { endsBefore, makeRoomFor } from "./bit_strings.ts";

const READ_ONLY = "ERR BITFIELD_RO only supports the GET subcommand";

const request = new BitFieldRequest();
const view = lasting(new StringView());

function bitField(context: Context, args: Args, reply: Reply, services: Services): void {
  const error = request.parse(context, args, services);
  if (error !== null) return reply.error(error);
  if (request.lastWrittenBit < 0) readFields(context, args, reply);
  else changeFields(context, args, reply);
}

function bitFieldRo(context: Context, args: Args, reply: Reply, services: Services): void {
  const error = request.parse(context, args, services);
  if (error !== null) return reply.error(error);
  if (request.lastWrittenBit >= 0) return reply.error(READ_ONLY);
  readFields(context, args, reply);
}

function readFields({ db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) {
    view.start = view.end = 0;
  } else {
    if (db.kindOf(entry) !== KIND_STRING) return reply.error(WRONG_TYPE);
    readString(db.keyspace, entry, view);
  }
  reply.array(request.count);
  for (let i = 0; i < request.count; i++) {
    const operation = request.operations[i]!;
    reply.integer(readBitField(view, operation.offset, operation));
  }
}

function changeFields({ db }: Context, args: Args, reply: Reply): void {
  const key = args.at(1);
  const found = db.lookupWrite(key);
  if (found !== NO_ENTRY && db.kindOf(found) !== KIND_STRING) return reply.error(WRONG_TYPE);
  const grows = endsBefore(db, found, request.lastWrittenBit);
  readString(db.keyspace, makeRoomFor(db, key, found, request.lastWrittenBit), view);
  reply.array(request.count);
  let changes = 0;
  for (let i = 0; i < request.count; i++) {
    if (runOperation(request.operations[i]!, grows, reply)) changes++;
  }
  if (changes > 0) db.commit(key, NOTIFY_STRING, "setbit", changes);
}

/** Runs one operation on the string in `view`; true where that counts as a change. */
function runOperation(operation: BitFieldOperation, grows: boolean, reply: Reply): boolean {
  const { action, offset, operand, overflow } = operation;
  const former = readBitField(view, offset, operation);
  if (action === "get") {
    reply.integer(former);
    return false;
  }
  const value = action === "set"
    ? fitBitField(operand, operation, overflow)
    : addToBitField(former, operand, operation, overflow);
  if (value === null) {
    reply.nil();
    return false;
  }
  reply.integer(action === "set" ? former : value);
  if (value !== former) writeBitField(view, offset, operation.bits, value);
  return grows || value !== former;
}

/** BITFIELD and BITFIELD_RO. */
export function bitFieldCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "bitfield",
      group: "bitmap",
      since: "3.2.0",
      summary: "Perform arbitrary bitfield integer operations on strings",
      complexity: "O(1) for each subcommand specified",
      arity: -2,
      flags: "write denyoom",
      acl: "bitmap",
      keys: [key(1, "RW access update variable_flags", "This command allows both access and modification of the key")],
      getKeys: bitFieldKeys,
      syntax: `
        key [operation<GET encoding_offset(encoding offset:integer)
        | write([OVERFLOW wrap_sat_fail<WRAP | SAT | FAIL>] write_operation<SET encoding_offset_value(encoding offset:integer value:integer) | INCRBY encoding_offset_increment(encoding offset:integer increment:integer)>)>...]
      `,
      run: (context, args, reply) => bitField(context, args, reply, services),
    },
    {
      name: "bitfield_ro",
      group: "bitmap",
      since: "6.0.0",
      summary: "Perform arbitrary bitfield integer operations on strings. Read-only variant of BITFIELD",
      complexity: "O(1) for each subcommand specified",
      arity: -2,
      flags: "readonly fast",
      acl: "bitmap",
      keys: [key(1, "RO access")],
      syntax: "key [GET... encoding_offset(encoding offset:integer)]",
      run: (context, args, reply) => bitFieldRo(context, args, reply, services),
    },
  ];
}
