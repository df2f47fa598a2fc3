import { assertEquals } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import { RawClient } from "../../support/raw_client.ts";
import { referenceTest } from "../../support/reference.ts";
import { assertSameTranscript } from "./same_transcript.ts";
import { idOf, listener, mask, track } from "./tracking_players.ts";

referenceTest("client tracking refuses what does not go together, in the order of Redis's checks", async () => {
  await assertSameTranscript(async (players) => {
    const id = await idOf(players, "other");
    await players.call(
      "a",
      "client tracking",
      "client tracking maybe",
      "client tracking on nonsense",
      "client tracking on redirect",
    );
    await players.call(
      "a",
      "client tracking on redirect x",
      "client tracking on redirect 0",
      "client tracking on redirect 999999",
    );
    await players.call("a", "client tracking on redirect -1", "client tracking on redirect 99999999999999999999");
    await players.call("a", `client tracking on redirect ${id} redirect ${id}`, "client tracking on prefix");
    await players.call(
      "a",
      "client tracking on prefix a",
      "client tracking off prefix a",
      "client tracking off nonsense",
    );
    await players.call(
      "a",
      "client tracking on bcast optin",
      "client tracking on bcast optout",
      "client tracking on optin optout",
    );
    await players.call("a", "client tracking on bcast optin optout prefix a prefix a", "client tracking no bcast");
    await players.call(
      "a",
      "CLIENT TRACKING ON OPTIN",
      "client tracking on optout",
      "client tracking on bcast",
      "client tracking on",
    );
    await players.call(
      "a",
      "client tracking on optout",
      "client tracking on optin",
      "client tracking off",
      "client tracking off",
    );
    await players.call(
      "a",
      "client tracking on bcast",
      "client tracking on",
      "client tracking on optin",
      "client tracking off",
    );
    await players.call("a", "client caching yes", "client caching", "client caching yes no", "client trackinginfo x");
    await players.call(
      "a",
      "client getredir x",
      "client tracking on",
      "client caching yes",
      "client caching no",
      "client caching x",
    );
    await players.call(
      "a",
      "client tracking off",
      "client tracking on optin",
      "client caching no",
      "client caching YES",
    );
    await players.call(
      "a",
      "client tracking off",
      "client tracking on optout",
      "client caching yes",
      "client caching NO",
    );
  });
});

referenceTest("client tracking with BCAST refuses prefixes that overlap", async () => {
  await assertSameTranscript(async (players) => {
    const on = "client tracking on bcast";
    await players.call(
      "a",
      `${on} prefix foobar prefix foo`,
      `${on} prefix foo prefix foobar`,
      `${on} prefix a prefix a`,
    );
    await players.call(
      "a",
      `${on} prefix foo prefix bar`,
      "client trackinginfo",
      `${on} prefix fo`,
      `${on} prefix barb`,
    );
    await players.call(
      "a",
      `${on} prefix foo`,
      `${on} prefix x prefix bar`,
      `${on} prefix x prefix y`,
      "client trackinginfo",
    );
    await players.call("a", ["client", "tracking", "on", "bcast", "prefix", "fo\r\no\0bar"], [
      "client",
      "tracking",
      "on",
      "bcast",
      "prefix",
      "",
    ]);
    await players.call("a", ["client", "tracking", "on", "bcast", "prefix", "q\nq\0q"], [
      "client",
      "tracking",
      "on",
      "bcast",
      "prefix",
      "q\nq\0qq",
    ]);
    await players.call(
      "a",
      on,
      "client trackinginfo",
      on,
      "client tracking off",
      "client trackinginfo",
      on,
      "client trackinginfo",
    );
    await players.call("b", `${on} prefix foo`, "client tracking off", "info stats");
    players.transcript.pop();
  });
});

Deno.test("client tracking answers once where prefixes after the first overlap", async () => {
  await using server = await startServer();
  using client = await RawClient.connect({ port: server.port });
  const text =
    "Prefix 'foo' overlaps with another provided prefix 'foobar'. Prefixes for a single client must not overlap.";
  assertEquals(
    await client.callRaw(..."CLIENT TRACKING ON BCAST PREFIX a PREFIX foo PREFIX foobar".split(" ")),
    `-ERR ${text}\r\n`,
  );
  assertEquals(await client.callRaw("CLIENT", "GETREDIR"), ":-1\r\n");
});

referenceTest("client trackinginfo, getredir, info and list tell the state", async () => {
  for (const protocol of [2, 3]) {
    await assertSameTranscript(async (players) => {
      const id = await listener(players, "r");
      const show = ["client trackinginfo", "client getredir", "client info"];
      await track(players, "a", protocol, ...show);
      for (const options of [`redirect ${id} noloop`, "noloop", "", `optin redirect ${id}`]) {
        await players.call("a", `client tracking on ${options}`.trim(), ...show);
      }
      await players.call(
        "a",
        "client caching yes",
        "client trackinginfo",
        "client id",
        "client trackinginfo",
        "get a",
        "client trackinginfo",
      );
      players.transcript.splice(-4, 1);
      await players.call(
        "a",
        "client caching yes",
        "nonsense",
        "client trackinginfo",
        "client caching yes",
        "get",
        "client trackinginfo",
      );
      await players.call(
        "a",
        "client tracking off",
        "client tracking on optout",
        "client caching no",
        "client trackinginfo",
      );
      await players.call(
        "a",
        "multi",
        "get a",
        "exec",
        "client trackinginfo",
        "multi",
        "client caching no",
        "exec",
        "client trackinginfo",
      );
      await players.call("a", "client caching no", "multi", "client trackinginfo", "discard", "client trackinginfo");
      await players.call("a", "client caching no", "multi", "nonsense", "exec", "client trackinginfo");
      await players.call("a", "client tracking off", ...show, "client tracking on bcast prefix b prefix a", ...show);
      await players.call("b", "client list type normal", "client list type pubsub");
      await players.call("a", "reset", ...show);
      mask(players, id);
    });
  }
});

referenceTest("info counts clients, keys, items and prefixes", async () => {
  await assertSameTranscript(async (players) => {
    const counts = async () => {
      const info = String(await (await players.client("control")).expect("INFO"));
      players.transcript.push((info.match(/^tracking_\w+:\d+/gm) ?? []).join(" "));
    };
    await counts();
    await players.call("a", "client tracking on", "mget a b c", "get a");
    await players.call("b", "client tracking on", "get a", "get d");
    await players.call("c", "client tracking on bcast prefix x prefix y");
    await players.call("d", "client tracking on bcast prefix x");
    await counts();
    await players.call("d", "set a 1");
    await counts();
    await players.call("a", "client tracking off", "get e");
    await players.call("c", "client tracking off");
    await counts();
    await players.call("a", "set b 1");
    await counts();
    players.leave("d");
    await players.call("b", "select 3", "get q", "flushdb");
    await counts();
  });
});
