/**
 * The operator `..`, over any number of values at once.
 */

import { LuaError } from "./lua_error.ts";
import type { Machine } from "./machine.ts";
import { STRING_BYTES } from "./memory_estimate.ts";
import { charge } from "./memory_meter.ts";
import { EVENTS, metamethod } from "./metatable.ts";
import { formatNumber } from "./number_text.ts";
import { aOf, bOf, cOf } from "./prototype.ts";
import { type Frame, ReturnMode } from "./thread.ts";
import type { LuaValue } from "./value.ts";

/** Characters of a string: what V8 can hold. */
export const MAX_STRING_LENGTH = 0x1fff_ffe8;

/** Refuses a string that would be too long. */
export function checkStringLength(length: number): void {
  if (length > MAX_STRING_LENGTH) throw new LuaError("not enough memory");
}

/** Runs `Op.Concat`. */
export function concatenate(machine: Machine, frame: Frame, word: number): void {
  join(machine, frame, word, cOf(word));
}

/** Goes on with a concatenation: a metamethod has made `value` of the values from `register` on. */
export function finishConcat(machine: Machine, frame: Frame, register: number, value: LuaValue): void {
  machine.thread.stack[frame.base + register] = value;
  join(machine, frame, frame.prototype!.code[frame.pc - 1]!, register);
}

/** Joins from the right: the values up to the register `end`. */
function join(machine: Machine, frame: Frame, word: number, end: number): void {
  const { stack } = machine.thread;
  const { base } = frame;
  const first = base + bOf(word);
  let last = base + end;
  while (last > first) {
    const left = stack[last - 1];
    const right = stack[last];
    if (!isText(left) || !isText(right)) {
      const handler = metamethod(left, EVENTS.concat, machine.state) ?? metamethod(right, EVENTS.concat, machine.state);
      if (handler === undefined) throw machine.context.typeErrorAt(isText(left) ? last : last - 1, "concatenate");
      machine.callMetamethod(handler, [left, right], ReturnMode.Concat, last - 1 - base);
      return;
    }
    let text = textOf(right);
    for (; last > first && isText(stack[last - 1]); last--) {
      const next = textOf(stack[last - 1] as string | number);
      checkStringLength(next.length + text.length);
      text = next + text;
    }
    charge(STRING_BYTES + text.length);
    stack[last] = text;
  }
  stack[base + aOf(word)] = stack[first];
}

function isText(value: LuaValue): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

function textOf(value: string | number): string {
  return typeof value === "string" ? value : formatNumber(value);
}
