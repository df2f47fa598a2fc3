/**
 * nutcracker (twemproxy) in front of several servers, as a process of its own on the loopback.
 */

import { eventually } from "../support/eventually.ts";
import { RawClient } from "../support/raw_client.ts";
import { programTest } from "../support/reference.ts";
import { freePort, type ServerProcess } from "../support/server_process.ts";
import { makeTempDir, type TempDir } from "../support/temp_dir.ts";

const PROGRAM = "nutcracker";

/** Registers a test that needs nutcracker. */
export function nutcrackerTest(name: string, fn: () => Promise<void>): void {
  programTest(name, [PROGRAM], fn);
}

/** A running proxy, for `await using`. */
export class Nutcracker implements AsyncDisposable {
  readonly #directory: TempDir;
  readonly #port: number;
  readonly #child: Deno.ChildProcess;

  private constructor(directory: TempDir, port: number) {
    this.#directory = directory;
    this.#port = port;
    this.#child = new Deno.Command(PROGRAM, {
      args: [
        ...["--conf-file", `${directory.path}/nutcracker.yml`, "--output", `${directory.path}/nutcracker.log`],
        ...["--pid-file", `${directory.path}/nutcracker.pid`],
        ...["--stats-addr", "127.0.0.1", "--stats-port", String(freePort())],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  /** Starts one that spreads keys over `servers`, and waits until it answers. Keys are hashed by what is in `{}` of them. */
  static async start(servers: readonly ServerProcess[]): Promise<Nutcracker> {
    const directory = await makeTempDir();
    const port = freePort();
    const lines = [
      "redeno:",
      `  listen: 127.0.0.1:${port}`,
      "  redis: true",
      "  hash: fnv1a_64",
      '  hash_tag: "{}"',
      "  distribution: ketama",
      "  auto_eject_hosts: false",
      "  timeout: 2000",
      "  servers:",
      ...servers.map((server, index) => `    - 127.0.0.1:${server.port}:1 shard${index + 1}`),
    ];
    await Deno.writeTextFile(`${directory.path}/nutcracker.yml`, lines.join("\n") + "\n");
    const proxy = new Nutcracker(directory, port);
    try {
      await eventually(async () => {
        using client = await proxy.connect();
        return await client.expect("PING") === "PONG";
      }, { what: "the proxy's first PONG" });
    } catch (error) {
      const log = await Deno.readTextFile(`${directory.path}/nutcracker.log`).catch(() => "");
      await proxy[Symbol.asyncDispose]();
      throw new Error(`Cannot start nutcracker; its log is\n${log}`, { cause: error });
    }
    return proxy;
  }

  /** Connects a client to the proxy. */
  connect(): Promise<RawClient> {
    return RawClient.connect({ port: this.#port });
  }

  /** Stops the process and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch (error) {
      // A proxy that could not start has ended already.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
    await this.#child.status;
    await this.#directory[Symbol.asyncDispose]();
  }
}
