/**
 * SPOP and SRANDMEMBER: members by chance.
 *
 * - SPOP is propagated as the SREMs (or the DEL) that it amounts to.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import type { Slice } from "../../bytes/slice.ts";
import { readInteger, readPositiveInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { SYNTAX_ERROR, valueNotBetween } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_SET } from "../../store/keyspace_events.ts";
import { ListpackEntry } from "../../values/listpack.ts";
import { SetCursor, type SetValue } from "../../values/set_value.ts";
import type { Services } from "../services.ts";
import { replyUnion } from "./algebra.ts";
import { deleteEmptied, newSet, setOf } from "./set_keys.ts";

/** When more than this many times the members that stay are popped, those that stay are taken out instead. */
const MOVE_FACTOR = 5;
/** When more than a third of the members is wanted, they are drawn from a list of all. */
const DRAW_FACTOR = 3;
const COUNT_MAX = 2n ** 63n - 1n;

const member = lasting(new ListpackEntry());
const cursor = new SetCursor();

/** SPOP, with what it needs of the server. */
class MemberPopper {
  readonly #services: Services;
  readonly #maxIntsetEntries: { readonly value: number };

  constructor(services: Services) {
    this.#services = services;
    this.#maxIntsetEntries = services.config.integer("set-max-intset-entries");
  }

  /** SPOP key. */
  popOne(context: Context, args: Args, reply: Reply): void {
    const { db } = context;
    const name = args.at(1);
    const entry = db.lookupWrite(name);
    if (entry === NO_ENTRY) return reply.nil();
    const set = setOf(db, entry, reply);
    if (set === null) return;
    set.popRandom(db.store.random, member);
    db.notify(NOTIFY_SET, "spop", name);
    // Made only where somebody listens: a view costs more than the pop.
    if (this.#services.propagation.isActive) context.propagateAs(["SREM", name.view(), member.view()]);
    reply.bulkSlice(member);
    if (set.size === 0) deleteEmptied(db, name);
    db.touch(name);
    db.store.stats.dirty++;
  }

  /** SPOP key count. */
  popSeveral(context: Context, args: Args, reply: Reply): void {
    const { db } = context;
    const count = readPositiveInteger(args, 2, reply);
    if (count === null) return;
    const name = args.at(1);
    const entry = db.lookupWrite(name);
    if (entry === NO_ENTRY) return reply.set(0);
    const set = setOf(db, entry, reply);
    if (set === null) return;
    if (count === 0) return reply.set(0);
    const { size } = set;
    db.notify(NOTIFY_SET, "spop", name);
    db.store.stats.dirty += Math.min(count, size);
    if (count >= size) {
      replyUnion(db, args, 1, reply, this.#maxIntsetEntries.value);
      deleteEmptied(db, name);
      context.propagateAs(["DEL", name.view()]);
    } else {
      reply.set(count);
      if ((size - count) * MOVE_FACTOR > count) this.#popByOne(db, name, set, count, reply);
      else this.#popRest(db, name, set, size - count, reply);
      context.preventPropagation();
    }
    db.touch(name);
  }

  #popByOne(db: Database, name: Slice, set: SetValue, count: number, reply: Reply): void {
    for (let left = count; left > 0; left--) {
      set.popRandom(db.store.random, member);
      this.#replyPopped(db, name, member, reply);
    }
  }

  /** Pops all members but `kept` random ones. As in Redis those move to a new set, which may have another encoding. */
  #popRest(db: Database, name: Slice, set: SetValue, kept: number, reply: Reply): void {
    const rest = newSet(db);
    for (let left = kept; left > 0; left--) {
      set.popRandom(db.store.random, member);
      rest.add(member, this.#maxIntsetEntries.value);
    }
    cursor.open(set);
    while (cursor.next()) this.#replyPopped(db, name, cursor.member, reply);
    cursor.close();
    set.takeOver(rest);
  }

  #replyPopped(db: Database, name: Slice, popped: ListpackEntry, reply: Reply): void {
    const { propagation } = this.#services;
    reply.bulkSlice(popped);
    if (propagation.isActive) propagation.addArgv(db.index, ["SREM", name.view(), popped.view()]);
  }
}

