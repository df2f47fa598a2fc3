/**
 * What is told of every command: histograms of durations, the slow log, the latency monitor, error counts, MONITOR.
 *
 * - One observer for all of it: a command that is neither slow nor tracked pays for two comparisons.
 */

import type { Monitors } from "../clients/monitors.ts";
import type { Command } from "../command/command.ts";
import type { Context } from "../command/context.ts";
import type { CommandTimer, ExecutorObserver } from "../command/executor.ts";
import type { Wait } from "../command/outcome.ts";
import type { Services } from "../commands/services.ts";
import { LatencyHistogram } from "../metrics/latency_histogram.ts";
import type { Args } from "../resp/request_batch.ts";

/** Measures the commands of one server. */
export class CommandMeter implements ExecutorObserver, CommandTimer {
  needsEach = false;

  readonly #services: Services;
  readonly #monitors: Monitors;
  #isTracking = true;
  /** The shortest duration in milliseconds that the slow log or the latency monitor wants to know of. */
  #slowMs = Infinity;

  constructor(services: Services) {
    this.#services = services;
    this.#monitors = services.monitors;
    const { config } = services;
    const apply = () => this.#applyConfig();
    apply();
    config.onAnyChange(
      ["slowlog-log-slower-than", "slowlog-max-len", "latency-monitor-threshold", "latency-tracking"],
      apply,
    );
  }

  onCalled(context: Context, command: Command, args: Args): void {
    if (this.#monitors.isActive) this.#monitors.feed(context, command, args);
  }

  onTimed(context: Context, command: Command, args: Args, durationMs: number, wait: Wait | null): void {
    if (wait === null) this.#measure(context, command, args, durationMs);
    else this.#measureAfter(wait, context, command, args.retain(), durationMs);
  }

  /** A run that was slow as a whole is shown by its last call, whose arguments are still there. */
  onRunTimed(context: Context, command: Command, args: Args | null, durationMs: number, count: number): void {
    if (this.#isTracking) (command.histogram ??= new LatencyHistogram()).record((durationMs / count) * 1000, count);
    if (durationMs >= this.#slowMs && args !== null) this.#noteSlow(context, command, args, durationMs);
  }

  onError(_context: Context, text: string): void {
    this.#services.metrics.errors.record(text);
  }

  #applyConfig(): void {
    const { config, metrics: { slowlog, latency } } = this.#services;
    const slowerThanUs = config.integer("slowlog-log-slower-than").value;
    slowlog.thresholdUs = slowerThanUs < 0 ? Infinity : slowerThanUs;
    slowlog.maxLength = config.integer("slowlog-max-len").value;
    slowlog.trim();
    latency.thresholdMs = config.integer("latency-monitor-threshold").value;
    this.#isTracking = config.boolean("latency-tracking").value;
    // What is wanted of a command within a millisecond is wanted of each one.
    this.#slowMs = Math.min(slowlog.thresholdUs / 1000, latency.thresholdMs === 0 ? Infinity : latency.thresholdMs);
    this.needsEach = this.#slowMs <= 1;
  }

  #measure(context: Context, command: Command, args: Args, durationMs: number): void {
    if (this.#isTracking) (command.histogram ??= new LatencyHistogram()).record(durationMs * 1000);
    if (durationMs >= this.#slowMs) this.#noteSlow(context, command, args, durationMs);
  }

  /** A command that blocks shows up when it is over, with the time that it ran and not with that it waited. */
  #measureAfter(wait: Wait, context: Context, command: Command, args: Args, durationMs: number): void {
    const reply = this.#services.clients.of(context)?.reply;
    const errorsBefore = reply?.errorCount;
    wait.ended.then(() => {
      if (reply?.errorCount !== errorsBefore) command.stats.failed++;
      this.#measure(context, command, args, durationMs);
    });
  }

  #noteSlow(context: Context, command: Command, args: Args, durationMs: number): void {
    const { metrics, clock } = this.#services;
    // The moment at which it ended: `clock.now` is that at which its batch began.
    const nowMs = clock.nowUs() / 1000;
    metrics.latency.add(command.isFast ? "fast-command" : "command", durationMs, nowMs);
    if (command.skipSlowlog || durationMs * 1000 < metrics.slowlog.thresholdUs) return;
    const client = this.#services.clients.of(context);
    metrics.slowlog.add({
      args,
      redacted: context.redactedArguments,
      durationUs: Math.floor(durationMs * 1000),
      nowMs,
      address: client?.address ?? "?:0",
      clientName: client?.name ?? "",
    });
  }
}
