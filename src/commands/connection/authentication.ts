/**
 * AUTH and HELLO: who a client is and which protocol it speaks.
 */

import { readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { DEFAULT_USER_NAME } from "../../acl/user_registry.ts";
import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readClientName } from "../../clients/client_name.ts";
import {
  AUTH_WITHOUT_PASSWORD,
  cText,
  HELLO_NO_AUTH,
  INVALID_CLIENT_NAME,
  SYNTAX_ERROR,
  UNSUPPORTED_PROTOCOL,
  WRONG_PASSWORD,
} from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";

const AUTH = ascii("auth");
const SETNAME = ascii("setname");
const REDIS_VERSION = "7.0.15";
const PROTOCOL_NOT_AN_INTEGER = "ERR Protocol version is not an integer or out of range";

/** AUTH, HELLO. */
export function authenticationCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "auth",
      group: "connection",
      since: "1.0.0",
      summary: "Authenticate to the server",
      complexity: "O(N) where N is the number of passwords defined for the user",
      arity: -2,
      flags: "noscript loading stale fast no_auth allow_busy",
      acl: "connection",
      history: [["6.0.0", "Added ACL style (username and password)."]],
      syntax: "[username@6.0.0] password",
      run: (context, args, reply) => auth(services, context, args, reply),
    },
    {
      name: "hello",
      group: "connection",
      since: "6.0.0",
      summary: "Handshake with Redis",
      complexity: "O(1)",
      arity: -1,
      flags: "noscript loading stale fast no_auth allow_busy",
      acl: "connection",
      history: [[
        "6.2.0",
        "`protover` made optional; when called without arguments the command reports the current connection's context.",
      ]],
      syntax: "[arguments(protover:integer [AUTH username_password(username password)] [SETNAME clientname])]",
      run: (context, args, reply) => hello(services, context, args, reply),
    },
  ];
}

/** `AUTH [username] password` */
function auth({ users, permissions }: Services, context: Context, args: Args, reply: Reply): void {
  if (args.count > 3) return reply.error(SYNTAX_ERROR);
  context.redact(1, 2);
  if (args.count === 2 && users.defaultUser.hasNoPassword) return reply.error(AUTH_WITHOUT_PASSWORD);
  const name = args.count === 2 ? DEFAULT_USER_NAME : args.text(1);
  if (users.authenticate(context, name, args.at(args.count - 1).view())) return reply.ok();
  permissions.noteFailedAuthentication(context, args, name);
  reply.error(WRONG_PASSWORD);
}

/** `HELLO [protover [AUTH username password] [SETNAME clientname]]` */
function hello(services: Services, context: Context, args: Args, reply: Reply): void {
  let protocol = 0;
  if (args.count >= 2) {
    const version = readInteger(args, 1, reply, PROTOCOL_NOT_AN_INTEGER);
    if (version === null) return;
    if (version !== 2 && version !== 3) return reply.error(UNSUPPORTED_PROTOCOL);
    protocol = version;
  }
  const refusal = applyHelloOptions(services, context, args);
  if (refusal !== null) return reply.error(refusal);
  if (!context.isAuthenticated) return reply.error(HELLO_NO_AUTH);
  const client = services.clients.of(context);
  if (protocol !== 0) client?.setProtocol(protocol === 3 ? 3 : 2);
  replyGreeting(services, context, reply);
}

/** Does what stands after the version; null, or the error. What came before an error stays done, as in Redis. */
function applyHelloOptions({ users, clients, permissions }: Services, context: Context, args: Args): string | null {
  for (let i = 2; i < args.count; i++) {
    const left = args.count - 1 - i;
    if (left >= 2 && equalsIgnoreCase(args.at(i), AUTH)) {
      context.redact(i + 1, i + 2);
      if (!users.authenticate(context, args.text(i + 1), args.at(i + 2).view())) {
        permissions.noteFailedAuthentication(context, args, args.text(i + 1));
        return WRONG_PASSWORD;
      }
      i += 2;
    } else if (left >= 1 && equalsIgnoreCase(args.at(i), SETNAME)) {
      const name = readClientName(args.at(i + 1));
      if (name === null) return INVALID_CLIENT_NAME;
      const client = clients.of(context);
      if (client !== undefined) client.name = name;
      i++;
    } else {
      return `ERR Syntax error in HELLO option '${cText(args.at(i))}'`;
    }
  }
  return null;
}

function replyGreeting({ config, replication }: Services, context: Context, reply: Reply): void {
  reply.map(7);
  reply.bulkText("server");
  reply.bulkText("redis");
  reply.bulkText("version");
  reply.bulkText(REDIS_VERSION);
  reply.bulkText("proto");
  reply.integer(reply.isResp3 ? 3 : 2);
  reply.bulkText("id");
  reply.integer(context.id);
  reply.bulkText("mode");
  reply.bulkText(config.boolean("cluster-enabled").value ? "cluster" : "standalone");
  reply.bulkText("role");
  reply.bulkText(replication.isMaster ? "master" : "replica");
  reply.bulkText("modules");
  reply.emptyArray();
}
