/**
 * The machine that runs a script: calls, returns, errors and coroutines.
 *
 * - No call of Lua code is a call of JavaScript code: every call in progress is a `Frame`, also the native functions
 *   that call back. So a run can stop between any two instructions, and an error or a kill unwinds frames only.
 * - A native function that does not call back has no frame: it runs between two instructions of its caller.
 */

import { CallContext } from "./call_context.ts";
import { LuaClosure } from "./closure.ts";
import { ControlFunction } from "./control_function.ts";
import { INSTRUCTION_HANDLERS } from "./instructions.ts";
import { interpret } from "./interpreter.ts";
import { LuaError } from "./lua_error.ts";
import { reachableBytes, STRING_BYTES } from "./memory_estimate.ts";
import { charge, measure, type MemoryOwner } from "./memory_meter.ts";
import { EVENTS, metamethod } from "./metatable.ts";
import { distanceOf } from "./prototype.ts";
import type { LuaState } from "./state.ts";
import { LuaTable } from "./table.ts";
import { type Frame, FrameKind, LuaThread, ReturnMode } from "./thread.ts";
import { LuaFunction, type LuaValue, NativeFunction } from "./value.ts";
import { finishConcat } from "./concatenation.ts";

/** Calls inside each other: half of the power of two that goes over Lua's `LUAI_MAXCALLS`. */
const MAX_DEPTH = 16_384;
/** What an error handler has beyond that. */
const HANDLER_DEPTH = 200;
/** Calls by native code inside each other: Lua's `LUAI_MAXCCALLS`, and its room for error handlers. */
const MAX_BOUNDARIES = 200;
const MAX_HANDLER_BOUNDARIES = 225;

const NO_RESULTS: readonly LuaValue[] = [];

/** Runs one call into a state. */
export class Machine implements MemoryOwner {
  readonly state: LuaState;
  readonly globals: LuaTable;
  readonly handlers = INSTRUCTION_HANDLERS;
  readonly context: CallContext;
  readonly mainThread = new LuaThread();
  /** The running thread. */
  thread: LuaThread = this.mainThread;
  /** Turns of loops, calls and less frequent instructions that are left before the next pause. */
  steps = 0;
  isDone = false;
  /** Set when another frame has become the running one. */
  hasSwitched = false;
  results: readonly LuaValue[] = NO_RESULTS;
  error: LuaError | undefined = undefined;
  /** What the running frame, a native one, gets back from its callee. */
  #inbox: readonly LuaValue[] = NO_RESULTS;
  /** Sees errors that nothing else in the run catches. */
  errorHandler: LuaFunction | undefined = undefined;

  constructor(state: LuaState) {
    this.state = state;
    this.globals = state.globals;
    this.context = new CallContext(this);
  }

  /** Makes it ready for another run; false where this one failed or was killed, or needed much. */
  reset(): boolean {
    if (this.error !== undefined || !this.mainThread.reset()) return false;
    this.isDone = false;
    this.results = this.#inbox = NO_RESULTS;
    return true;
  }

  /** Prepares the call that the run consists of. */
  start(callee: LuaValue, args: readonly LuaValue[]): void {
    this.thread.status = "running";
    this.#guard(() => this.call(0, callee, args));
  }

  /** Calls the function of a coroutine that now runs for the first time: it is at the bottom of the stack. */
  startThread(args: readonly LuaValue[]): void {
    const { thread } = this;
    this.call(0, thread.stack[0], args);
    // Its body may yield, although no Lua function has called it.
    thread.boundaries = 0;
    thread.frame.boundaries = 0;
  }

  /** Runs until it is done or `steps` have been taken. Throws whatever a native function throws but a `LuaError`. */
  run(steps: number): void {
    this.steps = steps;
    const last = measure(this);
    try {
      while (!this.isDone && this.steps >= 0) this.#guard(() => interpret(this));
    } finally {
      measure(last);
    }
  }

  /** Part of `MemoryOwner`. */
  liveBytes(limit: number): number {
    return reachableBytes([this.globals, this.mainThread, this.thread], limit);
  }

  /** Ends the run at once. */
  finish(results: readonly LuaValue[], error?: LuaError): void {
    if (this.isDone) return;
    this.isDone = true;
    // Also the innermost loop sees that.
    this.steps = -1;
    this.results = results;
    this.error = error;
  }

