/**
 * Our own server as a process, started as a person starts it.
 *
 * - Permissions are spelled out, so that a test can take one away.
 */
import { ServerProcess } from "./server_process.ts";

/** How to start our server. */
export interface RedenoOptions {
  /** Lines of its redis.conf. */
  configLines?: readonly string[];
  /** Arguments as those of `redis-server`. */
  args?: readonly string[];
  /** Files to copy into its directory before it starts: name there, then path of the original. */
  files?: Readonly<Record<string, string>>;
  /** Deno's permission flags, in place of all that the server can make use of. */
  permissions?: readonly string[];
}

const ALL_PERMISSIONS = ["--allow-net", "--allow-read", "--allow-write", "--allow-env", "--allow-sys"];
const ROOT = new URL("../../", import.meta.url);

/** The command that runs `main.ts` with the given permission flags. */
export function redenoCommand(permissions: readonly string[] = ALL_PERMISSIONS): string[] {
  return programCommand("main.ts", permissions);
}

/** The command that runs a program of this checkout, whose path in it is `path`, with the given permission flags. */
export function programCommand(path: string, permissions: readonly string[]): string[] {
  const program = decodeURIComponent(new URL(path, ROOT).pathname);
  const config = decodeURIComponent(new URL("deno.json", ROOT).pathname);
  return [
    Deno.execPath(),
    "run",
    "--no-prompt",
    "--no-check",
    "--cached-only",
    `--config=${config}`,
    ...permissions,
    program,
  ];
}

/**
 * Starts our server on a free loopback port in a temporary directory and waits for its first PONG. Without a read
 * permission it gets its settings as arguments instead of a file.
 */
export function startRedeno(options: RedenoOptions = {}): Promise<ServerProcess> {
  const { configLines = [], args = [], files = {}, permissions = ALL_PERMISSIONS } = options;
  const canReadFiles = permissions.some((flag) => flag === "-A" || flag.startsWith("--allow-read"));
  if (!canReadFiles && configLines.length > 0) {
    throw new TypeError("Cannot give the server a configuration file: it has no permission to read one");
  }
  return ServerProcess.start({
    command: redenoCommand(permissions),
    configLines: ["enable-debug-command yes", ...configLines],
    hasConfigFile: canReadFiles,
    args,
    files,
  });
}
