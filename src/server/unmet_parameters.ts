/**
 * Parameters whose effect this server cannot have: it does not start where that would mislead, and says so in the log where
 * it merely does nothing.
 */

import type { Services } from "../commands/services.ts";
import type { Config } from "../config/config.ts";
import type { ParameterName } from "../config/parameters.ts";

const TLS_PARAMETERS = ["tls-port", "tls-replication", "tls-cluster"] as const;
const TLS_REFUSAL = "Unable to update TLS configuration. Check server logs.";
const NO_TLS = "this server does not speak TLS: put a proxy that does before it, such as stunnel";
const NO_PINNING = "Deno cannot bind threads to CPUs";

/** A parameter that cannot be followed unless its value is one of `met`, and why. */
interface UnmetParameter {
  readonly met: readonly string[];
  readonly reason: string;
}

const UNMET: Partial<Record<ParameterName, UnmetParameter>> = {
  "daemonize": {
    met: ["no"],
    reason:
      "Deno cannot fork, and the server stays in the foreground: start it with a service manager, or with nohup and &",
  },
  "syslog-enabled": {
    met: ["no"],
    reason: "Deno cannot write to syslog: the log goes to logfile or to standard output",
  },
  "io-threads": { met: ["1"], reason: "the commands and the connections of a server share one thread" },
  "io-threads-do-reads": { met: ["no"], reason: "the commands and the connections of a server share one thread" },
  "socket-mark-id": { met: ["0"], reason: "Deno cannot mark sockets" },
  "tcp-keepalive": {
    met: ["0", "300"],
    reason: "the time between two probes is the system's; only 0, for none, counts",
  },
  "repl-disable-tcp-nodelay": { met: ["no"], reason: "what goes to replicas is never held back to be joined" },
  "watchdog-period": { met: ["0"], reason: "no signal shows where a program of Deno is" },
  "server_cpulist": { met: [""], reason: NO_PINNING },
  "bio_cpulist": { met: [""], reason: NO_PINNING },
  "aof_rewrite_cpulist": { met: [""], reason: NO_PINNING },
  "bgsave_cpulist": { met: [""], reason: NO_PINNING },
  "lua-enable-deprecated-api": { met: ["no"], reason: "scripts have no more than what Redis 7.0 gives them" },
};

/** Why a server with this configuration must not start, or null. */
export function refusalOf(config: Config): string | null {
  if (config.boolean("cluster-enabled").value) {
    return "Cannot start with cluster-enabled yes: this server does not run as a node of a Redis Cluster";
  }
  const name = TLS_PARAMETERS.find((each) => isOn(config, each));
  return name === undefined ? null : `Cannot start with ${name} ${printed(config, name)}: ${NO_TLS}`;
}

/** Logs which parameters have values that cannot be followed, now and whenever one of them is set. */
export function warnOfUnmetParameters({ config, logger }: Services): void {
  for (const [name, { met, reason }] of Object.entries(UNMET) as [ParameterName, UnmetParameter][]) {
    const warn = () => {
      const value = printed(config, name);
      if (!met.includes(value)) logger.warning(`WARNING: ${name} ${value} cannot be followed: ${reason}`);
    };
    warn();
    config.onChange(name, warn);
  }
  for (const name of TLS_PARAMETERS) {
    config.onChange(name, () => {
      if (!isOn(config, name)) return;
      logger.warning(`Cannot set ${name}: ${NO_TLS}`);
      return TLS_REFUSAL;
    });
  }
}

function isOn(config: Config, name: ParameterName): boolean {
  return !["0", "no"].includes(printed(config, name));
}

function printed(config: Config, name: ParameterName): string {
  return config.cell(name).print();
}
