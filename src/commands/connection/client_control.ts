/**
 * CLIENT KILL, UNBLOCK, PAUSE and UNPAUSE: what one client does to others.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readInteger } from "../../command/arguments.ts";
import { readTimeoutMs } from "../../command/block_timeout.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import { subcommandSyntax } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";
import { clientKill } from "./client_kill.ts";

const TIMEOUT = ascii("timeout");
const ERROR = ascii("error");
const WRITE = ascii("write");
const ALL = ascii("all");
const UNKNOWN_UNBLOCK_REASON = "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR";
const UNKNOWN_PAUSE_MODE = "ERR CLIENT PAUSE mode must be WRITE or ALL";

/** The subcommands of this file. */
export function clientControlCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "kill",
      group: "connection",
      since: "2.4.0",
      summary: "Kill the connection of a client",
      complexity: "O(N) where N is the number of client connections",
      arity: -3,
      flags: "admin noscript loading stale",
      acl: "connection",
      history: [
        ["2.8.12", "Added new filter format."],
        ["2.8.12", "`ID` option."],
        ["3.2.0", "Added `master` type in for `TYPE` option."],
        ["5.0.0", "Replaced `slave` `TYPE` with `replica`. `slave` still supported for backward compatibility."],
        ["6.2.0", "`LADDR` option."],
      ],
      syntax: `
        filter<ip:port!2.8.12 | new-format<[ID client-id:integer@2.8.12]
        | [TYPE normal_master_slave_pubsub@2.8.12<NORMAL | MASTER@3.2.0 | SLAVE | REPLICA@5.0.0 | PUBSUB>]
        | [USER username] | [ADDR ip:port] | [LADDR ip:port@6.2.0] | [SKIPME yes/no]>...>
      `,
      run: (context, args, reply) => clientKill(services, context, args, reply),
    },
    {
      name: "unblock",
      group: "connection",
      since: "5.0.0",
      summary: "Unblock a client blocked in a blocking command from a different connection",
      complexity: "O(log N) where N is the number of client connections",
      arity: -3,
      flags: "admin noscript loading stale",
      acl: "connection",
      syntax: "client-id:integer [timeout_error<TIMEOUT | ERROR>]",
      run: (_context, args, reply) => clientUnblock(services, args, reply),
    },
    {
      name: "pause",
      group: "connection",
      since: "2.9.50",
      summary: "Stop processing commands from clients for some time",
      complexity: "O(1)",
      arity: -3,
      flags: "admin noscript loading stale",
      acl: "connection",
      history: [["6.2.0", "`CLIENT PAUSE WRITE` mode added along with the `mode` option."]],
      syntax: "timeout:integer [mode@6.2.0<WRITE | ALL>]",
      run: (_context, args, reply) => clientPause(services, args, reply),
    },
    {
      name: "unpause",
      group: "connection",
      since: "6.2.0",
      summary: "Resume processing of clients that were paused",
      complexity: "O(N) Where N is the number of paused clients",
      arity: 2,
      flags: "admin noscript loading stale",
      acl: "connection",
      run: (_context, _args, reply) => {
        services.clientPause.unpause("command");
        reply.ok();
      },
    },
  ];
}

/** `CLIENT UNBLOCK client-id [TIMEOUT | ERROR]` */
function clientUnblock({ clients }: Services, args: Args, reply: Reply): void {
  if (args.count > 4) return reply.error(subcommandSyntax(args));
  const isError = args.count === 4 && equalsIgnoreCase(args.at(3), ERROR);
  if (args.count === 4 && !isError && !equalsIgnoreCase(args.at(3), TIMEOUT)) {
    return reply.error(UNKNOWN_UNBLOCK_REASON);
  }
  const id = readInteger(args, 2, reply);
  if (id === null) return;
  const wait = clients.byId(Number(id))?.wait ?? null;
  // Only what a command has asked for can be cut short, not a pause or the like.
  if (wait === null || (wait.kind !== "keys" && wait.kind !== "replicas")) return reply.integer(0);
  wait.cancel(isError ? "error" : "timeout");
  reply.integer(1);
}

/** `CLIENT PAUSE timeout [WRITE | ALL]` */
function clientPause({ clock, clientPause }: Services, args: Args, reply: Reply): void {
  if (args.count > 4) return reply.error(subcommandSyntax(args));
  const isWrite = args.count === 4 && equalsIgnoreCase(args.at(3), WRITE);
  if (args.count === 4 && !isWrite && !equalsIgnoreCase(args.at(3), ALL)) return reply.error(UNKNOWN_PAUSE_MODE);
  const timeoutMs = readTimeoutMs(args, 2, reply);
  if (timeoutMs === null) return;
  // As in Redis, 0 is no moment to come but one long past: such a pause changes nothing.
  clientPause.pause("command", timeoutMs === 0 ? 0 : clock.now + timeoutMs, isWrite ? "write" : "all");
  reply.ok();
}
