/**
 * LATENCY GRAPH: the samples of an event as bars of text, four lines high, with how long ago each was below it.
 */

import type { LatencySeries } from "../../metrics/latency_monitor.ts";

const COLUMNS = 80;
const ROWS = 4;
/** What fills the top line of a bar, from nearly empty to full. */
const LEVELS = "_o#";
const LABEL_MARGIN_ROWS = 1;

interface Bar {
  /** Height in levels, of which each line has as many as `LEVELS`. */
  readonly height: number;
  readonly label: string;
}

/** The graph of one event. */
export function drawLatencyGraph({ event, samples, maxMs }: LatencySeries, nowMs: number): string {
  const latencies = samples.map((sample) => sample.latencyMs);
  const high = Math.max(...latencies);
  const low = Math.min(...latencies);
  const levelCount = LEVELS.length * ROWS;
  const bars = samples.map(({ latencyMs, timeSeconds }) => ({
    height: Math.min(levelCount - 1, Math.trunc((latencyMs - low) * levelCount / ((high - low) || 1))),
    label: ageText(Math.floor(nowMs / 1000) - timeSeconds),
  }));
  const parts: string[] = [];
  for (let first = 0; first < bars.length; first += COLUMNS) parts.push(drawBars(bars.slice(first, first + COLUMNS)));
  return `${event} - high ${high} ms, low ${low} ms (all time high ${maxMs} ms)\n${"-".repeat(COLUMNS)}\n` +
    parts.join("\n");
}

function drawBars(bars: readonly Bar[]): string {
  const lines: string[] = [];
  for (let row = ROWS - 1; row >= 0; row--) lines.push(bars.map((bar) => levelText(bar.height, row)).join(""));
  for (let row = 0; row < LABEL_MARGIN_ROWS; row++) lines.push(" ".repeat(bars.length));
  const labelRows = Math.max(...bars.map((bar) => bar.label.length));
  for (let row = 0; row < labelRows; row++) lines.push(bars.map((bar) => bar.label[row] ?? " ").join(""));
  return lines.map((line) => `${line}\n`).join("");
}

function levelText(height: number, row: number): string {
  const level = height - row * LEVELS.length;
  if (level < 0) return " ";
  return LEVELS[level] ?? "|";
}

function ageText(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86400)}d`;
}
