/**
 * CLIENT KILL: closes connections, by address or by filters.
 *
 * - What a killed client was still to be sent is lost. Who kills itself gets the reply first.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import type { Client, ClientType } from "../../clients/client.ts";
import { readRangedInteger } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { cText, NO_SUCH_CLIENT, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";
import { filterTypeOf, readClientType, unknownClientType } from "./client_of.ts";

const ID = ascii("id");
const TYPE = ascii("type");
const ADDR = ascii("addr");
const LADDR = ascii("laddr");
const USER = ascii("user");
const SKIPME = ascii("skipme");
const YES = ascii("yes");
const NO = ascii("no");
const ID_NOT_POSITIVE = "ERR client-id should be greater than 0";

/** Which clients to kill; absent filters let every client pass. */
interface KillFilter {
  id?: number;
  type?: ClientType;
  address?: string;
  localAddress?: string;
  userName?: string;
  skipsCaller: boolean;
}

/** `CLIENT KILL ip:port`, or `CLIENT KILL [ID id] [TYPE type] [USER name] [ADDR a] [LADDR a] [SKIPME yes|no] ...` */
export function clientKill(services: Services, context: Context, args: Args, reply: Reply): void {
  if (args.count === 3) {
    const count = killAll(services, context, { address: cText(args.at(2)), skipsCaller: false });
    if (count === 0) reply.error(NO_SUCH_CLIENT);
    else reply.ok();
    return;
  }
  const filter = readFilter(services, args, reply);
  if (filter !== null) reply.integer(killAll(services, context, filter));
}

function readFilter({ users }: Services, args: Args, reply: Reply): KillFilter | null {
  const filter: KillFilter = { skipsCaller: true };
  for (let i = 2; i < args.count; i += 2) {
    const option = args.at(i);
    if (i + 1 === args.count) return refused(reply, SYNTAX_ERROR);
    const value = args.at(i + 1);
    if (equalsIgnoreCase(option, ID)) {
      const range = { min: 1, max: Number.MAX_SAFE_INTEGER, error: ID_NOT_POSITIVE };
      const id = readRangedInteger(args, i + 1, reply, range);
      if (id === null) return null;
      filter.id = id;
    } else if (equalsIgnoreCase(option, TYPE)) {
      const type = readClientType(value);
      if (type === null) return refused(reply, unknownClientType(value));
      filter.type = type;
    } else if (equalsIgnoreCase(option, ADDR)) {
      filter.address = cText(value);
    } else if (equalsIgnoreCase(option, LADDR)) {
      filter.localAddress = cText(value);
    } else if (equalsIgnoreCase(option, USER)) {
      const user = users.find(args.text(i + 1));
      if (user === undefined) return refused(reply, `ERR No such user '${cText(value)}'`);
      filter.userName = user.name;
    } else if (equalsIgnoreCase(option, SKIPME)) {
      filter.skipsCaller = equalsIgnoreCase(value, YES);
      if (!filter.skipsCaller && !equalsIgnoreCase(value, NO)) return refused(reply, SYNTAX_ERROR);
    } else {
      return refused(reply, SYNTAX_ERROR);
    }
  }
  return filter;
}

function refused(reply: Reply, text: string): null {
  reply.error(text);
  return null;
}

/** Kills the clients that pass the filter; how many there were. */
function killAll({ clients }: Services, context: Context, filter: KillFilter): number {
  const own = clients.of(context);
  let count = 0;
  for (const client of clients) {
    if (client.isClosing || !passes(client, filter) || (client === own && filter.skipsCaller)) continue;
    if (client === own) context.closeAfterReply = true;
    else client.kill();
    count++;
  }
  return count;
}

function passes(client: Client, filter: KillFilter): boolean {
  return (filter.id === undefined || client.id === filter.id) &&
    (filter.type === undefined || filterTypeOf(client) === filter.type) &&
    (filter.address === undefined || client.address === filter.address) &&
    (filter.localAddress === undefined || client.localAddress === filter.localAddress) &&
    (filter.userName === undefined || client.context.userName === filter.userName);
}
