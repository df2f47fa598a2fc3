/**
 * Coroutines: threads that a script switches between.
 */

import { threadArgument } from "./arguments.ts";
import { register } from "./base_library.ts";
import { LuaClosure } from "./closure.ts";
import { type CallSite, ControlFunction } from "./control_function.ts";
import { LuaError } from "./lua_error.ts";
import type { Machine } from "./machine.ts";
import { NEW_THREAD_BYTES } from "./memory_estimate.ts";
import { charge } from "./memory_meter.ts";
import type { NativeCall } from "./native_call.ts";
import type { LuaState } from "./state.ts";
import { LuaTable } from "./table.ts";
import { Frame, LuaThread, ReturnMode } from "./thread.ts";
import type { LuaValue } from "./value.ts";

/** Coroutines that may wait for each other. */
const MAX_NESTED = 200;

/** Opens the library in the globals of `state`. */
export function openCoroutine(state: LuaState): void {
  const table = new LuaTable();
  register(table, {
    create: (args, call) => [create(args, call)],
    status: (args, call) => [threadArgument(args, 0, call).status],
  });
  table.set("running", new ControlFunction("running", beginRunning));
  table.set("resume", new ControlFunction("resume", beginResume));
  table.set("yield", new ControlFunction("yield", beginYield));
  table.set("wrap", new ControlFunction("wrap", beginWrap));
  state.globals.set("coroutine", table);
}

function create(args: readonly LuaValue[], call: NativeCall): LuaThread {
  const body = args[0];
  if (!(body instanceof LuaClosure)) throw call.argumentError(0, "Lua function expected");
  const thread = new LuaThread();
  charge(NEW_THREAD_BYTES);
  thread.reserve(1);
  thread.stack[0] = body;
  return thread;
}

function answer(machine: Machine, { mode, place, wanted, data }: CallSite, results: readonly LuaValue[]): void {
  machine.deliver(mode, place, wanted, data, results);
}

function beginRunning(machine: Machine, _args: readonly LuaValue[], site: CallSite): void {
  answer(machine, site, [machine.thread === machine.mainThread ? undefined : machine.thread]);
}

function beginResume(machine: Machine, args: readonly LuaValue[], site: CallSite): void {
  const thread = threadArgument(args, 0, machine.context);
  const problem = whyNotResumable(machine, thread);
  if (problem === undefined) resume(machine, thread, args.slice(1), site);
  else answer(machine, site, [false, problem]);
}

function beginWrap(machine: Machine, args: readonly LuaValue[], site: CallSite): void {
  const thread = create(args, machine.context);
  thread.isWrapped = true;
  const wrapped = new ControlFunction("wrap", (running, values, callSite) => {
    const problem = whyNotResumable(running, thread);
    if (problem !== undefined) throw running.context.error(problem);
    resume(running, thread, values, callSite);
  });
  answer(machine, site, [wrapped]);
}

function whyNotResumable(machine: Machine, thread: LuaThread): string | undefined {
  if (thread.status !== "suspended") return `cannot resume ${thread.status} coroutine`;
  let depth = 0;
  for (let at: LuaThread | null = machine.thread; at !== null; at = at.resumer) depth++;
  return depth > MAX_NESTED ? "C stack overflow" : undefined;
}

function resume(machine: Machine, thread: LuaThread, values: readonly LuaValue[], site: CallSite): void {
  keepSite(thread.resumeSite, site);
  thread.resumer = machine.thread;
  thread.status = "running";
  machine.thread.status = "normal";
  machine.thread = thread;
  machine.hasSwitched = true;
  const { yieldSite } = thread;
  if (yieldSite === null) {
    machine.startThread(values);
  } else {
    machine.deliver(yieldSite.mode, yieldSite.callee, yieldSite.wanted, yieldSite.data, values);
  }
}

function beginYield(machine: Machine, args: readonly LuaValue[], site: CallSite): void {
  const { thread } = machine;
  if (thread === machine.mainThread || thread.boundaries > 0 || site.mode !== ReturnMode.Registers) {
    throw new LuaError("attempt to yield across metamethod/C-call boundary");
  }
  thread.yieldSite ??= new Frame();
  keepSite(thread.yieldSite, site);
  thread.status = "suspended";
  machine.switchToResumer(thread.isWrapped ? args : [true, ...args]);
}

function keepSite(frame: Frame, { mode, place, wanted, data }: CallSite): void {
  frame.mode = mode;
  frame.callee = place;
  frame.wanted = wanted;
  frame.data = data;
}
