/**
 * SORT and SORT_RO: the elements of a list or a set in another order, or what keys derived from them hold.
 *
 * - Text is compared as in the C locale: by bytes and, unless the result is stored, up to the first NUL.
 * - Elements of equal weight are ordered by their own bytes; where only texts from BY are compared they keep their order.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { Slice } from "../../bytes/slice.ts";
import { readClampedInteger } from "../../command/arguments.ts";
import type { CommandSpec, KeyExtractor } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key, KEY_FLAGS, keyFlags, unknownKeys } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { SYNTAX_ERROR, WRONG_TYPE } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_GENERIC, NOTIFY_LIST } from "../../store/keyspace_events.ts";
import type { Value } from "../../store/value.ts";
import { KIND_STRING } from "../../values/kind.ts";
import { ListValue } from "../../values/list_value.ts";
import { DEFAULT_LIST_LIMITS } from "../../values/quicklist.ts";
import type { Services } from "../services.ts";
import { sortableOf, TextColumn } from "./sort_elements.ts";
import { sortedIndexes } from "./sort_order.ts";
import { hasStar, SortPattern } from "./sort_pattern.ts";
import { weightOrder } from "./sort_weights.ts";

const ASC = ascii("asc");
const DESC = ascii("desc");
const ALPHA = ascii("alpha");
const LIMIT = ascii("limit");
const STORE = ascii("store");
const BY = ascii("by");
const GET = ascii("get");

const NOT_A_DOUBLE = "ERR One or more scores can't be converted into double";
const IN_CLUSTER = "option of SORT denied in Cluster mode.";
const WITHOUT_PERMISSION = "option of SORT denied due to insufficient ACL permissions.";

const SORTED = keyFlags("RO access");
const STORED = keyFlags("OW update");
/** Options of SORT and how many arguments each takes along. */
const OPTION_ARGUMENTS: Readonly<Record<string, number>> = { limit: 2, get: 1, by: 1 };

/** The keys that BY and GET make of patterns cannot be known; SORT_RO has no other. */
const sortRoKeys: KeyExtractor = (_args, keys) => keys.add(1, SORTED);

/** The sorted key, and the last STORE's. */
const sortKeys: KeyExtractor = (args, keys) => {
  keys.add(1, SORTED);
  let stored = 0;
  for (let i = 2; i < args.count; i++) {
    const word = args.text(i).toLowerCase();
    if (word === "store" && i + 1 < args.count) stored = i + 1;
    // As Redis, the argument of STORE is looked at as an option too.
    i += OPTION_ARGUMENTS[word] ?? 0;
  }
  if (stored > 0) keys.add(stored, STORED);
};

/** The options of SORT. */
interface SortOptions {
  isDescending: boolean;
  isAlpha: boolean;
  /** BY without a star: do not sort. */
  isUnsorted: boolean;
  by: SortPattern | null;
  first: number;
  /** Negative: all. */
  count: number;
  readonly gets: SortPattern[];
  destination: Slice | null;
}

/** What the options of one form of the command may be. */
interface SortRules {
  readonly isReadOnly: boolean;
  /** Why BY and GET must not make keys of patterns: "option of SORT denied ..."; null when they may. */
  patternRefusal(context: Context, args: Args): string | null;
}

function readOptions(context: Context, args: Args, reply: Reply, rules: SortRules): SortOptions | null {
  const options: SortOptions = {
    isDescending: false,
    isAlpha: false,
    isUnsorted: false,
    by: null,
    first: 0,
    count: -1,
    gets: [],
    destination: null,
  };
  for (let index = 2; index < args.count; index++) {
    const word = args.at(index);
    if (equalsIgnoreCase(word, ASC)) options.isDescending = false;
    else if (equalsIgnoreCase(word, DESC)) options.isDescending = true;
    else if (equalsIgnoreCase(word, ALPHA)) options.isAlpha = true;
    else {
      const taken = readValuedOption(options, args, index, { context, reply, rules });
      if (taken === 0) return null;
      index += taken;
    }
  }
  return options;
}

