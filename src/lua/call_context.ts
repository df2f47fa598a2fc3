/**
 * What native functions and messages learn about the running call.
 */

import { typeName } from "./arguments.ts";
import { shownChunkName } from "./chunk_name.ts";
import { LuaError } from "./lua_error.ts";
import type { Machine } from "./machine.ts";
import type { CallInfo, NativeCall } from "./native_call.ts";
import { formatNumber } from "./number_text.ts";
import type { LuaState } from "./state.ts";
import { type Frame, FrameKind } from "./thread.ts";
import type { LuaValue } from "./value.ts";
import { calledName, registerName } from "./variable_name.ts";

/** The one `NativeCall` of a machine. */
export class CallContext implements NativeCall {
  readonly state: LuaState;
  readonly machine: Machine;
  /** Whether the running native function has a frame of its own. */
  hasFrame = false;

  constructor(machine: Machine) {
    this.machine = machine;
    this.state = machine.state;
  }

  info(level: number): CallInfo | undefined {
    const { frames, depth } = this.machine.thread;
    let rest = this.hasFrame ? level : level - 1;
    if (rest < 0) return { what: "C", source: "=[C]", currentLine: -1 };
    for (let at = depth; at > 0; at--) {
      if (rest === 0) return describe(frames[at]!);
      rest--;
      if (rest < frames[at]!.tailCalls) {
        return { what: "tail", source: "=(tail call)", currentLine: -1 };
      }
      rest -= frames[at]!.tailCalls;
    }
    return undefined;
  }

  where(level: number): string {
    const info = this.info(level);
    if (info === undefined || info.currentLine <= 0) return "";
    return `${shownChunkName(info.source)}:${info.currentLine}: `;
  }

  error(text: string): LuaError {
    return new LuaError(this.where(1) + text);
  }

  argumentError(index: number, text: string): LuaError {
    const { frames, depth } = this.machine.thread;
    const caller = frames[this.hasFrame ? depth - 1 : depth]!;
    const called = caller.kind === FrameKind.Lua ? calledName(caller.prototype!, caller.pc - 1) : undefined;
    const name = called?.name ?? "?";
    const position = called?.kind === "method" ? index : index + 1;
    if (position === 0) return this.error(`calling '${name}' on bad self (${text})`);
    return this.error(`bad argument #${position} to '${name}' (${text})`);
  }

  /** An error of the instruction that the running frame is at. */
  errorHere(text: string): LuaError {
    const { frame } = this.machine.thread;
    const { currentLine, source } = describe(frame);
    return new LuaError(currentLine > 0 ? `${shownChunkName(source)}:${currentLine}: ${text}` : text);
  }

  /** "attempt to index local 'x' (a nil value)" about the value at a place of the stack. */
  typeErrorAt(place: number, action: string): LuaError {
    const { frame, stack } = this.machine.thread;
    return this.typeError(stack[place], place - frame.base, action);
  }

  /** The same about a value that is in `register`, or nowhere that has a name (-1). */
  typeError(value: LuaValue, register: number, action: string): LuaError {
    const { frame } = this.machine.thread;
    const isNamed = frame.kind === FrameKind.Lua && register >= 0 && register < frame.prototype!.registerCount;
    const named = isNamed ? registerName(frame.prototype!, frame.pc - 1, register) : undefined;
    const what = named === undefined ? "" : `${named.kind} '${named.name}' `;
    const type = `a ${typeName(value)} value`;
    return this.errorHere(`attempt to ${action} ${what === "" ? type : `${what}(${type})`}`);
  }

  /** A string or number as text. */
  textOf(value: string | number): string {
    return typeof value === "string" ? value : formatNumber(value);
  }
}

function describe(frame: Frame): CallInfo {
  if (frame.kind !== FrameKind.Lua) return { what: "C", source: "=[C]", currentLine: -1 };
  const { chunkName, firstLine, lines } = frame.prototype!;
  return {
    what: firstLine === 0 ? "main" : "Lua",
    source: chunkName,
    currentLine: lines[Math.max(0, frame.pc - 1)]!,
  };
}
