/**
 * KEYS and RANDOMKEY: keys by pattern and by chance.
 */

import { globMatches } from "../../bytes/glob.ts";
import { lasting } from "../../bytes/lasting_slice.ts";
import { Slice } from "../../bytes/slice.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";

const ASTERISK = 0x2a;

const keyView = lasting(new Slice());

function keys({ db, store }: Context, args: Args, reply: Reply): void {
  const pattern = args.at(1);
  const isAll = pattern.length === 1 && pattern.bytes[pattern.start] === ASTERISK;
  const showsExpired = store.expiryRule === "ignore";
  const { keyspace } = db;
  const token = reply.deferredArray();
  let count = 0;
  keyspace.forEach((entry) => {
    keyspace.readKey(entry, keyView);
    if (!isAll && !globMatches(pattern, keyView)) return;
    if (!showsExpired && db.isExpired(entry)) return;
    reply.bulkSlice(keyView);
    count++;
  });
  reply.endDeferred(token, count);
}

function randomkey({ db }: Context, _args: Args, reply: Reply): void {
  const entry = db.randomEntry();
  if (entry === NO_ENTRY) return reply.nil();
  reply.bulkSlice(db.keyspace.readKey(entry, keyView));
}

/** KEYS, RANDOMKEY. */
export const listingCommands: CommandSpec[] = [
  {
    name: "keys",
    group: "generic",
    since: "1.0.0",
    summary: "Find all keys matching the given pattern",
    complexity:
      "O(N) with N being the number of keys in the database, under the assumption that the key names in the database and the given pattern have limited length.",
    arity: 2,
    flags: "readonly",
    acl: "keyspace dangerous",
    hints: "request_policy:all_shards nondeterministic_output_order",
    syntax: "pattern:pattern",
    run: keys,
  },
  {
    name: "randomkey",
    group: "generic",
    since: "1.0.0",
    summary: "Return a random key from the keyspace",
    complexity: "O(1)",
    arity: 1,
    flags: "readonly touches_arbitrary_keys",
    acl: "keyspace",
    hints: "request_policy:all_shards nondeterministic_output",
    run: randomkey,
  },
];
