/**
 * A server in the test's own process whose acts on data files are watched and made to fail.
 */

import { type Failpoint, type FailpointAction, Failpoints } from "../../../src/base/failpoints.ts";
import { Config } from "../../../src/config/config.ts";
import { loadConfigFile } from "../../../src/config/config_file.ts";
import { bindDataDirectory } from "../../../src/persistence/data_directory.ts";
import { FileConfigHost } from "../../../src/server/config_host.ts";
import { Server, StartError } from "../../../src/server/server.ts";
import { RawClient } from "../../support/raw_client.ts";
import { makeTempDir, type TempDir } from "../../support/temp_dir.ts";

/** A server whose files fail as the test says, for `await using`. */
export class FailingServer implements AsyncDisposable {
  /** What happens at a place from now on, until it is deleted. */
  readonly actions = new Map<Failpoint, FailpointAction>();
  /** The places passed. */
  readonly passed: Failpoint[] = [];
  /** Told of each place that is passed. */
  onPass: (point: Failpoint) => void = () => {};
  log = "";

  readonly #directory: TempDir;
  readonly #lines: readonly string[];
  #server: Server | null = null;

  private constructor(directory: TempDir, lines: readonly string[]) {
    this.#directory = directory;
    this.#lines = lines;
  }

  /** Starts one in a directory of its own; `lines` are those of its configuration. */
  static async start(...lines: string[]): Promise<FailingServer> {
    const server = new FailingServer(await makeTempDir(), lines);
    await Deno.writeTextFile(server.configPath, server.#configText);
    await server.#run();
    return server;
  }

  /** The data directory. */
  get directory(): string {
    return this.#directory.path;
  }

  /** The port it listens on. */
  get port(): number {
    return this.#server!.port;
  }

  /** The path of its configuration file. */
  get configPath(): string {
    return `${this.directory}/redis.conf`;
  }

  /** Connects a client. */
  connect(): Promise<RawClient> {
    return RawClient.connect({ port: this.port });
  }

  /** Stops without a save. */
  async stop(): Promise<void> {
    await this.#server?.lifecycle.stop();
    this.#server = null;
  }

  /** Stops without a save, and starts again with what the files hold. */
  async restart(): Promise<void> {
    await this.stop();
    this.actions.clear();
    await this.#run();
  }

  /** Starts after `stop`, with `actions` as they are; false where that fails. */
  async tryStart(): Promise<boolean> {
    try {
      await this.#run();
      return true;
    } catch (error) {
      if (error instanceof StartError) return false;
      throw error;
    }
  }

  /** The text of a file in the data directory, one character per byte; null where there is none. */
  contentOf(name: string): string | null {
    try {
      return new TextDecoder("latin1").decode(Deno.readFileSync(`${this.directory}/${name}`));
    } catch {
      return null;
    }
  }

  /** The names of all files in the data directory, sorted. */
  fileNames(): string[] {
    const names = (path: string, prefix: string): string[] =>
      [...Deno.readDirSync(path)].flatMap(({ name, isDirectory }) =>
        isDirectory ? names(`${path}/${name}`, `${prefix}${name}/`) : [prefix + name]
      );
    return names(this.directory, "").sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#directory[Symbol.asyncDispose]();
  }

  get #configText(): string {
    return ["bind 127.0.0.1", "enable-debug-command yes", `dir ${this.directory}`, ...this.#lines].join("\n") + "\n";
  }

  async #run(): Promise<void> {
    const config = new Config();
    bindDataDirectory(config);
    loadConfigFile(config, { path: null, directives: this.#configText }, new FileConfigHost(config));
    const failpoints = new Failpoints((point) => {
      this.passed.push(point);
      this.onPass(point);
      return this.actions.get(point) ?? null;
    });
    const writeLog = (line: string) => {
      this.log += line;
    };
    const server = new Server({ config, configPath: this.configPath, writeLog, failpoints });
    await server.start(0);
    this.#server = server;
  }
}
