/**
 * ACL SETUSER, DELUSER, GETUSER, LIST, USERS, WHOAMI and DRYRUN.
 */

import type { Denial } from "../../acl/denial.ts";
import { hasSpaces, type Selector } from "../../acl/selector.ts";
import { DEFAULT_USER_NAME } from "../../acl/user_registry.ts";
import type { Command } from "../../command/command.ts";
import type { Context } from "../../command/context.ts";
import { cText, wrongArity } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";
import { closeClientsOf, closeForbiddenSubscribers } from "./acl_clients.ts";

const INVALID_NAME = "ERR Usernames can't contain spaces or null characters";
const DEFAULT_USER_STAYS = "ERR The 'default' user cannot be removed";
/** Where the request that DRYRUN is about begins. */
const DRY_REQUEST = 3;

/** `ACL SETUSER username [rule ...]` */
export function aclSetuser(services: Services, context: Context, args: Args, reply: Reply): void {
  const { users } = services;
  const positions = Array.from({ length: args.count - 2 }, (_, index) => index + 2);
  context.redact(...positions);
  const name = args.text(2);
  if (hasSpaces(name)) return reply.error(INVALID_NAME);
  const draft = users.draft(name, positions.slice(1).map((position) => args.text(position)));
  if (typeof draft === "string") return reply.error(`ERR ${draft}`);
  const user = users.find(name);
  if (user !== undefined) closeForbiddenSubscribers(services, user, draft, context);
  users.adopt(draft);
  reply.ok();
}

/** `ACL DELUSER username [username ...]` */
export function aclDeluser(services: Services, context: Context, args: Args, reply: Reply): void {
  const names = Array.from({ length: args.count - 2 }, (_, index) => args.text(index + 2));
  if (names.includes(DEFAULT_USER_NAME)) return reply.error(DEFAULT_USER_STAYS);
  let count = 0;
  for (const name of names) {
    const user = services.users.delete(name);
    if (user === undefined) continue;
    closeClientsOf(services, user, context);
    count++;
  }
  reply.integer(count);
}

/** `ACL GETUSER username` */
export function aclGetuser({ users }: Services, args: Args, reply: Reply): void {
  const user = users.find(args.text(2));
  if (user === undefined) return reply.nil();
  const { flags, passwordHashes, selectors } = user;
  reply.map(6);
  reply.bulkText("flags");
  reply.set(flags.length);
  for (const flag of flags) reply.bulkText(flag);
  reply.bulkText("passwords");
  reply.array(passwordHashes.size);
  for (const hash of passwordHashes) reply.bulkText(hash);
  replySelector(selectors[0]!, reply);
  reply.bulkText("selectors");
  reply.array(selectors.length - 1);
  for (const selector of selectors.slice(1)) {
    reply.map(3);
    replySelector(selector, reply);
  }
}

function replySelector(selector: Selector, reply: Reply): void {
  reply.bulkText("commands");
  reply.bulkText(selector.describeCommands());
  reply.bulkText("keys");
  reply.bulkText(selector.describeKeys());
  reply.bulkText("channels");
  reply.bulkText(selector.describeChannels());
}

/** `ACL LIST` */
export function aclList({ users }: Services, reply: Reply): void {
  reply.array(users.size);
  for (const line of users.describeAll()) reply.bulkText(`user ${line}`);
}

/** `ACL USERS` */
export function aclUsers({ users }: Services, reply: Reply): void {
  reply.array(users.size);
  for (const { name } of users) reply.bulkText(name);
}

/** `ACL WHOAMI` */
export function aclWhoami(context: Context, reply: Reply): void {
  reply.bulkText(context.userName);
}

/** `ACL DRYRUN username command [arg ...]` */
export function aclDryrun({ users, registry, permissions }: Services, args: Args, reply: Reply): void {
  const user = users.find(args.text(2));
  if (user === undefined) return reply.error(`ERR User '${cText(args.at(2))}' not found`);
  const command = registry.resolve(args, DRY_REQUEST);
  if (command === null) return reply.error(`ERR Command '${cText(args.at(DRY_REQUEST))}' not found`);
  if (!command.acceptsCount(args.count - DRY_REQUEST)) return reply.error(wrongArity(command.fullName));
  const request = args.rest(DRY_REQUEST);
  const denial = permissions.check(user, command, request);
  if (denial === null) return reply.ok();
  reply.bulkText(`This user has no permissions to ${lackOf(denial, command, request)}`);
}

function lackOf({ reason, position }: Denial, command: Command, request: Args): string {
  if (reason === "command") return `run the '${command.fullName}' command`;
  return `access the '${cText(request.at(position))}' ${reason}`;
}
