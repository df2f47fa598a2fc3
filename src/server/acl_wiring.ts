/**
 * Builds users and permissions, and reads the users that files declare.
 */

import { AclLog } from "../acl/acl_log.ts";
import { type DeclaredUser, makeDeclaredUsers } from "../acl/declared_users.ts";
import { Permissions } from "../acl/permissions.ts";
import { UserRegistry } from "../acl/user_registry.ts";
import type { Logger } from "../base/logger.ts";
import type { ClientDescriptions } from "../clients/client_description.ts";
import type { ClientRegistry } from "../clients/client_registry.ts";
import type { Context } from "../command/context.ts";
import type { CommandRegistry } from "../command/registry.ts";
import { loadAclFile } from "../commands/acl/acl_files.ts";
import type { Services } from "../commands/services.ts";
import type { Config } from "../config/config.ts";
import { TRANSACTION } from "../transaction/transaction.ts";

const TWO_SOURCES = "Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is " +
  "invalid. This setup is very likely to lead to configuration errors and security holes, please define either an ACL " +
  "file or declare users directly in your redis.conf, but not both.";

/** Builds the users, what checks their requests and what remembers refusals. `registry` is asked when it is needed. */
export function createAcl(options: {
  readonly config: Config;
  readonly logger: Logger;
  readonly registry: () => CommandRegistry;
  readonly clients: ClientRegistry;
  readonly clientDescriptions: ClientDescriptions;
}): Pick<Services, "users" | "permissions" | "aclLog"> {
  const { config, logger, registry } = options;
  const channels = config.enum("acl-pubsub-default");
  const maxLength = config.integer("acllog-max-len");
  const users = new UserRegistry({
    get registry() {
      return registry();
    },
    get startsWithAllChannels() {
      return channels.value === "allchannels";
    },
    warn: (text) => logger.warning(text),
  });
  const aclLog = new AclLog(() => maxLength.value);
  const isInTransaction = (context: Context) => TRANSACTION.peek(context)?.isOpen === true;
  return { users, aclLog, permissions: new Permissions({ ...options, users, log: aclLog, isInTransaction }) };
}

/** Makes the users of redis.conf or of `aclfile`; false when the server must not start, which the log explains. */
export function loadUsers(services: Services, declared: readonly DeclaredUser[]): boolean {
  const { config, logger, users } = services;
  const hasFile = config.string("aclfile").value !== "";
  if (hasFile && declared.length > 0) {
    logger.warning(TWO_SOURCES);
    return false;
  }
  const { notices, failure } = makeDeclaredUsers(declared, users);
  for (const notice of notices) logger.notice(notice);
  if (failure !== null) {
    logger.warning(failure);
    logger.warning("Critical error while loading ACLs. Exiting.");
    return false;
  }
  const errors = hasFile ? loadAclFile(services) : null;
  if (errors !== null) logger.warning(`Aborting Redis startup because of ACL errors: ${errors}`);
  return errors === null;
}
