/**
 * Stream ids among a command's arguments, and as replies.
 *
 * - A reader that finds its argument wrong writes the error reply and returns false: the handler just returns.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import { INVALID_STREAM_ID } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { Slice } from "../../bytes/slice.ts";
import {
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  parseStreamId,
  STREAM_ID_TEXT_MAX,
  type StreamId,
  type Uint64,
  UINT64_MAX,
} from "../../values/stream_id.ts";

const MINUS = 0x2d;
const PLUS = 0x2b;
const OPENING = 0x28;

const text = new Uint8Array(STREAM_ID_TEXT_MAX);
/** The time whose text, with the dash behind it, `text` begins with, and where that ends. */
let textMs: Uint64 = -1;
let seqStart = 0;
const exclusive = lasting(new Slice());

/** Writes an id as a bulk string. */
export function replyStreamId(id: Readonly<StreamId>, reply: Reply): void {
  // Ids that follow one another mostly have the time in common.
  if (id.ms !== textMs) {
    textMs = id.ms;
    seqStart = id.writeTimeText(text, 0);
  }
  reply.bulk(text, 0, id.writeSequenceText(text, seqStart));
}

/** Whether the slice is this one character. */
export function isCharacter(slice: Slice, code: number): boolean {
  return slice.end - slice.start === 1 && slice.bytes[slice.start] === code;
}

/** Reads `ms` or `ms-seq` into `id`; a missing sequence is 0. False, without a reply, for anything else. */
export function isStrictId(slice: Slice, id: StreamId): boolean {
  return parseStreamId(slice, id, 0) === "complete";
}

/** Reads `ms` or `ms-seq` into `id`; a missing sequence is 0. */
export function readStrictId(args: Args, index: number, id: StreamId, reply: Reply): boolean {
  if (isStrictId(args.at(index), id)) return true;
  reply.error(INVALID_STREAM_ID);
  return false;
}

/** Reads `ms` or `ms-seq`, or `-` and `+` for the smallest and the largest id. */
export function readLooseId(args: Args, index: number, id: StreamId, reply: Reply): boolean {
  if (parseLooseId(args.at(index), id, 0)) return true;
  reply.error(INVALID_STREAM_ID);
  return false;
}

/** Reads where an interval begins; after a `(` it begins with the id after that one. */
export function readIntervalStart(args: Args, index: number, id: StreamId, reply: Reply): boolean {
  const isExclusive = readBound(args.at(index), id, 0, reply);
  if (isExclusive === null) return false;
  if (!isExclusive || id.increment()) return true;
  reply.error("ERR invalid start ID for the interval");
  return false;
}

/** Reads where an interval ends; after a `(` it ends with the id before that one. */
export function readIntervalEnd(args: Args, index: number, id: StreamId, reply: Reply): boolean {
  const isExclusive = readBound(args.at(index), id, UINT64_MAX, reply);
  if (isExclusive === null) return false;
  if (!isExclusive || id.decrement()) return true;
  reply.error("ERR invalid end ID for the interval");
  return false;
}

/** Reads a bound and tells whether it is exclusive; null after an error. */
function readBound(slice: Slice, id: StreamId, missingSeq: Uint64, reply: Reply): boolean | null {
  const isExclusive = slice.length > 1 && slice.bytes[slice.start] === OPENING;
  let isValid;
  if (isExclusive) {
    exclusive.bytes = slice.bytes;
    exclusive.start = slice.start + 1;
    exclusive.end = slice.end;
    isValid = parseStreamId(exclusive, id, missingSeq) === "complete";
  } else {
    isValid = parseLooseId(slice, id, missingSeq);
  }
  if (isValid) return isExclusive;
  reply.error(INVALID_STREAM_ID);
  return null;
}

function parseLooseId(slice: Slice, id: StreamId, missingSeq: Uint64): boolean {
  if (isCharacter(slice, MINUS)) id.assign(MIN_STREAM_ID);
  else if (isCharacter(slice, PLUS)) id.assign(MAX_STREAM_ID);
  else return parseStreamId(slice, id, missingSeq) === "complete";
  return true;
}
