/**
 * OBJECT: how the value of a key is kept, and when and how often it was used.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { helpHandler } from "../../command/help.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { ENCODING_EMBSTR, ENCODING_INT, ENCODING_RAW, NO_ENTRY } from "../../store/entry_layout.ts";
import { stringAsInteger } from "../../store/string_entries.ts";
import { KIND_STRING } from "../../values/kind.ts";
import type { Services } from "../services.ts";

const LFU_SELECTED =
  "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies " +
  "at runtime LRU and LFU data will take some time to adjust.";
const LFU_NOT_SELECTED =
  "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching " +
  "between policies at runtime LRU and LFU data will take some time to adjust.";

const STRING_ENCODINGS: Readonly<Record<number, string>> = {
  [ENCODING_RAW]: "raw",
  [ENCODING_INT]: "int",
  [ENCODING_EMBSTR]: "embstr",
};

/** Redis shares the objects of the integers below this: `OBJ_SHARED_INTEGERS`. */
const SHARED_INTEGERS = 10_000;
/** Their reference count: `OBJ_SHARED_REFCOUNT`. */
const SHARED_REFERENCES = 2 ** 31 - 1;

function objectEncoding({ db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupReadNoNotify(args.at(2));
  if (entry === NO_ENTRY) return reply.nil();
  const isString = db.kindOf(entry) === KIND_STRING;
  reply.bulkText(isString ? STRING_ENCODINGS[db.keyspace.stringEncodingOf(entry)]! : db.valueOf(entry).encoding);
}

function objectFreq({ db, store, now }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupReadNoNotify(args.at(2));
  if (entry === NO_ENTRY) return reply.nil();
  if (!store.access.policy.isLfu) return reply.error(LFU_NOT_SELECTED);
  reply.integer(store.access.frequency(db.keyspace.lruOf(entry), now));
}

function objectIdletime({ db, store, now }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupReadNoNotify(args.at(2));
  if (entry === NO_ENTRY) return reply.nil();
  if (store.access.policy.isLfu) return reply.error(LFU_SELECTED);
  reply.integer(store.access.idleSeconds(db.keyspace.lruOf(entry), now));
}

function objectRefcount(services: Services, { db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupReadNoNotify(args.at(2));
  if (entry === NO_ENTRY) return reply.nil();
  const isInteger = db.kindOf(entry) === KIND_STRING && db.keyspace.stringEncodingOf(entry) === ENCODING_INT;
  const value = isInteger ? stringAsInteger(db.keyspace, entry)! : -1;
  const isShared = value >= 0 && value < SHARED_INTEGERS && sharesIntegers(services);
  reply.integer(isShared ? SHARED_REFERENCES : 1);
}

/** Evicting by age or frequency needs a clock for each value, so Redis does not share objects then. */
function sharesIntegers({ config }: Services): boolean {
  return config.integer("maxmemory").value === 0 || !/-l[rf]u$/.test(config.enum("maxmemory-policy").value);
}

const SUBCOMMANDS: readonly CommandSpec[] = [
  {
    name: "encoding",
    group: "generic",
    since: "2.2.3",
    summary: "Inspect the internal encoding of a Redis object",
    complexity: "O(1)",
    arity: 3,
    flags: "readonly",
    acl: "keyspace",
    hints: "nondeterministic_output",
    keys: [key(2, "RO")],
    syntax: "key",
    run: objectEncoding,
  },
  {
    name: "freq",
    group: "generic",
    since: "4.0.0",
    summary: "Get the logarithmic access frequency counter of a Redis object",
    complexity: "O(1)",
    arity: 3,
    flags: "readonly",
    acl: "keyspace",
    hints: "nondeterministic_output",
    keys: [key(2, "RO")],
    syntax: "key",
    run: objectFreq,
  },
  {
    name: "help",
    group: "generic",
    since: "6.2.0",
    summary: "Show helpful text about the different subcommands",
    complexity: "O(1)",
    arity: 2,
    flags: "loading stale",
    acl: "keyspace",
    run: helpHandler([
      "ENCODING <key>",
      "    Return the kind of internal representation used in order to store the value",
      "    associated with a <key>.",
      "FREQ <key>",
      "    Return the access frequency index of the <key>. The returned integer is",
      "    proportional to the logarithm of the recent access frequency of the key.",
      "IDLETIME <key>",
      "    Return the idle time of the <key>, that is the approximated number of",
      "    seconds elapsed since the last access to the key.",
      "REFCOUNT <key>",
      "    Return the number of references of the value associated with the specified",
      "    <key>.",
    ]),
  },
  {
    name: "idletime",
    group: "generic",
    since: "2.2.3",
    summary: "Get the time since a Redis object was last accessed",
    complexity: "O(1)",
    arity: 3,
    flags: "readonly",
    acl: "keyspace",
    hints: "nondeterministic_output",
    keys: [key(2, "RO")],
    syntax: "key",
    run: objectIdletime,
  },
];

function refcountCommand(services: Services): CommandSpec {
  return {
    name: "refcount",
    group: "generic",
    since: "2.2.3",
    summary: "Get the number of references to the value of the key",
    complexity: "O(1)",
    arity: 3,
    flags: "readonly",
    acl: "keyspace",
    hints: "nondeterministic_output",
    keys: [key(2, "RO")],
    syntax: "key",
    run: (context, args, reply) => objectRefcount(services, context, args, reply),
  };
}

/** OBJECT and its subcommands. */
export function objectCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "object",
      group: "generic",
      since: "2.2.3",
      summary: "A container for object introspection commands",
      complexity: "Depends on subcommand.",
      arity: -2,
      subcommands: [...SUBCOMMANDS, refcountCommand(services)],
    },
  ];
}
