/**
 * MIGRATE: keys moved to another server.
 *
 * - The client waits and the server goes on; `cluster/migrations.ts` tells what keeps the keys as they are meanwhile.
 * - In a transaction or a script nothing can wait, and nothing could be undone: there MIGRATE is refused, after it has looked
 *   whether there is anything to migrate at all.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import type { MigrationRequest } from "../../cluster/migration.ts";
import { readInteger } from "../../command/arguments.ts";
import type { CommandSpec, KeyExtractor } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key, keyAfter, keyFlags } from "../../command/key_specs.ts";
import type { Outcome } from "../../command/outcome.ts";
import type { Reply } from "../../resp/reply.ts";
import { cText, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import type { Services } from "../services.ts";

const COPY = ascii("copy");
const REPLACE = ascii("replace");
const AUTH = ascii("auth");
const AUTH2 = ascii("auth2");
const KEYS = ascii("keys");

const OPTIONS_AT = 6;
const KEY_AT = 3;
const DEFAULT_TIMEOUT_MS = 1000;

const KEY_BESIDES_KEYS = "ERR When using MIGRATE KEYS option, the key argument must be set to the empty string";
const CANNOT_WAIT = "ERR MIGRATE has to wait for its target, which is not possible in a transaction or a script";

/** The options of MIGRATE. */
interface MigrateOptions {
  isCopy: boolean;
  isReplacing: boolean;
  credentials: readonly Uint8Array[];
  /** The position of the first key, and of what comes after the last. */
  firstKey: number;
  endKey: number;
}

function readOptions(context: Context, args: Args, reply: Reply): MigrateOptions | null {
  const options: MigrateOptions = {
    isCopy: false,
    isReplacing: false,
    credentials: [],
    firstKey: KEY_AT,
    endKey: KEY_AT + 1,
  };
  for (let index = OPTIONS_AT; index < args.count; index++) {
    const word = args.at(index);
    const rest = args.count - 1 - index;
    if (equalsIgnoreCase(word, COPY)) {
      options.isCopy = true;
    } else if (equalsIgnoreCase(word, REPLACE)) {
      options.isReplacing = true;
    } else if (equalsIgnoreCase(word, AUTH) && rest >= 1) {
      // A username of an AUTH2 before it stays, as in Redis.
      const [username] = options.credentials.length === 2 ? options.credentials : [];
      options.credentials = [...username === undefined ? [] : [username], args.at(++index).copy()];
      context.redact(index);
    } else if (equalsIgnoreCase(word, AUTH2) && rest >= 2) {
      options.credentials = [args.at(++index).copy(), args.at(++index).copy()];
      context.redact(index - 1, index);
    } else if (equalsIgnoreCase(word, KEYS)) {
      if (args.at(KEY_AT).length > 0) return refuse(reply, KEY_BESIDES_KEYS);
      options.firstKey = index + 1;
      options.endKey = args.count;
      return options;
    } else {
      return refuse(reply, SYNTAX_ERROR);
    }
  }
  return options;
}

function refuse(reply: Reply, text: string): null {
  reply.error(text);
  return null;
}

function migrate({ migrations }: Services, context: Context, args: Args, reply: Reply): Outcome | void {
  const options = readOptions(context, args, reply);
  if (options === null) return;
  const timeoutMs = readInteger(args, 5, reply);
  if (timeoutMs === null) return;
  const targetDb = readInteger(args, 4, reply);
  if (targetDb === null) return;
  const keys: Uint8Array[] = [];
  for (let index = options.firstKey; index < options.endKey; index++) {
    if (context.db.lookupRead(args.at(index)) !== NO_ENTRY) keys.push(args.at(index).copy());
  }
  if (keys.length === 0) return reply.simple("NOKEY");
  if (context.isWaitDenied) return reply.error(CANNOT_WAIT);
  const request: MigrationRequest = {
    target: { host: cText(args.at(1)), port: Number.parseInt(cText(args.at(2)), 10) || 0 },
    targetName: `${args.text(1)}:${args.text(2)}`,
    targetDb,
    timeoutMs: timeoutMs <= 0 ? DEFAULT_TIMEOUT_MS : Number(timeoutMs),
    isCopy: options.isCopy,
    isReplacing: options.isReplacing,
    credentials: options.credentials,
    keys,
  };
  return migrations.begin(request, context, reply);
}

const MIGRATED = keyFlags("RW access delete");

/** The key at position 3, or all after KEYS when that is empty. */
const migrateKeys: KeyExtractor = (args, keys) => {
  for (let index = OPTIONS_AT; index < args.count; index++) {
    const word = args.at(index);
    if (equalsIgnoreCase(word, KEYS)) {
      // With a key besides it is an error, which the command reports.
      if (args.at(KEY_AT).length > 0) return;
      for (let position = index + 1; position < args.count; position++) keys.add(position, MIGRATED);
      return;
    }
    if (equalsIgnoreCase(word, AUTH)) index += 1;
    else if (equalsIgnoreCase(word, AUTH2)) index += 2;
  }
  keys.add(KEY_AT, MIGRATED);
};

/** MIGRATE. */
export function migrateCommands(services: Services): CommandSpec[] {
  return [{
    name: "migrate",
    group: "generic",
    since: "2.6.0",
    summary: "Atomically transfer a key from a Redis instance to another one.",
    complexity:
      "This command actually executes a DUMP+DEL in the source instance, and a RESTORE in the target instance. See the pages of these commands for time complexity. Also an O(N) data transfer between the two instances is performed.",
    arity: -6,
    flags: "write",
    acl: "keyspace dangerous",
    hints: "nondeterministic_output",
    history: [
      ["3.0.0", "Added the `COPY` and `REPLACE` options."],
      ["3.0.6", "Added the `KEYS` option."],
      ["4.0.7", "Added the `AUTH` option."],
      ["6.0.0", "Added the `AUTH2` option."],
    ],
    keys: [key(3, "RW access delete"), keyAfter("KEYS", -2, "RW access delete incomplete", { last: -1 })],
    getKeys: migrateKeys,
    syntax: `
      host port:integer key_or_empty_string<key | empty_string=''> destination-db:integer timeout:integer
      [COPY@3.0.0] [REPLACE@3.0.0] [authentication<[AUTH password@4.0.7]
      | [AUTH2 username_password@6.0.0(username password)]>] [KEYS key#1@3.0.6...]
    `,
    run: (context, args, reply) => migrate(services, context, args, reply),
  }];
}
