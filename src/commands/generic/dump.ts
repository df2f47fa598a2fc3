/**
 * DUMP, RESTORE and RESTORE-ASKING: values as bytes that travel between servers.
 *
 * - A payload is checked before anything is built from it, and nothing is allocated for a length that it merely claims.
 * - It is checked in depth whatever `sanitize-dump-payload` says: values share their memory, so what an unsound one does
 *   when it is edited would not stay its own affair. Redis can afford to end with an assertion instead.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import type { Slice } from "../../bytes/slice.ts";
import { deletesAtOnce, readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import { loadContext } from "../../persistence/dataset_loader.ts";
import { entryPayload } from "../../persistence/entry_payload.ts";
import { type DumpedValue, isIntactDumpPayload, parseDumpPayload } from "../../rdb/dump_payload.ts";
import { RdbFormatError } from "../../rdb/rdb_format_error.ts";
import type { Reply } from "../../resp/reply.ts";
import { BAD_DATA_FORMAT, BAD_DUMP_PAYLOAD, BUSY_KEY, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args, ArgumentSource } from "../../resp/request_batch.ts";
import { type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_GENERIC } from "../../store/keyspace_events.ts";
import { canonicalInt64, type Int64 } from "../../values/int64.ts";
import { KIND_STRING } from "../../values/kind.ts";
import type { Services } from "../services.ts";

const REPLACE = ascii("replace");
const ABSTTL = ascii("absttl");
const IDLETIME = ascii("idletime");
const FREQ = ascii("freq");

const MAX_FREQUENCY = 255;
/** Seconds after which the LRU clock of 24 bits begins anew. */
const LRU_PERIOD_SECONDS = 0xffffff;

const NEGATIVE_IDLETIME = "ERR Invalid IDLETIME value, must be >= 0";
const FREQ_OUT_OF_RANGE = "ERR Invalid FREQ value, must be >= 0 and <= 255";
const NEGATIVE_TTL = "ERR Invalid TTL value, must be >= 0";

