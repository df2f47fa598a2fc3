/**
 * What happens when the append-only file cannot be written: its last part stands for a disk that is full.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";

const FULL = "/dev/full";
const canBeFull = Deno.build.os === "linux";

async function startOnFullDisk(policy: string): Promise<ServerProcess> {
  // Devices are opened only with all permissions.
  const server = await startRedeno({
    configLines: ["appendonly yes", `appendfsync ${policy}`],
    permissions: ["-A"],
  });
  server.signal("SIGKILL");
  await server.exited();
  const path = `${server.directory}/appendonlydir/appendonly.aof.1.incr.aof`;
  await Deno.remove(path);
  await Deno.symlink(FULL, path);
  await server.startAgain();
  return server;
}

Deno.test({
  name: "writes are refused while the file cannot be written, and go on with another one",
  ignore: !canBeFull,
  async fn() {
    await using server = await startOnFullDisk("everysec");
    using client = await server.connect();
    // The first is what finds out: as in Redis, its reply is not held back.
    assertEquals(await client.expect("SET", "key", "1"), "OK");
    const misconf = "-MISCONF Errors writing to the AOF file: No space left on device\r\n";
    assertEquals(await client.callRaw("SET", "key", "2"), misconf);
    assertEquals(await client.callRaw("PING"), misconf);
    assertEquals(await client.expect("GET", "key"), "1");
    assertStringIncludes(String(await client.expect("INFO", "persistence")), "aof_last_write_status:err");
    assertStringIncludes(server.log, "Error writing to the AOF file: No space left on device");
    // What waits must not come into the new base and behind it as well.
    assertStringIncludes(await client.callRaw("BGREWRITEAOF"), "-ERR Can't execute an AOF background rewriting.");
    await client.expect("CONFIG", "SET", "appendonly", "no");
    await client.expect("INCR", "key");
    await client.expect("CONFIG", "SET", "appendonly", "yes");
    await client.expect("INCR", "key");
    await eventually(async () => {
      const info = String(await client.expect("INFO", "persistence"));
      return info.includes("aof_last_write_status:ok") && info.includes("aof_rewrite_in_progress:0");
    });
    assertStringIncludes(server.log, "AOF reopen, just ignore the last error.");
    await server.restart("SIGKILL");
    using reader = await server.connect();
    assertEquals(await reader.expect("GET", "key"), "3");
  },
});

Deno.test({
  name: "with appendfsync always a write that fails ends the server, and nobody is told that it worked",
  ignore: !canBeFull,
  async fn() {
    await using server = await startOnFullDisk("always");
    using client = await server.connect();
    await client.send("SET", "key", "1");
    const answer = await client.readRaw().then((text) => text, () => "closed");
    assertEquals(answer, "closed");
    assertEquals((await server.exited()).code, 1);
    assertStringIncludes(
      server.log,
      "Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...",
    );
  },
});
