/** What users with restrictions get for their requests, in transactions too, and what becomes of them when rules change. */
import { assertEquals } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import { eventually } from "../../support/eventually.ts";
import type { Players } from "../../support/players.ts";
import { RawClient } from "../../support/raw_client.ts";
import { referenceTest } from "../../support/reference.ts";
import { assertSameTranscript } from "../connection/same_transcript.ts";

/** The time that an entry of the log has, and what differs from server to server in the line of the client. */
function comparableLog(transcript: string[]): void {
  for (const [index, reply] of transcript.entries()) {
    transcript[index] = reply
      .replace(/(age-seconds\r\n)\$\d+\r\n[\d.e-]+/g, "$1...")
      .replace(/(age-seconds\r\n),[\d.e-]+/g, "$1...")
      .replace(/\$\d+\r\nid=\d+ addr=.*?cmd=/g, "id=... cmd=");
  }
}

referenceTest("commands, keys and channels are refused as by the reference", async () => {
  await assertSameTranscript(async (players) => {
    await players.call(
      "admin",
      "ACL SETUSER u on nopass +@all -get -config|set ~k* %R~r* %W~w* resetchannels &c*",
    );
    await players.call("u", "AUTH u x", "ACL WHOAMI", "GET k", "SET k 1", "SET x 1", "MGET k1 r1", "MGET k1 w1 r1");
    await players.call("u", "COPY r1 w1", "COPY w1 r1", "EXISTS w1", "EXISTS x", "TYPE r1", "LPUSH w1 1", "LPUSH r1 1");
    await players.call("u", "CONFIG GET maxmemory", "CONFIG SET maxmemory 0", "CONFIG NOTHING", "CONFIG", "NOTHING");
    await players.call("u", "PUBLISH c1 m", "PUBLISH x m", "SPUBLISH x m", "GET", "SORT k", "SORT x");
    await players.call(
      "u",
      "SUBSCRIBE c1",
      "SUBSCRIBE c1 x",
      "PSUBSCRIBE c*",
      "PSUBSCRIBE c1",
      "SSUBSCRIBE c2",
      "SSUBSCRIBE x",
    );
    await players.call("u", "UNSUBSCRIBE x", "RESET", "GET k", "CLIENT KILL USER u");
    await players.call("admin", "CLIENT KILL USER u", "CLIENT KILL USER nobody", "INFO errorstats");
  });
});

referenceTest("refusals in a transaction, and after it was queued, are the reference's", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("admin", "ACL SETUSER u on nopass +@all -@string ~k* resetchannels &c");
    await players.call("u", "HELLO 3 AUTH u x", "MULTI", "GET k", "SADD k 1", "EXEC");
    await players.call("u", "MULTI", "SADD k 1", "SADD k2 1", "PUBLISH c m", "PING", "ACL WHOAMI");
    await players.call("admin", "ACL SETUSER u -sadd -publish +publish resetkeys resetchannels ~k2");
    await players.call("u", "EXEC", "PING");
    await players.call("admin", "ACL SETUSER u +sadd");
    await players.call("u", "MULTI", "SADD k2 1", "PING");
    await players.call("admin", "ACL SETUSER u -exec");
    await players.call("u", "EXEC", "PING");
    await players.call(
      "admin",
      "ACL LOG",
      "ACL LOG 1",
      "ACL LOG -1",
      "ACL LOG x",
      "ACL LOG reset",
      "ACL LOG",
      "INFO errorstats",
    );
    comparableLog(players.transcript);
  });
});

referenceTest("the log is the reference's", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("admin", "ACL SETUSER u on >p +@all -get -config|get ~k resetchannels &c");
    await players.call(
      "u",
      "AUTH u wrong",
      "auth u wrong",
      "AUTH nobody x",
      "HELLO 3 AUTH u y",
      "AUTH u p",
      "GET a",
      "get a",
    );
    await players.call(
      "u",
      "SET x 1",
      "MGET x y",
      "MGET k y",
      "PUBLISH x m",
      "CONFIG GET x",
      "CLIENT SETNAME me",
      "GET a",
    );
    await players.call("admin", "ACL LOG", "ACL LOG 3", "HELLO 3", "ACL LOG 2", "CONFIG SET acllog-max-len 2");
    await players.call("u", "DEL zz", "MULTI", "AUTH u bad", "EXEC");
    await players.call("admin", "ACL LOG 20", "CONFIG SET acllog-max-len 0");
    await players.call("u", "DEL zzz");
    await players.call("admin", "ACL LOG");
    comparableLog(players.transcript);
  });
});

