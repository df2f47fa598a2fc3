/**
 * What the log says of a server that crashes.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startRedeno } from "../support/test_server.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("SIGABRT leaves a report with INFO and the clients, and ends the process", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  await client.expect("CLIENT", "SETNAME", "witness");
  server.signal("SIGABRT");
  assertEquals((await server.exited()).code, 134);
  assertMatch(server.log, /=== REDIS BUG REPORT START/);
  assertMatch(server.log, /# Redis 7\.0\.15 crashed by signal: 6\n/);
  assertStringIncludes(server.log, "# ------ INFO OUTPUT ------");
  assertStringIncludes(server.log, `process_id:${server.pid}`);
  assertMatch(server.log, /CLIENT LIST OUTPUT ------\n.*name=witness /);
  assertMatch(server.log, /=== REDIS BUG REPORT END/);
});

Deno.test("DEBUG SEGFAULT is a death by SIGSEGV, and has its report", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  assertEquals(await client.callRaw("DEBUG", "SEGFAULT").catch(() => "closed"), "closed");
  const { signal } = await server.exited();
  assertEquals(signal, "SIGSEGV");
  assertMatch(server.log, /crashed by signal: 11\n/);
});

Deno.test("crash-log-enabled no: no report, and SIGABRT is the system's", async () => {
  await using server = await startRedeno({ configLines: ["crash-log-enabled no"] });
  server.signal("SIGABRT");
  assertEquals((await server.exited()).signal, "SIGABRT");
  assert(!server.log.includes("BUG REPORT"));
});

Deno.test("an error that nobody caught is reported with its stack", async () => {
  const program = `
    import { reportCrashes } from "${new URL("src/server/crash_report.ts", ROOT)}";
    import { Server } from "${new URL("src/server/server.ts", ROOT)}";
    const server = new Server({ writeLog: (line) => console.log(line.trimEnd()) });
    reportCrashes(server.services);
    function breakDown() { throw new RangeError("seven is out of range"); }
    setTimeout(breakDown, 1);
  `;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", `--config=${decodeURIComponent(new URL("deno.json", ROOT).pathname)}`, program],
    stderr: "null",
  }).output();
  const log = new TextDecoder().decode(stdout);
  assert(code !== 0);
  assertMatch(log, /crashed by an error that nobody caught\n/);
  assertMatch(log, /STACK TRACE ------\n.*RangeError: seven is out of range\n\s+at .*breakDown/);
  assertMatch(log, /BUG REPORT END/);
});
