/**
 * What is told of every command: histograms of durations, the slow log, the latency monitor, error counts, MONITOR.
 *
 * - One observer for all of it: a command that is neither slow nor tracked pays for two comparisons.
 */

import type { Monitors } from "../clients/monitors.ts";
import type { Command } from "../command/command.ts";
import type { Context } from "../command/context.ts";
import type { CommandTimer, ExecutorObserver, TimeSample } from "../command/executor.ts";
import type { Wait } from "../command/outcome.ts";
import type { Services } from "../commands/services.ts";
import { LatencyHistogram } from "../metrics/latency_histogram.ts";
import type { Args } from "../resp/request_batch.ts";

/** Thresholds of the slow log and the latency monitor up to this one, in milliseconds, have every command timed. */
const EACH_TIMED_BELOW_MS = 5;

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
    this.#monitors.feed(context, command, args);
  }

  isWatching(): boolean {
    return this.#monitors.isActive;
  }

  onTimed(context: Context, command: Command, args: Args, { durationMs, count, wait }: TimeSample): void {
    if (wait === null) this.#measure(context, command, args, durationMs, count);
    else this.#measureAfter(wait, context, command, args.retain(), durationMs);
  }

  /** Brief commands that were slow as a whole are shown by the last of them, whose arguments are still there. */
  onUntimed(context: Context, command: Command, args: Args, durationMs: number): void {
    if (durationMs >= this.#slowMs) this.#noteSlow(context, command, args, durationMs);
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
    // A few milliseconds are more than the brief commands of a pipeline take together.
    this.#slowMs = Math.min(slowlog.thresholdUs / 1000, latency.thresholdMs === 0 ? Infinity : latency.thresholdMs);
    this.needsEach = this.#slowMs <= EACH_TIMED_BELOW_MS;
  }

  #measure(context: Context, command: Command, args: Args, durationMs: number, count: number): void {
    if (this.#isTracking) (command.histogram ??= new LatencyHistogram()).record(durationMs * 1000, count);
    if (durationMs >= this.#slowMs) this.#noteSlow(context, command, args, durationMs);
  }

  /** A command that blocks shows up when it is over, with the time that it ran and not with that it waited. */
  #measureAfter(wait: Wait, context: Context, command: Command, args: Args, durationMs: number): void {
    const reply = this.#services.clients.of(context)?.reply;
    const errorsBefore = reply?.errorCount;
    wait.ended.then(() => {
      if (wait.hasFailed ?? reply?.errorCount !== errorsBefore) command.stats.failed++;
      this.#measure(context, command, args, durationMs, 1);
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
