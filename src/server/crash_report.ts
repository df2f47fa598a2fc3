/**
 * The last words of a server that dies of a signal or of an error that nobody caught: what it was, what ran, INFO and the
 * clients, in the frame that Redis gives its own.
 *
 * - JavaScript learns of a signal when the event loop turns, and of no fault of the runtime itself: of SIGABRT there is a
 *   report, of a real SIGSEGV none, and a server that is stuck in a loop has to be killed.
 * - The stack is that of the error. A signal comes between two pieces of work, so there the report names what was under way.
 * - `crash-log-enabled no` leaves SIGABRT to the system, and errors to the runtime.
 */

import { messageOf, stackOf } from "../base/error_text.ts";
import type { Services } from "../commands/services.ts";

/** What a server dies of. */
export type CrashCause = { readonly signal: "SIGABRT" | "SIGSEGV" } | { readonly error: unknown };

const SIGNAL_NUMBERS = { SIGABRT: 6, SIGSEGV: 11 } as const;
/** A shell's word for a death by signal: its number above this. */
const EXIT_BY_SIGNAL = 128;

/** Makes this process report how it crashes, and DEBUG SEGFAULT crash it. For the server that the process is there for. */
export function reportCrashes(services: Services): void {
  const { debug, config } = services;
  debug.add("segfault", 2, () => crash(services, "SIGSEGV"));
  if (!config.boolean("crash-log-enabled").value) return;
  // Windows has no SIGABRT to listen for.
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGABRT", () => crash(services, "SIGABRT"));
  // The runtime prints the error as well and ends the process.
  addEventListener("error", ({ error }) => logCrash(services, { error }));
  addEventListener("unhandledrejection", ({ reason }) => logCrash(services, { error: reason }));
}

function crash(services: Services, signal: "SIGABRT" | "SIGSEGV"): never {
  if (services.config.boolean("crash-log-enabled").value) logCrash(services, { signal });
  if (signal === "SIGSEGV" && Deno.build.os !== "windows") {
    // The first one takes away the runtime's own handler, which is there for overflows of the stack.
    Deno.kill(Deno.pid, signal);
    Deno.kill(Deno.pid, signal);
  }
  // A SIGABRT that was listened for once does not end a process any more.
  Deno.exit(EXIT_BY_SIGNAL + SIGNAL_NUMBERS[signal]);
}

/** Logs the report. */
export function logCrash(services: Services, cause: CrashCause): void {
  const { logger } = services;
  const name = "signal" in cause ? `signal: ${SIGNAL_NUMBERS[cause.signal]}` : "an error that nobody caught";
  const lines = ["=== REDIS BUG REPORT START: Cut & paste starting from here ===", `Redis 7.0.15 crashed by ${name}`];
  const { deno, v8 } = Deno.version;
  lines.push(`Redeno on Deno ${deno}, V8 ${v8}, ${Deno.build.target}`);
  if ("error" in cause) lines.push(...section("STACK TRACE", () => stackOf(cause.error)));
  lines.push(...section("UNDER WAY", () => workUnderWay(services)));
  lines.push(...section("INFO OUTPUT", () => services.info.text(["everything"]).trimEnd().replaceAll("\r\n", "\n")));
  lines.push(...section("CLIENT LIST OUTPUT", () => clientLines(services)));
  lines.push("=== REDIS BUG REPORT END. ===");
  for (const line of lines) logger.warning(line);
}

/** A part of the report; what is broken may not keep the other parts from being written. */
function section(title: string, text: () => string): string[] {
  const head = `------ ${title} ------`;
  try {
    return [head, text()];
  } catch (error) {
    return [head, `(cannot be told: ${messageOf(error)})`];
  }
}

function workUnderWay({ tasks, loading, scripting, executor, clock }: Services): string {
  const lines = [`depth of commands: ${executor.depth}`];
  const { current, durationMs } = scripting.runner;
  if (current !== null) lines.push(`script: ${current.name}, for ${durationMs} ms`);
  if (loading.isActive) lines.push(`loading: ${loading.loadedBytes} of ${loading.totalBytes} bytes`);
  const counts = new Map<string, number>();
  // Connections are many and alike.
  for (const name of tasks.names) {
    const kind = name.replace(/ \d+$/, "");
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  for (const [kind, count] of counts) lines.push(`${kind}: ${count}`);
  const { rss, heapUsed, heapTotal, external } = Deno.memoryUsage();
  lines.push(`memory: rss ${rss}, heap ${heapUsed} of ${heapTotal}, external ${external}`);
  lines.push(`clock: ${clock.refresh()}`);
  return lines.join("\n");
}

function clientLines({ clients, clientDescriptions }: Services): string {
  return [...clients].map((client) => clientDescriptions.lineOf(client)).join("\n");
}
