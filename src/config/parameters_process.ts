/**
 * Parameters of the process: logging, supervision, signals, scheduling and what may be changed at run time.
 */

import type { AssignContext } from "./cell.ts";
import { boolean, type Declaration, enumeration, flagSet, integer, special, string } from "./declaration.ts";
import { INT_MAX, LONG_MAX } from "./integer_cell.ts";
import { LatencyPercentilesCell } from "./latency_percentiles.ts";
import { OomScoreValuesCell } from "./oom_score_values.ts";
import { expandProcTitle } from "./proc_title.ts";

const SYSLOG_FACILITIES = [
  "user",
  "local0",
  "local1",
  "local2",
  "local3",
  "local4",
  "local5",
  "local6",
  "local7",
] as const;
const PROTECTED_ACTIONS = ["no", "yes", "local"] as const;
const SHUTDOWN_FLAGS = {
  none: "default",
  names: ["save", "nosave", "now", "force"],
  validate: (value: readonly string[]) =>
    value.includes("save") && value.includes("nosave")
      ? "shutdown options SAVE and NOSAVE can't be used simultaneously"
      : null,
} as const;

/** A template is valid if it expands to something while the title is empty. */
function validateProcTitle(template: string, context: AssignContext): string | null {
  const title = expandProcTitle(template, {
    "title": "",
    "listen-addr": "*:0",
    "server-mode": context.printed("cluster-enabled") === "yes" ? "[cluster]" : "",
    "config-file": "-",
    "port": "0",
    "tls-port": "0",
    "unixsocket": context.printed("unixsocket"),
  });
  return title === null || title === "" ? "template format is invalid or contains unknown variables" : null;
}

/** Start-up, logging, supervision and signals. */
export const PROCESS_PARAMETERS = {
  "daemonize": boolean({ default: false, isImmutable: true }),
  "pidfile": string({ default: null, isImmutable: true }),
  "supervised": enumeration({ names: ["upstart", "systemd", "auto", "no"], default: "no", isImmutable: true }),
  "always-show-logo": boolean({ default: false, isImmutable: true }),
  "set-proc-title": boolean({ default: true, isImmutable: true }),
  "proc-title-template": string({ default: "{title} {listen-addr} {server-mode}", validate: validateProcTitle }),
  "loglevel": enumeration({ names: ["debug", "verbose", "notice", "warning"], default: "notice" }),
  "logfile": string({ default: "", isImmutable: true }),
  "syslog-enabled": boolean({ default: false, isImmutable: true }),
  "syslog-ident": string({ default: "redis", isImmutable: true }),
  "syslog-facility": enumeration({ names: SYSLOG_FACILITIES, default: "local0", isImmutable: true }),
  "crash-log-enabled": boolean({ default: true }),
  "crash-memcheck-enabled": boolean({ default: true }),
  "use-exit-on-panic": boolean({ default: false, isHidden: true }),
  "watchdog-period": integer({ default: 0, min: 0, max: INT_MAX, isHidden: true }),
  "ignore-warnings": string({ default: "" }),
  "shutdown-timeout": integer({ default: 10, min: 0, max: INT_MAX }),
  "shutdown-on-sigint": flagSet(SHUTDOWN_FLAGS),
  "shutdown-on-sigterm": flagSet(SHUTDOWN_FLAGS),
  "hz": integer({ default: 10, min: 0, max: INT_MAX, clamp: { min: 1, max: 500 } }),
  "dynamic-hz": boolean({ default: true }),
  "disable-thp": boolean({ default: true, isImmutable: true }),
  "oom-score-adj": enumeration({
    names: ["no", "yes", "relative", "absolute"],
    synonyms: { relative: "yes" },
    default: "no",
  }),
  "oom-score-adj-values": special(() => new OomScoreValuesCell()),
  "server_cpulist": string({ default: null, isImmutable: true }),
  "bio_cpulist": string({ default: null, isImmutable: true }),
  "aof_rewrite_cpulist": string({ default: null, isImmutable: true }),
  "bgsave_cpulist": string({ default: null, isImmutable: true }),
} satisfies Record<string, Declaration>;

/** Passwords, users and what clients may change. */
export const ACCESS_PARAMETERS = {
  "requirepass": string({ default: null, isBinary: true, isSensitive: true }),
  "aclfile": string({ default: "", isImmutable: true }),
  "acllog-max-len": integer({ default: 128, min: 0, max: LONG_MAX }),
  "acl-pubsub-default": enumeration({ names: ["allchannels", "resetchannels"], default: "resetchannels" }),
  "enable-protected-configs": enumeration({ names: PROTECTED_ACTIONS, default: "no", isImmutable: true }),
  "enable-debug-command": enumeration({ names: PROTECTED_ACTIONS, default: "no", isImmutable: true }),
  "enable-module-command": enumeration({ names: PROTECTED_ACTIONS, default: "no", isImmutable: true }),
} satisfies Record<string, Declaration>;

/** What the server measures and how long scripts may run. */
export const MONITORING_PARAMETERS = {
  "slowlog-log-slower-than": integer({ default: 10000, min: -1, max: LONG_MAX }),
  "slowlog-max-len": integer({ default: 128, min: 0, max: LONG_MAX }),
  "latency-monitor-threshold": integer({ default: 0, min: 0, max: LONG_MAX }),
  "latency-tracking": boolean({ default: true }),
  "latency-tracking-info-percentiles": special(() => new LatencyPercentilesCell()),
  "busy-reply-threshold": integer({ default: 5000, min: 0, max: LONG_MAX, alias: "lua-time-limit" }),
  // Debian's addition: the globals that a fix of Lua's sandbox took away.
  "lua-enable-deprecated-api": boolean({ default: false, isImmutable: true, isHidden: true }),
} satisfies Record<string, Declaration>;
