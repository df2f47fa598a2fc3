/** What a master and its replica log about each other, beside what two real servers log. */
import { assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";
import { follow, infoOf, linkIsUp, QUICK_SYNC } from "./topology.ts";

/** Lines about a forked child and its pipe, which this server does not have. */
const OF_FORKS = /Fork CoW|done reading from pipe/;

/** The messages after the start, with one sign for each number and id. */
function messagesOf({ log }: ServerProcess): string[] {
  const lines = log.split("\n").map((line) => /^\d+:[A-Z] .{20,24} [.*#-] (.*)$/.exec(line)?.[1] ?? "");
  return lines.slice(lines.findIndex((line) => line.startsWith("Ready to accept")) + 1)
    .filter((line) => line !== "" && !OF_FORKS.test(line))
    .map((line) => line.replace(/[0-9a-f]{40}/g, "ID").replace(/\(user request from .*\)/, "N"))
    // A connection that was reset has no address any more.
    .map((line) => line.replace(/127\.0\.0\.1:\d+|client id #\d+/g, "ADDRESS").replace(/\d[\d.]*/g, "N"));
}

/** A replica synchronises, loses its link, goes on, and becomes a master; its master stops with another one connected. */
async function live(start: (configLines: readonly string[]) => Promise<ServerProcess>): Promise<string[][]> {
  await using master = await start(QUICK_SYNC);
  await using replica = await start([]);
  await using other = await start([]);
  await follow(replica, master);
  using client = await master.connect();
  await client.expect("CLIENT", "KILL", "TYPE", "replica");
  await eventually(async () => (await infoOf(master, "stats"))["sync_partial_ok"] === "1");
  await linkIsUp(replica);
  using replicaClient = await replica.connect();
  await replicaClient.expect("REPLICAOF", "NO", "ONE");
  await eventually(async () => (await infoOf(master, "replication"))["connected_slaves"] === "0");
  await follow(other, master);
  await client.send("SHUTDOWN", "NOSAVE");
  await master.exited();
  return [messagesOf(master), messagesOf(replica)];
}

referenceTest("a master and its replica log what two real ones log", async () => {
  const ours = await live((configLines) => startRedeno({ configLines }));
  const theirs = await live((configLines) => startReference({ configLines }));
  assertEquals(ours, theirs);
});
