/**
 * CLIENT ID, INFO, LIST, GETNAME, SETNAME, SETINFO, GETREDIR, NO-EVICT and REPLY: what a connection is and how it wants to be
 * treated.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readClientName } from "../../clients/client_name.ts";
import { readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { cText, INVALID_CLIENT_NAME, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";
import { clientOf, filterTypeOf, readClientType, runningArgumentBytes, unknownClientType } from "./client_of.ts";

const ON = ascii("on");
const OFF = ascii("off");
const SKIP = ascii("skip");
const TYPE = ascii("type");
const ID = ascii("id");
const LIB_NAME = ascii("lib-name");
const LIB_VERSION = ascii("lib-ver");
const INVALID_CLIENT_ID = "ERR Invalid client ID";

/** The subcommands of this file. */
export function clientIdentityCommands(services: Services): CommandSpec[] {
  return [...readingCommands(services), ...namingCommands(services), ...settingCommands(services)];
}

function readingCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "id",
      group: "connection",
      since: "5.0.0",
      summary: "Returns the client ID for the current connection",
      complexity: "O(1)",
      arity: 2,
      flags: "noscript loading stale",
      acl: "connection",
      run: (context, _args, reply) => reply.integer(context.id),
    },
    {
      name: "info",
      group: "connection",
      since: "6.2.0",
      summary: "Returns information about the current client connection.",
      complexity: "O(1)",
      arity: 2,
      flags: "noscript loading stale",
      acl: "connection",
      hints: "nondeterministic_output",
      run: (context, args, reply) => {
        reply.verbatim(
          "txt",
          `${services.clientDescriptions.lineOf(clientOf(services, context), runningArgumentBytes(context, args))}\n`,
        );
      },
    },
    {
      name: "list",
      group: "connection",
      since: "2.4.0",
      summary: "Get the list of client connections",
      complexity: "O(N) where N is the number of client connections",
      arity: -2,
      flags: "admin noscript loading stale",
      acl: "connection",
      hints: "nondeterministic_output",
      history: [
        ["2.8.12", "Added unique client `id` field."],
        ["5.0.0", "Added optional `TYPE` filter."],
        ["6.0.0", "Added `user` field."],
        ["6.2.0", "Added `argv-mem`, `tot-mem`, `laddr` and `redir` fields and the optional `ID` filter."],
        ["7.0.0", "Added `resp`, `multi-mem`, `rbs` and `rbp` fields."],
        ["7.0.3", "Added `ssub` field."],
      ],
      syntax: `
        [TYPE normal_master_replica_pubsub@5.0.0<NORMAL | MASTER | REPLICA | PUBSUB>]
        [ID id@6.2.0(client-id:integer...)]
      `,
      run: (context, args, reply) => clientList(services, context, args, reply),
    },
  ];
}

function namingCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "getname",
      group: "connection",
      since: "2.6.9",
      summary: "Get the current connection name",
      complexity: "O(1)",
      arity: 2,
      flags: "noscript loading stale",
      acl: "connection",
      run: (context, _args, reply) => {
        const { name } = clientOf(services, context);
        if (name === "") reply.nil();
        else reply.bulkText(name);
      },
    },
    {
      name: "setname",
      group: "connection",
      since: "2.6.9",
      summary: "Set the current connection name",
      complexity: "O(1)",
      arity: 3,
      flags: "noscript loading stale",
      acl: "connection",
      syntax: "connection-name",
      run: (context, args, reply) => {
        const name = readClientName(args.at(2));
        if (name === null) return reply.error(INVALID_CLIENT_NAME);
        clientOf(services, context).name = name;
        reply.ok();
      },
    },
    {
      // Of Redis 7.2: clients send it when they connect, and some close the connection where it is refused.
      name: "setinfo",
      group: "connection",
      since: "7.2.0",
      summary: "Set client or connection specific info",
      complexity: "O(1)",
      arity: 4,
      flags: "noscript loading stale",
      acl: "connection",
      syntax: "attr<'LIB-NAME' libname | 'LIB-VER' libver>",
      unlistedBeside: "setname",
      run: (context, args, reply) => clientSetInfo(services, context, args, reply),
    },
  ];
}

function settingCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "getredir",
      group: "connection",
      since: "6.0.0",
      summary: "Get tracking notifications redirection client ID if any",
      complexity: "O(1)",
      arity: 2,
      flags: "noscript loading stale",
      acl: "connection",
      run: (context, _args, reply) => {
        reply.integer(services.clientDescriptions.redirectOf(clientOf(services, context)));
      },
    },
    {
      name: "no-evict",
      group: "connection",
      since: "7.0.0",
      summary: "Set client eviction mode for the current connection",
      complexity: "O(1)",
      arity: 3,
      flags: "admin noscript loading stale",
      acl: "connection",
      syntax: "enabled<ON | OFF>",
      run: (context, args, reply) => {
        const isOn = equalsIgnoreCase(args.at(2), ON);
        if (!isOn && !equalsIgnoreCase(args.at(2), OFF)) return reply.error(SYNTAX_ERROR);
        clientOf(services, context).isEvictionDenied = isOn;
        reply.ok();
      },
    },
    {
      name: "reply",
      group: "connection",
      since: "3.2.0",
      summary: "Instruct the server whether to reply to commands",
      complexity: "O(1)",
      arity: 3,
      flags: "noscript loading stale",
      acl: "connection",
      syntax: "on_off_skip<ON | OFF | SKIP>",
      run: (context, args, reply) => clientReply(services, context, args, reply),
    },
  ];
}

/** `CLIENT LIST [TYPE type] [ID id...]`, where the two exclude each other. */
function clientList(services: Services, context: Context, args: Args, reply: Reply): void {
  const { clients, clientDescriptions } = services;
  const own = clients.of(context);
  let listed = [...clients];
  if (args.count === 4 && equalsIgnoreCase(args.at(2), TYPE)) {
    const type = readClientType(args.at(3));
    if (type === null) return reply.error(unknownClientType(args.at(3)));
    listed = listed.filter((client) => filterTypeOf(client) === type);
  } else if (args.count > 3 && equalsIgnoreCase(args.at(2), ID)) {
    listed = [];
    for (let i = 3; i < args.count; i++) {
      const id = readInteger(args, i, reply, INVALID_CLIENT_ID);
      if (id === null) return;
      const client = clients.byId(Number(id));
      if (client !== undefined) listed.push(client);
    }
  } else if (args.count !== 2) {
    return reply.error(SYNTAX_ERROR);
  }
  const lines = listed.map((client) => {
    return client === own
      ? clientDescriptions.lineOf(client, runningArgumentBytes(context, args))
      : clientDescriptions.lineOf(client);
  });
  reply.verbatim("txt", lines.map((line) => `${line}\n`).join(""));
}

/** `CLIENT SETINFO LIB-NAME name | LIB-VER version` */
function clientSetInfo(services: Services, context: Context, args: Args, reply: Reply): void {
  const isName = equalsIgnoreCase(args.at(2), LIB_NAME);
  if (!isName && !equalsIgnoreCase(args.at(2), LIB_VERSION)) {
    return reply.error(`ERR Unrecognized option '${cText(args.at(2))}'`);
  }
  const value = readClientName(args.at(3));
  if (value === null) {
    return reply.error(`ERR ${cText(args.at(2))} cannot contain spaces, newlines or special characters.`);
  }
  const client = clientOf(services, context);
  if (isName) client.libraryName = value;
  else client.libraryVersion = value;
  reply.ok();
}

/** `CLIENT REPLY ON | OFF | SKIP`: only ON is answered. */
function clientReply(services: Services, context: Context, args: Args, reply: Reply): void {
  const client = clientOf(services, context);
  const mode = args.at(2);
  if (equalsIgnoreCase(mode, ON)) {
    client.replyMode = "on";
    reply.ok();
  } else if (equalsIgnoreCase(mode, OFF)) {
    client.replyMode = "off";
  } else if (equalsIgnoreCase(mode, SKIP)) {
    if (client.replyMode !== "off") client.replyMode = "skip-next";
  } else {
    reply.error(SYNTAX_ERROR);
  }
}
