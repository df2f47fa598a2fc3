/**
 * Redeno inside another program: start a Redis-compatible server in a test or a tool, without a process of its own.
 *
 * - Each server has its own data, clock and configuration; any number may run in one process.
 * - Needs `--allow-net` only; `dir` and files in the configuration need `--allow-read` and `--allow-write`.
 *
 * @example Start a server for one test, on a port that is free
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startServer } from "./mod.ts";
 *
 * await using server = await startServer({ port: 0 });
 * using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
 * await connection.write(new TextEncoder().encode("PING\r\n"));
 * const reply = new Uint8Array(7);
 * await connection.read(reply);
 * assertEquals(new TextDecoder().decode(reply), "+PONG\r\n");
 * ```
 *
 * @example Let a minute pass at once
 * ```ts
 * import { assert } from "@std/assert";
 * import { startServer } from "./mod.ts";
 *
 * await using server = await startServer({ port: 0 });
 * const before = server.clock.now;
 * server.clock.advance(60_000);
 * assert(server.clock.now >= before + 60_000);
 * ```
 *
 * @module
 */

import { Clock } from "./base/clock.ts";
import { Random } from "./base/random.ts";
import { Config } from "./config/config.ts";
import { loadConfigFile } from "./config/config_file.ts";
import { bindDataDirectory } from "./persistence/data_directory.ts";
import { FileConfigHost } from "./server/config_host.ts";
import { Server } from "./server/server.ts";

/** How to start a server. */
export interface StartServerOptions {
  /** Port on the loopback; 0, the default, takes any that is free. */
  readonly port?: number;
  /**
   * Directives of redis.conf by name: `{ maxmemory: "100mb", bind: "127.0.0.1 ::1" }`. Without `save` nothing is saved by
   * itself, and without `dir` no data are loaded at the start.
   */
  readonly config?: Readonly<Record<string, string>>;
  /** Unix time in milliseconds at which the server's clock stands still, moved by `clock.advance` alone. */
  readonly frozenAtMs?: number;
  /** Makes everything that the server draws by chance repeatable. */
  readonly seed?: number;
  /** Takes each log line; by default nothing is logged. */
  readonly log?: (line: string) => void;
}

/** The clock of a running server. */
export interface ServerClock {
  /** Unix time in milliseconds. */
  readonly now: number;
  /** Moves the server's time forward: keys expire, blocked clients time out, the cron runs. */
  advance(ms: number): void;
}

/** A server that runs. `await using` stops it at the end of the block. */
export interface RunningServer extends AsyncDisposable {
  /** The port it listens on. */
  readonly port: number;
  /** Its clock. */
  readonly clock: ServerClock;
  /** Closes every connection and frees the port; resolves when nothing of the server runs any more. Saves nothing. */
  stop(): Promise<void>;
}

/**
 * Starts a server and resolves when it answers.
 *
 * Throws a `ConfigFileError` with Redis's text when a directive is refused, and a `StartError` when the port is taken.
 */
export async function startServer(options: StartServerOptions = {}): Promise<RunningServer> {
  const config = new Config();
  bindDataDirectory(config);
  const isInMemory = options.config?.["dir"] === undefined;
  const defaults = { save: "", ...(isInMemory ? { "repl-diskless-load": "swapdb" } : {}) };
  const lines = Object.entries({ ...defaults, ...options.config }).map(([name, value]) => `${name} ${value || '""'}`);
  const host = new FileConfigHost(config);
  loadConfigFile(config, { path: null, directives: lines.join("\n") }, host);
  const clock = new Clock(options.frozenAtMs === undefined ? {} : { frozenAtMs: options.frozenAtMs });
  const server = new Server({
    clock,
    config,
    random: new Random(options.seed),
    loadsData: !isInMemory,
    ...host.declarations,
    ...(options.log === undefined ? {} : { writeLog: options.log }),
  });
  await server.start(options.port ?? 0);
  const stop = () => server.lifecycle.stop();
  return {
    port: server.port,
    clock: {
      get now() {
        return clock.refresh();
      },
      advance: (ms) => clock.advance(ms),
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
