/**
 * HSET, HMSET, HSETNX and HDEL: fields written and deleted.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { wrongArity } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { ConfiguredHashLimits } from "../../store/configured_hash_limits.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_GENERIC, NOTIFY_HASH } from "../../store/keyspace_events.ts";
import type { HashLimits } from "../../values/hash_value.ts";
import type { Services } from "../services.ts";
import { hashOf, hashToChange } from "./hash_keys.ts";

/** HSET and HMSET, which differ in what they answer. As Redis, the reply comes before the event. */
function setFields({ db }: Context, args: Args, reply: Reply, limits: HashLimits, isHset: boolean): void {
  const { count } = args;
  if (count % 2 === 1) return reply.error(wrongArity(isHset ? "hset" : "hmset"));
  const name = args.at(1);
  const hash = hashToChange(db, name, reply);
  if (hash === null) return;
  db.expectMember(hash.table, args, 2);
  let added = 0;
  for (let index = 2; index < count; index += 2) {
    if (hash.set(args.at(index), args.at(index + 1), limits)) added++;
  }
  if (isHset) reply.integer(added);
  else reply.ok();
  db.commit(name, NOTIFY_HASH, "hset", (count - 2) / 2);
}

function hsetnx({ db }: Context, args: Args, reply: Reply, limits: HashLimits): void {
  const name = args.at(1);
  const hash = hashToChange(db, name, reply);
  if (hash === null) return;
  const field = args.at(2);
  if (hash.has(field)) return reply.integer(0);
  hash.set(field, args.at(3), limits);
  reply.integer(1);
  db.commit(name, NOTIFY_HASH, "hset");
}

function hdel({ db }: Context, args: Args, reply: Reply): void {
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY) return reply.integer(0);
  const hash = hashOf(db, entry, reply);
  if (hash === null) return;
  db.expectMember(hash.table, args, 2);
  let removed = 0;
  for (let index = 2; index < args.count && hash.size > 0; index++) {
    if (hash.remove(args.at(index))) removed++;
  }
  if (removed > 0) {
    const isEmptied = hash.size === 0;
    if (isEmptied) db.delete(name);
    db.commit(name, NOTIFY_HASH, "hdel", removed);
    if (isEmptied) db.notify(NOTIFY_GENERIC, "del", name);
  }
  reply.integer(removed);
}

/** HSET, HMSET, HSETNX, HDEL. */
export function setFieldCommands({ config }: Services): CommandSpec[] {
  const limits = new ConfiguredHashLimits(config);
  return [
    {
      name: "hset",
      group: "hash",
      since: "2.0.0",
      summary: "Set the string value of a hash field",
      complexity:
        "O(1) for each field/value pair added, so O(N) to add N field/value pairs when the command is called with multiple field/value pairs.",
      arity: -4,
      flags: "write denyoom fast",
      acl: "hash",
      history: [["4.0.0", "Accepts multiple `field` and `value` arguments."]],
      keys: [key(1, "RW update")],
      syntax: "key field_value(field value)...",
      run: (context, args, reply) => setFields(context, args, reply, limits, true),
    },
    {
      name: "hmset",
      group: "hash",
      since: "2.0.0",
      summary: "Set multiple hash fields to multiple values",
      complexity: "O(N) where N is the number of fields being set.",
      arity: -4,
      flags: "write denyoom fast",
      acl: "hash",
      docFlags: "deprecated",
      deprecatedSince: "4.0.0",
      replacedBy: "`HSET` with multiple field-value pairs",
      keys: [key(1, "RW update")],
      syntax: "key field_value(field value)...",
      run: (context, args, reply) => setFields(context, args, reply, limits, false),
    },
    {
      name: "hsetnx",
      group: "hash",
      since: "2.0.0",
      summary: "Set the value of a hash field, only if the field does not exist",
      complexity: "O(1)",
      arity: 4,
      flags: "write denyoom fast",
      acl: "hash",
      keys: [key(1, "RW insert")],
      syntax: "key field value",
      run: (context, args, reply) => hsetnx(context, args, reply, limits),
    },
    {
      name: "hdel",
      group: "hash",
      since: "2.0.0",
      summary: "Delete one or more hash fields",
      complexity: "O(N) where N is the number of fields to be removed.",
      arity: -3,
      flags: "write fast",
      acl: "hash",
      history: [["2.4.0", "Accepts multiple `field` arguments."]],
      keys: [key(1, "RW delete")],
      syntax: "key field...",
      run: hdel,
    },
  ];
}