/** Reads an option with arguments and returns how many it has; 0 after the error reply. */
function readValuedOption(
  options: SortOptions,
  args: Args,
  index: number,
  { context, reply, rules }: { context: Context; reply: Reply; rules: SortRules },
): number {
  const word = args.at(index);
  const available = args.count - index - 1;
  if (available >= 2 && equalsIgnoreCase(word, LIMIT)) {
    const first = readClampedInteger(args, index + 1, reply);
    const count = first === null ? null : readClampedInteger(args, index + 2, reply);
    if (first === null || count === null) return 0;
    options.first = first;
    options.count = count;
    return 2;
  }
  let error = SYNTAX_ERROR;
  if (available >= 1) {
    const value = args.at(index + 1);
    if (!rules.isReadOnly && equalsIgnoreCase(word, STORE)) {
      options.destination = value;
      return 1;
    }
    if (equalsIgnoreCase(word, BY)) {
      const isPattern = hasStar(value);
      const refusal = isPattern ? rules.patternRefusal(context, args) : null;
      if (refusal === null) {
        options.by = new SortPattern(value);
        // As in Redis a later BY with a star does not undo this.
        options.isUnsorted ||= !isPattern;
        return 1;
      }
      error = `ERR BY ${refusal}`;
    } else if (equalsIgnoreCase(word, GET)) {
      const refusal = rules.patternRefusal(context, args);
      if (refusal === null) {
        options.gets.push(new SortPattern(value));
        return 1;
      }
      error = `ERR GET ${refusal}`;
    }
  }
  reply.error(error);
  return 0;
}

/** Elements, and which of them are wanted in which order. */
interface Selection {
  readonly elements: TextColumn;
  /** Null: in the order in which they are. */
  readonly order: Int32Array | null;
  /** The wanted ones are those from `first` up to `end`. */
  readonly first: number;
  readonly end: number;
}

function sort(context: Context, args: Args, reply: Reply, rules: SortRules): void {
  const { db } = context;
  const options = readOptions(context, args, reply, rules);
  if (options === null) return;
  const entry = db.lookupRead(args.at(1));
  let value: Value | null = null;
  if (entry !== NO_ENTRY) {
    value = db.kindOf(entry) === KIND_STRING ? null : db.valueOf(entry);
    if (value === null || sortableOf(value) === null) return reply.error(WRONG_TYPE);
    // As in Redis, SORT leaves even a small sorted set as a table.
    if (value.kind === "zset") value.convertToTable();
  }
  const selection = value === null ? null : select(context, value, options);
  if (value !== null && selection === null) return reply.error(NOT_A_DOUBLE);
  if (options.destination === null) replySelection(db, selection, options, reply);
  else storeSelection(db, selection, options, options.destination, reply);
}

/** Collects and sorts the elements; null when a weight is no number. */
function select(context: Context, value: Value, options: SortOptions): Selection | null {
  const { db } = context;
  const sortable = sortableOf(value)!;
  const length = sortable.length(value);
  const first = Math.min(Math.max(options.first, 0), length);
  const end = options.count < 0 ? length : Math.min(first + options.count, length);
  if (!options.isUnsorted || isOrderForced(context, options, sortable.isOrdered)) {
    const elements = new TextColumn(length);
    sortable.collect(value, { first: 0, count: length, isReverse: false }, elements);
    const weights = options.isUnsorted ? { by: null, isAlpha: true } : options;
    const compare = weightOrder(db, elements, {
      by: weights.by,
      isAlpha: weights.isAlpha,
      isDescending: options.isDescending,
      isStored: options.destination !== null,
    });
    return compare === null ? null : { elements, order: sortedIndexes(length, end, compare), first, end };
  }
  const elements = new TextColumn(end - first);
  sortable.collect(value, { first, count: end - first, isReverse: options.isDescending }, elements);
  return { elements, order: null, first: 0, end: end - first };
}

/** Elements without an order of their own get one where replicas, or the same script elsewhere, must get the same. */
function isOrderForced({ isWaitDenied, isInExec }: Context, options: SortOptions, isOrdered: boolean): boolean {
  const isInScript = isWaitDenied && !isInExec;
  return !isOrdered && (options.destination !== null || isInScript);
}

