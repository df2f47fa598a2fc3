/**
 * What the clients do in the tests of client-side caching.
 */
import type { Line, Players } from "../../support/players.ts";

/** Sends requests in one write and notes `count` replies and messages. */
export async function pipeline(players: Players, name: string, lines: readonly string[], count: number): Promise<void> {
  const client = await players.client(name);
  await client.sendRaw(lines.map((line) => `${line}\r\n`).join(""));
  for (let i = 0; i < count; i++) await players.reply(name);
}

/** The id of a client, which differs from server to server. */
export async function idOf(players: Players, name: string): Promise<string> {
  return String(await (await players.client(name)).expect("CLIENT", "ID"));
}

/** Takes an id out of what has been noted. */
export function mask(players: Players, id: string): void {
  players.transcript.forEach((text, index) => {
    players.transcript[index] = text.replaceAll(`:${id}\r\n`, ":...\r\n").replaceAll(`redir=${id} `, "redir=... ");
  });
}

/** A client that listens where invalidations are redirected to. */
export async function listener(players: Players, name: string): Promise<string> {
  const id = await idOf(players, name);
  await (await players.client(name)).expect("SUBSCRIBE", "__redis__:invalidate");
  return id;
}

/** Chooses a protocol, then sends requests. */
export async function track(players: Players, name: string, protocol: number, ...options: Line[]): Promise<void> {
  await players.call(name, `HELLO ${protocol}`, ...options);
}
