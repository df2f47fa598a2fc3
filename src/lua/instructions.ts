/**
 * What every instruction does in all its cases.
 */

import { runArithmetic, runEqual, runForPrepare, runOrder } from "./arithmetic.ts";
import { LuaClosure } from "./closure.ts";
import { concatenate } from "./concatenation.ts";
import { type InstructionHandler, Op } from "./interpreter.ts";
import { nextField } from "./iteration.ts";
import type { Machine } from "./machine.ts";
import { closureBytes } from "./memory_estimate.ts";
import { charge } from "./memory_meter.ts";
import { aOf, bOf, bxOf, cOf, distanceOf } from "./prototype.ts";
import {
  runGetGlobal,
  runGetTable,
  runLength,
  runNewTable,
  runSelf,
  runSetGlobal,
  runSetList,
  runSetTable,
} from "./table_access.ts";
import { LuaTable } from "./table.ts";
import { type Frame, ReturnMode } from "./thread.ts";
import type { LuaValue } from "./value.ts";

/** What the loop does itself, without exception. */
type Inline = Op.Move | Op.LoadConstant | Op.GetUpvalue | Op.Test | Op.ForLoop | Op.Jump;

const HANDLERS: Readonly<Record<Exclude<Op, Inline>, InstructionHandler>> = {
  [Op.LoadBoolean]: (machine, frame, word) => {
    setRegister(machine, frame, word, bOf(word) !== 0);
    if (cOf(word) !== 0) frame.pc++;
  },
  [Op.LoadNil]: (machine, frame, word) => {
    machine.thread.stack.fill(undefined, frame.base + aOf(word), frame.base + bOf(word) + 1);
  },
  [Op.GetGlobal]: runGetGlobal,
  [Op.GetTable]: runGetTable,
  [Op.SetGlobal]: runSetGlobal,
  [Op.SetUpvalue]: (machine, frame, word) =>
    frame.closure!.upvalues[bOf(word)]!.set(registerAt(machine, frame, aOf(word))),
  [Op.SetTable]: runSetTable,
  [Op.NewTable]: runNewTable,
  [Op.Self]: runSelf,
  [Op.Add]: runArithmetic,
  [Op.Subtract]: runArithmetic,
  [Op.Multiply]: runArithmetic,
  [Op.Divide]: runArithmetic,
  [Op.Modulo]: runArithmetic,
  [Op.Power]: runArithmetic,
  [Op.Negate]: runArithmetic,
  [Op.Not]: (machine, frame, word) => setRegister(machine, frame, word, isFalse(registerAt(machine, frame, bOf(word)))),
  [Op.Length]: runLength,
  [Op.Concat]: concatenate,
  [Op.Equal]: runEqual,
  [Op.Less]: runOrder,
  [Op.LessOrEqual]: runOrder,
  [Op.TestSet]: (machine, frame, word) => {
    const value = registerAt(machine, frame, bOf(word));
    if (isFalse(value) === (cOf(word) !== 0)) frame.pc++;
    else setRegister(machine, frame, word, value);
  },
  [Op.Call]: runCall,
  [Op.TailCall]: runTailCall,
  [Op.Return]: runReturn,
  [Op.ForPrepare]: runForPrepare,
  [Op.GenericForLoop]: runGenericForLoop,
  [Op.GenericForTest]: (machine, frame, word) => {
    const control = registerAt(machine, frame, aOf(word) + 3);
    if (control === undefined) return;
    machine.thread.stack[frame.base + aOf(word) + 2] = control;
    frame.pc += distanceOf(word);
  },
  [Op.SetList]: runSetList,
  [Op.Close]: (machine, frame, word) => machine.thread.closeFrom(frame.base + aOf(word)),
  [Op.Closure]: runClosure,
  [Op.Vararg]: runVararg,
};

/** The handlers by opcode; none for what the loop does itself. */
export const INSTRUCTION_HANDLERS: readonly InstructionHandler[] = byOpcode();

function byOpcode(): InstructionHandler[] {
  const handlers: InstructionHandler[] = [];
  for (const [op, handler] of Object.entries(HANDLERS)) handlers[Number(op)] = handler;
  return handlers;
}

