/**
 * The server's log, line by line in Redis's format: `pid:role day month year time.ms level text`.
 *
 * - A line is written before `log` returns: tests and operators read the log beside the replies.
 */

import type { Clock } from "./clock.ts";

/** Levels as the `loglevel` parameter orders them. */
export const LOG_LEVELS = ["debug", "verbose", "notice", "warning", "nothing"] as const;
/** One of `LOG_LEVELS`. */
export type LogLevel = typeof LOG_LEVELS[number];

const MARKS = ".-*#";
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** What a `Logger` needs from outside. */
export interface LoggerOptions {
  readonly clock: Clock;
  readonly pid: number;
  /** Takes one whole line with its newline; must not throw. */
  readonly write: (line: string) => void;
}

/** Writes log lines at or above a level. */
export class Logger {
  /** Lines below this level are dropped. */
  level: LogLevel = "notice";
  /** M for a master, S for a replica, X for a sentinel. */
  role = "M";
  /** Where lines go; replaced when `logfile` is set. */
  write: (line: string) => void;

  readonly #clock: Clock;
  readonly #pid: number;

  constructor(options: LoggerOptions) {
    this.#clock = options.clock;
    this.#pid = options.pid;
    this.write = options.write;
  }

  /** True when `verbose` lines are written: spares making them. */
  get isVerbose(): boolean {
    return LOG_LEVELS.indexOf(this.level) <= 1;
  }

  debug(text: string): void {
    this.#log(0, text);
  }

  verbose(text: string): void {
    this.#log(1, text);
  }

  notice(text: string): void {
    this.#log(2, text);
  }

  warning(text: string): void {
    this.#log(3, text);
  }

  /** Text as it is, without prefix, at notice level: the start-up banner. */
  raw(text: string): void {
    if (LOG_LEVELS.indexOf(this.level) <= 2) this.write(text);
  }

  #log(level: number, text: string): void {
    if (level < LOG_LEVELS.indexOf(this.level)) return;
    this.write(`${this.#pid}:${this.role} ${formatLogTime(this.#clock.refresh())} ${MARKS[level]} ${text}\n`);
  }
}

/** Local time as in a log line: `05 Mar 2026 14:03:07.042`. */
export function formatLogTime(unixMs: number): string {
  const date = new Date(unixMs);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(date.getDate())} ${MONTHS[date.getMonth()]} ${date.getFullYear()} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.` +
    String(date.getMilliseconds()).padStart(3, "0");
}
