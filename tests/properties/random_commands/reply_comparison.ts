/**
 * Says whether two servers gave the same reply, where "the same" may leave room for the order of a hash table or for what
 * a clock says.
 *
 * - Replies whose bytes are equal need no look into them; `sameValues()` is for the others.
 */
import { bytesOfText } from "../../support/byte_text.ts";
import { ErrorReply, NEED_MORE, PushReply, readReply, type ReplyValue } from "../../support/reply_reader.ts";
import type { Comparison, RandomCommand } from "./draw.ts";

/** How far apart two ages or times to live may be. */
const TIME_TOLERANCE_MS = 60_000;
/** Integers above this are taken for Unix times in milliseconds where a reply may hold one. */
const SMALLEST_UNIX_MS = 1e12;

/** Where the payload of DUMP ends: the version of the format and a checksum. */
const DUMP_FOOTER_BYTES = 10;
/** The types that a payload begins with whose elements come in the order of a seeded hash table. */
const HASH_TABLE_TYPES = new Set(["\x02", "\x04"]);
const STREAM_TYPE = "\x13";
/** In how many bytes side by side two times of the same minute differ at most, as the file holds them. */
const MAX_TIME_RUN_BYTES = 4;

/** Compares two replies as bytes, and if they differ, as their command wants them to be compared. */
export function isSameReply({ comparison }: RandomCommand, ours: string, theirs: string): boolean {
  if (ours === theirs) return true;
  if (comparison === "exact" || ours[0] !== theirs[0]) return false;
  // The order changes no length, whatever the kinds of the elements are.
  if (comparison === "unordered" && ours.length !== theirs.length) return false;
  return sameValues(comparison, valueOf(ours), valueOf(theirs));
}

/** Compares the reply of EXEC: each element as the command that was queued for it wants it. */
export function isSameTransaction(queued: readonly RandomCommand[], ours: string, theirs: string): boolean {
  if (ours === theirs) return true;
  const [a, b] = [valueOf(ours), valueOf(theirs)];
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== queued.length || b.length !== a.length) return false;
  return queued.every(({ comparison }, index) => sameValues(comparison, a[index]!, b[index]!));
}

/** Compares what two replies say. */
export function sameValues(comparison: Comparison, ours: ReplyValue, theirs: ReplyValue): boolean {
  switch (comparison) {
    case "unordered":
      return canonical(ours) === canonical(theirs);
    case "about":
      return isAbout(ours, theirs, !Array.isArray(ours));
    case "dump":
      return isSameDump(ours, theirs);
    default:
      return inOrder(ours) === inOrder(theirs);
  }
}

/** The value that the bytes of a whole reply stand for. */
export function valueOf(raw: string): ReplyValue {
  const reply = readReply(bytesOfText(raw), 0);
  if (reply === NEED_MORE) throw new Error(`Cannot read a reply: ${JSON.stringify(raw)}`);
  return reply.value;
}

/**
 * The payloads of two DUMPs: the same bytes, except that a stream holds the times of its consumers, and that of a hash
 * table only the type is compared. Its elements come in any order, and what Redis makes of a long one when it compresses
 * it depends on those that it has compressed before (its table of what it has seen is never cleared).
 */
function isSameDump(ours: ReplyValue, theirs: ReplyValue): boolean {
  if (typeof ours !== "string" || typeof theirs !== "string") return inOrder(ours) === inOrder(theirs);
  if (ours === theirs) return true;
  if (ours[0] !== theirs[0]) return false;
  if (HASH_TABLE_TYPES.has(ours[0]!)) return true;
  return ours[0] === STREAM_TYPE && ours.length === theirs.length && differsOnlyInTimes(ours, theirs);
}

/** True where what differs comes in runs as short as the low bytes of a time. */
function differsOnlyInTimes(ours: string, theirs: string): boolean {
  let run = 0;
  for (let index = 0; index < ours.length - DUMP_FOOTER_BYTES; index++) {
    run = ours[index] === theirs[index] ? 0 : run + 1;
    if (run > MAX_TIME_RUN_BYTES) return false;
  }
  return true;
}

/** One text for all orders of the elements. */
function canonical(value: ReplyValue): string {
  if (value instanceof Set) return `set(${canonical([...value])})`;
  if (value instanceof Map) return `map(${canonical([...value])})`;
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`;
  return inOrder(value);
}

function inOrder(value: ReplyValue): string {
  if (value instanceof Set) return `set(${inOrder([...value])})`;
  if (value instanceof Map) return `map(${inOrder([...value])})`;
  if (value instanceof ErrorReply) return `error ${value.text}`;
  if (value instanceof PushReply) return `push(${inOrder(value.items)})`;
  if (Array.isArray(value)) return `[${value.map(inOrder).join()}]`;
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

function isAbout(ours: ReplyValue, theirs: ReplyValue, isTime = false): boolean {
  if (isNumber(ours) && isNumber(theirs)) {
    if (ours === theirs) return true;
    const areTimes = ours >= 0 && theirs >= 0 && (isTime || (ours > SMALLEST_UNIX_MS && theirs > SMALLEST_UNIX_MS));
    return areTimes && Math.abs(Number(BigInt(ours) - BigInt(theirs))) <= TIME_TOLERANCE_MS;
  }
  if (ours instanceof Map && theirs instanceof Map) return isAbout([...ours].flat(), [...theirs].flat());
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    return ours.length === theirs.length &&
      ours.every((item, index) => isAbout(item, theirs[index]!, isTimeAt(ours, index)));
  }
  return inOrder(ours) === inOrder(theirs);
}

/** True for what follows the word `idle`, and for the third of a pending entry's four: id, consumer, time, count. */
function isTimeAt(items: readonly ReplyValue[], index: number): boolean {
  if (items[index - 1] === "idle") return true;
  return index === 2 && items.length === 4 && typeof items[1] === "string" && isNumber(items[3]!);
}

function isNumber(value: ReplyValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
