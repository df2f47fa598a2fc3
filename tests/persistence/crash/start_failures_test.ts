/**
 * A start that ends in the middle: the next one finds everything that was there before.
 */

import { assertEquals } from "@std/assert";
import type { Failpoint, FailpointAction } from "../../../src/base/failpoints.ts";
import { FailingServer } from "./failing_server.ts";

const BROKEN: FailpointAction = { kind: "fail", reason: "EIO" };
const TORN: FailpointAction = { kind: "fail", reason: "ENOSPC", isTorn: true };

const MANIFEST_POINTS = [
  "manifest-open",
  "manifest-write",
  "manifest-sync",
  "manifest-rename",
  "manifest-directory-sync",
] as const;
const FIRST_START_POINTS = [
  "base-open",
  "base-write",
  "base-sync",
  "base-rename",
  "aof-open",
  ...MANIFEST_POINTS,
] as const;
const UPGRADE_POINTS = ["base-rename", "aof-open", ...MANIFEST_POINTS] as const;

const COMMANDS = "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$5\r\nRPUSH\r\n$4\r\nlist\r\n$1\r\na\r\n";

/** Fails at a place when it is passed for the `pass`th time: places are passed again further on in a start. */
function failAt(server: FailingServer, point: Failpoint, pass: number): void {
  let passes = 0;
  const action = point.endsWith("-write") ? TORN : BROKEN;
  server.onPass = (passed) => {
    if (passed !== point) return;
    if (++passes === pass) server.actions.set(point, action);
  };
}

/** The server in `server.directory` started with a failure; then without, the elements of the list. */
async function listAfterFailure(server: FailingServer, point: Failpoint, pass: number): Promise<unknown> {
  failAt(server, point, pass);
  assertEquals(await server.tryStart(), false, `start with a failure at ${point}`);
  server.onPass = () => {};
  await server.restart();
  {
    using client = await server.connect();
    await client.expect("RPUSH", "list", "z");
  }
  await server.restart();
  using client = await server.connect();
  return await client.expect("LRANGE", "list", 0, -1);
}

async function stoppedServer(): Promise<FailingServer> {
  const server = await FailingServer.start("appendonly yes");
  await server.stop();
  await Deno.remove(`${server.directory}/appendonlydir`, { recursive: true });
  return server;
}

Deno.test("a first start that fails at any point is made good by the next one", async (t) => {
  for (const point of FIRST_START_POINTS) {
    await t.step(point, async () => {
      await using server = await stoppedServer();
      assertEquals(await listAfterFailure(server, point, 1), ["z"]);
    });
  }
});

Deno.test("the move of a single append-only file into its directory that fails at any point loses nothing", async (t) => {
  for (const point of UPGRADE_POINTS) {
    const passes = point.startsWith("manifest-") ? [1, 2] : [1];
    for (const pass of passes) {
      await t.step(`${point}, pass ${pass}`, async () => {
        await using server = await stoppedServer();
        await Deno.writeTextFile(`${server.directory}/appendonly.aof`, COMMANDS);
        assertEquals(await listAfterFailure(server, point, pass), ["a", "z"]);
      });
    }
  }
});

Deno.test("a tail that is not whole and cannot be cut away keeps the server from starting, and the file", async () => {
  await using server = await FailingServer.start("appendonly yes");
  {
    using client = await server.connect();
    await client.expect("RPUSH", "list", "a");
  }
  await server.stop();
  const name = "appendonlydir/appendonly.aof.1.incr.aof";
  const whole = server.contentOf(name)!;
  await Deno.writeTextFile(
    `${server.directory}/${name}`,
    whole + "*1\r\n$5\r\nMULTI\r\n*3\r\n$5\r\nRPUSH\r\n$4\r\nlist",
  );
  server.actions.set("aof-truncate", BROKEN);
  assertEquals(await server.tryStart(), false);
  await server.restart();
  assertEquals(server.contentOf(name), whole);
  using client = await server.connect();
  assertEquals(await client.expect("LRANGE", "list", 0, -1), ["a"]);
});
