import { assertEquals } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import { RawClient } from "../../support/raw_client.ts";
import { referenceTest } from "../../support/reference.ts";
import { assertSameTranscript } from "./same_transcript.ts";

referenceTest("auth and hello without a password answer as the reference", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "auth", "auth x", "auth a b", "auth default b", "auth a b c");
    await players.call("a", "hello", "hello 2", "hello 3", "hello", "hello 1", "hello 4", "hello x", "hello 2.0");
    await players.call(
      "a",
      "hello 2 foo",
      "hello 2 auth",
      "hello 2 auth x",
      "hello 2 auth a b",
      "hello 2 AUTH default b",
    );
    await players.call(
      "a",
      ["hello", "2", "setname", "a b"],
      "hello 2 setname",
      "hello 2 SETNAME n x",
      "client getname",
    );
    await players.call("a", "hello 3 setname m auth default x", "client getname");
  });
});

referenceTest("requirepass lets only AUTH, HELLO, QUIT and RESET in", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "get k", "foo", "get", "ping", "multi", "exec", "discard", "client id", "hello", "hello 3");
    await players.call("a", "auth wrong", "auth default wrong", "auth other secret", "hello 3 auth default wrong");
    await players.call("a", "reset", "ping", "auth secret", "ping", "hello", "reset", "ping", "auth default secret");
    await players.call("a", "ping", "reset", "hello 3 auth default secret setname x", "client getname");
    await players.call("b", "hello 2 setname early auth default secret", "client getname", "config get requirepass");
    await players.call("c", "quit");
  }, { requirepass: "secret" });
});

referenceTest("an unauthenticated client may not send much", async () => {
  await assertSameTranscript(async (players) => {
    for (const request of ["*11\r\n", "*1\r\n$16385\r\n", "*2\r\n$4\r\nAUTH\r\n$20000\r\n"]) {
      const client = await players.client(request);
      await client.sendRaw(request);
      players.transcript.push(await client.readToEnd());
    }
    const client = await players.client("late");
    const long = "x".repeat(20_000);
    await client.sendRaw(`AUTH secret\r\n*2\r\n$4\r\nPING\r\n$20000\r\n${long}\r\n`);
    players.transcript.push(await client.readBytes("+OK\r\n$20000\r\n".length + long.length + 2));
  }, { requirepass: "secret" });
});

referenceTest("config set requirepass counts from now on, for new clients", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("old", "ping", ["config", "set", "requirepass", "a\0b"], "ping", "auth a");
    await players.call("new", "ping", "auth a", ["auth", "a\0b"], "ping");
    await players.call("later", "ping");
    await players.call("old", ["config", "set", "requirepass", ""], "auth x");
    await players.call("later", "ping", "hello");
  });
});

Deno.test("auth hides passwords from the slow log", async () => {
  await using server = await startServer({ config: { "slowlog-log-slower-than": "0" } });
  using client = await RawClient.connect({ port: server.port });
  await client.pipeline([["AUTH", "top", "secret"], ["HELLO", "2", "AUTH", "top", "secret"]]);
  const log = JSON.stringify(await client.call("SLOWLOG", "GET", "10"));
  assertEquals(log.includes("secret"), false);
  assertEquals(log.includes("(redacted)"), true);
});
