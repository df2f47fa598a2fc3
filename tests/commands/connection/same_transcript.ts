/**
 * A script of several clients, played on our server (inside the test's process) and on the real one: what every client
 * receives must be the same, but for what no two servers can agree on (ids, addresses, sizes of buffers).
 */
import { assertEquals } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import { Players } from "../../support/players.ts";
import { RawClient } from "../../support/raw_client.ts";
import { startReference } from "../../support/reference.ts";

/** What the clients do. */
export type Script = (players: Players) => Promise<void>;

/** Plays the script on both servers, started with the same directives, and compares the transcripts. */
export async function assertSameTranscript(
  script: Script,
  config: Readonly<Record<string, string>> = {},
): Promise<void> {
  const [ours, expected] = await Promise.all([playOurs(script, config), playReference(script, config)]);
  assertEquals(ours, expected);
}

async function playOurs(script: Script, config: Readonly<Record<string, string>>): Promise<string[]> {
  await using server = await startServer({ config });
  using players = new Players(() => RawClient.connect({ port: server.port }));
  await script(players);
  return players.transcript.map(comparable);
}

async function playReference(script: Script, config: Readonly<Record<string, string>>): Promise<string[]> {
  await using server = await startReference({ configLines: Object.entries(config).map((pair) => pair.join(" ")) });
  using players = new Players(() => server.connect());
  await script(players);
  return players.transcript.map(comparable);
}

/** A reply without what differs from server to server. */
function comparable(reply: string): string {
  if (/id=\d+ addr=/.test(reply)) {
    return reply
      .replace(/id=\d+ addr=\S+ laddr=\S+ fd=\d+/g, "id=... fd=...")
      .replace(/ (age|idle|qbuf-free|rbs|rbp|tot-mem)=\d+/g, " $1=...")
      .replace(/([$=])\d+\r\n/, "$1...\r\n");
  }
  return reply.replace(/(\$2\r\nid\r\n:)\d+/, "$1...");
}