function replySelection(db: Database, selection: Selection | null, { gets }: SortOptions, reply: Reply): void {
  if (selection === null) return reply.emptyArray();
  const { elements, order, first, end } = selection;
  const element = new Slice();
  reply.array((end - first) * Math.max(1, gets.length));
  for (let at = first; at < end; at++) {
    elements.read(order === null ? at : order[at]!, element);
    if (gets.length === 0) reply.bulkSlice(element);
    for (const get of gets) {
      const value = get.lookup(db, element);
      if (value === null) reply.nil();
      else reply.bulkSlice(value);
    }
  }
}

function storeSelection(
  db: Database,
  selection: Selection | null,
  { gets }: SortOptions,
  destination: Slice,
  reply: Reply,
): void {
  const { store } = db;
  // As in Redis, the list is made as on a server without configuration, and stays so.
  const list = new ListValue(store.arena, store.listLimits, DEFAULT_LIST_LIMITS);
  if (selection !== null) pushSelection(db, selection, gets, list);
  const { length } = list;
  if (length > 0) {
    db.setValue(destination, list);
    db.commit(destination, NOTIFY_LIST, "sortstore", length);
  } else if (db.delete(destination)) {
    db.commit(destination, NOTIFY_GENERIC, "del");
  }
  reply.integer(length);
}

function pushSelection(db: Database, selection: Selection, gets: readonly SortPattern[], list: ListValue): void {
  const { elements, order, first, end } = selection;
  const element = new Slice();
  const nothing = new Slice();
  for (let at = first; at < end; at++) {
    elements.read(order === null ? at : order[at]!, element);
    if (gets.length === 0) list.pushTail(element);
    for (const get of gets) list.pushTail(get.lookup(db, element) ?? nothing);
  }
}

/** Nobody can tell which keys a pattern comes to: they may be of other slots, or forbidden to the user. */
function rulesFor(services: Services, name: "sort" | "sort_ro"): SortRules {
  const cluster = services.config.boolean("cluster-enabled");
  return {
    isReadOnly: name === "sort_ro",
    patternRefusal(context, args) {
      const { permissions, registry } = services;
      if (cluster.value) return IN_CLUSTER;
      const command = registry.originalByName(name)!;
      return permissions.allowsEveryKey(context, command, args, KEY_FLAGS.access) ? null : WITHOUT_PERMISSION;
    },
  };
}

/** SORT, SORT_RO. */
export function sortCommands(services: Services): CommandSpec[] {
  const sortRules = rulesFor(services, "sort");
  const sortRoRules = rulesFor(services, "sort_ro");
  const shared = {
    group: "generic",
    complexity:
      "O(N+M*log(M)) where N is the number of elements in the list or set to sort, and M the number of returned elements. When the elements are not sorted, complexity is O(N).",
    arity: -2,
    acl: "set sortedset list dangerous",
  } as const;
  const sortedKeys = [
    key(1, "RO access"),
    unknownKeys(
      "RO access",
      "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort",
    ),
  ];
  return [
    {
      ...shared,
      name: "sort",
      since: "1.0.0",
      summary: "Sort the elements in a list, set or sorted set",
      flags: "write denyoom",
      keys: [
        ...sortedKeys,
        unknownKeys(
          "OW update",
          "For the optional STORE keyword. It is marked 'unknown' because the keyword can appear anywhere in the argument array",
        ),
      ],
      getKeys: sortKeys,
      syntax: `
        key [BY pattern:pattern#1] [LIMIT offset_count(offset:integer count:integer)] [GET... pattern:pattern#1]
        [order<ASC | DESC>] [sorting=ALPHA] [STORE destination:key#2]
      `,
      run: (context, args, reply) => sort(context, args, reply, sortRules),
    },
    {
      ...shared,
      name: "sort_ro",
      since: "7.0.0",
      summary: "Sort the elements in a list, set or sorted set. Read-only variant of SORT.",
      flags: "readonly",
      keys: sortedKeys,
      getKeys: sortRoKeys,
      syntax: `
        key [BY pattern:pattern#1] [LIMIT offset_count(offset:integer count:integer)] [GET... pattern:pattern#1]
        [order<ASC | DESC>] [sorting=ALPHA]
      `,
      run: (context, args, reply) => sort(context, args, reply, sortRoRules),
    },
  ];
}
