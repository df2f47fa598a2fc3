import { assertEquals, assertMatch } from "@std/assert";
import { referenceTest, startReference } from "../../support/reference.ts";
import { startRedeno } from "../../support/test_server.ts";

const LINE = /^\+\d+\.\d{6} \[(\d+) 127\.0\.0\.1:\d+\] (.*)\r\n$/;

referenceTest("MONITOR shows what the reference shows", async () => {
  const seen: string[][] = [];
  for (const start of [startRedeno, startReference]) {
    await using server = await start();
    using monitor = await server.connect();
    using client = await server.connect();
    assertEquals(await monitor.callRaw("MONITOR"), "+OK\r\n");
    for (
      const argv of [
        ["SET", "a\n", '\x00\xff"x\\'],
        ["CONFIG", "GET", "hz"],
        ["GET"],
        ["nosuch"],
        ["SELECT", "3"],
        ["MULTI"],
        ["INCR", "n"],
        ["GET", "n"],
        ["EXEC"],
        ["CONFIG", "SET", "requirepass", ""],
        ["PING"],
      ]
    ) await client.call(...argv);
    const lines: string[] = [];
    while (lines.at(-1) !== '3 "PING"') {
      const line = LINE.exec(await monitor.readLine());
      lines.push(`${line![1]} ${line![2]}`);
    }
    seen.push(lines);
  }
  assertEquals(seen[0], seen[1]);
});

Deno.test("MONITOR ends with RESET", async () => {
  await using server = await startRedeno();
  using monitor = await server.connect();
  using client = await server.connect();
  await monitor.expect("MONITOR");
  await client.expect("PING");
  assertMatch(await monitor.readLine(), /"PING"\r\n$/);
  await monitor.send("RESET");
  let line = await monitor.readLine();
  while (!line.startsWith("+RESET")) line = await monitor.readLine();
  await client.expect("PING");
  await monitor.expectSilence(100);
  assertEquals(await monitor.call("PING"), "PONG");
});
