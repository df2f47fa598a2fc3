/**
 * LCS: the longest common subsequence of two strings, its length, or where its runs lie.
 *
 * - The table of lengths takes 4 bytes for each pair of prefixes, and is refused above `proto-max-bulk-len`.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { copyBytes } from "../../bytes/copy.ts";
import type { Slice } from "../../bytes/slice.ts";
import { readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { keyRange } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { readString, StringView } from "../../store/string_entries.ts";
import type { Int64 } from "../../values/int64.ts";
import { KIND_STRING } from "../../values/kind.ts";
import type { Services } from "../services.ts";

const NOT_STRINGS = "ERR The specified keys must contain string values";
const LENGTH_AND_INDEXES = "ERR If you want both the length and indexes, please just use IDX.";
const TABLE_TOO_LARGE = "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len";
const NO_MEMORY = "ERR Insufficient memory, failed allocating transient memory for LCS";

const IDX_WORD = ascii("idx");
const LEN_WORD = ascii("len");
const MINMATCHLEN_WORD = ascii("minmatchlen");
const WITHMATCHLEN_WORD = ascii("withmatchlen");

const CELL_BYTES = 4;

interface LcsOptions {
  isLength: boolean;
  isIndexes: boolean;
  minMatchLength: Int64;
  hasMatchLength: boolean;
}

/** A run of equal bytes in both strings; ends are inclusive. */
interface Match {
  readonly aStart: number;
  readonly bStart: number;
  readonly length: number;
}

function lcs(context: Context, args: Args, reply: Reply, services: Services): void {
  const { db } = context;
  // The second lookup may delete an expired key, so the first key is found again after it.
  db.lookupRead(args.at(1));
  const bEntry = db.lookupRead(args.at(2));
  const aEntry = db.peek(args.at(1));
  if (!isStringOrMissing(db, aEntry) || !isStringOrMissing(db, bEntry)) return reply.error(NOT_STRINGS);
  const options = readOptions(args, reply);
  if (options === null) return;
  if (options.isLength && options.isIndexes) return reply.error(LENGTH_AND_INDEXES);
  const a = new StringView();
  const b = new StringView();
  if (aEntry !== NO_ENTRY) readString(db.keyspace, aEntry, a);
  if (bEntry !== NO_ENTRY) readString(db.keyspace, bEntry, b);
  const cellCount = (a.length + 1) * (b.length + 1);
  if (cellCount * CELL_BYTES > services.config.integer("proto-max-bulk-len").value) return reply.error(TABLE_TOO_LARGE);
  const table = makeTable(cellCount);
  if (table === null) return reply.error(NO_MEMORY);
  fillTable(table, a, b);
  const length = table[cellCount - 1]!;
  if (options.isIndexes) replyMatches(findMatches(table, a, b), length, options, reply);
  else if (options.isLength) reply.integer(length);
  else reply.bulk(commonBytes(findMatches(table, a, b), a, length));
}

function isStringOrMissing(db: Database, entry: number): boolean {
  return entry === NO_ENTRY || db.kindOf(entry) === KIND_STRING;
}

function readOptions(args: Args, reply: Reply): LcsOptions | null {
  const options: LcsOptions = { isLength: false, isIndexes: false, minMatchLength: 0, hasMatchLength: false };
  for (let index = 3; index < args.count; index++) {
    const word = args.at(index);
    if (equalsIgnoreCase(word, IDX_WORD)) {
      options.isIndexes = true;
    } else if (equalsIgnoreCase(word, LEN_WORD)) {
      options.isLength = true;
    } else if (equalsIgnoreCase(word, WITHMATCHLEN_WORD)) {
      options.hasMatchLength = true;
    } else if (equalsIgnoreCase(word, MINMATCHLEN_WORD) && index + 1 < args.count) {
      const length = readInteger(args, ++index, reply);
      if (length === null) return null;
      options.minMatchLength = length;
    } else {
      reply.error(SYNTAX_ERROR);
      return null;
    }
  }
  return options;
}

function makeTable(cellCount: number): Uint32Array | null {
  try {
    return new Uint32Array(cellCount);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Cell `i * (b.length + 1) + j` becomes the length for the first i bytes of `a` and the first j of `b`. */
function fillTable(table: Uint32Array, a: Slice, b: Slice): void {
  const width = b.length + 1;
  for (let i = 1; i <= a.length; i++) {
    const byte = a.bytes[a.start + i - 1]!;
    const row = i * width;
    for (let j = 1; j < width; j++) {
      const cell = row + j;
      if (b.bytes[b.start + j - 1] === byte) {
        table[cell] = table[cell - width - 1]! + 1;
      } else {
        const above = table[cell - width]!;
        const left = table[cell - 1]!;
        table[cell] = above > left ? above : left;
      }
    }
  }
}

/** The runs of one longest subsequence, the last one first: Redis's choice among several. */
function findMatches(table: Uint32Array, a: Slice, b: Slice): Match[] {
  const width = b.length + 1;
  const matches: Match[] = [];
  let i = a.length;
  let j = b.length;
  let length = 0;
  while (i > 0 && j > 0) {
    if (a.bytes[a.start + i - 1] === b.bytes[b.start + j - 1]) {
      length++;
      i--;
      j--;
      continue;
    }
    if (length > 0) matches.push({ aStart: i, bStart: j, length });
    length = 0;
    if (table[(i - 1) * width + j]! > table[i * width + j - 1]!) i--;
    else j--;
  }
  if (length > 0) matches.push({ aStart: i, bStart: j, length });
  return matches;
}

function replyMatches(matches: readonly Match[], length: number, options: LcsOptions, reply: Reply): void {
  const shown = matches.filter((match) => match.length >= options.minMatchLength);
  reply.map(2);
  reply.bulkText("matches");
  reply.array(shown.length);
  for (const match of shown) {
    reply.array(options.hasMatchLength ? 3 : 2);
    replyRange(match.aStart, match.length, reply);
    replyRange(match.bStart, match.length, reply);
    if (options.hasMatchLength) reply.integer(match.length);
  }
  reply.bulkText("len");
  reply.integer(length);
}

function replyRange(start: number, length: number, reply: Reply): void {
  reply.array(2);
  reply.integer(start);
  reply.integer(start + length - 1);
}

function commonBytes(matches: readonly Match[], a: Slice, length: number): Uint8Array {
  const result = new Uint8Array(length);
  let end = length;
  for (const match of matches) {
    const start = a.start + match.aStart;
    end -= match.length;
    copyBytes(result, end, a.bytes, start, start + match.length);
  }
  return result;
}

/** LCS. */
export function lcsCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "lcs",
      group: "string",
      since: "7.0.0",
      summary: "Find longest common substring",
      complexity: "O(N*M) where N and M are the lengths of s1 and s2, respectively",
      arity: -3,
      flags: "readonly",
      acl: "string",
      keys: [keyRange(1, 1, "RO access")],
      syntax: "key1:key key2:key [LEN] [IDX] [MINMATCHLEN len:integer] [WITHMATCHLEN]",
      run: (context, args, reply) => lcs(context, args, reply, services),
    },
  ];
}
