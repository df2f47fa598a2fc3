/**
 * A visitor that keeps what a file holds in plain values, and the values' way back into a file.
 *
 * - Texts have one character per byte.
 */
import { ByteWriter } from "../../../src/bytes/byte_writer.ts";
import { formatDouble } from "../../../src/bytes/double.ts";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import type { LoadContext } from "../../../src/rdb/load_context.ts";
import { RdbParser } from "../../../src/rdb/rdb_parser.ts";
import type { RdbEntry, RdbVisitor } from "../../../src/rdb/rdb_visitor.ts";
import { RdbWriter } from "../../../src/rdb/rdb_writer.ts";
import { HashCursor, type HashLimits, type HashValue } from "../../../src/values/hash_value.ts";
import type { Int64 } from "../../../src/values/int64.ts";
import { Arena } from "../../../src/values/arena.ts";
import { KIND_HASH, KIND_LIST, KIND_SET, KIND_STREAM, KIND_STRING, KIND_ZSET } from "../../../src/values/kind.ts";
import { ListCursor, type ListValue } from "../../../src/values/list_value.ts";
import { DEFAULT_LIST_LIMITS } from "../../../src/values/quicklist.ts";
import { SetCursor, type SetValue } from "../../../src/values/set_value.ts";
import { SortedSetCursor } from "../../../src/values/sorted_set_cursor.ts";
import type { SortedSetLimits, SortedSetValue } from "../../../src/values/sorted_set_value.ts";
import { StreamCursor } from "../../../src/values/stream_cursor.ts";
import { MAX_STREAM_ID, MIN_STREAM_ID } from "../../../src/values/stream_id.ts";
import type { StreamValue } from "../../../src/values/stream_value.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";

/** The limits that Redis has by default. */
export const DEFAULT_HASH_LIMITS: HashLimits = { maxListpackEntries: 512, maxListpackValue: 64 };

/** The limits that Redis has by default. */
export const DEFAULT_SORTED_SET_LIMITS: SortedSetLimits = { maxListpackEntries: 128, maxListpackValue: 64 };

/** A value as JSON can hold it. */
export type PlainValue = string | { hash: [string, string][] } | { list: string[] } | { set: string[] } | {
  zset: [string, number][];
} | {
  stream: Record<string, unknown>;
};

/** One key of a file. */
export interface RecordedKey {
  db: number;
  key: string;
  value: PlainValue;
  expireAtMs: Int64;
  lruIdleSeconds: number;
  lfuFrequency: number;
}

/** Keeps everything that a parser hands over. */
export class Recorder implements RdbVisitor {
  /** The arena of the aggregates, which are freed as soon as they are recorded. */
  readonly context: LoadContext;
  readonly keys: RecordedKey[] = [];
  readonly notes: [string, string][] = [];
  readonly functions: string[] = [];
  readonly sizes: [number, number][] = [];
  readonly emptyKeys: string[] = [];
  hasChecksum: boolean | null = null;
  #db = 0;

  constructor(
    maxIntsetEntries = 512,
    hashLimits: HashLimits = DEFAULT_HASH_LIMITS,
    sortedSetLimits: SortedSetLimits = DEFAULT_SORTED_SET_LIMITS,
  ) {
    this.context = {
      arena: new Arena(),
      hash: new SeededHash(1, 2),
      listLimits: DEFAULT_LIST_LIMITS,
      maxIntsetEntries,
      hashLimits,
      sortedSetLimits,
      checksDuplicates: true,
    };
  }

  onAux(key: Slice, value: Slice): void {
    this.notes.push([textOf(key), textOf(value)]);
  }

  onSelectDb(index: number): void {
    this.#db = index;
  }

  onResizeDb(keyCount: number, expireCount: number): void {
    this.sizes.push([keyCount, expireCount]);
  }

  onFunction(source: Slice): void {
    this.functions.push(textOf(source));
  }

