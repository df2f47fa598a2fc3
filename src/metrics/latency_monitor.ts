/**
 * The latency monitor: for each kind of event that held the server up, when and for how long, one sample a second.
 *
 * - Events are named as in Redis: "command", "fast-command", "expire-cycle", "aof-fsync-always" and so on.
 */

/** Samples kept for each event: Redis's `LATENCY_TS_LEN`. */
export const LATENCY_TS_LEN = 160;

/** The longest delay of one second. */
export interface LatencySample {
  readonly timeSeconds: number;
  latencyMs: number;
}

/** The samples of one event, oldest first. */
export interface LatencySeries {
  readonly event: string;
  readonly samples: readonly LatencySample[];
  /** The longest delay ever, in milliseconds. */
  readonly maxMs: number;
}

/** The samples of one event in numbers. */
export interface LatencyAnalysis {
  readonly sampleCount: number;
  readonly averageMs: number;
  /** Mean absolute deviation. */
  readonly deviationMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** From the oldest sample to now. */
  readonly periodSeconds: number;
}

interface Series extends LatencySeries {
  readonly samples: LatencySample[];
  maxMs: number;
}

/** The delays of one server. */
export class LatencyMonitor {
  /** `latency-monitor-threshold` in milliseconds; 0: nothing is recorded. */
  thresholdMs = 0;
  readonly #series = new Map<string, Series>();

  /** Records that `event` took `durationMs`, if that reaches the threshold. */
  add(event: string, durationMs: number, nowMs: number): void {
    const latencyMs = Math.floor(durationMs);
    if (this.thresholdMs > 0 && latencyMs >= this.thresholdMs) this.#record(event, latencyMs, Math.floor(nowMs / 1000));
  }

  /** All events, in the order in which they first happened. */
  series(): readonly LatencySeries[] {
    return [...this.#series.values()];
  }

  /** The samples of one event, or null. */
  seriesOf(event: string): LatencySeries | null {
    return this.#series.get(event) ?? null;
  }

  /** Forgets an event, in any case of letters, or all of them; the number of events forgotten. */
  reset(event?: string): number {
    let count = 0;
    for (const name of this.#series.keys()) {
      if (event !== undefined && name.toLowerCase() !== event.toLowerCase()) continue;
      this.#series.delete(name);
      count++;
    }
    return count;
  }

  #record(event: string, latencyMs: number, timeSeconds: number): void {
    let series = this.#series.get(event);
    if (series === undefined) this.#series.set(event, series = { event, samples: [], maxMs: 0 });
    series.maxMs = Math.max(series.maxMs, latencyMs);
    const last = series.samples.at(-1);
    if (last?.timeSeconds === timeSeconds) {
      last.latencyMs = Math.max(last.latencyMs, latencyMs);
      return;
    }
    series.samples.push({ timeSeconds, latencyMs });
    if (series.samples.length > LATENCY_TS_LEN) series.samples.shift();
  }
}

/** What the samples of an event amount to. */
export function analyzeLatency({ samples }: LatencySeries, nowMs: number): LatencyAnalysis {
  const latencies = samples.map((sample) => sample.latencyMs);
  const mean = (values: readonly number[]) => Math.floor(values.reduce((sum, value) => sum + value, 0) / values.length);
  const averageMs = mean(latencies);
  return {
    sampleCount: samples.length,
    averageMs,
    deviationMs: mean(latencies.map((latency) => Math.abs(averageMs - latency))),
    minMs: Math.min(...latencies),
    maxMs: Math.max(...latencies),
    periodSeconds: Math.max(1, Math.floor(nowMs / 1000) - samples[0]!.timeSeconds),
  };
}