  /** Ends the run at once with an error that the script cannot catch; only a native error handler sees it. */
  kill(error: LuaError): void {
    const handler = this.errorHandler;
    // A context of its own: the machine's tells how the last native function was called, which is not what is stopped.
    const isSeen = !this.isDone && handler instanceof NativeFunction;
    const results = isSeen ? handler.body([error.value], new CallContext(this)) : undefined;
    this.finish(NO_RESULTS, Array.isArray(results) ? new LuaError(results[0]) : error);
  }

  /** Calls `callee` from the running frame, which is a native one, with its registers from `place` on. */
  call(place: number, callee: LuaValue, args: readonly LuaValue[]): void {
    this.#place(place, callee, args);
    this.callAt(place, args.length, -1, ReturnMode.Caller, 0);
  }

  /** Calls a metamethod from the running frame; `mode` and `data` say where its result goes. */
  callMetamethod(callee: LuaValue, args: readonly LuaValue[], mode: ReturnMode, data: number): void {
    const place = this.thread.freePlace;
    this.#place(place, callee, args);
    this.callAt(place, args.length, 1, mode, data);
  }

  #place(place: number, callee: LuaValue, args: readonly LuaValue[]): void {
    const { thread } = this;
    thread.reserve(place + args.length + 1);
    thread.stack[place] = callee;
    for (let i = 0; i < args.length; i++) thread.stack[place + 1 + i] = args[i];
  }

  /** Calls the function at `place` of the stack with the arguments above it. */
  callAt(place: number, argCount: number, wanted: number, mode: ReturnMode, data: number): void {
    const { stack } = this.thread;
    const callee = stack[place];
    if (callee instanceof LuaClosure) {
      this.#enter(callee, place, argCount, wanted, mode, data);
    } else if (callee instanceof NativeFunction) {
      this.context.hasFrame = false;
      const results = callee.body(stack.slice(place + 1, place + 1 + argCount), this.context);
      if (results === undefined || Array.isArray(results)) {
        if (results !== undefined) chargeStrings(results);
        this.deliver(mode, place, wanted, data, results ?? NO_RESULTS);
      } else {
        this.pushNative(FrameKind.Stepped, place, wanted, mode, data).generator = results as Frame["generator"];
      }
    } else if (callee instanceof ControlFunction) {
      this.context.hasFrame = false;
      callee.begin(this, stack.slice(place + 1, place + 1 + argCount), { place, wanted, mode, data });
    } else {
      this.#callByMetamethod(place, argCount, wanted, mode, data);
    }
  }

  #callByMetamethod(place: number, argCount: number, wanted: number, mode: ReturnMode, data: number): void {
    const { stack } = this.thread;
    const handler = metamethod(stack[place], EVENTS.call, this.state);
    if (!(handler instanceof LuaFunction)) throw this.context.typeErrorAt(place, "call");
    this.thread.reserve(place + argCount + 2);
    for (let at = place + argCount; at >= place; at--) stack[at + 1] = stack[at];
    stack[place] = handler;
    this.callAt(place, argCount + 1, wanted, mode, data);
  }

  /** Enters a native frame, whose own calls use the stack from `place + 1` on. */
  pushNative(kind: FrameKind, place: number, wanted: number, mode: ReturnMode, data: number): Frame {
    this.#inbox = NO_RESULTS;
    const frame = this.#push(kind, place, wanted, mode, data);
    frame.closure = null;
    frame.prototype = null;
    return frame;
  }

  #push(kind: FrameKind, place: number, wanted: number, mode: ReturnMode, data: number): Frame {
    const { thread } = this;
    const { boundaries } = thread;
    if (thread.depth >= MAX_DEPTH && mode !== ReturnMode.Handler) this.#checkDepth();
    if (mode !== ReturnMode.Registers && ++thread.boundaries >= MAX_BOUNDARIES) this.#checkBoundaries();
    this.hasSwitched = true;
    const frame = thread.push();
    frame.kind = kind;
    frame.callee = place;
    frame.wanted = wanted;
    frame.mode = mode;
    frame.data = data;
    frame.tailCalls = 0;
    frame.boundaries = boundaries;
    return frame;
  }

  #checkDepth(): void {
    const isHandling = this.thread.frames.some(({ mode }, at) =>
      at <= this.thread.depth && mode === ReturnMode.Handler
    );
    if (!isHandling) throw this.context.errorHere("stack overflow");
    if (this.thread.depth >= MAX_DEPTH + HANDLER_DEPTH) throw new LuaError("error in error handling");
  }

  /** Beyond the limit only error handlers may go on; the count goes back when the stack unwinds. */
  #checkBoundaries(): void {
    const { boundaries } = this.thread;
    if (boundaries === MAX_BOUNDARIES) throw this.context.errorHere("C stack overflow");
    if (boundaries >= MAX_HANDLER_BOUNDARIES) throw new LuaError("error in error handling");
  }

  /** Enters a Lua function: `place` holds it, its arguments are above. */
  #enter(
    closure: LuaClosure,
    place: number,
    argCount: number,
    wanted: number,
    mode: ReturnMode,
    data: number,
  ): void {
    const { thread } = this;
    const { prototype } = closure;
    const { parameterCount } = prototype;
    thread.reserve(place + 1 + argCount + parameterCount + prototype.registerCount);
    const frame = this.#push(FrameKind.Lua, place, wanted, mode, data);
    frame.closure = closure;
    frame.prototype = prototype;
    frame.pc = 0;
    if (prototype.isVararg) {
      frame.base = this.#spread(closure, place, argCount);
      return;
    }
    frame.base = place + 1;
    for (let i = argCount; i < parameterCount; i++) thread.stack[place + 1 + i] = undefined;
  }

  /** Copies the fixed parameters above all arguments; where the registers begin. */
  #spread({ prototype }: LuaClosure, place: number, argCount: number): number {
    const { stack } = this.thread;
    const { parameterCount } = prototype;
    const base = place + 1 + argCount;
    for (let i = 0; i < parameterCount; i++) {
      stack[base + i] = i < argCount ? stack[place + 1 + i] : undefined;
      if (i < argCount) stack[place + 1 + i] = undefined;
    }
    stack[base + parameterCount] = prototype.hasArgTable
      ? argTable(stack.slice(place + 1 + parameterCount, base))
      : undefined;
    return base;
  }

  /** Brings the results of a call, whose frame has been left, to the running frame. */
  deliver(mode: ReturnMode, place: number, wanted: number, data: number, results: readonly LuaValue[]): void {
    const { thread } = this;
    const { stack } = thread;
    switch (mode) {
      case ReturnMode.Registers: {
        const count = wanted < 0 ? results.length : wanted;
        if (wanted < 0) {
          thread.reserve(place + count + 1);
          thread.top = place + count;
        }
        for (let i = 0; i < count; i++) stack[place + i] = results[i];
        return;
      }
      case ReturnMode.Value:
        stack[data] = results[0];
        return;
      case ReturnMode.Nothing:
        return;
      case ReturnMode.Condition: {
        const isTrue = results[0] !== undefined && results[0] !== false;
        this.decide(thread.frame, isTrue !== (data === 1));
        return;
      }
      case ReturnMode.Concat:
        finishConcat(this, thread.frame, data, results[0]);
        return;
      case ReturnMode.Caller:
        this.#inbox = results;
        return;
      case ReturnMode.Handler:
        this.#unwind(results[0]);
    }
  }

  /** Goes on after a comparison: the jump behind it is taken where the outcome is the one it asks for. */
  decide(frame: Frame, outcome: boolean): void {
    const { code } = frame.prototype!;
    const expected = ((code[frame.pc - 1]! >>> 6) & 255) !== 0;
    if (outcome === expected) frame.pc += distanceOf(code[frame.pc]!);
    frame.pc++;
  }

  /** Leaves the running frame with results, and brings them to where they are wanted. */
  leave(results: readonly LuaValue[]): void {
    const { mode, callee, wanted, data } = this.thread.frame;
    this.hasSwitched = true;
    this.thread.pop();
    this.deliver(mode, callee, wanted, data, results);
  }

  /** Goes on in the running frame, which is a native one. */
  advanceNative(): void {
    const { frame } = this.thread;
    const results = this.#inbox;
    switch (frame.kind) {
      case FrameKind.Stepped: {
        this.context.hasFrame = true;
        const step = frame.generator!.next(results);
        if (step.done) this.leave(step.value ?? NO_RESULTS);
        else this.call(frame.callee + 1, step.value.callee, step.value.args);
        return;
      }
      case FrameKind.Protected:
        this.leave([true, ...results]);
        return;
      default:
        this.#endThread(results);
    }
  }

  #endThread(results: readonly LuaValue[]): void {
    const { thread } = this;
    thread.status = "dead";
    if (thread === this.mainThread) this.finish(results);
    else this.switchToResumer(thread.isWrapped ? results : [true, ...results]);
  }

  /** Runs the thread that resumed the running one, with the results of that resume. */
  switchToResumer(results: readonly LuaValue[]): void {
    const { resumer, resumeSite } = this.thread;
    this.hasSwitched = true;
    this.thread = resumer!;
    this.thread.status = "running";
    const { mode, callee, wanted, data } = resumeSite;
    this.deliver(mode, callee, wanted, data, results);
  }

  /** Does `work`; an error of the script becomes the business of whoever protects the running call. */
  #guard(work: () => void): void {
    let next: (() => void) | undefined = work;
    while (next !== undefined) {
      try {
        next();
        next = undefined;
      } catch (error) {
        if (!(error instanceof LuaError)) throw error;
        next = () => this.#raise(error.value);
      }
    }
  }

  /** Calls the error handler, where there is one, and unwinds. */
  #raise(value: LuaValue): void {
    const { thread } = this;
    const protector = this.#protector();
    const isMain = thread === this.mainThread && protector.kind === FrameKind.Bottom;
    const handler = isMain ? this.errorHandler : protector.handler;
    if (handler === undefined) {
      this.#unwind(value);
    } else if (!(handler instanceof LuaFunction) || this.#hasNoRoomForHandler()) {
      this.#unwind("error in error handling");
    } else {
      const place = thread.freePlace;
      this.#place(place, handler, [value]);
      this.callAt(place, 1, 1, ReturnMode.Handler, 0);
    }
  }

  #hasNoRoomForHandler(): boolean {
    const { boundaries, depth } = this.thread;
    return boundaries >= MAX_HANDLER_BOUNDARIES || depth >= MAX_DEPTH + HANDLER_DEPTH;
  }

  /** The innermost frame that catches errors. */
  #protector(): Frame {
    const { frames, depth } = this.thread;
    let at = depth;
    while (frames[at]!.kind !== FrameKind.Protected && at > 0) at--;
    return frames[at]!;
  }

  /** Leaves all frames up to the one that catches the error. */
  #unwind(value: LuaValue): void {
    const { thread } = this;
    const protector = this.#protector();
    while (thread.frame !== protector) thread.pop();
    thread.closeFrom(protector.callee);
    if (protector.kind === FrameKind.Protected) this.leave([false, ...shownByPcall(value, protector)]);
    else this.#failThread(value);
  }

  #failThread(value: LuaValue): void {
    const { thread } = this;
    thread.status = "dead";
    if (thread === this.mainThread) {
      this.finish(NO_RESULTS, new LuaError(value));
    } else if (thread.isWrapped) {
      this.thread = thread.resumer!;
      this.thread.status = "running";
      const isText = typeof value === "string" || typeof value === "number";
      throw isText ? this.context.errorHere(this.context.textOf(value)) : new LuaError(value);
    } else {
      this.switchToResumer([false, value]);
    }
  }
}

/** What Redis's `pcall` returns of an error: of a table its text `err`, or both where that is no text. */
function shownByPcall(value: LuaValue, { handler }: Frame): LuaValue[] {
  if (handler !== undefined || !(value instanceof LuaTable)) return [value];
  const text = value.get("err");
  return typeof text === "string" || typeof text === "number" ? [text] : [value, text];
}

/** What a native function returns may be new. */
function chargeStrings(values: readonly LuaValue[]): void {
  let bytes = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (typeof value === "string") bytes += STRING_BYTES + value.length;
  }
  charge(bytes);
}

function argTable(values: readonly LuaValue[]): LuaTable {
  const table = new LuaTable(values.length, 1);
  for (let i = 0; i < values.length; i++) table.set(i + 1, values[i]);
  table.set("n", values.length);
  return table;
}
