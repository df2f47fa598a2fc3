/**
 * A coroutine, or the main thread of a run: its registers and the calls that it is in.
 */

import { type LuaClosure, Upvalue } from "./closure.ts";
import { nextIdentity } from "./identity.ts";
import type { Prototype } from "./prototype.ts";
import type { LuaValue, NativeSteps } from "./value.ts";

/** What a frame stands for. */
export const enum FrameKind {
  /** A Lua function. */
  Lua,
  /** A native function that calls back. */
  Stepped,
  /** A `pcall` or `xpcall`. */
  Protected,
  /** The bottom of a thread: whoever resumed it. */
  Bottom,
}

/** Where the results of a call go. */
export const enum ReturnMode {
  /** As many as the caller wants into its registers, from that of the function on. */
  Registers,
  /** The first one to the place `data` of the stack: what a metamethod found or computed. */
  Value,
  /** Nowhere: `__newindex`. */
  Nothing,
  /** The first one decides a comparison; the other way round where `data` is 1. */
  Condition,
  /** The first one is part of a concatenation, at the register `data`. */
  Concat,
  /** To a caller that is no Lua function. */
  Caller,
  /** The first one is the error value with which the stack unwinds: an error handler. */
  Handler,
}

/** A call in progress. Frames are reused, so that a call allocates nothing. */
export class Frame {
  kind: FrameKind = FrameKind.Bottom;
  /** The place of the function in the stack; what is above belongs to this frame. */
  callee = 0;
  /** The first register. */
  base = 0;
  /** The next instruction. */
  pc = 0;
  /** Results that the caller wants; -1 for all. */
  wanted = 0;
  mode: ReturnMode = ReturnMode.Registers;
  data = 0;
  /** Frames that tail calls have replaced by this one. */
  tailCalls = 0;
  closure: LuaClosure | null = null;
  prototype: Prototype | null = null;
  /** The course of a native function that calls back. */
  generator: NativeSteps | null = null;
  /** The error handler of an `xpcall`. */
  handler: LuaValue = undefined;
  /** `thread.boundaries` before this call. */
  boundaries = 0;
}

/** What a coroutine is doing. */
export type ThreadStatus = "suspended" | "running" | "normal" | "dead";

/** Registers that are made at a time. */
const STACK_STEP = 64;
/** What a main thread may have grown to that serves another run. */
const MAX_KEPT_REGISTERS = 256;
const MAX_KEPT_FRAMES = 16;

/** A coroutine of a script. */
export class LuaThread {
  readonly identity: number = nextIdentity();
  /** For `memory_estimate.ts`. */
  lastWalk = 0;
  readonly stack: LuaValue[] = [];
  readonly frames: Frame[] = [new Frame()];
  /** The running frame. */
  frame: Frame = this.frames[0]!;
  depth = 0;
  /** The place after the last value of an open list. */
  top = 0;
  /** Calls in progress that were made by native code or by a metamethod: nothing yields across one. */
  boundaries = 0;
  status: ThreadStatus = "suspended";
  /** Whoever resumed this coroutine, and where its results go there. */
  resumer: LuaThread | null = null;
  readonly resumeSite = new Frame();
  /** Whether `resumer` called a function made by `coroutine.wrap`. */
  isWrapped = false;
  /** Where the arguments of the next resume go; null before the first. */
  yieldSite: Frame | null = null;

  /** The variables of this stack that closures keep, by place. */
  readonly #open: Upvalue[] = [];

  /** Makes sure that the places below `size` exist. */
  reserve(size: number): void {
    const { stack } = this;
    if (stack.length >= size) return;
    for (let count = size + STACK_STEP - stack.length; count > 0; count--) stack.push(undefined);
  }

  /** Makes the thread as a new one, for another run; false where calls are in progress or it has grown large. */
  reset(): boolean {
    const { stack, frames } = this;
    if (this.depth > 0 || this.#open.length > 0) return false;
    if (stack.length > MAX_KEPT_REGISTERS || frames.length > MAX_KEPT_FRAMES) return false;
    stack.fill(undefined);
    this.top = 0;
    this.boundaries = 0;
    this.status = "suspended";
    return true;
  }

  /** Enters a new frame. */
  push(): Frame {
    const depth = ++this.depth;
    const frame = depth < this.frames.length ? this.frames[depth]! : this.#addFrame();
    this.frame = frame;
    return frame;
  }

  #addFrame(): Frame {
    const frame = new Frame();
    this.frames.push(frame);
    return frame;
  }

  /** Leaves the running frame. */
  pop(): void {
    const { frame } = this;
    this.boundaries = frame.boundaries;
    frame.generator = null;
    frame.handler = undefined;
    this.frame = this.frames[--this.depth]!;
  }

  /** The first place that the running frame does not use. */
  get freePlace(): number {
    const { frame } = this;
    return frame.kind === FrameKind.Lua ? frame.base + frame.prototype!.registerCount : frame.callee + 1;
  }

  /** The shared variable at a place of the stack. */
  captured(index: number): Upvalue {
    const open = this.#open;
    let at = open.length;
    while (at > 0 && open[at - 1]!.index >= index) {
      at--;
      if (open[at]!.index === index) return open[at]!;
    }
    const upvalue = new Upvalue(this.stack, index);
    open.splice(at, 0, upvalue);
    return upvalue;
  }

  /** Lets closures keep the variables from a place of the stack on by themselves. */
  closeFrom(index: number): void {
    const open = this.#open;
    while (open.length > 0 && open[open.length - 1]!.index >= index) open.pop()!.close();
  }
}
