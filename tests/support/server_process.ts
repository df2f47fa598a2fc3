/**
 * A server that runs as a process of its own, on a free loopback port, in a temporary directory: the real redis-server
 * and ours are started, asked, restarted and stopped by the same code.
 *
 * - Only the process that was started here is ever signalled, by its own id.
 * - What the process prints is kept whole in `log`.
 */
import { RawClient, type RawClientOptions } from "./raw_client.ts";
import { makeTempDir, type TempDir } from "./temp_dir.ts";
import { eventually } from "./eventually.ts";

/** How to start a server. */
export interface ServerProcessOptions {
  /** The program and its first arguments. */
  command: readonly string[];
  /** Lines of its configuration file, after those that every test server has. */
  configLines?: readonly string[];
  /** Arguments after the configuration file. */
  args?: readonly string[];
  /** False passes the port and directory as arguments, for a server that may not read files. */
  hasConfigFile?: boolean;
  /** Files to copy into the server's directory before it starts: name there, then path of the original. */
  files?: Readonly<Record<string, string>>;
  /** How long the first PONG may take; 20 seconds by default. */
  startTimeoutMs?: number;
}

const START_TRIES = 5;

/** A running server process, for `await using`. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly #options: ServerProcessOptions;
  readonly #tempDir: TempDir;
  #child: Deno.ChildProcess;
  #exit: Promise<Deno.CommandStatus>;
  #drained: Promise<void>;
  #log = "";

  private constructor(options: ServerProcessOptions, tempDir: TempDir, port: number) {
    this.#options = options;
    this.#tempDir = tempDir;
    this.port = port;
    this.#child = this.#spawn();
    this.#exit = this.#child.status;
    this.#drained = this.#drain();
  }

  /** Starts a server and waits for its first answer to PING; tries another port where one was taken meanwhile. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const tempDir = await makeTempDir();
    try {
      for (const [name, path] of Object.entries(options.files ?? {})) {
        await Deno.copyFile(path, `${tempDir.path}/${name}`);
      }
      for (let attempt = 1;; attempt++) {
        const server = new ServerProcess(options, tempDir, freePort());
        try {
          await server.#waitForPong();
          return server;
        } catch (error) {
          await server.#end("SIGKILL");
          const isPortTaken = server.#log.includes("Failed listening on port");
          if (isPortTaken && attempt < START_TRIES) continue;
          throw new Error(`Cannot start the server: ${(error as Error).message}; it printed\n${server.#log}`, {
            cause: error,
          });
        }
      }
    } catch (error) {
      await tempDir[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The process id. */
  get pid(): number {
    return this.#child.pid;
  }

  /** The server's working directory (`dir`). */
  get directory(): string {
    return this.#tempDir.path;
  }

  /** All that the process has printed to its standard output and error, over restarts. */
  get log(): string {
    return this.#log;
  }

  /** Connects a client. */
  connect(options: Omit<RawClientOptions, "port"> = {}): Promise<RawClient> {
    return RawClient.connect({ ...options, port: this.port });
  }

  /** Sends a signal to the process. */
  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  /** Waits for the process to end by itself, and returns its status. */
  async exited(): Promise<Deno.CommandStatus> {
    const status = await this.#exit;
    await this.#drained;
    return status;
  }

  /** Stops the process (SIGTERM unless said otherwise) and starts it again on the same port and directory. */
  async restart(signal: Deno.Signal = "SIGTERM"): Promise<void> {
    await this.#end(signal);
    await this.startAgain();
  }

  /** Starts a process that has ended again, on the same port and directory; `env` is added to its environment this once. */
  async startAgain(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.exited();
    this.#child = this.#spawn(env);
    this.#exit = this.#child.status;
    this.#drained = this.#drain();
    await this.#waitForPong();
  }

  /** Stops the process and removes its directory. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end("SIGTERM");
    await this.#tempDir[Symbol.asyncDispose]();
  }

  #spawn(env: Readonly<Record<string, string>> = {}): Deno.ChildProcess {
    const { command, configLines = [], args = [], hasConfigFile = true } = this.#options;
    const settings = [["port", String(this.port)], ["bind", "127.0.0.1"], ["save", ""]];
    const serverArguments = [...command.slice(1)];
    if (hasConfigFile) {
      const configPath = `${this.directory}/redis.conf`;
      const lines = [
        ...settings.map(([name, value]) => `${name} "${value}"`),
        `dir "${this.directory}"`,
        ...configLines,
      ];
      // A restart keeps what CONFIG REWRITE has made of the file.
      if (this.#log === "") Deno.writeTextFileSync(configPath, lines.join("\n") + "\n");
      serverArguments.push(configPath);
    } else {
      serverArguments.push(...settings.flatMap(([name, value]) => [`--${name}`, value as string]));
    }
    return new Deno.Command(command[0]!, {
      args: [...serverArguments, ...args],
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  async #drain(): Promise<void> {
    const decoder = new TextDecoder();
    const collect = async (stream: ReadableStream<Uint8Array>) => {
      for await (const chunk of stream) this.#log += decoder.decode(chunk);
    };
    await Promise.all([collect(this.#child.stdout), collect(this.#child.stderr)]);
  }

  async #waitForPong(): Promise<void> {
    let hasEnded = false;
    this.#exit.then(() => hasEnded = true);
    const answer = await eventually(async () => {
      if (hasEnded) return "ended";
      using client = await this.connect({ timeoutMs: 1_000 });
      const line = await client.callRaw("PING");
      return !line.startsWith("-LOADING") && await this.#isAtOtherEnd(client) && line;
    }, { timeoutMs: this.#options.startTimeoutMs ?? 20_000, what: "the server's first PONG" });
    if (answer === "ended") {
      const { code } = await this.exited();
      throw new Error(`it exited with code ${code}`);
    }
  }

  /** Whether this very process answers, and not one of another test that took the port first; unknown without a password: yes. */
  async #isAtOtherEnd(client: RawClient): Promise<boolean> {
    const processId = /\bprocess_id:(\d+)/.exec(await client.callRaw("INFO", "server"))?.[1];
    return processId === undefined || Number(processId) === this.pid;
  }

  /** Ends the process; one that ignores the signal for 10 seconds is killed. */
  async #end(signal: Deno.Signal): Promise<void> {
    const forced = setTimeout(() => this.#kill("SIGKILL"), 10_000);
    try {
      this.#kill(signal);
      // A stopped process takes no SIGTERM until it goes on.
      this.#kill("SIGCONT");
      await this.exited();
    } finally {
      clearTimeout(forced);
    }
  }

  #kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // A process that has ended already needs no signal.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

const givenPorts = new Set<number>();

/** A loopback port that nobody listened on a moment ago, and a new one with every call. */
export function freePort(): number {
  for (;;) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    if (givenPorts.has(port)) continue;
    givenPorts.add(port);
    return port;
  }
}
