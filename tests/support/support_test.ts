/** The test support itself, against the real redis-server. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { startServer } from "../../src/mod.ts";
import { dumpDataset } from "./dataset_dump.ts";
import { writeDataset } from "./datasets.ts";
import { bytesOfText } from "./byte_text.ts";
import { referenceTest, startReference } from "./reference.ts";
import { NEED_MORE, PushReply, readReply } from "./reply_reader.ts";

Deno.test("readReply() asks for more at every cut of a reply and reads the whole", () => {
  const text = "|1\r\n+key\r\n:1\r\n*5\r\n$3\r\na\r\n\r\n%1\r\n+x\r\n,1.5\r\n>1\r\n#t\r\n_\r\n=5\r\ntxt:a\r\n";
  const bytes = bytesOfText(text);
  for (let cut = 0; cut < bytes.length; cut++) assertEquals(readReply(bytes.subarray(0, cut), 0), NEED_MORE);
  const expected = ["a\r\n", new Map([["x", 1.5]]), new PushReply([true]), null, "txt:a"];
  assertEquals(readReply(bytes, 0), { value: expected, end: bytes.length });
});

referenceTest("RawClient sees the bytes of a reply, silence and the end of the connection", async () => {
  await using server = await startReference();
  using client = await server.connect({ timeoutMs: 2_000 });
  assertEquals(await client.callRaw("SET", "k", "\r\n\0\xff"), "+OK\r\n");
  assertEquals(await client.callRaw("GET", "k"), "$4\r\n\r\n\0\xff\r\n");
  await client.send("BLPOP", "list", 0);
  await client.expectSilence(30);
  using other = await server.connect();
  assertEquals(await other.call("RPUSH", "list", "x"), 1);
  assertEquals(await client.read(), ["list", "x"]);
  await assertRejects(() => client.expect("INCR", "k"), Error, "not an integer");
  await client.sendRaw("PING\r\nPING\r\n");
  await client.closeWrite();
  assertEquals(await client.readToEnd(), "+PONG\r\n+PONG\r\n");
});

referenceTest("a server is started when it answers itself, not when somebody else does at its port", async () => {
  await using server = await startReference();
  server.signal("SIGKILL");
  await server.exited();
  await using _other = await startServer({ port: server.port });
  await assertRejects(() => server.startAgain(), Error, "it exited with code 1");
});

referenceTest("dumpDataset() reads back what writeDataset() wrote, also after a restart", async () => {
  await using server = await startReference({ configLines: ["save 900 1"] });
  let before;
  {
    using client = await server.connect();
    await writeDataset(client, { databases: [0, 3] });
    before = await dumpDataset(client);
  }
  assert(before.length > 250);
  await server.restart();
  using client = await server.connect();
  const after = await dumpDataset(client);
  const withoutEncoding = (entries: typeof before) => entries.map((entry) => ({ ...entry, encoding: "" }));
  assertEquals(withoutEncoding(after), withoutEncoding(before));
});