function registerAt({ thread }: Machine, { base }: Frame, register: number): LuaValue {
  return thread.stack[base + register];
}

/** Sets the register A. */
function setRegister({ thread }: Machine, { base }: Frame, word: number, value: LuaValue): void {
  thread.stack[base + aOf(word)] = value;
}

function isFalse(value: LuaValue): boolean {
  return value === undefined || value === false;
}

function runCall(machine: Machine, frame: Frame, word: number): void {
  const place = frame.base + aOf(word);
  const argCount = bOf(word) === 0 ? machine.thread.top - place - 1 : bOf(word) - 1;
  machine.callAt(place, argCount, cOf(word) - 1, ReturnMode.Registers, 0);
}

/** Calls a Lua function in the place of this one; what is native is called, and the return behind it follows. */
function runTailCall(machine: Machine, frame: Frame, word: number): void {
  const { thread } = machine;
  const { stack } = thread;
  const place = frame.base + aOf(word);
  const argCount = bOf(word) === 0 ? thread.top - place - 1 : bOf(word) - 1;
  if (!(stack[place] instanceof LuaClosure)) {
    machine.callAt(place, argCount, -1, ReturnMode.Registers, 0);
    return;
  }
  const { callee, wanted, mode, data, tailCalls } = frame;
  thread.closeFrom(frame.base);
  for (let i = 0; i <= argCount; i++) stack[callee + i] = stack[place + i];
  thread.pop();
  machine.callAt(callee, argCount, wanted, mode, data);
  thread.frame.tailCalls = tailCalls + 1;
}

function runReturn(machine: Machine, frame: Frame, word: number): void {
  const { thread } = machine;
  const { stack } = thread;
  const first = frame.base + aOf(word);
  const count = bOf(word) === 0 ? thread.top - first : bOf(word) - 1;
  if (frame.prototype!.children.length > 0) thread.closeFrom(frame.base);
  if (frame.mode !== ReturnMode.Registers) {
    machine.leave(stack.slice(first, first + count));
    return;
  }
  const { callee, wanted } = frame;
  const kept = wanted < 0 ? count : wanted;
  for (let i = 0; i < kept; i++) stack[callee + i] = i < count ? stack[first + i] : undefined;
  if (wanted < 0) thread.top = callee + count;
  machine.hasSwitched = true;
  thread.pop();
}

function runGenericForLoop(machine: Machine, frame: Frame, word: number): void {
  const { stack } = machine.thread;
  const at = frame.base + aOf(word);
  const iterator = stack[at];
  const subject = stack[at + 1];
  // `pairs` over a table: what `next` would return, without a call.
  if (iterator === machine.state.nextFunction && subject instanceof LuaTable) {
    nextField(stack, at + 3, cOf(word), subject, stack[at + 2]);
    return;
  }
  stack[at + 3] = iterator;
  stack[at + 4] = subject;
  stack[at + 5] = stack[at + 2];
  machine.callAt(at + 3, 2, cOf(word), ReturnMode.Registers, 0);
  // As in Lua 5.1, an iterator cannot yield.
  if (iterator instanceof LuaClosure) machine.thread.boundaries++;
}

function runClosure(machine: Machine, frame: Frame, word: number): void {
  const prototype = frame.prototype!.children[bxOf(word)]!;
  const outer = frame.closure!.upvalues;
  const upvalues = prototype.upvalues.map(({ isLocal, index }) =>
    isLocal ? machine.thread.captured(frame.base + index) : outer[index]!
  );
  const closure = new LuaClosure(prototype, upvalues);
  charge(closureBytes(closure));
  setRegister(machine, frame, word, closure);
}

function runVararg(machine: Machine, frame: Frame, word: number): void {
  const { thread } = machine;
  const { stack } = thread;
  const first = frame.callee + 1 + frame.prototype!.parameterCount;
  const count = Math.max(0, frame.base - first);
  const target = frame.base + aOf(word);
  const wanted = bOf(word) === 0 ? count : bOf(word) - 1;
  thread.reserve(target + wanted + 1);
  for (let i = 0; i < wanted; i++) stack[target + i] = i < count ? stack[first + i] : undefined;
  if (bOf(word) === 0) thread.top = target + count;
}
