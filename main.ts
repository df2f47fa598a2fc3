/**
 * The program: arguments to configuration to server to exit code.
 */

import "./src/load_order.ts";
import { Clock } from "./src/base/clock.ts";
import { Failpoints } from "./src/base/failpoints.ts";
import { Logger } from "./src/base/logger.ts";
import { Config } from "./src/config/config.ts";
import { helpText, parseCommandLine, versionText } from "./src/config/command_line.ts";
import { ConfigFileError, loadConfigFile } from "./src/config/config_file.ts";
import { reportCrashes } from "./src/server/crash_report.ts";
import { absolutePath, FileConfigHost } from "./src/server/config_host.ts";
import { bindDataDirectory } from "./src/persistence/data_directory.ts";
import { openLog } from "./src/server/log_file.ts";
import { keepPidFile } from "./src/server/pid_file.ts";
import { keepProcessTitle } from "./src/server/process_title.ts";
import { Server, StartError } from "./src/server/server.ts";
import { stopOnSignals } from "./src/server/signals.ts";
import { tellSupervisor } from "./src/server/supervisor.ts";

const VERSION = "7.0.15";
const OLDEST_DENO = [2, 9, 5];

function isDenoTooOld(): boolean {
  const current = Deno.version.deno.split(".").map(Number);
  for (const [index, least] of OLDEST_DENO.entries()) {
    if (current[index] !== least) return current[index]! < least;
  }
  return false;
}

function print(target: { writeSync(bytes: Uint8Array): number }, text: string): void {
  target.writeSync(new TextEncoder().encode(text));
}

/** The log before there is a configuration that says where it goes. */
function earlyLogger(): Logger {
  const logger = new Logger({ clock: new Clock(), pid: Deno.pid, write: (line) => print(Deno.stdout, line) });
  logger.role = "C";
  return logger;
}

async function run(args: readonly string[]): Promise<number> {
  if (isDenoTooOld()) {
    print(Deno.stderr, `Cannot start: this is Deno ${Deno.version.deno}, and ${OLDEST_DENO.join(".")} is needed\n`);
    return 1;
  }
  const commandLine = parseCommandLine(args);
  if (commandLine.kind === "help" || commandLine.kind === "refused") {
    print(Deno.stderr, commandLine.kind === "help" ? helpText() : commandLine.text);
    return 1;
  }
  if (commandLine.kind === "version") {
    print(Deno.stdout, versionText({ version: VERSION, runtime: `deno-${Deno.version.deno}` }));
    return 0;
  }
  const config = new Config();
  bindDataDirectory(config);
  const host = new FileConfigHost(config);
  const path = commandLine.configPath === null ? null : absolutePath(commandLine.configPath);
  const stdinText = commandLine.readsStdin ? await new Response(Deno.stdin.readable).text() : null;
  try {
    loadConfigFile(config, { path, stdinText, directives: commandLine.directives }, host);
    const writeLog = openLog(config);
    const failpoints = Failpoints.ofEnvironment();
    const server = new Server({ config, configPath: path ?? "", ...host.declarations, writeLog, failpoints });
    reportCrashes(server.services);
    keepPidFile(server);
    keepProcessTitle(server);
    tellSupervisor(server);
    await server.start();
    stopOnSignals(server);
    return await server.lifecycle.stopped;
  } catch (error) {
    if (error instanceof StartError) return 1;
    if (!(error instanceof ConfigFileError)) throw error;
    if (!error.isLogged) print(Deno.stderr, error.message);
    else earlyLogger().warning(error.message);
    return 1;
  }
}

Deno.exit(await run(Deno.args));
