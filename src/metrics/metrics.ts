/**
 * Everything that one server measures about itself, in one place.
 */

import { Topic } from "../base/topic.ts";
import { ErrorStats } from "./error_stats.ts";
import { LatencyMonitor } from "./latency_monitor.ts";
import { MemoryMeter } from "./memory.ts";
import { RateMeter } from "./rate_meter.ts";
import { Slowlog } from "./slowlog.ts";
import { Traffic } from "./traffic.ts";

/** The measurements of one server. */
export class Metrics {
  readonly errors = new ErrorStats();
  readonly traffic = new Traffic();
  readonly memory = new MemoryMeter();
  readonly slowlog = new Slowlog();
  readonly latency = new LatencyMonitor();
  readonly commandRate: RateMeter;
  readonly inputRate: RateMeter;
  readonly outputRate: RateMeter;
  readonly replicationInputRate: RateMeter;
  readonly replicationOutputRate: RateMeter;
  /** Told of CONFIG RESETSTAT: whoever counts for INFO starts again at 0. */
  readonly onReset = new Topic<void>();

  constructor(nowMs: number) {
    this.commandRate = new RateMeter(nowMs);
    this.inputRate = new RateMeter(nowMs);
    this.outputRate = new RateMeter(nowMs);
    this.replicationInputRate = new RateMeter(nowMs);
    this.replicationOutputRate = new RateMeter(nowMs);
  }

  /** Takes a sample of every rate: to be called ten times a second. */
  sampleRates(commandCount: number, nowMs: number): void {
    const { traffic } = this;
    this.commandRate.sample(commandCount, nowMs);
    this.inputRate.sample(traffic.inputBytes, nowMs);
    this.outputRate.sample(traffic.outputBytes, nowMs);
    this.replicationInputRate.sample(traffic.replicationInputBytes, nowMs);
    this.replicationOutputRate.sample(traffic.replicationOutputBytes, nowMs);
  }

  /** CONFIG RESETSTAT, for what is measured here and elsewhere. */
  reset(nowMs: number): void {
    this.errors.reset();
    this.traffic.reset();
    const rates = [
      this.commandRate,
      this.inputRate,
      this.outputRate,
      this.replicationInputRate,
      this.replicationOutputRate,
    ];
    for (const rate of rates) rate.reset(nowMs);
    this.onReset.emit();
  }
}
