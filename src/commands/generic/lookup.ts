/**
 * EXISTS, TYPE and TOUCH: what there is under a key.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key, keyRange } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { kindName } from "./kind_names.ts";

function exists({ db }: Context, args: Args, reply: Reply): void {
  let count = 0;
  for (let index = 1, ahead = 1; index < args.count; index++) {
    if (index === ahead) ahead = db.readAhead(args, index);
    if (db.lookupReadNoTouch(args.at(index)) !== NO_ENTRY) count++;
  }
  reply.integer(count);
}

function type({ db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupReadNoTouch(args.at(1));
  reply.simple(entry === NO_ENTRY ? "none" : kindName(db.kindOf(entry)));
}

function touch({ db }: Context, args: Args, reply: Reply): void {
  let count = 0;
  for (let index = 1, ahead = 1; index < args.count; index++) {
    if (index === ahead) ahead = db.readAhead(args, index);
    if (db.lookupRead(args.at(index)) !== NO_ENTRY) count++;
  }
  reply.integer(count);
}

/** EXISTS, TYPE, TOUCH. */
export const lookupCommands: CommandSpec[] = [
  {
    name: "exists",
    group: "generic",
    since: "1.0.0",
    summary: "Determine if a key exists",
    complexity: "O(N) where N is the number of keys to check.",
    arity: -2,
    flags: "readonly fast",
    acl: "keyspace",
    hints: "request_policy:multi_shard response_policy:agg_sum",
    history: [["3.0.3", "Accepts multiple `key` arguments."]],
    keys: [keyRange(1, -1, "RO")],
    syntax: "key...",
    run: exists,
  },
  {
    name: "type",
    group: "generic",
    since: "1.0.0",
    summary: "Determine the type stored at key",
    complexity: "O(1)",
    arity: 2,
    flags: "readonly fast",
    acl: "keyspace",
    keys: [key(1, "RO")],
    syntax: "key",
    run: type,
  },
  {
    name: "touch",
    group: "generic",
    since: "3.2.1",
    summary: "Alters the last access time of a key(s). Returns the number of existing keys specified.",
    complexity: "O(N) where N is the number of keys that will be touched.",
    arity: -2,
    flags: "readonly fast",
    acl: "keyspace",
    hints: "request_policy:multi_shard response_policy:agg_sum",
    keys: [keyRange(1, -1, "RO")],
    syntax: "key...",
    run: touch,
  },
];
