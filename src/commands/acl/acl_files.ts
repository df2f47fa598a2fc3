/**
 * ACL LOAD and ACL SAVE: the users in the file that `aclfile` names.
 *
 * - A file is written whole or not at all: it takes the old one's place by a rename.
 */

import { DataFiles } from "../../base/data_files.ts";
import { parseAclFile } from "../../acl/acl_file.ts";
import { FileAccessError, requireRead, requireWrite } from "../../base/file_access.ts";
import { latin1 } from "../../bytes/ascii.ts";
import type { Context } from "../../command/context.ts";
import { pathInDataDirectory } from "../../persistence/data_directory.ts";
import { systemReason } from "../../base/system_reason.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Services } from "../services.ts";
import { closeClientsOf } from "./acl_clients.ts";

const NO_ACL_FILE = "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via " +
  "the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in " +
  "order to store users in the Redis configuration.";
const SAVE_FAILED = "ERR There was an error trying to save the ACLs. Please check the server logs for more information";

/** `ACL LOAD` */
export function aclLoad(services: Services, context: Context, reply: Reply): void {
  if (services.config.string("aclfile").value === "") return reply.error(NO_ACL_FILE);
  const { users } = services;
  const before = [...users];
  const errors = loadAclFile(services);
  if (errors !== null) return reply.error(`ERR ${errors}`);
  // As Redis, whoever acts as any user but the default one has to come again.
  for (const user of before) if (user !== users.defaultUser) closeClientsOf(services, user, context);
  reply.ok();
}

/** `ACL SAVE` */
export function aclSave(services: Services, reply: Reply): void {
  if (services.config.string("aclfile").value === "") return reply.error(NO_ACL_FILE);
  const failure = saveAclFile(services);
  if (failure === null) return reply.ok();
  services.logger.warning(failure);
  reply.error(SAVE_FAILED);
}

/** Replaces all users by those of the file; null, or all that is wrong with it, and then nothing has changed. */
export function loadAclFile({ config, users }: Services): string | null {
  const file = config.string("aclfile").value;
  const path = pathInDataDirectory(config, file);
  let bytes: Uint8Array;
  try {
    requireRead(path, "load the ACL file");
    bytes = Deno.readFileSync(path);
  } catch (error) {
    return `Error loading ACLs, opening file '${file}': ${reasonOf(error)}`;
  }
  const content = parseAclFile(latin1(bytes), file, users);
  if ("errors" in content) return content.errors;
  users.replaceAll(content.users.values());
  return null;
}

/** Writes all users to the file; null, or the log line why that cannot be. */
function saveAclFile({ config, users, clock, failpoints }: Services): string | null {
  const files = new DataFiles("acl", failpoints);
  const path = pathInDataDirectory(config, config.string("aclfile").value);
  const temporary = `${path}.tmp-${Deno.pid}-${clock.now}`;
  let step = "Opening temp ACL file for";
  try {
    requireWrite(temporary, "save the ACL file");
    {
      using file = files.openSync(temporary, "create");
      step = "Writing ACL file for";
      file.writeSync(users.fileBytes());
      file.syncSync();
    }
    step = "Renaming ACL file for";
    files.renameSync(temporary, path);
    return null;
  } catch (error) {
    if (!step.startsWith("Opening")) files.removeSync(temporary);
    return `${step} ACL SAVE: ${reasonOf(error)}`;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof FileAccessError ? error.message : systemReason(error);
}
