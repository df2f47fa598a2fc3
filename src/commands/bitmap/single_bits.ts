/**
 * SETBIT and GETBIT.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import { readClampedInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { BIT_OFFSET_OUT_OF_RANGE, BIT_OUT_OF_RANGE, WRONG_TYPE } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_STRING } from "../../store/keyspace_events.ts";
import { readString, StringView } from "../../store/string_entries.ts";
import { KIND_STRING } from "../../values/kind.ts";
import type { Services } from "../services.ts";
import { endsBefore, makeRoomFor, readBitOffset } from "./bit_strings.ts";

const view = lasting(new StringView());

function setBit(context: Context, args: Args, reply: Reply, services: Services): void {
  const offset = readBitOffset(context, args.at(2), services);
  if (offset < 0) return reply.error(BIT_OFFSET_OUT_OF_RANGE);
  const bit = readClampedInteger(args, 3, reply, BIT_OUT_OF_RANGE);
  if (bit === null) return;
  if (bit !== 0 && bit !== 1) return reply.error(BIT_OUT_OF_RANGE);
  const { db } = context;
  const key = args.at(1);
  const found = db.lookupWrite(key);
  if (found !== NO_ENTRY && db.kindOf(found) !== KIND_STRING) return reply.error(WRONG_TYPE);
  const grows = endsBefore(db, found, offset);
  const { bytes, start } = readString(db.keyspace, makeRoomFor(db, key, found, offset), view);
  const at = start + Math.floor(offset / 8);
  const mask = 0x80 >>> (offset & 7);
  const former = (bytes[at]! & mask) === 0 ? 0 : 1;
  if (former !== bit) bytes[at]! ^= mask;
  if (grows || former !== bit) db.commit(key, NOTIFY_STRING, "setbit");
  reply.integer(former);
}

function getBit(context: Context, args: Args, reply: Reply, services: Services): void {
  const offset = readBitOffset(context, args.at(2), services);
  if (offset < 0) return reply.error(BIT_OFFSET_OUT_OF_RANGE);
  const { db } = context;
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.integer(0);
  if (db.kindOf(entry) !== KIND_STRING) return reply.error(WRONG_TYPE);
  const { bytes, start, end } = readString(db.keyspace, entry, view);
  const at = start + Math.floor(offset / 8);
  reply.integer(at < end && (bytes[at]! & (0x80 >>> (offset & 7))) !== 0 ? 1 : 0);
}

/** SETBIT and GETBIT. */
export function singleBitCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "setbit",
      group: "bitmap",
      since: "2.2.0",
      summary: "Sets or clears the bit at offset in the string value stored at key",
      complexity: "O(1)",
      arity: 4,
      flags: "write denyoom",
      acl: "bitmap",
      keys: [key(1, "RW access update")],
      syntax: "key offset:integer value:integer",
      run: (context, args, reply) => setBit(context, args, reply, services),
    },
    {
      name: "getbit",
      group: "bitmap",
      since: "2.2.0",
      summary: "Returns the bit value at offset in the string value stored at key",
      complexity: "O(1)",
      arity: 3,
      flags: "readonly fast",
      acl: "bitmap",
      keys: [key(1, "RO access")],
      syntax: "key offset:integer",
      run: (context, args, reply) => getBit(context, args, reply, services),
    },
  ];
}
