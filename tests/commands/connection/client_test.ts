import { assertEquals, assertStringIncludes } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import { RawClient } from "../../support/raw_client.ts";
import { ErrorReply } from "../../support/reply_reader.ts";
import { referenceTest } from "../../support/reference.ts";
import { assertSameTranscript } from "./same_transcript.ts";

referenceTest("client subcommands answer as the reference, errors and arities included", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "client", "client foo", "client help", "client HELP x", "client id x", "client info x");
    await players.call("a", "client info", "CLIENT LIST", "client list foo", "client list foo bar");
    await players.call("a", "client list type normal", "client list TYPE master", "client list type replica");
    await players.call("a", "client list type slave", "client list type pubsub", "client list type foo");
    await players.call("a", "client list id", "client list id x", "client list id 100000 99999999999");
    await players.call("a", "client getname", "client getname x", ["client", "setname", "a b"], "client setname");
    await players.call("a", "client setname abc", "client getname", "client info", ["client", "setname", ""]);
    await players.call("a", "client getname", ["client", "setname", "\u00e9"], ["client", "setname", "a\nb"]);
    await players.call("a", "client getredir", "client getredir x");
    await players.call("a", "client no-evict ON", "client info", "client no-evict off", "client no-evict x");
    await players.call("a", "client no-evict", "client info");
    await players.call("a", "hello 3", "client info", "client list", "client getname", "client help");
  });
});

referenceTest("client list shows every client with its state", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "client setname a");
    await players.call("b", "select 3", "multi", "set k v", "get k");
    await players.call("c", "watch k");
    await players.call("a", "select 3", "set k 1", "client list", "foo");
    await players.call("a", ["client", "list", "type", "normal"]);
    await players.block("d", "blpop nothing 0");
    await players.call("a", "client list");
  });
});

referenceTest("client kill answers as the reference", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "client kill", "client kill a", "client kill id 10 wrong", "client kill id x");
    await players.call("a", "client kill id -1", "client kill id 0", "client kill id 99999999999999999999");
    await players.call("a", "client kill type wrong", "client kill user wrong", "client kill skipme maybe");
    await players.call("a", "client kill foo bar", "client kill id 100000", "client kill USER default ID 100000");
    await players.call("a", "client kill addr 1.2.3.4:5 laddr 1.2.3.4:6", "client kill type pubsub");
    await players.call("a", "client kill type normal type master skipme no");
  });
});

referenceTest("client kill closes the others, and its own client after the reply", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "ping");
    await players.call("b", "multi", "set k v");
    await players.call("c", "ping");
    await players.call("a", "client kill skipme yes");
    for (const name of ["b", "c"]) players.transcript.push(await (await players.client(name)).readToEnd());
    await players.call("a", "client kill type normal skipme no");
    players.transcript.push(await (await players.client("a")).readToEnd());
  });
});

referenceTest("client kill of a blocked client takes it out of the queue", async () => {
  await assertSameTranscript(async (players) => {
    await players.block("b", "blpop list 0");
    await players.call("a", "client kill type normal");
    await players.call("a", "rpush list x", "llen list");
  });
});

referenceTest("client reply switches replies off and on and skips one", async () => {
  await assertSameTranscript(async (players) => {
    const client = await players.client("a");
    const receive = async (count: number) => players.transcript.push(await client.readBytes(count));
    await client.sendRaw("client reply off\r\nping\r\nclient reply skip\r\nset k v\r\nclient reply on\r\nget k\r\n");
    await receive("+OK\r\n$1\r\nv\r\n".length);
    await client.sendRaw("client reply skip\r\nping\r\nping 2\r\n");
    await receive("$1\r\n2\r\n".length);
    await client.sendRaw("client reply skip\r\nclient reply skip\r\nping\r\nping 3\r\n");
    await receive("$1\r\n3\r\n".length);
    await client.sendRaw("client reply skip\r\nclient reply on\r\nping\r\n");
    await receive("+OK\r\n+PONG\r\n".length);
    await client.sendRaw("client reply skip\r\nclient reply off\r\nfoo\r\nreset\r\nping\r\n");
    await receive("+RESET\r\n+PONG\r\n".length);
    await players.call("a", "client reply maybe", "client reply", "client reply on");
  });
});

referenceTest("client reply skip swallows the reply of a command that blocks", async () => {
  await assertSameTranscript(async (players) => {
    const client = await players.client("a");
    await client.sendRaw("client reply skip\r\nblpop list 0\r\n");
    await players.waitForBlocked(1);
    await players.call("b", "rpush list x");
    await players.waitForBlocked(0);
    await players.call("a", "ping");
  });
});

referenceTest("client unblock ends a wait as if its time were up, or with an error", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("b", "client unblock x", "client unblock 1 2", "client unblock 1 error x", "client unblock");
    await players.call("b", "client unblock 100000", "client unblock 100000 ERROR", "client unblock 100000 timeout");
    const id = await (await players.client("a")).expect("client", "id");
    await players.call("b", ["client", "unblock", String(id)]);
    await players.block("a", "blpop list 0");
    await players.call("b", ["client", "unblock", String(id), "TIMEOUT"], ["client", "unblock", String(id)]);
    await players.reply("a");
    await players.block("a", "brpop list 0");
    await players.call("b", ["client", "unblock", String(id), "error"]);
    await players.reply("a");
    await players.call("a", "ping");
  });
});

Deno.test("client setinfo is accepted, as clients made for Redis 7.2 expect", async () => {
  await using server = await startServer();
  using client = await RawClient.connect({ port: server.port });
  assertEquals(await client.call("CLIENT", "SETINFO", "lib-name", "redis-js"), "OK");
  assertEquals(await client.call("client", "setinfo", "LIB-VER", "1.0"), "OK");
  const refusals = [["lib-name", "a b"], ["lib-ver", "\n"], ["other", "x"]].map((option) => {
    return client.call("CLIENT", "SETINFO", ...option);
  });
  for (const refusal of refusals) assertEquals(await refusal instanceof ErrorReply, true);
});

Deno.test("client setinfo passes the gates that other commands pass", async () => {
  await using server = await startServer({ config: { requirepass: "secret" } });
  using client = await RawClient.connect({ port: server.port });
  const setInfo = async () => {
    const reply = await client.call("CLIENT", "SETINFO", "lib-name", "redis-js");
    return reply instanceof ErrorReply ? reply.text : String(reply);
  };
  assertStringIncludes(await setInfo(), "NOAUTH");
  await client.call("AUTH", "secret");
  assertEquals(await setInfo(), "OK");
  assertEquals(await client.call("MULTI"), "OK");
  assertEquals(await setInfo(), "QUEUED");
  assertEquals(await client.call("EXEC"), ["OK"]);
  await client.call("ACL", "SETUSER", "reader", "on", "nopass", "-@all", "+auth", "+client|getname");
  await client.call("AUTH", "reader", "");
  assertStringIncludes(await setInfo(), "NOPERM");
});

Deno.test("client setinfo is allowed to whom client setname is", async () => {
  await using server = await startServer();
  using client = await RawClient.connect({ port: server.port });
  for (const [name, rules] of [["a", ["+@connection"]], ["b", ["+client|setname"]], ["c", ["+client"]]] as const) {
    await client.call("ACL", "SETUSER", name, "on", "nopass", "-@all", "+auth", "+acl", ...rules);
    await client.call("AUTH", name, "");
    assertEquals(await client.call("CLIENT", "SETINFO", "lib-name", "redis-js"), "OK");
  }
});
