/**
 * The sections of INFO that tell of the process, its clients and its keys: server, clients, cpu, modules, cluster, keyspace.
 *
 * - Fields that name parts of the C program tell the truth of this one: no compiler version, no second thread.
 */

import { crc64 } from "../../bytes/crc64.ts";
import { utf8 } from "../../bytes/ascii.ts";
import type { InfoFields, InfoValue } from "../../metrics/info_sections.ts";
import type { Services } from "../services.ts";

const SECONDS_A_DAY = 24 * 3600;
const LRU_CLOCK_MASK = 0xffffff;
const MULTIPLEXING: Partial<Record<typeof Deno.build.os, string>> = { linux: "epoll", windows: "iocp" };

/** Adds the sections of this file to INFO. */
export function addServerSections(services: Services): void {
  const { info } = services;
  info.add("server", () => serverFields(services));
  info.add("clients", () => clientFields(services));
  info.add("cpu", cpuFields);
  info.add("modules", () => ({}));
  info.add("cluster", () => ({ cluster_enabled: Number(services.config.boolean("cluster-enabled").value) }));
  info.add("keyspace", () => keyspaceFields(services));
}

function serverFields({ clock, config, cron, lifecycle }: Services): InfoFields {
  const uptimeSeconds = Math.floor((clock.now - lifecycle.startedAtMs) / 1000);
  const fields: Record<string, InfoValue> = {
    redis_version: "7.0.15",
    redis_git_sha1: "00000000",
    redis_git_dirty: 0,
    redis_build_id: buildId(),
    redis_mode: config.boolean("cluster-enabled").value ? "cluster" : "standalone",
    os: systemText(),
    arch_bits: 64,
    monotonic_clock: "performance.now",
    multiplexing_api: MULTIPLEXING[Deno.build.os] ?? "kqueue",
    atomicvar_api: "none",
    gcc_version: "0.0.0",
    process_id: Deno.pid,
    process_supervised: "no",
    run_id: lifecycle.runId,
    tcp_port: lifecycle.port,
    server_time_usec: Math.floor(clock.nowUs()),
    uptime_in_seconds: uptimeSeconds,
    uptime_in_days: Math.floor(uptimeSeconds / SECONDS_A_DAY),
    hz: cron.hz,
    configured_hz: config.integer("hz").value,
    lru_clock: Math.floor(clock.now / 1000) & LRU_CLOCK_MASK,
    executable: executablePath(),
    config_file: lifecycle.configPath,
    io_threads_active: 0,
  };
  const { shutdownDeadlineMs } = lifecycle;
  if (shutdownDeadlineMs !== 0) fields.shutdown_in_milliseconds = shutdownDeadlineMs - clock.now;
  return fields;
}

function clientFields({ clients, config, store }: Services): InfoFields {
  let connected = 0;
  let largestInput = 0;
  let largestOutput = 0;
  for (const client of clients) {
    if (client.type !== "replica") connected++;
    largestInput = Math.max(largestInput, client.parser.pendingBytes);
    largestOutput = Math.max(largestOutput, client.output.pendingBytes);
  }
  return {
    connected_clients: connected,
    cluster_connections: 0,
    maxclients: config.integer("maxclients").value,
    client_recent_max_input_buffer: largestInput,
    client_recent_max_output_buffer: largestOutput,
    blocked_clients: clients.blockedCount,
    tracking_clients: 0,
    clients_in_timeout_table: store.waiting.waiterCount,
  };
}

function cpuFields(): InfoFields {
  // The global, not an import: Deno loads `node:process` at its first use, not for each start of a server.
  const { user, system } = process.cpuUsage();
  const seconds = (microseconds: number) => (microseconds / 1e6).toFixed(6);
  // Reading a thread's own times would need /proc: the process's stand for its one thread that runs commands.
  return {
    used_cpu_sys: seconds(system),
    used_cpu_user: seconds(user),
    used_cpu_sys_children: seconds(0),
    used_cpu_user_children: seconds(0),
    used_cpu_sys_main_thread: seconds(system),
    used_cpu_user_main_thread: seconds(user),
  };
}

function keyspaceFields({ store }: Services): InfoFields {
  const fields: Record<string, InfoValue> = {};
  for (const db of store.databases) {
    if (db.size === 0) continue;
    const averageTtlMs = Math.floor(db.averageTtlMs);
    fields[`db${db.index}`] = `keys=${db.size},expires=${db.expiresCount},avg_ttl=${averageTtlMs}`;
  }
  return fields;
}

/** Names the program that runs: the versions of the runtime and of its engine. */
function buildId(): string {
  const { deno, v8 } = Deno.version;
  return crc64(utf8(`redeno 7.0.15 deno ${deno} v8 ${v8}`)).toString(16);
}

function systemText(): string {
  const { os, arch } = Deno.build;
  const name = os === "linux" ? "Linux" : os === "darwin" ? "Darwin" : os;
  const isPermitted = Deno.permissions.querySync({ name: "sys", kind: "osRelease" }).state === "granted";
  return `${name} ${isPermitted ? Deno.osRelease() : "unknown"} ${arch}`;
}

function executablePath(): string {
  try {
    return Deno.execPath();
  } catch {
    // Not permitted: the field stays empty, as in a Redis that cannot find out.
    return "";
  }
}
