/**
 * EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT and PERSIST: when a key goes.
 *
 * - All of them are propagated as a moment (PEXPIREAT), or as a deletion when the moment has passed.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readExpireTime } from "../../command/arguments.ts";
import type { CommandSpec, Handler } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import { cText } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args, ArgumentSource } from "../../resp/request_batch.ts";
import { type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import type { Database } from "../../store/database.ts";
import { NOTIFY_GENERIC } from "../../store/keyspace_events.ts";
import type { Int64 } from "../../values/int64.ts";
import type { Services } from "../services.ts";

const NX_AND_OTHERS = "ERR NX and XX, GT or LT options at the same time are not compatible";
const GT_AND_LT = "ERR GT and LT options at the same time are not compatible";

const NX = 1;
const XX = 2;
const GT = 4;
const LT = 8;
const CONDITIONS: readonly (readonly [Uint8Array, number])[] = [
  [ascii("nx"), NX],
  [ascii("xx"), XX],
  [ascii("gt"), GT],
  [ascii("lt"), LT],
];

interface Variant {
  readonly name: "expire" | "pexpire" | "expireat" | "pexpireat";
  readonly unitMs: 1 | 1000;
  readonly isRelative: boolean;
}

function expire(services: Services, variant: Variant, context: Context, args: Args, reply: Reply): void {
  const { db, store } = context;
  const conditions = readConditions(args, reply);
  if (conditions === null) return;
  const atMs = readExpireTime(args, 2, reply, {
    unitMs: variant.unitMs,
    baseMs: variant.isRelative ? context.now : 0,
    commandName: variant.name,
    isPastAllowed: true,
  });
  if (atMs === null) return;
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY || !areMet(conditions, db, entry, atMs)) return reply.integer(0);
  // A replica and a loading server keep the key until they are told to delete it.
  if (atMs <= context.now && store.expiryRule === "delete") {
    db.delete(name);
    if (services.propagation.isActive) context.propagateAs([store.expiryCommand, name.view()]);
    db.commit(name, NOTIFY_GENERIC, "del");
    return reply.integer(1);
  }
  db.setExpiry(entry, atMs);
  reply.integer(1);
  if (services.propagation.isActive && variant.name !== "pexpireat") context.propagateAs(asMoment(args, atMs));
  db.commit(name, NOTIFY_GENERIC, "expire");
}

function readConditions(args: Args, reply: Reply): number | null {
  let conditions = 0;
  for (let index = 3; index < args.count; index++) {
    const option = args.at(index);
    const condition = CONDITIONS.find(([word]) => equalsIgnoreCase(option, word));
    if (condition === undefined) {
      reply.error(`ERR Unsupported option ${cText(option)}`);
      return null;
    }
    conditions |= condition[1];
  }
  const isNxMixed = (conditions & NX) !== 0 && conditions !== NX;
  const isContradictory = (conditions & (GT | LT)) === (GT | LT);
  if (!isNxMixed && !isContradictory) return conditions;
  reply.error(isNxMixed ? NX_AND_OTHERS : GT_AND_LT);
  return null;
}

/** Whether the new moment may replace the old one. A key without an expiry counts as one that lives for ever. */
function areMet(conditions: number, db: Database, entry: EntryRef, atMs: Int64): boolean {
  if (conditions === 0) return true;
  const hasExpiry = db.keyspace.hasExpiry(entry);
  const currentMs = db.keyspace.exactExpiryOf(entry);
  if ((conditions & NX) !== 0 && hasExpiry) return false;
  if ((conditions & XX) !== 0 && !hasExpiry) return false;
  if ((conditions & GT) !== 0 && (!hasExpiry || atMs <= currentMs)) return false;
  return (conditions & LT) === 0 || !hasExpiry || atMs < currentMs;
}

function asMoment(args: Args, atMs: Int64): ArgumentSource[] {
  const effect: ArgumentSource[] = ["PEXPIREAT", args.at(1).view(), atMs];
  for (let index = 3; index < args.count; index++) effect.push(args.at(index).view());
  return effect;
}

function persist({ db }: Context, args: Args, reply: Reply): void {
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY || !db.clearExpiry(entry)) return reply.integer(0);
  db.commit(name, NOTIFY_GENERIC, "persist");
  reply.integer(1);
}

type MakeHandler = (variant: Variant) => Handler;

function relativeCommands(handler: MakeHandler): CommandSpec[] {
  return [
    {
      name: "expire",
      group: "generic",
      since: "1.0.0",
      summary: "Set a key's time to live in seconds",
      complexity: "O(1)",
      arity: -3,
      flags: "write fast",
      acl: "keyspace",
      history: [["7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`."]],
      keys: [key(1, "RW update")],
      syntax: "key seconds:integer [condition@7.0.0<NX | XX | GT | LT>]",
      run: handler({ name: "expire", unitMs: 1000, isRelative: true }),
    },
    {
      name: "pexpire",
      group: "generic",
      since: "2.6.0",
      summary: "Set a key's time to live in milliseconds",
      complexity: "O(1)",
      arity: -3,
      flags: "write fast",
      acl: "keyspace",
      history: [["7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`."]],
      keys: [key(1, "RW update")],
      syntax: "key milliseconds:integer [condition@7.0.0<NX | XX | GT | LT>]",
      run: handler({ name: "pexpire", unitMs: 1, isRelative: true }),
    },
  ];
}

function absoluteCommands(handler: MakeHandler): CommandSpec[] {
  return [
    {
      name: "expireat",
      group: "generic",
      since: "1.2.0",
      summary: "Set the expiration for a key as a UNIX timestamp",
      complexity: "O(1)",
      arity: -3,
      flags: "write fast",
      acl: "keyspace",
      history: [["7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`."]],
      keys: [key(1, "RW update")],
      syntax: "key unix-time-seconds:unix-time [condition@7.0.0<NX | XX | GT | LT>]",
      run: handler({ name: "expireat", unitMs: 1000, isRelative: false }),
    },
    {
      name: "pexpireat",
      group: "generic",
      since: "2.6.0",
      summary: "Set the expiration for a key as a UNIX timestamp specified in milliseconds",
      complexity: "O(1)",
      arity: -3,
      flags: "write fast",
      acl: "keyspace",
      history: [["7.0.0", "Added options: `NX`, `XX`, `GT` and `LT`."]],
      keys: [key(1, "RW update")],
      syntax: "key unix-time-milliseconds:unix-time [condition@7.0.0<NX | XX | GT | LT>]",
      run: handler({ name: "pexpireat", unitMs: 1, isRelative: false }),
    },
  ];
}

const persistCommand: CommandSpec = {
  name: "persist",
  group: "generic",
  since: "2.2.0",
  summary: "Remove the expiration from a key",
  complexity: "O(1)",
  arity: 2,
  flags: "write fast",
  acl: "keyspace",
  keys: [key(1, "RW update")],
  syntax: "key",
  run: persist,
};

/** EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT, PERSIST. */
export function expiryCommands(services: Services): CommandSpec[] {
  const handler = (variant: Variant): Handler => (context, args, reply) =>
    expire(services, variant, context, args, reply);
  return [...relativeCommands(handler), ...absoluteCommands(handler), persistCommand];
}
