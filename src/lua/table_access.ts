/**
 * Reading and writing fields in all their cases.
 */

import { fieldValue } from "./arithmetic.ts";
import type { Machine } from "./machine.ts";
import { EVENTS, MAX_CHAIN, metamethod } from "./metatable.ts";
import { aOf, bOf, bxOf, cOf } from "./prototype.ts";
import { LuaTable } from "./table.ts";
import { type Frame, ReturnMode } from "./thread.ts";
import { FIELDS_PER_FLUSH, unpackSize } from "./table_size.ts";
import { LuaFunction, type LuaValue } from "./value.ts";

/** Runs `Op.GetGlobal`. */
export function runGetGlobal(machine: Machine, frame: Frame, word: number): void {
  getField(machine, frame, machine.globals, frame.prototype!.constants[bxOf(word)], aOf(word), -1);
}

/** Runs `Op.GetTable`. */
export function runGetTable(machine: Machine, frame: Frame, word: number): void {
  const register = bOf(word);
  const object = machine.thread.stack[frame.base + register];
  getField(machine, frame, object, fieldValue(machine, frame, cOf(word)), aOf(word), register);
}

/** Runs `Op.Self`. */
export function runSelf(machine: Machine, frame: Frame, word: number): void {
  const { stack } = machine.thread;
  const register = bOf(word);
  const object = stack[frame.base + register];
  stack[frame.base + aOf(word) + 1] = object;
  getField(machine, frame, object, fieldValue(machine, frame, cOf(word)), aOf(word), register);
}

/** Runs `Op.SetGlobal`. */
export function runSetGlobal(machine: Machine, frame: Frame, word: number): void {
  const value = machine.thread.stack[frame.base + aOf(word)];
  setField(machine, machine.globals, frame.prototype!.constants[bxOf(word)], value, -1);
}

/** Runs `Op.SetTable`. */
export function runSetTable(machine: Machine, frame: Frame, word: number): void {
  const object = machine.thread.stack[frame.base + aOf(word)];
  const key = fieldValue(machine, frame, bOf(word));
  setField(machine, object, key, fieldValue(machine, frame, cOf(word)), aOf(word));
}

/** Runs `Op.NewTable`. */
export function runNewTable(machine: Machine, frame: Frame, word: number): void {
  machine.thread.stack[frame.base + aOf(word)] = new LuaTable(unpackSize(bOf(word)), unpackSize(cOf(word)));
}

/** Runs `Op.SetList`. */
export function runSetList(machine: Machine, frame: Frame, word: number): void {
  const { stack, top } = machine.thread;
  const place = frame.base + aOf(word);
  const table = stack[place] as LuaTable;
  const count = bOf(word) === 0 ? top - place - 1 : bOf(word) - 1;
  const batch = cOf(word) === 0 ? frame.prototype!.code[frame.pc++]! : cOf(word);
  const first = (batch - 1) * FIELDS_PER_FLUSH;
  table.reserveArray(first + count);
  for (let i = 1; i <= count; i++) table.set(first + i, stack[place + i]);
}

/** Runs `Op.Length`. */
export function runLength(machine: Machine, frame: Frame, word: number): void {
  const { stack } = machine.thread;
  const object = stack[frame.base + bOf(word)];
  const target = frame.base + aOf(word);
  if (typeof object === "string") {
    stack[target] = object.length;
  } else if (object instanceof LuaTable) {
    stack[target] = object.length();
  } else {
    const handler = metamethod(object, EVENTS.length, machine.state);
    if (handler === undefined) throw machine.context.typeErrorAt(frame.base + bOf(word), "get length of");
    machine.callMetamethod(handler, [object, undefined], ReturnMode.Value, target);
  }
}

/** Reads a field into the register `target`; messages name the object after `register`. */
function getField(
  machine: Machine,
  frame: Frame,
  object: LuaValue,
  key: LuaValue,
  target: number,
  register: number,
): void {
  let holder = object;
  for (let link = 0; link < MAX_CHAIN; link++) {
    if (holder instanceof LuaTable) {
      const value = holder.get(key);
      const handler = value === undefined ? metamethod(holder, EVENTS.index, machine.state) : undefined;
      if (handler === undefined) {
        machine.thread.stack[frame.base + target] = value;
        return;
      }
      if (callOnField(machine, handler, [holder, key], frame.base + target)) return;
      holder = handler;
    } else {
      const handler = metamethod(holder, EVENTS.index, machine.state);
      if (handler === undefined) throw machine.context.typeError(holder, link === 0 ? register : -1, "index");
      if (callOnField(machine, handler, [holder, key], frame.base + target)) return;
      holder = handler;
    }
  }
  throw machine.context.errorHere("loop in gettable");
}

function callOnField(machine: Machine, handler: LuaValue, args: readonly LuaValue[], target: number): boolean {
  if (!(handler instanceof LuaFunction)) return false;
  machine.callMetamethod(handler, args, ReturnMode.Value, target);
  return true;
}

/** Writes a field; messages name the object after `register`. */
function setField(machine: Machine, object: LuaValue, key: LuaValue, value: LuaValue, register: number): void {
  let holder = object;
  for (let link = 0; link < MAX_CHAIN; link++) {
    let handler: LuaValue;
    if (holder instanceof LuaTable) {
      checkWritable(machine, holder, key);
      const isNew = holder.metatable !== undefined && holder.get(key) === undefined;
      handler = isNew ? metamethod(holder, EVENTS.newIndex, machine.state) : undefined;
      if (handler === undefined) {
        holder.set(key, value);
        return;
      }
    } else {
      handler = metamethod(holder, EVENTS.newIndex, machine.state);
      if (handler === undefined) throw machine.context.typeError(holder, link === 0 ? register : -1, "index");
    }
    if (handler instanceof LuaFunction) {
      machine.callMetamethod(handler, [holder, key, value], ReturnMode.Nothing, 0);
      return;
    }
    holder = handler;
  }
  throw machine.context.errorHere("loop in settable");
}

function checkWritable(machine: Machine, table: LuaTable, key: LuaValue): void {
  if (table.isReadOnly) throw machine.context.errorHere("Attempt to modify a readonly table");
  if (key === undefined) throw machine.context.errorHere("table index is nil");
  if (key !== key) throw machine.context.errorHere("table index is NaN");
}
