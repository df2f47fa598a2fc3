/**
 * What commands do beside their replies: the keyspace events and the stream for replicas, of our server (inside the
 * test's process) and of the real one, to be compared.
 *
 * - An event is "db event key", an effect "db arguments".
 */
import { assertEquals } from "@std/assert";
import { latin1 } from "../../src/bytes/ascii.ts";
import { Config } from "../../src/config/config.ts";
import { loadConfigFile } from "../../src/config/config_file.ts";
import { FileConfigHost } from "../../src/server/config_host.ts";
import { Server } from "../../src/server/server.ts";
import { Players } from "./players.ts";
import { RawClient } from "./raw_client.ts";
import { startReference } from "./reference.ts";

/** What was seen since the start. */
interface Effects {
  readonly transcript: readonly string[];
  readonly events: readonly string[];
  readonly stream: readonly string[];
}

/** The script of a test: what the clients do. */
export type Script = (players: Players) => Promise<void>;

const EVERY_EVENT = "AEmn";
const MARKER = "end-of-the-script";

/** Plays a script on both servers and compares replies, events and streams. */
export async function assertSameEffects(script: Script, ...configLines: string[]): Promise<void> {
  const lines = [...configLines, `notify-keyspace-events ${EVERY_EVENT}`];
  const [ours, expected] = await Promise.all([playOurs(script, lines), playReference(script, lines)]);
  assertEquals(ours.transcript, expected.transcript);
  assertEquals(ours.events, expected.events);
  assertEquals(ours.stream, expected.stream);
}

async function playOurs(script: Script, lines: readonly string[]): Promise<Effects> {
  const config = new Config();
  loadConfigFile(config, { path: null, directives: ['save ""', ...lines].join("\n") }, new FileConfigHost(config));
  const server = new Server({ config });
  await server.start(0);
  try {
    const { store, propagation } = server.services;
    const events: string[] = [];
    const stream: string[] = [];
    store.notifyClasses = -1;
    store.onEvent.subscribe(({ dbIndex, event, key }) => {
      events.push(`${dbIndex} ${event} ${latin1(key.bytes, key.start, key.end)}`);
    });
    propagation.attach({
      feed(dbIndex, args) {
        stream.push(`${dbIndex} ${Array.from({ length: args.count }, (_, index) => args.text(index)).join(" ")}`);
      },
    });
    using players = new Players(() => RawClient.connect({ port: server.port }));
    await script(players);
    return { transcript: players.transcript, events, stream };
  } finally {
    await server.lifecycle.stop();
  }
}

async function playReference(script: Script, lines: readonly string[]): Promise<Effects> {
  await using server = await startReference({ configLines: lines });
  using listener = await server.connect();
  await listener.expect("PSUBSCRIBE", "__keyevent@*");
  using replica = await server.connect();
  await skipSnapshot(replica);
  using players = new Players(() => server.connect());
  await script(players);
  // Both are in order, so that whatever came before the marker has been seen when it is.
  using control = await server.connect();
  await control.expect("SET", MARKER, "");
  return {
    transcript: players.transcript,
    events: await readEvents(listener),
    stream: await readStream(replica),
  };
}

async function readEvents(listener: RawClient): Promise<string[]> {
  const events: string[] = [];
  for (;;) {
    const [, , channel, key] = await listener.read() as string[];
    const [, db, event] = /^__keyevent@(\d+)__:(.*)$/.exec(channel!)!;
    if (key === MARKER) return events;
    events.push(`${db} ${event} ${key}`);
  }
}

async function readStream(replica: RawClient): Promise<string[]> {
  const stream: string[] = [];
  let db = "0";
  for (;;) {
    const argv = await replica.read() as string[];
    if (argv[1] === MARKER) return stream;
    if (argv[0] === "SELECT") db = argv[1]!;
    else if (argv[0] !== "PING") stream.push([db, ...argv].join(" "));
  }
}

async function skipSnapshot(replica: RawClient): Promise<void> {
  await replica.send("PSYNC", "?", -1);
  await replica.readLine();
  let header = "";
  // Empty lines keep the link alive while the snapshot is made.
  while (!header.startsWith("$")) header = await replica.readLine();
  await replica.readBytes(Number(header.slice(1)));
}