function dump({ config }: Services, { db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.nil();
  reply.bulk(entryPayload(db, entry, config.boolean("rdbcompression").value));
}

/** The options of RESTORE; -1 where the access clock is not given. */
interface RestoreOptions {
  isReplacing: boolean;
  isAbsolute: boolean;
  idleSeconds: Int64;
  frequency: number;
}

function readOptions(args: Args, reply: Reply): RestoreOptions | null {
  const options: RestoreOptions = { isReplacing: false, isAbsolute: false, idleSeconds: -1, frequency: -1 };
  for (let index = 4; index < args.count; index++) {
    const word = args.at(index);
    const hasValue = index + 1 < args.count;
    if (equalsIgnoreCase(word, REPLACE)) {
      options.isReplacing = true;
    } else if (equalsIgnoreCase(word, ABSTTL)) {
      options.isAbsolute = true;
    } else if (hasValue && options.frequency === -1 && equalsIgnoreCase(word, IDLETIME)) {
      const idle = readBounded(args, ++index, reply, { max: null, error: NEGATIVE_IDLETIME });
      if (idle === null) return null;
      options.idleSeconds = idle;
    } else if (hasValue && options.idleSeconds === -1 && equalsIgnoreCase(word, FREQ)) {
      const frequency = readBounded(args, ++index, reply, { max: MAX_FREQUENCY, error: FREQ_OUT_OF_RANGE });
      if (frequency === null) return null;
      options.frequency = Number(frequency);
    } else {
      reply.error(SYNTAX_ERROR);
      return null;
    }
  }
  return options;
}

/** An integer that is not negative and not above `max`; `error` is only for those that are. */
function readBounded(
  args: Args,
  index: number,
  reply: Reply,
  { max, error }: { readonly max: number | null; readonly error: string },
): Int64 | null {
  const value = readInteger(args, index, reply);
  if (value === null || (value >= 0 && (max === null || value <= max))) return value;
  reply.error(error);
  return null;
}

function restore(services: Services, context: Context, args: Args, reply: Reply): void {
  const { db, store } = context;
  const options = readOptions(args, reply);
  if (options === null) return;
  const name = args.at(1);
  if (!options.isReplacing && db.lookupWrite(name) !== NO_ENTRY) return reply.error(BUSY_KEY);
  const ttl = readBounded(args, 2, reply, { max: null, error: NEGATIVE_TTL });
  if (ttl === null) return;
  const dumped = readPayload(services, args.at(3), reply);
  if (dumped === null) return;
  const wasDeleted = options.isReplacing && db.delete(name);
  const expireAtMs = ttl === 0 || options.isAbsolute ? ttl : after(ttl, context.now);
  if (ttl !== 0 && deletesAtOnce(store, expireAtMs)) {
    if (dumped.kind !== KIND_STRING) store.lazyFree.release(dumped.value);
    if (wasDeleted) {
      context.propagateAs(["DEL", name.copy()]);
      db.commit(name, NOTIFY_GENERIC, "del");
    }
    return reply.ok();
  }
  let entry = dumped.kind === KIND_STRING ? db.setString(name, dumped.value) : db.setValue(name, dumped.value);
  if (ttl !== 0) {
    entry = db.setExpiry(entry, expireAtMs);
    if (!options.isAbsolute) context.propagateAs(withAbsoluteExpiry(args, expireAtMs));
  }
  setAccessClock(context, entry, options);
  db.commit(name, NOTIFY_GENERIC, "restore");
  reply.ok();
}

/** The moment `ttl` milliseconds from now. One beyond 64 bits lies in the past, as in Redis. */
function after(ttl: Int64, nowMs: number): Int64 {
  return canonicalInt64(BigInt.asIntN(64, BigInt(ttl) + BigInt(nowMs)));
}

/** The value of a payload; null after the error reply. */
function readPayload({ store, config, switches, logger }: Services, payload: Slice, reply: Reply): DumpedValue | null {
  if (!isIntactDumpPayload(payload, !switches.isChecksumSkipped)) {
    reply.error(BAD_DUMP_PAYLOAD);
    return null;
  }
  try {
    // Unlike a file, a payload comes from anybody.
    return parseDumpPayload(payload, { ...loadContext(store, config), checksDuplicates: true });
  } catch (error) {
    if (!(error instanceof RdbFormatError)) throw error;
    logger.verbose(error.message);
    reply.error(BAD_DATA_FORMAT);
    return null;
  }
}

/** The command as replicas get it: with the moment of the expiry in the place of the time to live. */
function withAbsoluteExpiry(args: Args, expireAtMs: Int64): ArgumentSource[] {
  const argv: ArgumentSource[] = Array.from({ length: args.count }, (_, index) => args.at(index).copy());
  argv[2] = expireAtMs;
  argv.push("ABSTTL");
  return argv;
}

/** The clock that does not belong to the eviction policy is ignored. */
function setAccessClock({ db, store, now }: Context, entry: EntryRef, options: RestoreOptions): void {
  const { access } = store;
  if (access.policy.isLfu) {
    if (options.frequency >= 0) db.keyspace.setLru(entry, access.fromFrequency(options.frequency, now));
  } else if (options.idleSeconds >= 0) {
    const idleSeconds = Math.min(Number(options.idleSeconds), LRU_PERIOD_SECONDS);
    db.keyspace.setLru(entry, access.fromIdleSeconds(idleSeconds, now));
  }
}

/** DUMP, RESTORE, RESTORE-ASKING. */
export function dumpCommands(services: Services): CommandSpec[] {
  const restoring = {
    complexity:
      "O(1) to create the new key and additional O(N*M) to reconstruct the serialized value, where N is the number of Redis objects composing the value and M their average size. For small string values the time complexity is thus O(1)+O(1*M) where M is small, so simply O(1). However for sorted set values the complexity is O(N*M*log(N)) because inserting values into sorted sets is O(log(N)).",
    arity: -4,
    acl: "keyspace dangerous",
    history: [
      ["3.0.0", "Added the `REPLACE` modifier."],
      ["5.0.0", "Added the `ABSTTL` modifier."],
      ["5.0.0", "Added the `IDLETIME` and `FREQ` options."],
    ],
    keys: [key(1, "OW update")],
    syntax: `
      key ttl:integer serialized-value [REPLACE@3.0.0] [ABSTTL@5.0.0] [IDLETIME seconds:integer@5.0.0]
      [FREQ frequency:integer@5.0.0]
    `,
    run: (context, args, reply) => restore(services, context, args, reply),
  } satisfies Partial<CommandSpec>;
  return [
    {
      name: "dump",
      group: "generic",
      since: "2.6.0",
      summary: "Return a serialized version of the value stored at the specified key.",
      complexity:
        "O(1) to access the key and additional O(N*M) to serialize it, where N is the number of Redis objects composing the value and M their average size. For small string values the time complexity is thus O(1)+O(1*M) where M is small, so simply O(1).",
      arity: 2,
      flags: "readonly",
      acl: "keyspace",
      hints: "nondeterministic_output",
      keys: [key(1, "RO access")],
      syntax: "key",
      run: (context, args, reply) => dump(services, context, args, reply),
    },
    {
      ...restoring,
      name: "restore",
      group: "generic",
      since: "2.6.0",
      summary: "Create a key using the provided serialized value, previously obtained using DUMP.",
      flags: "write denyoom",
    },
    {
      ...restoring,
      name: "restore-asking",
      group: "server",
      since: "3.0.0",
      summary: "An internal command for migrating keys in a cluster",
      flags: "write denyoom asking",
      docFlags: "syscmd",
    },
  ];
}
