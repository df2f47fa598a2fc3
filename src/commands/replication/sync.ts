/**
 * SYNC, PSYNC and REPLCONF: what a replica says to its master, and the one thing that a master asks its replica.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { parseInteger } from "../../bytes/integer.ts";
import { splitArguments } from "../../bytes/split_arguments.ts";
import { Slice } from "../../bytes/slice.ts";
import type { Client } from "../../clients/client.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { cText, NOT_AN_INTEGER, SYNTAX_ERROR, valueNotBetween } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { PsyncRequest } from "../../replication/admission.ts";
import { replicaName, type ReplicaTraits, replicaTraits } from "../../replication/replica_traits.ts";
import type { Services } from "../services.ts";

const FAILOVER = ascii("failover");
const EOF = ascii("eof");
const PSYNC2 = ascii("psync2");
const FUNCTIONS = ascii("functions");
/** Longest announced address: Redis's `NET_HOST_STR_LEN`. */
const MAX_ADDRESS_BYTES = 256;
const NOT_TO_A_MASTER = "ERR PSYNC FAILOVER can't be sent to a master.";
const OTHER_REPLICATION_ID = "ERR PSYNC FAILOVER replid must match my replid.";

/** Takes one option of REPLCONF: an error's text, null, or "silent" when nothing is to be answered. */
type Option = (context: Context, value: Slice) => string | null | "silent";

/** SYNC, PSYNC, REPLCONF. */
export function syncCommands(services: Services): CommandSpec[] {
  const options = replconfOptions(services);
  return [
    {
      name: "replconf",
      group: "server",
      since: "3.0.0",
      summary: "An internal command for configuring the replication stream",
      complexity: "O(1)",
      arity: -1,
      flags: "admin noscript loading stale allow_busy",
      docFlags: "syscmd",
      run: (context, args, reply) => replconf(options, context, args, reply),
    },
    {
      name: "psync",
      group: "server",
      since: "2.8.0",
      summary: "Internal command used for replication",
      arity: -3,
      flags: "admin noscript no_async_loading no_multi",
      syntax: "replicationid offset:integer",
      run(context, args, reply) {
        const client = applicant(services, context);
        if (client !== null) psync(services, client, args, reply);
      },
    },
    {
      name: "sync",
      group: "server",
      since: "1.0.0",
      summary: "Internal command used for replication",
      arity: 1,
      flags: "admin noscript no_async_loading no_multi",
      run(context, _args, reply) {
        const client = applicant(services, context);
        if (client !== null) admit(services, client, reply, () => null);
      },
    },
  ];
}

/** The client that wants to become a replica; null for one that is a replica already, and not to be heard. */
function applicant({ replication, clients }: Services, context: Context): Client | null {
  const client = clients.of(context);
  return client === undefined || replication.replicas.of(client) !== undefined ? null : client;
}

function psync(services: Services, client: Client, args: Args, reply: Reply): void {
  const { replication, logger } = services;
  if (args.count > 3 && equalsIgnoreCase(args.at(3), FAILOVER)) {
    logger.warning(`Failover request received for replid ${cText(args.at(1))}.`);
    if (replication.isMaster) return reply.error(NOT_TO_A_MASTER);
    if (cText(args.at(1)).toLowerCase() !== replication.history.id) return reply.error(OTHER_REPLICATION_ID);
    replication.promote();
    const line = services.clientDescriptions.lineOf(client);
    logger.notice(`MASTER MODE enabled (failover request from '${line}')`);
  }
  admit(services, client, reply, (name) => {
    const { bytes, start, end } = args.at(2);
    const offset = parseInteger(bytes, start, end);
    if (offset !== null) return { replicationId: cText(args.at(1)), offset: Number(offset) };
    logger.warning(`Replica ${name} asks for synchronization but with a wrong offset`);
    return NOT_AN_INTEGER;
  });
}

/** Makes a replica of the client; `read` gives what PSYNC asks for, or an error's text. */
function admit(
  services: Services,
  client: Client,
  reply: Reply,
  read: (replicaName: string) => PsyncRequest | null | string,
): void {
  const { replication, logger } = services;
  const refusal = replication.admission.refusal(client);
  if (refusal !== null) return reply.error(refusal);
  const name = replicaName(client);
  logger.notice(`Replica ${name} asks for synchronization`);
  const request = read(name);
  if (typeof request === "string") return reply.error(request);
  replication.admission.admit(client, request);
}

function replconf(
  options: ReadonlyMap<string, Option>,
  context: Context,
  args: Args,
  reply: Reply,
): void {
  if (args.count % 2 === 0) return reply.error(SYNTAX_ERROR);
  for (let index = 1; index < args.count; index += 2) {
    const option = options.get(args.text(index).toLowerCase());
    if (option === undefined) return reply.error(`ERR Unrecognized REPLCONF option: ${cText(args.at(index))}`);
    const result = option(context, args.at(index + 1));
    if (result === "silent") return;
    if (result !== null) return reply.error(result);
  }
  reply.ok();
}

function replconfOptions(services: Services): ReadonlyMap<string, Option> {
  const set = (assign: (traits: ReplicaTraits, value: Slice) => string | null): Option => (context, value) =>
    assign(replicaTraits(context), value);
  return new Map<string, Option>([
    ["listening-port", set(setPort)],
    ["ip-address", set(setAddress)],
    ["capa", set(addCapability)],
    ["rdb-only", set(setRdbOnly)],
    ["rdb-filter-only", set(setFilter)],
    ["ack", (context, value) => acknowledge(services, context, value)],
    ["getack", () => {
      services.replication.link.acknowledge();
      return "silent";
    }],
  ]);
}

function acknowledge(services: Services, context: Context, value: Slice): "silent" {
  const client = services.clients.of(context);
  const offset = parseInteger(value.bytes, value.start, value.end);
  if (client !== undefined && offset !== null) services.replication.acknowledge(client, Number(offset));
  return "silent";
}

function setPort(traits: ReplicaTraits, value: Slice): string | null {
  const port = parseInteger(value.bytes, value.start, value.end);
  if (port === null) return NOT_AN_INTEGER;
  traits.port = Number(port);
  return null;
}

function setAddress(traits: ReplicaTraits, value: Slice): string | null {
  if (value.length >= MAX_ADDRESS_BYTES) {
    return `ERR REPLCONF ip-address provided by replica instance is too long: ${value.length} bytes`;
  }
  traits.address = cText(value);
  return null;
}

function addCapability(traits: ReplicaTraits, value: Slice): null {
  if (equalsIgnoreCase(value, EOF)) traits.hasEof = true;
  else if (equalsIgnoreCase(value, PSYNC2)) traits.hasPsync2 = true;
  return null;
}

function setRdbOnly(traits: ReplicaTraits, value: Slice): string | null {
  const flag = parseInteger(value.bytes, value.start, value.end);
  if (flag === null) return NOT_AN_INTEGER;
  if (flag !== 0n && flag !== 1n) return valueNotBetween(0, 1);
  traits.isRdbOnly = flag === 1n;
  return null;
}

function setFilter(traits: ReplicaTraits, value: Slice): string | null {
  const names = splitArguments(value.bytes, value.start, value.end);
  if (names === null) return "ERR Missing rdb-filter-only values";
  traits.filter = { hasData: false, hasFunctions: false };
  for (const bytes of names) {
    const name = new Slice(bytes);
    if (!equalsIgnoreCase(name, FUNCTIONS)) return `ERR Unsupported rdb-filter-only option: ${cText(name)}`;
    traits.filter = { hasData: false, hasFunctions: true };
  }
  return null;
}
