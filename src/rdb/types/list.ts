/**
 * List values: written as they are kept, node by node; read from every form lists ever had.
 *
 * ```
 * LIST (1)               := length string*                      one string per element
 * LIST_ZIPLIST (10)      := string                              a ziplist
 * LIST_QUICKLIST (14)    := length string*                      one ziplist per node
 * LIST_QUICKLIST_2 (18)  := length (container string)*          container 1: one element; 2: a listpack
 * ```
 *
 * - Ziplists become listpacks element by element, so their old node boundaries are lost; they mean nothing.
 * - Nodes that `list-compress-depth` has Redis keep compressed are written compressed, as there.
 * - Empty nodes are dropped silently; a list that ends up empty is no list (`null`).
 */

import type { Slice } from "../../bytes/slice.ts";
import { LISTPACK_EMPTY_BYTES, validateListpack } from "../../values/listpack.ts";
import { ListValue } from "../../values/list_value.ts";
import type { LoadContext } from "../load_context.ts";
import {
  CONTAINER_PACKED,
  CONTAINER_PLAIN,
  TYPE_LIST,
  TYPE_LIST_QUICKLIST,
  TYPE_LIST_QUICKLIST_2,
  TYPE_LIST_ZIPLIST,
} from "../rdb_format.ts";
import type { RdbReader } from "../rdb_reader.ts";
import type { RdbWriter } from "../rdb_writer.ts";
import { ZiplistCursor } from "../ziplist.ts";

/** The types a list is read from. */
export const LIST_TYPES: readonly number[] = [
  TYPE_LIST,
  TYPE_LIST_ZIPLIST,
  TYPE_LIST_QUICKLIST,
  TYPE_LIST_QUICKLIST_2,
];

/** The type a list is written as. */
export function listType(): number {
  return TYPE_LIST_QUICKLIST_2;
}

/** See `ValueType.trySave`: a list of one listpack, as most are. */
export function trySaveList(writer: RdbWriter, { quicklist, nodeCount, firstNode: node }: ListValue): boolean {
  if (nodeCount !== 1 || node!.isPlain || writer.isLong(node!.sizeBytes)) return false;
  writer.length(1);
  writer.length(CONTAINER_PACKED);
  const start = quicklist.baseOf(node!);
  writer.string(quicklist.arena.bytesOf(node!.handle), start, start + node!.sizeBytes);
  return true;
}

/** Writes a list, which must not change before the generator is done. */
export function* saveList(writer: RdbWriter, list: ListValue): Generator<void> {
  if (trySaveList(writer, list)) return;
  const { quicklist, nodeCount } = list;
  const { arena, compressDepth } = quicklist;
  writer.length(nodeCount);
  for (let node = list.firstNode, index = 0; node !== null; node = node.next, index++) {
    const bytes = arena.bytesOf(node.handle);
    const start = quicklist.baseOf(node);
    const end = start + node.sizeBytes;
    writer.length(node.isPlain ? CONTAINER_PLAIN : CONTAINER_PACKED);
    const isInside = index >= compressDepth && index < nodeCount - compressDepth;
    if (compressDepth > 0 && isInside) yield* writer.packedString(bytes, start, end);
    else if (writer.isLong(node.sizeBytes)) yield* writer.longString(bytes, start, end);
    else writer.string(bytes, start, end);
    if (writer.endSlice()) yield;
  }
}

/** Reads a list of the given type; `null` if it has no elements. */
export function* loadList(reader: RdbReader, type: number, context: LoadContext): Generator<void, ListValue | null> {
  const list = new ListValue(context.arena, context.listLimits);
  let isComplete = false;
  try {
    if (type === TYPE_LIST) yield* readElements(reader, list);
    else if (type === TYPE_LIST_QUICKLIST_2) yield* readNodes(reader, list);
    else yield* readZiplists(reader, list, type);
    isComplete = true;
  } finally {
    if (!isComplete) list.free();
  }
  return list.length === 0 ? null : list;
}

/** See `ValueType.tryLoad`: a list of one listpack, as most are. */
export function tryLoadList(reader: RdbReader, type: number, context: LoadContext): ListValue | null | undefined {
  if (type !== TYPE_LIST_QUICKLIST_2 || !reader.tryLength()) return undefined;
  const nodeCount = reader.length;
  if (nodeCount !== 1 || !reader.tryLength()) return undefined;
  const container = reader.length;
  if (container !== CONTAINER_PACKED || !reader.tryString(reader.text)) return undefined;
  const list = new ListValue(context.arena, context.listLimits);
  appendListpack(reader, list, reader.text);
  return list.length === 0 ? null : list;
}

function* readElements(reader: RdbReader, list: ListValue): Generator<void, void> {
  const element = reader.text;
  while (!reader.tryLength()) yield;
  for (let rest = reader.length; rest > 0; rest--) {
    while (!reader.tryString(element)) yield;
    list.pushTail(element);
  }
}

function* readNodes(reader: RdbReader, list: ListValue): Generator<void, void> {
  const node = reader.text;
  while (!reader.tryLength()) yield;
  for (let rest = reader.length; rest > 0; rest--) {
    while (!reader.tryLength()) yield;
    const container = reader.length;
    if (container !== CONTAINER_PLAIN && container !== CONTAINER_PACKED) {
      throw reader.corrupt("Quicklist integrity check failed.");
    }
    while (!reader.tryString(node)) yield;
    if (container === CONTAINER_PACKED) appendListpack(reader, list, node);
    else if (node.length > 0) list.appendPlain(node);
    else throw reader.corrupt("Quicklist integrity check failed.");
  }
}

function appendListpack(reader: RdbReader, list: ListValue, node: Slice): void {
  // Always in depth: an entry with a false length would let an edit of this list write into its neighbours in the arena.
  if (!validateListpack(node.bytes, node.start, node.end, true)) {
    throw reader.corrupt("Listpack integrity check failed.");
  }
  if (node.length > LISTPACK_EMPTY_BYTES) list.appendListpack(node.bytes, node.start, node.end);
}

function* readZiplists(reader: RdbReader, list: ListValue, type: number): Generator<void, void> {
  const blob = reader.text;
  let rest = 1;
  if (type === TYPE_LIST_QUICKLIST) {
    while (!reader.tryLength()) yield;
    rest = reader.length;
  }
  for (; rest > 0; rest--) {
    while (!reader.tryString(blob)) yield;
    const cursor = new ZiplistCursor(blob.bytes, blob.start, blob.end);
    while (cursor.next()) list.pushTail(cursor.text);
    if (!cursor.isValid) {
      const what = type === TYPE_LIST_QUICKLIST ? "Ziplist" : "List ziplist";
      throw reader.corrupt(`${what} integrity check failed.`);
    }
  }
}
