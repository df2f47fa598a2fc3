/**
 * DEL and UNLINK: keys go at once; large values give their memory back in the background either way.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { keyRange } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NOTIFY_GENERIC } from "../../store/keyspace_events.ts";

function remove({ db }: Context, args: Args, reply: Reply): void {
  let count = 0;
  for (let index = 1, ahead = 1; index < args.count; index++) {
    if (index === ahead) ahead = db.readAhead(args, index);
    const key = args.at(index);
    if (!db.delete(key)) continue;
    db.commit(key, NOTIFY_GENERIC, "del");
    count++;
  }
  reply.integer(count);
}

/** DEL, UNLINK. */
export const removalCommands: CommandSpec[] = [
  {
    name: "del",
    group: "generic",
    since: "1.0.0",
    summary: "Delete a key",
    complexity:
      "O(N) where N is the number of keys that will be removed. When a key to remove holds a value other than a string, the individual complexity for this key is O(M) where M is the number of elements in the list, set, sorted set or hash. Removing a single key that holds a string value is O(1).",
    briefUpTo: 2,
    arity: -2,
    flags: "write",
    acl: "keyspace",
    hints: "request_policy:multi_shard response_policy:agg_sum",
    keys: [keyRange(1, -1, "RM delete")],
    syntax: "key...",
    run: remove,
  },
  {
    name: "unlink",
    group: "generic",
    since: "4.0.0",
    summary: "Delete a key asynchronously in another thread. Otherwise it is just as DEL, but non blocking.",
    complexity:
      "O(1) for each key removed regardless of its size. Then the command does O(N) work in a different thread in order to reclaim memory, where N is the number of allocations the deleted objects where composed of.",
    briefUpTo: 2,
    arity: -2,
    flags: "write fast",
    acl: "keyspace",
    hints: "request_policy:multi_shard response_policy:agg_sum",
    keys: [keyRange(1, -1, "RM delete")],
    syntax: "key...",
    run: remove,
  },
];
