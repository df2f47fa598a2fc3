/**
 * ACL LOG: what was refused lately.
 */

import type { AclLogEntry } from "../../acl/acl_log.ts";
import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readClampedInteger } from "../../command/arguments.ts";
import { subcommandSyntax } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";

const RESET = ascii("reset");
const DEFAULT_COUNT = 10;

/** `ACL LOG [count | RESET]` */
export function aclLog({ aclLog, clock }: Services, args: Args, reply: Reply): void {
  if (args.count > 3) return reply.error(subcommandSyntax(args));
  if (args.count === 3 && equalsIgnoreCase(args.at(2), RESET)) {
    aclLog.reset();
    return reply.ok();
  }
  const count = args.count === 2 ? DEFAULT_COUNT : readClampedInteger(args, 2, reply);
  if (count === null) return;
  const entries = aclLog.entries.slice(0, Math.max(0, count));
  reply.array(entries.length);
  for (const entry of entries) replyEntry(entry, clock.now, reply);
}

function replyEntry(entry: AclLogEntry, nowMs: number, reply: Reply): void {
  reply.map(7);
  reply.bulkText("count");
  reply.integer(entry.count);
  reply.bulkText("reason");
  reply.bulkText(entry.reason);
  reply.bulkText("context");
  reply.bulkText(entry.place);
  reply.bulkText("object");
  reply.bulkText(entry.object);
  reply.bulkText("username");
  reply.bulkText(entry.userName);
  reply.bulkText("age-seconds");
  reply.double((nowMs - entry.lastAtMs) / 1000);
  reply.bulkText("client-info");
  reply.bulkText(entry.clientLine);
}
