/**
 * The server as a process among others: its pid file, its title, its supervisor, and what it cannot do for the system.
 */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { ServerProcess } from "../support/server_process.ts";
import { makeTempDir } from "../support/temp_dir.ts";
import { redenoCommand, startRedeno } from "../support/test_server.ts";

const IS_LINUX = Deno.build.os === "linux";

Deno.test("pidfile is there while the server runs", async () => {
  await using temp = await makeTempDir();
  const path = `${temp.path}/redeno.pid`;
  await using server = await startRedeno({ configLines: [`pidfile ${path}`] });
  assertEquals(await Deno.readTextFile(path), `${server.pid}\n`);
  using client = await server.connect();
  await client.send("SHUTDOWN");
  await server.exited();
  assertStringIncludes(server.log, "Removing the pid file.");
  await eventually(() => !hasFile(path));
});

Deno.test("pidfile that cannot be written is told of and harms nobody", async () => {
  await using server = await startRedeno({ configLines: ["pidfile /nosuch/redeno.pid"] });
  await eventually(() => /# There is no pid file: .*\/nosuch\/redeno\.pid/.test(server.log));
});

Deno.test({
  name: "the title of the process follows proc-title-template, unless set-proc-title is no",
  ignore: !IS_LINUX,
  async fn() {
    await using server = await startRedeno();
    using client = await server.connect();
    assertEquals(await titleOf(server.pid), `redeno 127.0.0.1:${server.port}`);
    await client.expect("CONFIG", "SET", "proc-title-template", "{title} {port} {config-file}{unixsocket}");
    assertEquals(await titleOf(server.pid), `redeno ${server.port} ${server.directory}/redis.conf`);
    await using other = await startRedeno({ configLines: ["set-proc-title no"] });
    assertStringIncludes(await titleOf(other.pid), "main.ts");
  },
});

Deno.test({
  name: "unixsocketperm is the mode of the socket's file",
  ignore: !IS_LINUX,
  async fn() {
    await using server = await startRedeno({ configLines: ["unixsocket test.sock", "unixsocketperm 700"] });
    assertEquals((await Deno.stat(`${server.directory}/test.sock`)).mode! & 0o777, 0o700);
  },
});

Deno.test({
  name: "supervised systemd is told of the load, the start and the stop",
  ignore: !IS_LINUX,
  async fn() {
    await using temp = await makeTempDir();
    const socket = `${temp.path}/notify`;
    await using systemd = new Datagrams(socket);
    await eventually(() => hasFile(socket));
    await using server = await ServerProcess.start({
      command: ["env", `NOTIFY_SOCKET=${socket}`, ...redenoCommand(["-A", "--unstable-net"])],
      configLines: ["supervised auto"],
    });
    await eventually(() => server.log.includes("Supervised by systemd."));
    await eventually(() => systemd.received.includes("READY=1"));
    using client = await server.connect();
    await client.send("SHUTDOWN");
    await server.exited();
    await eventually(() => systemd.received.includes("STOPPING=1"));
    assertEquals(
      systemd.received,
      "STATUS=Redis is loading...\nSTATUS=Ready to accept connections\nREADY=1\nSTOPPING=1\n",
    );
  },
});

Deno.test("supervised systemd goes on without a supervisor, and where Deno sends no datagrams", async () => {
  await using alone = await startRedeno({ configLines: ["supervised systemd"] });
  await eventually(() => alone.log.includes("systemd supervision error: NOTIFY_SOCKET not found!"));
  await using mute = await ServerProcess.start({
    command: ["env", "NOTIFY_SOCKET=/nosuch", ...redenoCommand()],
    configLines: ["supervised systemd"],
  });
  await eventually(() => mute.log.includes("systemd supervision error: Deno sends no datagrams"));
});

Deno.test("the start shows the port and the process id: on standard output, or in a file if always-show-logo says so", async () => {
  await using server = await startRedeno();
  await eventually(() => showsWho(server.log, server));
  for (const [setting, isShown] of [["yes", true], ["no", false]] as const) {
    await using other = await startRedeno({ configLines: ["logfile log.txt", `always-show-logo ${setting}`] });
    const text = await Deno.readTextFile(`${other.directory}/log.txt`);
    assertEquals(showsWho(text, other), isShown);
    assertStringIncludes(text, `* Running mode=standalone, port=${other.port}.`);
  }
});

function showsWho(log: string, { port, pid }: ServerProcess): boolean {
  return log.includes(` Port: ${port}\n`) && log.includes(` PID: ${pid}\n`);
}

Deno.test("parameters that cannot be followed are told of once, at the start or when they are set", async () => {
  await using server = await startRedeno({ configLines: ["daemonize yes", "io-threads 4", "tcp-keepalive 60"] });
  using client = await server.connect();
  await client.expect("CONFIG", "SET", "watchdog-period", 500);
  await client.expect("CONFIG", "SET", "watchdog-period", 0);
  await eventually(() => server.log.includes("watchdog-period 500"));
  const told = [...server.log.matchAll(/# WARNING: (\S+ \S+) cannot be followed: /g)].map(([, what]) => what);
  assertEquals(told, ["daemonize yes", "io-threads 4", "tcp-keepalive 60", "watchdog-period 500"]);
});

Deno.test("cluster-enabled and TLS are refused rather than left out", async () => {
  for (const setting of ["cluster-enabled yes", "tls-port 6380", "tls-replication yes"]) {
    const error = await assertRejects(() => startRedeno({ configLines: [setting] }), Error);
    assertStringIncludes(error.message, `# Cannot start with ${setting}: this server does not `);
  }
  await using server = await startRedeno();
  using client = await server.connect();
  const refusal = "Unable to update TLS configuration. Check server logs.";
  for (const [name, value] of [["tls-port", "6380"], ["tls-replication", "yes"], ["tls-cluster", "yes"]] as const) {
    const reply = await client.callRaw("CONFIG", "SET", name, value);
    assertEquals(reply, `-ERR CONFIG SET failed (possibly related to argument '${name}') - ${refusal}\r\n`);
  }
});

/** Prints what it receives; Deno has Unix datagrams behind a flag, which the tests do not have. */
class Datagrams implements AsyncDisposable {
  received = "";
  readonly #child: Deno.ChildProcess;
  readonly #drained: Promise<void>;

  constructor(path: string) {
    const program = `const socket = Deno.listenDatagram({ transport: "unixpacket", path: ${JSON.stringify(path)} });
      for await (const [bytes] of socket) await Deno.stdout.write(bytes);`;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--unstable-net", program],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    this.#drained = this.#drain();
  }

  async #drain(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stdout) this.received += decoder.decode(chunk);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await Promise.all([this.#child.status, this.#drained]);
  }
}

function hasFile(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** As `ps` prints it. */
async function titleOf(pid: number): Promise<string> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "args=", "-p", String(pid)] }).output();
  return new TextDecoder().decode(stdout).trim();
}
