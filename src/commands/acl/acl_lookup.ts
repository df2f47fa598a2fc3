/**
 * ACL CAT and ACL GENPASS: what depends on no user.
 */

import { ACL_CATEGORIES, aclCategoryBit } from "../../command/acl_categories.ts";
import { readInteger } from "../../command/arguments.ts";
import { cText, subcommandSyntax } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";

const QUOTED_BYTES = 128;
const DEFAULT_BITS = 256;
const MAX_BITS = 4096;
const BITS_PER_DIGIT = 4;
const BITS_OUT_OF_RANGE = "ERR ACL GENPASS argument must be the number of bits for the output password, a positive " +
  `number up to ${MAX_BITS}`;

/** `ACL CAT [category]` */
export function aclCat({ registry }: Services, args: Args, reply: Reply): void {
  if (args.count > 3) return reply.error(subcommandSyntax(args));
  if (args.count === 2) {
    reply.array(ACL_CATEGORIES.length);
    for (const name of ACL_CATEGORIES) reply.bulkText(name);
    return;
  }
  const category = aclCategoryBit(cText(args.at(2)));
  if (category === 0) return reply.error(`ERR Unknown category '${cText(args.at(2), QUOTED_BYTES)}'`);
  const commands = [...registry.listed()].filter(({ aclCategories }) => (aclCategories & category) !== 0);
  reply.array(commands.length);
  for (const { fullName } of commands) reply.bulkText(fullName);
}

/** `ACL GENPASS [bits]` */
export function aclGenpass({ random }: Services, args: Args, reply: Reply): void {
  if (args.count > 3) return reply.error(subcommandSyntax(args));
  const bits = args.count === 2 ? DEFAULT_BITS : readInteger(args, 2, reply);
  if (bits === null) return;
  if (bits <= 0 || bits > MAX_BITS) return reply.error(BITS_OUT_OF_RANGE);
  reply.bulkText(random.hexId(Math.ceil(Number(bits) / BITS_PER_DIGIT)));
}
