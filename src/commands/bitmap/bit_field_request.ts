/**
 * The arguments of BITFIELD and BITFIELD_RO: the operations of a request, checked before any of them runs.
 *
 * - The objects are reused from request to request.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import type { Slice } from "../../bytes/slice.ts";
import type { KeyExtractor } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { keyFlags } from "../../command/key_specs.ts";
import {
  BIT_OFFSET_OUT_OF_RANGE,
  INVALID_BITFIELD_TYPE,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
} from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { OverflowRule } from "../../values/bit_field.ts";
import { type Int64, parseInt64 } from "../../values/int64.ts";
import type { Services } from "../services.ts";
import { readBitOffset } from "./bit_strings.ts";

const GET = ascii("get");
const SET = ascii("set");
const INCRBY = ascii("incrby");
const OVERFLOW = ascii("overflow");
const WRAP = ascii("wrap");
const SAT = ascii("sat");
const FAIL = ascii("fail");

const UNKNOWN_OVERFLOW = "ERR Invalid OVERFLOW type specified";
const SIGNED = 0x69;
const UNSIGNED = 0x75;
const FIRST_OPERATION = 2;

const READ = keyFlags("RO access");
const WRITE = keyFlags("RW access update");

/** Operations kept from one request to the next. */
const POOL_LIMIT = 64;

type Action = "get" | "set" | "incrby";

/** One operation on a field. */
export class BitFieldOperation {
  action: Action = "get";
  /** Position of the field's first bit. */
  offset = 0;
  isSigned = false;
  bits = 0;
  /** What a SET stores or an INCRBY adds. */
  operand: Int64 = 0;
  overflow: OverflowRule = "wrap";
}

/** The operations of one request. */
export class BitFieldRequest {
  /** How many operations there are; objects beyond it are stale. */
  count = 0;
  /** The highest bit that any of them writes; -1 where all of them read. */
  lastWrittenBit = -1;
  readonly operations: BitFieldOperation[] = [];

  /** Reads the arguments; the error text where they are wrong, else null. */
  parse(context: Context, args: Args, services: Services): string | null {
    if (this.operations.length > POOL_LIMIT) this.operations.length = POOL_LIMIT;
    this.count = 0;
    this.lastWrittenBit = -1;
    let overflow: OverflowRule = "wrap";
    for (let i = FIRST_OPERATION; i < args.count;) {
      if (isOverflow(args, i)) {
        const rule = readOverflowRule(args.at(i + 1));
        if (rule === null) return UNKNOWN_OVERFLOW;
        overflow = rule;
        i += 2;
        continue;
      }
      const action = readAction(args, i);
      if (action === null) return SYNTAX_ERROR;
      const operation = this.#next(action, overflow);
      if (!readType(args.at(i + 1), operation)) return INVALID_BITFIELD_TYPE;
      operation.offset = readBitOffset(context, args.at(i + 2), services, operation.bits);
      if (operation.offset < 0) return BIT_OFFSET_OUT_OF_RANGE;
      if (action !== "get" && !this.#readOperand(args.at(i + 3), operation)) return NOT_AN_INTEGER;
      i += action === "get" ? 3 : 4;
    }
    return null;
  }

  #next(action: Action, overflow: OverflowRule): BitFieldOperation {
    const operation = this.operations[this.count] ??= new BitFieldOperation();
    this.count++;
    operation.action = action;
    operation.overflow = overflow;
    return operation;
  }

  #readOperand({ bytes, start, end }: Slice, operation: BitFieldOperation): boolean {
    operation.operand = parseInt64(bytes, start, end);
    this.lastWrittenBit = Math.max(this.lastWrittenBit, operation.offset + operation.bits - 1);
    return operation.operand === operation.operand;
  }
}

/**
 * The key of BITFIELD, by its operations: it is only read while all of them are GET; what makes no sense counts as a
 * write, as in Redis.
 */
export const bitFieldKeys: KeyExtractor = (args, keys) => {
  keys.add(1, readsOnly(args) ? READ : WRITE);
};

function readsOnly(args: Args): boolean {
  for (let i = FIRST_OPERATION; i < args.count;) {
    if (isOverflow(args, i)) i += 2;
    else if (readAction(args, i) === "get") i += 3;
    else return false;
  }
  return true;
}

/** Whether an operation's word and all that it takes stand at `index`. */
function readAction(args: Args, index: number): Action | null {
  const word = args.at(index);
  const following = args.count - index - 1;
  if (following >= 2 && equalsIgnoreCase(word, GET)) return "get";
  if (following >= 3 && equalsIgnoreCase(word, SET)) return "set";
  return following >= 3 && equalsIgnoreCase(word, INCRBY) ? "incrby" : null;
}

function isOverflow(args: Args, index: number): boolean {
  return index + 1 < args.count && equalsIgnoreCase(args.at(index), OVERFLOW);
}

function readOverflowRule(word: Slice): OverflowRule | null {
  if (equalsIgnoreCase(word, WRAP)) return "wrap";
  if (equalsIgnoreCase(word, SAT)) return "saturate";
  return equalsIgnoreCase(word, FAIL) ? "fail" : null;
}

/** Reads `i16` or `u8`; false for what is no type. */
function readType({ bytes, start, end }: Slice, operation: BitFieldOperation): boolean {
  const sign = start < end ? bytes[start] : 0;
  if (sign !== SIGNED && sign !== UNSIGNED) return false;
  let textEnd = start + 1;
  // As Redis, which reads the width as a C string.
  while (textEnd < end && bytes[textEnd] !== 0) textEnd++;
  const bits = Number(parseInt64(bytes, start + 1, textEnd));
  operation.isSigned = sign === SIGNED;
  operation.bits = bits;
  return bits >= 1 && bits <= (sign === SIGNED ? 64 : 63);
}
