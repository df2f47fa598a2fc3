/**
 * Arithmetic and comparisons in all their cases: strings that spell numbers, and metamethods.
 */

import { typeName } from "./arguments.ts";
import { Op } from "./interpreter.ts";
import type { Machine } from "./machine.ts";
import { EVENTS, metamethod, type MetatableEvent } from "./metatable.ts";
import { parseNumber } from "./number_text.ts";
import { aOf, bOf, cOf, CONSTANT_FLAG, distanceOf, opOf } from "./prototype.ts";
import type { LuaState } from "./state.ts";
import { LuaTable } from "./table.ts";
import { type Frame, ReturnMode } from "./thread.ts";
import { LuaUserdata, type LuaValue } from "./value.ts";

const ARITHMETIC_EVENTS: Readonly<Record<number, MetatableEvent>> = {
  [Op.Add]: EVENTS.add,
  [Op.Subtract]: EVENTS.subtract,
  [Op.Multiply]: EVENTS.multiply,
  [Op.Divide]: EVENTS.divide,
  [Op.Modulo]: EVENTS.modulo,
  [Op.Power]: EVENTS.power,
  [Op.Negate]: EVENTS.negate,
};

/** `a op b` for numbers; `-a` for `Op.Negate`. */
export function calculate(op: number, a: number, b: number): number {
  switch (op) {
    case Op.Add:
      return a + b;
    case Op.Subtract:
      return a - b;
    case Op.Multiply:
      return a * b;
    case Op.Divide:
      return a / b;
    case Op.Modulo:
      return a - Math.floor(a / b) * b;
    case Op.Power:
      return power(a, b);
  }
  return -a;
}

/** C's pow, which knows an answer where JavaScript says NaN. */
export function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && (b === Infinity || b === -Infinity))) return 1;
  return a ** b;
}

/** The number that a value is or, as a string, spells. */
export function toNumber(value: LuaValue): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" ? parseNumber(value) : undefined;
}

/** The value of a field that names a register or a constant. */
export function fieldValue(machine: Machine, frame: Frame, field: number): LuaValue {
  if ((field & CONSTANT_FLAG) !== 0) return frame.prototype!.constants[field & ~CONSTANT_FLAG];
  return machine.thread.stack[frame.base + field];
}

/** Runs an arithmetic instruction. */
export function runArithmetic(machine: Machine, frame: Frame, word: number): void {
  const op = opOf(word);
  const isUnary = op === Op.Negate;
  const left = fieldValue(machine, frame, bOf(word));
  const right = isUnary ? left : fieldValue(machine, frame, cOf(word));
  const a = toNumber(left);
  const b = toNumber(right);
  if (a !== undefined && b !== undefined) {
    machine.thread.stack[frame.base + aOf(word)] = calculate(op, a, b);
    return;
  }
  const event = ARITHMETIC_EVENTS[op]!;
  const handler = metamethod(left, event, machine.state) ?? metamethod(right, event, machine.state);
  if (handler === undefined) {
    const field = a === undefined || isUnary ? bOf(word) : cOf(word);
    throw machine.context.typeError(
      a === undefined ? left : right,
      (field & CONSTANT_FLAG) !== 0 ? -1 : field,
      "perform arithmetic on",
    );
  }
  machine.callMetamethod(handler, [left, right], ReturnMode.Value, frame.base + aOf(word));
}

/** Runs `Op.Equal`. */
export function runEqual(machine: Machine, frame: Frame, word: number): void {
  const left = fieldValue(machine, frame, bOf(word));
  const right = fieldValue(machine, frame, cOf(word));
  const handler = left === right ? undefined : equalHandler(left, right);
  if (handler === undefined) machine.decide(frame, left === right);
  else machine.callMetamethod(handler, [left, right], ReturnMode.Condition, 0);
}

/** Runs `Op.Less` and `Op.LessOrEqual`. */
export function runOrder(machine: Machine, frame: Frame, word: number): void {
  const left = fieldValue(machine, frame, bOf(word));
  const right = fieldValue(machine, frame, cOf(word));
  const isLess = opOf(word) === Op.Less;
  const outcome = rawOrder(left, right, isLess);
  if (outcome !== undefined) {
    machine.decide(frame, outcome);
    return;
  }
  const request = orderRequest(left, right, isLess, machine.state);
  if (request === undefined) throw machine.context.errorHere(orderErrorText(left, right));
  machine.callMetamethod(request.handler, request.args, ReturnMode.Condition, request.isNegated ? 1 : 0);
}

/** What compares two objects for equality: the `__eq` that both have. */
export function equalHandler(left: LuaValue, right: LuaValue): LuaValue {
  const isPair = (left instanceof LuaTable && right instanceof LuaTable) ||
    (left instanceof LuaUserdata && right instanceof LuaUserdata);
  if (!isPair) return undefined;
  const { name, hash } = EVENTS.equal;
  const handler = left.metatable?.getString(name, hash);
  return handler === right.metatable?.getString(name, hash) ? handler : undefined;
}

/** `left < right` or `left <= right` for two numbers or two strings; undefined for all others. */
export function rawOrder(left: LuaValue, right: LuaValue, isLess: boolean): boolean | undefined {
  if (typeof left === "number" && typeof right === "number") return isLess ? left < right : left <= right;
  if (typeof left === "string" && typeof right === "string") return isLess ? left < right : left <= right;
  return undefined;
}

/** A call that decides an order. */
export interface OrderRequest {
  readonly handler: LuaValue;
  readonly args: readonly LuaValue[];
  readonly isNegated: boolean;
}

/** The call of a metamethod that compares two values of one type; `a <= b` may be `not (b < a)`. */
export function orderRequest(
  left: LuaValue,
  right: LuaValue,
  isLess: boolean,
  state: LuaState,
): OrderRequest | undefined {
  if (typeName(left) !== typeName(right)) return undefined;
  if (!isLess) {
    const handler = sharedHandler(left, right, EVENTS.lessOrEqual, state);
    if (handler !== undefined) return { handler, args: [left, right], isNegated: false };
  }
  const handler = sharedHandler(left, right, EVENTS.less, state);
  if (handler === undefined) return undefined;
  return { handler, args: isLess ? [left, right] : [right, left], isNegated: !isLess };
}

/** The text of an error about two values that cannot be compared. */
export function orderErrorText(left: LuaValue, right: LuaValue): string {
  const leftType = typeName(left);
  const rightType = typeName(right);
  if (leftType === rightType) return `attempt to compare two ${leftType} values`;
  return `attempt to compare ${leftType} with ${rightType}`;
}

function sharedHandler(left: LuaValue, right: LuaValue, event: MetatableEvent, state: LuaState): LuaValue {
  const handler = metamethod(left, event, state);
  return handler === metamethod(right, event, state) ? handler : undefined;
}

/** Checks the three values of a numeric `for`, and enters it. */
export function runForPrepare(machine: Machine, frame: Frame, word: number): void {
  const { stack } = machine.thread;
  const at = frame.base + aOf(word);
  const [start, limit, step] = [toNumber(stack[at]), toNumber(stack[at + 1]), toNumber(stack[at + 2])];
  if (start === undefined) throw machine.context.errorHere("'for' initial value must be a number");
  if (limit === undefined) throw machine.context.errorHere("'for' limit must be a number");
  if (step === undefined) throw machine.context.errorHere("'for' step must be a number");
  stack[at] = start - step;
  stack[at + 1] = limit;
  stack[at + 2] = step;
  frame.pc += distanceOf(word);
}