referenceTest("sort by and get need all keys", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("admin", "RPUSH l 2 1", "MSET w1 5 w2 4", "ACL SETUSER u on nopass (+sort +sort_ro ~l ~w*)");
    const sorts = [
      "SORT l",
      "SORT l BY w*",
      "SORT l BY none",
      "SORT l GET w*",
      "SORT l GET #",
      "SORT_RO l BY w* GET x",
    ];
    await players.call("u", "AUTH u x", ...sorts);
    await players.call("admin", "ACL SETUSER u (+sort ~l %W~*)");
    await players.call("u", ...sorts);
    await players.call("admin", "ACL SETUSER u (+sort ~l %R~*)");
    await players.call("u", ...sorts, "MULTI", "SORT l BY w*", "EXEC");
  });
});

referenceTest("the default user follows its rules, and requirepass follows the default user", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "ACL SETUSER default >one >two", "ACL GETUSER default");
    await players.call("b", "PING", "AUTH one", "PING");
    await players.call("a", "CONFIG GET requirepass", "CONFIG SET requirepass three", "ACL GETUSER default");
    await players.call("c", "AUTH one", "AUTH three", "ACL SETUSER default off");
    await players.call("d", "PING", "AUTH three", "AUTH default three");
    await players.call("a", "PING", ["CONFIG", "SET", "requirepass", ""], "ACL LIST", "ACL SETUSER default on -ping");
    await players.call("d", "PING", "AUTH default x", "ECHO x", "ACL SETUSER default nopass", "AUTH x");
    await players.call(
      "a",
      "CONFIG SET acl-pubsub-default allchannels",
      "ACL SETUSER n",
      "ACL SETUSER n (+get)",
      "ACL LIST",
    );
  });
});

referenceTest("clients of a user that is deleted, or that loses channels, are gone", async () => {
  await assertSameTranscript(async (players) => {
    await players.call(
      "admin",
      "ACL SETUSER u on nopass +@all ~* resetchannels &c1 &c2 &p*",
      "ACL SETUSER v on nopass +@all",
    );
    await players.call("sub1", "AUTH u x", "SUBSCRIBE c1");
    await players.call("sub2", "AUTH u x", "PSUBSCRIBE p*");
    await players.call("sub3", "AUTH u x", "SSUBSCRIBE c2");
    await players.call("idle", "AUTH u x");
    await players.call("self", "AUTH v x");
    await players.call(
      "admin",
      "ACL SETUSER u &c3",
      "PUBSUB NUMPAT",
      "ACL SETUSER u resetchannels &c1 &pp*",
      "PUBSUB NUMPAT",
    );
    await noteGone(players, "sub2", "sub3");
    await players.call("admin", "PUBSUB CHANNELS", "ACL DELUSER u", "PUBSUB CHANNELS");
    await noteGone(players, "sub1", "idle");
    await players.call("self", "ACL DELUSER v");
    await noteGone(players, "self");
    await players.call("admin", "ACL USERS", "PING");
  });
});

async function noteGone(players: Players, ...names: string[]): Promise<void> {
  for (const name of names) players.transcript.push(`${name}: ${await (await players.client(name)).readToEnd()}`);
}

Deno.test("a client that waits is closed when its user is deleted", async () => {
  await using server = await startServer();
  using admin = await RawClient.connect({ port: server.port });
  using waiting = await RawClient.connect({ port: server.port });
  await admin.expect("ACL", "SETUSER", "u", "on", "nopass", "+@all", "~*");
  await waiting.expect("AUTH", "u", "x");
  await waiting.send("BLPOP", "list", "0");
  await eventually(async () => String(await admin.expect("INFO", "clients")).includes("blocked_clients:1"), {
    what: "a blocked client",
  });
  assertEquals(await admin.expect("ACL", "DELUSER", "u"), 1);
  assertEquals(await waiting.readToEnd(), "");
  await admin.expect("RPUSH", "list", "1");
  assertEquals(await admin.expect("LLEN", "list"), 1);
});

Deno.test("acl setuser hides passwords from the slow log", async () => {
  await using server = await startServer({ config: { "slowlog-log-slower-than": "0" } });
  using client = await RawClient.connect({ port: server.port });
  await client.expect("ACL", "SETUSER", "somebody", ">secret");
  const log = JSON.stringify(await client.call("SLOWLOG", "GET", "10"));
  assertEquals([log.includes("secret"), log.includes("somebody"), log.includes("(redacted)")], [false, false, true]);
});