function srandmember(context: Context, args: Args, reply: Reply): void {
  if (args.count > 3) return reply.error(SYNTAX_ERROR);
  if (args.count === 3) return replySeveral(context, args, reply);
  const { db } = context;
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.nil();
  const set = setOf(db, entry, reply);
  if (set === null) return;
  set.readRandom(db.store.random, member);
  reply.bulkSlice(member);
}

function replySeveral(context: Context, args: Args, reply: Reply): void {
  const { db } = context;
  const count = readInteger(args, 2, reply);
  if (count === null) return;
  if (count < -COUNT_MAX) return reply.error(valueNotBetween(-COUNT_MAX, COUNT_MAX));
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.emptyArray();
  const set = setOf(db, entry, reply);
  if (set === null) return;
  // A bigint is more than any set has, and more than anybody waits for.
  const wanted = Number(count);
  if (wanted === 0) reply.emptyArray();
  else if (wanted < 0 || wanted === 1) replyRepeatedly(db, set, Math.abs(wanted), reply);
  else if (wanted >= set.size) replyAll(set, reply);
  else replyDistinct(db, set, wanted, reply);
}

/** Replies with `count` random members, which may repeat. */
function replyRepeatedly(db: Database, set: SetValue, count: number, reply: Reply): void {
  reply.array(count);
  for (let left = count; left > 0 && !reply.isCutOff; left--) {
    set.readRandom(db.store.random, member);
    reply.bulkSlice(member);
  }
}

function replyAll(set: SetValue, reply: Reply): void {
  reply.array(set.size);
  cursor.open(set);
  while (cursor.next()) reply.bulkSlice(cursor.member);
  cursor.close();
}

/** Replies with `count` different random members, of more. */
function replyDistinct(db: Database, set: SetValue, count: number, reply: Reply): void {
  const { random } = db.store;
  reply.array(count);
  if (count * DRAW_FACTOR > set.size) {
    const handles = set.handles();
    for (let index = 0; index < count; index++) {
      const drawn = index + random.below(handles.length - index);
      const handle = handles[drawn]!;
      handles[drawn] = handles[index]!;
      set.readHandle(handle, member);
      reply.bulkSlice(member);
    }
    return;
  }
  const drawn = new Set<number>();
  while (drawn.size < count) {
    const handle = set.randomHandle(random);
    if (drawn.has(handle)) continue;
    drawn.add(handle);
    set.readHandle(handle, member);
    reply.bulkSlice(member);
  }
}

/** SPOP, SRANDMEMBER. */
export function randomMemberCommands(services: Services): CommandSpec[] {
  const popper = new MemberPopper(services);

  function spop(context: Context, args: Args, reply: Reply): void {
    if (args.count === 2) popper.popOne(context, args, reply);
    else if (args.count === 3) popper.popSeveral(context, args, reply);
    else reply.error(SYNTAX_ERROR);
  }

  return [
    {
      name: "spop",
      group: "set",
      since: "1.0.0",
      summary: "Remove and return one or multiple random members from a set",
      complexity: "Without the count argument O(1), otherwise O(N) where N is the value of the passed count.",
      briefUpTo: 2,
      arity: -2,
      flags: "write fast",
      acl: "set",
      hints: "nondeterministic_output",
      history: [["3.2.0", "Added the `count` argument."]],
      keys: [key(1, "RW access delete")],
      syntax: "key [count:integer@3.2.0]",
      run: spop,
    },
    {
      name: "srandmember",
      group: "set",
      since: "1.0.0",
      summary: "Get one or multiple random members from a set",
      complexity: "Without the count argument O(1), otherwise O(N) where N is the absolute value of the passed count.",
      briefUpTo: 2,
      arity: -2,
      flags: "readonly",
      acl: "set",
      hints: "nondeterministic_output",
      history: [["2.6.0", "Added the optional `count` argument."]],
      keys: [key(1, "RO access")],
      syntax: "key [count:integer@2.6.0]",
      run: srandmember,
    },
  ];
}
