/**
 * The library `cmsgpack`: MessagePack, as lua-cmsgpack 0.4.0.
 */

import { integerArgument, optionalInteger, stringArgument } from "../arguments.ts";
import type { NativeCall } from "../native_call.ts";
import { LuaTable } from "../table.ts";
import { type LuaValue, NativeFunction, type NativeResults } from "../value.ts";
import { MessagePackEncoder } from "./message_pack_encoder.ts";
import { MessagePackDecoder } from "./message_pack_decoder.ts";

const MAX_INT = 2 ** 31 - 1;

/** The library's table. */
export function cmsgpackLibrary(): LuaTable {
  const library = new LuaTable();
  library.set("pack", new NativeFunction("pack", pack));
  library.set("unpack", new NativeFunction("unpack", (args, call) => unpack(args, call, { limit: 0, offset: 0 })));
  library.set("unpack_one", new NativeFunction("unpack_one", unpackOne));
  library.set("unpack_limit", new NativeFunction("unpack_limit", unpackLimit));
  library.set("_NAME", "cmsgpack");
  library.set("_VERSION", "lua-cmsgpack 0.4.0");
  library.set("_COPYRIGHT", "Copyright (C) 2012, Salvatore Sanfilippo");
  library.set("_DESCRIPTION", "MessagePack C implementation for Lua");
  return library;
}

function pack(args: readonly LuaValue[], call: NativeCall): NativeResults {
  if (args.length === 0) throw call.error("bad argument #0 to 'pack' (MessagePack pack needs input.)");
  const encoder = new MessagePackEncoder();
  for (const value of args) encoder.value(value);
  return [encoder.take()];
}

function unpackOne(args: readonly LuaValue[], call: NativeCall): NativeResults {
  return unpack(args, call, { limit: 1, offset: optionalInteger(args, 1, 0, call) });
}

function unpackLimit(args: readonly LuaValue[], call: NativeCall): NativeResults {
  const limit = integerArgument(args, 1, call);
  return unpack(args, call, { limit, offset: optionalInteger(args, 2, 0, call) });
}

/** A limit and an offset of zero ask for everything. Otherwise the first result is where to go on, or -1 at the end. */
function unpack(
  args: readonly LuaValue[],
  call: NativeCall,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): NativeResults {
  const text = stringArgument(args, 0, call);
  if (offset < 0 || limit < 0) {
    // The second figure is what the real library prints.
    throw call.error(`Invalid request to unpack with offset of ${offset | 0} and limit of ${text.length}.`);
  }
  if (offset > text.length) throw call.error(`Start offset ${offset | 0} greater than input length ${text.length}.`);
  const isAll = limit === 0 && offset === 0;
  const decoder = new MessagePackDecoder(text, offset, call);
  const values: LuaValue[] = [];
  while (!decoder.isAtEnd && values.length < (isAll ? MAX_INT : limit)) {
    // Values lie on the stack of the call until it returns.
    values.push(decoder.next(values.length + 1));
  }
  return isAll ? values : [decoder.isAtEnd ? -1 : decoder.position, ...values];
}
