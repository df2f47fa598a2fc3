/**
 * From the context of a command to the client that sent it.
 */

import { invariant } from "../../base/invariant.ts";
import type { Client } from "../../clients/client.ts";
import type { ClientType } from "../../clients/client.ts";
import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import type { Slice } from "../../bytes/slice.ts";
import type { Context } from "../../command/context.ts";
import type { Args } from "../../resp/request_batch.ts";
import { cText } from "../../resp/reply_errors.ts";
import type { Services } from "../services.ts";

const EXEC_BYTES = "exec".length;

const TYPE_NAMES: readonly (readonly [Uint8Array, ClientType])[] = [
  [ascii("normal"), "normal"],
  [ascii("slave"), "replica"],
  [ascii("replica"), "replica"],
  [ascii("pubsub"), "pubsub"],
  [ascii("master"), "master"],
];

/** The client that runs the command. Scripts and files never get here: the commands that ask are not for them. */
export function clientOf({ clients }: Services, context: Context): Client {
  const client = clients.of(context);
  invariant(client !== undefined, `context ${context.id} belongs to a client`);
  return client;
}

/** Bytes of the arguments of the request that runs: inside EXEC, its own. */
export function runningArgumentBytes(context: Context, args: Args): number {
  return context.isInExec ? EXEC_BYTES : args.sizeBytes;
}

/** The class that a TYPE option names, or null. */
export function readClientType(name: Slice): ClientType | null {
  return TYPE_NAMES.find(([word]) => equalsIgnoreCase(name, word))?.[1] ?? null;
}

/** The class as the TYPE filters see it: a monitor counts as normal, or as the subscriber that it is besides. */
export function filterTypeOf(client: Client): ClientType {
  return client.isMonitor && client.type !== "pubsub" ? "normal" : client.type;
}

/** The refusal of a TYPE that is none. */
export function unknownClientType(name: Slice): string {
  return `ERR Unknown client type '${cText(name)}'`;
}
