import { assertEquals, assertMatch } from "@std/assert";
import { type RunningServer, startServer } from "../../src/mod.ts";
import { eventually } from "../support/eventually.ts";
import { RawClient } from "../support/raw_client.ts";

function connect(server: RunningServer): Promise<RawClient> {
  return RawClient.connect({ port: server.port });
}

Deno.test("the hard limit closes a client before it is sent anything, and the command runs to its end", async () => {
  const log: string[] = [];
  const config = { "client-output-buffer-limit": "normal 100000 0 0" };
  await using server = await startServer({ log: (line) => log.push(line), config });
  using client = await connect(server);
  await client.call("SET", "big", "x".repeat(60_000));
  await client.pipeline([["MULTI"], ["SET", "a", "1"], ["GET", "big"], ["GET", "big"], ["GET", "big"], [
    "SET",
    "b",
    "1",
  ]]);
  await client.send("EXEC");
  assertEquals(await client.readToEnd(), "");
  using other = await connect(server);
  assertEquals(await other.call("EXISTS", "a", "b"), 2);
  assertMatch(
    log.find((line) => line.includes("scheduled"))!,
    /Client id=\d+ .* cmd=exec .* scheduled to be closed ASAP for overcoming of output buffer limits\./,
  );
});

Deno.test("the hard limit counts over a whole pipeline, and nothing of it is sent", async () => {
  const config = { "client-output-buffer-limit": "normal 100000 0 0" };
  await using server = await startServer({ config });
  using other = await connect(server);
  await other.call("SET", "big", "x".repeat(10_000));
  using client = await connect(server);
  await client.sendRaw("GET big\r\n".repeat(15));
  assertEquals(await client.readToEnd(), "");
});

Deno.test("what fits the limit is sent", async () => {
  const config = { "client-output-buffer-limit": "normal 100000 0 0" };
  await using server = await startServer({ config });
  using client = await connect(server);
  await client.call("SET", "big", "x".repeat(90_000));
  for (let i = 0; i < 20; i++) assertEquals(String(await client.call("GET", "big")).length, 90_000);
});

Deno.test("the soft limit closes a slow reader when its time is over, without traffic", async () => {
  const log: string[] = [];
  const config = { "client-output-buffer-limit": "normal 0 100000 3" };
  await using server = await startServer({ log: (line) => log.push(line), config, frozenAtMs: 1_000_000 });
  using client = await connect(server);
  using other = await connect(server);
  await client.call("SET", "big", "x".repeat(1_000_000));
  // More than the buffers of both systems hold, and nobody reads it.
  await client.sendRaw("GET big\r\n".repeat(30));
  const isListed = async () => String(await other.call("CLIENT", "LIST")).includes("cmd=get");
  await eventually(isListed);
  server.clock.advance(3_500);
  assertEquals(await isListed(), true);
  server.clock.advance(2_000);
  assertEquals(await isListed(), false);
  assertMatch(log.at(-1)!, /Client id=\d+ .* closed for overcoming of output buffer limits\./);
});

Deno.test("client list shows what waits for a slow reader", async () => {
  await using server = await startServer();
  using client = await connect(server);
  using other = await connect(server);
  await client.call("SET", "big", "x".repeat(1_000_000));
  await client.sendRaw("GET big\r\n".repeat(30));
  await eventually(async () =>
    /oll=[1-9]\d+ omem=\d{7,} .* events=rw cmd=get/.test(String(await other.call("CLIENT", "LIST")))
  );
});
