/**
 * The program from its command line to its exit code: what a person, a script and a service manager see.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { type Argument, RawClient } from "../support/raw_client.ts";
import { referenceTest } from "../support/reference.ts";
import { freePort } from "../support/server_process.ts";
import { makeTempDir } from "../support/temp_dir.ts";
import { redenoCommand } from "../support/test_server.ts";

const REFERENCE = ["redis-server"];
const NET_ONLY = ["--allow-net"];
const NO_SAVE = ["--save", ""];

/** A program that was started with some arguments, for `await using`. */
class Run implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #streams: Promise<void>;
  output = "";
  errors = "";
  hasEnded = false;

  constructor(command: readonly string[], args: readonly string[], options: { cwd?: string; stdin?: string } = {}) {
    const { cwd, stdin } = options;
    this.#child = new Deno.Command(command[0]!, {
      args: [...command.slice(1), ...args],
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      ...(cwd === undefined ? {} : { cwd }),
    }).spawn();
    this.#streams = this.#collect();
    void this.#child.status.then(() => this.hasEnded = true);
    if (stdin !== undefined) void new Blob([stdin]).stream().pipeTo(this.#child.stdin);
  }

  get pid(): number {
    return this.#child.pid;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** A client, as soon as the server answers on `port`. */
  async client(port: number): Promise<RawClient> {
    const client = await eventually(() => RawClient.connect({ port }), { what: "a connection" });
    await eventually(() => this.output.includes("Ready to accept connections"));
    return client;
  }

  /** Exit code, when the program has ended by itself. */
  async exitCode(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#streams;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
    await this.exitCode();
  }

  async #collect(): Promise<void> {
    const decoder = new TextDecoder();
    await Promise.all([
      (async () => {
        for await (const chunk of this.#child.stdout) this.output += decoder.decode(chunk);
      })(),
      (async () => {
        for await (const chunk of this.#child.stderr) this.errors += decoder.decode(chunk);
      })(),
    ]);
  }
}

/** Runs a program that ends by itself: exit code, standard output and standard error. */
async function runToEnd(
  command: readonly string[],
  args: readonly string[],
  options: { cwd?: string; stdin?: string } = {},
): Promise<{ code: number; output: string; errors: string }> {
  await using run = new Run(command, args, options);
  const code = await run.exitCode();
  return { code, output: run.output, errors: run.errors };
}

/** Log lines without process ids and times. */
function logLines(output: string): string[] {
  return output.split("\n").filter((line) => / [.*#-] /.test(line)).map((line) =>
    line.replace(/^.*? ([.*#-]) /, "$1 ")
  );
}

async function configOf(client: RawClient, name: string): Promise<string> {
  return (await client.expect("CONFIG", "GET", name) as string[])[1]!;
}

Deno.test("options of the README take effect, and the log says where the server is", async () => {
  await using directory = await makeTempDir();
  const port = freePort();
  const args = `--port ${port} --bind 127.0.0.1 --dir ${directory.path} --dbfilename other.rdb --save 900|1 ` +
    "--requirepass secret --loglevel verbose";
  await using run = new Run(redenoCommand(), args.split(" ").map((word) => word.replace("|", " ")));
  using client = await run.client(port);
  assertMatch(await client.callRaw("GET", "key"), /^-NOAUTH /);
  await client.expect("AUTH", "secret");
  for (
    const [name, value] of [
      ["port", String(port)],
      ["bind", "127.0.0.1"],
      ["dir", await Deno.realPath(directory.path)],
      ["dbfilename", "other.rdb"],
      ["save", "900 1"],
      ["loglevel", "verbose"],
    ]
  ) assertEquals(await configOf(client, name!), value);
  assertStringIncludes(run.output, ` * Running mode=standalone, port=${port}.\n`);
  assertMatch(
    run.output,
    new RegExp(`^${run.pid}:M \\d\\d \\w{3} \\d{4} [\\d:.]{12} \\* Ready to accept connections$`, "m"),
  );
  assertStringIncludes(run.output, " - Accepted 127.0.0.1:");
  await client.expect("SET", "key", "value");
  await client.expect("SAVE");
  assert((await Deno.stat(`${directory.path}/other.rdb`)).size > 0);
});

for (const [what, spelling] of [["two arguments", []], ["one argument", ["joined"]]] as const) {
  Deno.test(`--replicaof with ${what} makes a replica`, async () => {
    await using directory = await makeTempDir();
    const [masterPort, port] = [freePort(), freePort()];
    const common = [...NO_SAVE, "--dir", directory.path, "--repl-diskless-sync-delay", "0"];
    await using master = new Run(redenoCommand(), ["--port", String(masterPort), ...common]);
    using writer = await master.client(masterPort);
    await writer.expect("SET", "key", "value");
    const address = ["127.0.0.1", String(masterPort)];
    const target = spelling.length > 0 ? [address.join(" ")] : address;
    await using run = new Run(redenoCommand(), ["--port", String(port), "--replicaof", ...target, ...common]);
    using client = await run.client(port);
    await eventually(async () => await client.call("GET", "key") === "value");
    assertMatch(await client.callRaw("SET", "key", "value"), /^-READONLY /);
  });
}

Deno.test("a configuration file is read before the options, standard input between them", async () => {
  await using directory = await makeTempDir();
  const port = freePort();
  const path = `${directory.path}/my.conf`;
  await Deno.writeTextFile(
    path,
    `# A comment\nport ${port}\nmaxmemory 1mb\nhz 20\ntimeout 7\nsave ""\ndir ${directory.path}\n`,
  );
  const stdin = "maxmemory 2mb\nhz 30\n";
  await using run = new Run(redenoCommand(), ["my.conf", "--maxmemory", "3mb", "-"], { cwd: directory.path, stdin });
  using client = await run.client(port);
  assertEquals(await configOf(client, "timeout"), "7");
  assertEquals(await configOf(client, "hz"), "30");
  assertEquals(await configOf(client, "maxmemory"), String(3 * 1024 * 1024));
  assertStringIncludes(String(await client.expect("INFO", "server")), `config_file:${await Deno.realPath(path)}\r\n`);
  await client.expect("CONFIG", "SET", "timeout", 9);
  await client.expect("CONFIG", "REWRITE");
  assertMatch(await Deno.readTextFile(path), /^# A comment\nport \d+\nmaxmemory 3mb\nhz 30\ntimeout 9$/m);
});

referenceTest("files that a configuration file names are in the directory it has entered", async () => {
  for (const command of [redenoCommand(), REFERENCE]) {
    await using directory = await makeTempDir();
    const data = `${directory.path}/data`;
    await Deno.mkdir(data);
    const port = freePort();
    const lines = [`port ${port}`, "logfile log.txt", "dir ./data", "include more*.conf", "unixsocket socket"];
    await Deno.writeTextFile(`${directory.path}/my.conf`, lines.join("\n"));
    await Deno.writeTextFile(`${data}/more1.conf`, "timeout 7\n");
    await using run = new Run(command, ["my.conf"], { cwd: directory.path });
    using client = await eventually(() => RawClient.connect({ port }), { what: "a connection" });
    assertEquals(await configOf(client, "timeout"), "7");
    assertEquals(await configOf(client, "logfile"), "log.txt");
    assert((await Deno.lstat(`${data}/socket`)).isSocket);
    await client.send("SHUTDOWN", "NOSAVE");
    assertEquals(await run.exitCode(), 0);
    assertEquals([...Deno.readDirSync(data)].map(({ name }) => name).sort(), ["log.txt", "more1.conf"]);
    assertStringIncludes(await Deno.readTextFile(`${data}/log.txt`), "Ready to accept connections");
    assertEquals(run.output, "");
  }
});

Deno.test("a server goes on where its log cannot be written any more", async () => {
  await using directory = await makeTempDir();
  const port = freePort();
  const logs = `${directory.path}/logs`;
  await Deno.mkdir(logs);
  const args = ["--port", String(port), "--dir", directory.path, "--logfile", "logs/log.txt"];
  await using run = new Run(redenoCommand(), args);
  using client = await eventually(() => RawClient.connect({ port }), { what: "a connection" });
  await Deno.remove(logs, { recursive: true });
  assertMatch(String(await client.expect("BGSAVE")), /^Background saving started/);
  await client.send("SHUTDOWN", "NOSAVE");
  assertEquals(await run.exitCode(), 0);
});

Deno.test("-h prints the usage, -v the version, and both run nothing", async () => {
  for (const flag of ["-h", "--help"]) {
    const { code, output, errors } = await runToEnd(redenoCommand([]), [flag]);
    assertEquals([code, output], [1, ""]);
    assertMatch(errors, /^Usage: redeno /);
    assertStringIncludes(errors, "--replicaof 127.0.0.1 8888");
  }
  for (const flag of ["-v", "--version"]) {
    const { code, output, errors } = await runToEnd(redenoCommand([]), [flag]);
    assertEquals([code, errors], [0, ""]);
    assertMatch(output, /^Redis server v=7\.0\.15 sha=\w+:\d malloc=\S+ bits=64 build=\w+\n/);
  }
});

const WRONG_ARGUMENTS = [
  "--port 99999",
  "--port",
  "--port x",
  "--no-such-option 1",
  "-x",
  "--maxmemory",
  "--maxmemory 1zb",
  "--loglevel loud",
  "--dir /no/such/directory",
  "--dbfilename a/b",
  "--replicaof 127.0.0.1",
  "--replicaof 127.0.0.1 port",
  "--save 1",
  "--save x y",
  "--requirepass",
  "--databases 0",
  "--logfile /no/such/directory/log",
  "--appendonly perhaps",
];

referenceTest("wrong options end with the text and the exit code of the reference", async () => {
  await using directory = await makeTempDir();
  const options = { cwd: directory.path };
  for (const line of WRONG_ARGUMENTS) {
    const [ours, theirs] = await Promise.all([
      runToEnd(redenoCommand(), line.split(" "), options),
      runToEnd(REFERENCE, line.split(" "), options),
    ]);
    assertEquals(ours, theirs, line);
    assertEquals(ours.code, 1, line);
    assertStringIncludes(ours.errors, "*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***", line);
  }
});

referenceTest("wrong configuration files end with the text and the exit code of the reference", async () => {
  await using directory = await makeTempDir();
  const options = { cwd: directory.path };
  for (
    const text of ["port 1 2 3\n", "\n# x\nbogus a b\n", 'requirepass "a\n', "include missing.conf\n", "port -5\n"]
  ) {
    await Deno.writeTextFile(`${directory.path}/bad.conf`, text);
    const [ours, theirs] = await Promise.all([redenoCommand(), REFERENCE].map(async (command) => {
      const { code, output, errors } = await runToEnd(command, ["bad.conf"], options);
      return { code, errors, lines: logLines(output) };
    }));
    assertEquals(ours, theirs, text);
    assertEquals(ours!.code, 1, text);
  }
  for (const path of ["missing.conf", `${directory.path}/missing.conf`]) {
    const [ours, theirs] = await Promise.all([redenoCommand(), REFERENCE].map((command) => {
      return runToEnd(command, [path], options);
    }));
    assertEquals(logLines(ours!.output), logLines(theirs!.output));
    assertMatch(
      ours!.output,
      /^\d+:C .* # Fatal error, can't open config file '.*missing.conf': No such file or directory$/m,
    );
    assertEquals([ours!.code, ours!.errors], [1, ""]);
  }
});

referenceTest("a port in use ends the start as it ends that of the reference", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const lines = await lastLinesOfBoth(["--port", String(port), "--bind", "127.0.0.1", ...NO_SAVE], 2);
  assertEquals(lines[1], `# Failed listening on port ${port} (TCP), aborting.`);
});

referenceTest(
  "an address that is not of this machine, and none at all, end the start as that of the reference",
  async () => {
    await lastLinesOfBoth(["--port", String(freePort()), "--bind", "192.0.2.1", ...NO_SAVE], 2);
    for (const args of [["--bind"], ["--bind", ""], ["--port", "0"]]) {
      assertEquals(await lastLinesOfBoth([...NO_SAVE, ...args], 1), ["# Configured to not listen anywhere, exiting."]);
    }
  },
);

/** Starts both servers, which must fail with the same last lines of the log; returns those. */
async function lastLinesOfBoth(args: readonly string[], count: number): Promise<string[]> {
  const commands = [redenoCommand(NET_ONLY), REFERENCE];
  const [ours, theirs] = await Promise.all(commands.map(async (command) => {
    const { code, output, errors } = await runToEnd(command, args);
    return { code, errors, lines: logLines(output).slice(-count) };
  }));
  assertEquals(ours, theirs, args.join(" "));
  assertEquals([ours!.code, ours!.errors], [1, ""]);
  return ours!.lines;
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  referenceTest(`${signal} saves and ends with the exit code and the log lines of the reference`, async () => {
    const seen = [];
    for (const command of [redenoCommand(), REFERENCE]) {
      await using directory = await makeTempDir();
      const port = freePort();
      const args = ["--port", String(port), "--dir", directory.path, "--save", "900 1"];
      await using run = new Run(command, args);
      using client = await run.client(port);
      await client.expect("SET", "key", "value");
      const before = run.output.length;
      run.signal(signal);
      assertEquals(await client.readToEnd(), "");
      const code = await run.exitCode();
      assertStringIncludes(run.output.slice(before), `Received ${signal} scheduling shutdown...`);
      const lines = logLines(run.output.slice(before)).filter((line) => !line.includes(signal));
      seen.push({ code, lines, files: [...Deno.readDirSync(directory.path)].map(({ name }) => name) });
    }
    assertEquals(seen[0], seen[1]);
    assertEquals(seen[0]!.code, 0);
    assertEquals(seen[0]!.files, ["dump.rdb"]);
  });
}

referenceTest("a signal whose last save fails leaves the server running, and the next SIGINT does not", async () => {
  const seen = [];
  for (const command of [redenoCommand(), REFERENCE]) {
    await using directory = await makeTempDir();
    const port = freePort();
    const args = ["--port", String(port), "--dir", directory.path, "--save", "900 1"];
    await using run = new Run(command, args);
    using client = await run.client(port);
    await client.expect("SET", "key", "value");
    const before = run.output.length;
    // A directory is in the way of the file.
    await Deno.mkdir(`${directory.path}/dump.rdb`);
    run.signal("SIGTERM");
    await eventually(() => run.output.includes("Errors trying to shut down the server"));
    assertEquals(await client.call("PING"), "PONG");
    const lines = logLines(run.output.slice(before)).filter((line) => !line.includes("SIGTERM"));
    await Deno.remove(`${directory.path}/dump.rdb`);
    run.signal("SIGINT");
    const withoutNames = (line: string) => line.replace(directory.path, "DIR").replace(/temp-\d+/, "temp");
    seen.push({ code: await run.exitCode(), lines: lines.map(withoutNames) });
  }
  assertEquals(seen[0], seen[1]);
  assertEquals(seen[0]!.code, 0);
});

/** Commands that would touch files or ask the system, and what they must answer without permission. */
const WITHOUT_PERMISSION: readonly (readonly [Argument[], RegExp])[] = [
  [["SAVE"], /^-ERR Cannot save the RDB file: writing .* is not permitted \(start with --allow-write\)\r\n$/],
  [["BGSAVE"], /^-ERR Cannot save the RDB file: writing .* is not permitted \(start with --allow-write\)\r\n$/],
  [["CONFIG", "REWRITE"], /^-ERR The server is running without a config file\r\n$/],
  [["CONFIG", "SET", "dir", "elsewhere"], /^\+OK\r\n$/],
  [["INFO", "everything"], /^\$\d+\r\n# Server/],
  [["DEBUG", "RELOAD"], /^\+OK\r\n$/],
  [["DEBUG", "RELOAD", "NOSAVE"], /^-ERR /],
  [["MEMORY", "DOCTOR"], /^\$\d+/],
  [["MEMORY", "STATS"], /^\*\d+/],
  [["LATENCY", "DOCTOR"], /^\$\d+/],
  [["CONFIG", "SET", "save", "1 1"], /^\+OK\r\n$/],
  [["SET", "key", "value"], /^\+OK\r\n$/],
  [["FLUSHALL"], /^\+OK\r\n$/],
  [["SHUTDOWN", "SAVE"], /^-ERR Errors trying to SHUTDOWN\. Check logs\.\r\n$/],
];

Deno.test("with --allow-net alone the server works in memory and gives one clear error for files", async () => {
  const port = freePort();
  const options = "--enable-debug-command yes --enable-protected-configs yes".split(" ");
  await using run = new Run(redenoCommand(NET_ONLY), [
    "--port",
    String(port),
    "--dir",
    "/no/such/directory",
    ...options,
  ]);
  using client = await run.client(port);
  assertStringIncludes(run.output, "No data are loaded: reading /no/such/directory/dump.rdb is not permitted");
  for (const [argv, pattern] of WITHOUT_PERMISSION) assertMatch(await client.callRaw(...argv), pattern, argv.join(" "));
  assertEquals(run.errors, "");
});

Deno.test("files of the command line that may not be touched are one clear error, with exit code 1", async () => {
  for (
    const [args, text] of [
      [["some.conf"], "reading some.conf is not permitted (start with --allow-read)"],
      [["--logfile", "some.log"], "Can't open the log file: Permission denied"],
      [["--include", "some.conf"], "reading some.conf is not permitted (start with --allow-read)"],
      [["--port", "0", "--unixsocket", "some.socket"], "some.socket is not permitted (start with --allow-read)"],
    ] as const
  ) {
    const { code, output, errors } = await runToEnd(redenoCommand(NET_ONLY), args);
    assertEquals(code, 1, args.join(" "));
    assertStringIncludes(output + errors, text);
    assert(!errors.includes("error: Uncaught"), errors);
  }
});

const SCRIPT = "script";

function hasScript(): boolean {
  try {
    return new Deno.Command(SCRIPT, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** A command without `--no-prompt` and on a terminal, where the runtime would ask a person for permissions. */
function onTerminal(command: readonly string[], args: readonly string[]): string[] {
  const words = [...command.filter((word) => word !== "--no-prompt"), ...args];
  return [SCRIPT, "-qec", words.map((word) => `'${word}'`).join(" "), "/dev/null"];
}

/** Registers a test that needs a pseudo-terminal. */
function terminalTest(name: string, fn: () => Promise<void>): void {
  const isMissing = !hasScript();
  Deno.test({
    name: isMissing ? `${name} (${SCRIPT} is not installed)` : name,
    ignore: isMissing && Deno.env.get("CI") !== "true",
    fn,
  });
}

terminalTest("on a terminal no permission is ever asked for", async () => {
  const port = freePort();
  const options = ["--enable-debug-command", "yes", "--enable-protected-configs", "yes"];
  const command = redenoCommand([`--allow-net=127.0.0.1:${port}`]);
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", "/no/such/directory", ...options];
  await using run = new Run(onTerminal(command, args), []);
  using client = await run.client(port);
  for (const [argv, pattern] of WITHOUT_PERMISSION) assertMatch(await client.callRaw(...argv), pattern, argv.join(" "));
  assertMatch(await client.callRaw("CONFIG", "SET", "port", port - 1), /^-ERR CONFIG SET failed .*Unable to listen/);
  assertMatch(await client.callRaw("CONFIG", "SET", "bind", "127.0.0.1 127.0.0.2"), /^-ERR CONFIG SET failed .*bind/);
  await client.expect("REPLICAOF", "127.0.0.1", 1);
  await eventually(() => run.output.includes("127.0.0.1:1 is not permitted (start with --allow-net)"));
  await client.expect("REPLICAOF", "NO", "ONE");
  await client.send("SHUTDOWN", "NOSAVE");
  assertEquals(await run.exitCode(), 0);
  assert(!/Deno requests|Allow\?/.test(run.output), run.output);
});

terminalTest("on a terminal a start without permissions ends", async () => {
  const port = String(freePort());
  for (
    const [permissions, args] of [
      [[], ["--port", port]],
      [["--allow-net=127.0.0.1:1"], ["--port", port]],
      [NET_ONLY, ["some.conf"]],
      [NET_ONLY, ["--logfile", "some.log"]],
      [NET_ONLY, ["--port", port, "--unixsocket", "some.socket"]],
    ] as const
  ) {
    await using run = new Run(onTerminal(redenoCommand(permissions), args), []);
    await eventually(() => run.hasEnded, { what: `an end of ${args.join(" ")}` });
    assertEquals(await run.exitCode(), 1, `${args.join(" ")}\n${run.output}`);
  }
});