  onKey(entry: RdbEntry): void {
    const { expireAtMs, lruIdleSeconds, lfuFrequency } = entry;
    const value = plainValue(entry);
    this.keys.push({ db: this.#db, key: textOf(entry.key), value, expireAtMs, lruIdleSeconds, lfuFrequency });
    if (entry.kind !== KIND_STRING) entry.value.free();
  }

  onEmptyKey(key: Slice): void {
    this.emptyKeys.push(textOf(key));
  }

  onEnd(hasChecksum: boolean): void {
    this.hasChecksum = hasChecksum;
  }
}

/** What `parseFile` is told beside the file. */
export interface ParseOptions {
  /** Bytes of each chunk; the whole file by default. */
  chunkBytes?: number;
  verifyChecksum?: boolean;
  maxIntsetEntries?: number;
}

/** Parses a whole file; throws what the parser throws. */
export function parseFile(file: Uint8Array, options: ParseOptions = {}): Recorder {
  const { chunkBytes = file.length, verifyChecksum = true, maxIntsetEntries = 512 } = options;
  const recorder = new Recorder(maxIntsetEntries);
  const parser = new RdbParser(recorder, { ...recorder.context, verifyChecksum });
  for (let at = 0; at < file.length; at += chunkBytes) {
    // In memory of its own that is overwritten afterwards: the parser must not keep it.
    const chunk = file.slice(at, at + chunkBytes);
    parser.feed(chunk);
    chunk.fill(0xee);
  }
  parser.finish();
  return recorder;
}

/** What is written around the content of a file. */
export interface WriteOptions {
  compression?: boolean;
  checksum?: boolean;
}

/** A whole file with the given content. */
export function writeFile(
  write: (writer: RdbWriter) => void,
  options: WriteOptions = {},
): Uint8Array<ArrayBuffer> {
  const { compression = true, checksum = true } = options;
  const writer = new RdbWriter(new ByteWriter(), { compression, checksum });
  writer.header();
  write(writer);
  return writer.end();
}

/** The slice of a text. */
export function sliceOf(text: string): Slice {
  return new Slice(bytesOfText(text));
}

/** The text of a slice. */
export function textOf(slice: Slice): string {
  return textOfBytes(slice.view());
}

/** The elements of a list. */
export function listElements(list: ListValue): string[] {
  const cursor = new ListCursor();
  const elements: string[] = [];
  if (cursor.seek(list, 0)) { while (cursor.next()) elements.push(textOf(cursor.entry)); }
  return elements;
}

/** The members of a set, sorted. */
export function setMembers(set: SetValue): string[] {
  const cursor = new SetCursor();
  const members: string[] = [];
  for (cursor.open(set); cursor.next();) members.push(textOf(cursor.member));
  cursor.close();
  return members.sort();
}

/** The pairs of a hash, sorted. */
export function hashPairs(hash: HashValue): [string, string][] {
  const cursor = new HashCursor();
  const pairs: [string, string][] = [];
  for (cursor.open(hash); cursor.next();) pairs.push([textOf(cursor.field), textOf(cursor.value)]);
  cursor.close();
  return pairs.sort((left, right) => (left[0] < right[0] ? -1 : 1));
}

/** The members and scores of a sorted set, in their order. */
export function sortedSetPairs(set: SortedSetValue): [string, number][] {
  const cursor = new SortedSetCursor();
  const pairs: [string, number][] = [];
  for (cursor.seek(set); cursor.next();) pairs.push([textOf(cursor.member), cursor.score]);
  return pairs;
}

/** The members of a sorted set with their scores as text, in their order. */
export function scoredMembers(set: SortedSetValue): [string, string][] {
  return sortedSetPairs(set).map(([member, score]) => [member, formatDouble(score)]);
}

/** All that a stream holds. */
export function streamContent(stream: StreamValue): Record<string, unknown> {
  const cursor = new StreamCursor();
  const entries: unknown[] = [];
  for (cursor.seek(stream, MIN_STREAM_ID, MAX_STREAM_ID); cursor.next();) {
    const fields: string[] = [];
    while (cursor.nextField()) fields.push(textOf(cursor.field), textOf(cursor.value));
    entries.push([String(cursor.id), fields]);
  }
  const groups = [...stream.groups].map((group) => ({
    name: textOfBytes(group.name),
    lastId: String(group.lastId),
    entriesRead: String(group.entriesRead),
    pending: [...group.pending].map((entry) => {
      return [String(entry.id), textOfBytes(entry.consumer.name), entry.deliveryTimeMs, entry.deliveryCount];
    }),
    consumers: [...group.consumers].map((consumer) => {
      return [textOfBytes(consumer.name), consumer.seenTimeMs, [...consumer.pending].map((entry) => String(entry.id))];
    }),
  }));
  return {
    length: stream.length,
    lastId: String(stream.lastId),
    firstId: String(stream.firstId),
    maxDeletedId: String(stream.maxDeletedId),
    entriesAdded: String(stream.entriesAdded),
    entries,
    groups,
  };
}

function plainValue(entry: RdbEntry): PlainValue {
  switch (entry.kind) {
    case KIND_STRING:
      return textOf(entry.value);
    case KIND_LIST:
      return { list: listElements(entry.value) };
    case KIND_SET:
      return { set: setMembers(entry.value) };
    case KIND_HASH:
      return { hash: hashPairs(entry.value) };
    case KIND_ZSET:
      return { zset: sortedSetPairs(entry.value) };
    case KIND_STREAM:
      return { stream: streamContent(entry.value) };
  }
}
