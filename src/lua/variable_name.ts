/**
 * The name that a script gave to a value in a register, for messages: found by reading the code backwards, so that
 * running code pays nothing for it.
 */

import { Op } from "./interpreter.ts";
import { aOf, bOf, bxOf, cOf, CONSTANT_FLAG, distanceOf, opOf, type Prototype } from "./prototype.ts";

/** A name and what kind of variable has it. */
export interface VariableName {
  readonly kind: "global" | "local" | "field" | "upvalue" | "method";
  readonly name: string;
}

/** The name of the function that the instruction at `pc` calls, if it calls one. */
export function calledName(prototype: Prototype, pc: number): VariableName | undefined {
  const word = prototype.code[pc];
  if (word === undefined) return undefined;
  const op = opOf(word);
  if (op !== Op.Call && op !== Op.TailCall && op !== Op.GenericForLoop) return undefined;
  return registerName(prototype, pc, aOf(word));
}

/** The name of what is in a register when the instruction at `pc` runs. */
export function registerName(prototype: Prototype, pc: number, register: number): VariableName | undefined {
  const local = localName(prototype, pc, register);
  if (local !== undefined) return { kind: "local", name: local };
  const word = prototype.code[lastWrite(prototype, pc, register)];
  if (word === undefined) return undefined;
  switch (opOf(word)) {
    case Op.GetGlobal:
      return { kind: "global", name: constantName(prototype, bxOf(word) | 0, true) };
    case Op.Move:
      return bOf(word) < aOf(word) ? registerName(prototype, pc, bOf(word)) : undefined;
    case Op.GetTable:
      return { kind: "field", name: constantName(prototype, cOf(word)) };
    case Op.GetUpvalue:
      return { kind: "upvalue", name: prototype.upvalues[bOf(word)]?.name ?? "?" };
    case Op.Self:
      return { kind: "method", name: constantName(prototype, cOf(word)) };
  }
  return undefined;
}

function constantName({ constants }: Prototype, field: number, isIndex = false): string {
  const isConstant = isIndex || (field & CONSTANT_FLAG) !== 0;
  const value = isConstant ? constants[isIndex ? field : field & ~CONSTANT_FLAG] : undefined;
  return typeof value === "string" ? value : "?";
}

function localName({ scopes }: Prototype, pc: number, register: number): string | undefined {
  let rest = register;
  for (const { name, start, end } of scopes) {
    if (start > pc) break;
    if (pc < end && rest-- === 0) return name;
  }
  return undefined;
}

/** The last instruction before `pc` that wrote to a register, by the straight way there; -1 for none. */
function lastWrite({ code }: Prototype, pc: number, register: number): number {
  let last = -1;
  for (let at = 0; at < pc; at++) {
    const word = code[at]!;
    if (writes(word, register)) last = at;
    if (opOf(word) === Op.SetList && cOf(word) === 0) at++;
    if (opOf(word) !== Op.Jump && opOf(word) !== Op.ForPrepare) continue;
    const target = at + 1 + distanceOf(word);
    if (target > at && target <= pc) at = target - 1;
  }
  return last;
}

function writes(word: number, register: number): boolean {
  const a = aOf(word);
  switch (opOf(word)) {
    case Op.LoadNil:
      return a <= register && register <= bOf(word);
    case Op.Self:
      return register === a || register === a + 1;
    case Op.Call:
    case Op.TailCall:
      return register >= a;
    case Op.GenericForLoop:
    case Op.GenericForTest:
      return register >= a + 2;
    case Op.SetGlobal:
    case Op.SetUpvalue:
    case Op.SetTable:
    case Op.Jump:
    case Op.Equal:
    case Op.Less:
    case Op.LessOrEqual:
    case Op.Test:
    case Op.Return:
    case Op.SetList:
    case Op.Close:
      return false;
  }
  return register === a;
}
