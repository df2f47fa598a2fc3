/**
 * Scripts that would fill the memory of the process.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { startRedeno } from "../../support/test_server.ts";

Deno.test("a script that holds too much is told so, and the server goes on", async () => {
  await using server = await startRedeno({ configLines: ["busy-reply-threshold 0"] });
  using client = await server.connect({ timeoutMs: 60_000 });
  await client.expect("SET", "big", "x".repeat(1_000_000));
  const scripts = [
    "local t = {} for i = 1, 1e9 do t[i] = redis.call('GET', 'big') end",
    "local t = {} for i = 1, 1e9 do t[i] = redis.call('MGET', 'big', 'big', 'big') end",
  ];
  for (const script of scripts) {
    assertMatch(
      await client.callRaw("EVAL", script, 0),
      /^-ERR not enough memory script: [0-9a-f]{40}, on @user_script:1\.\r\n$/,
    );
    assertEquals(await client.callRaw("EVAL", "return #redis.call('GET', 'big')", 0), ":1000000\r\n");
  }
  const caught = "return redis.pcall('GET', 'big') and select(2, pcall(loadstring(ARGV[1])))";
  assertEquals(await client.call("EVAL", caught, 0, scripts[0]!), "not enough memory");
  assertEquals(await client.callRaw("PING"), "+PONG\r\n");
});
