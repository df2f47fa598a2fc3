/**
 * One row per kind of value: which types it is read from, which it is written as, and its saver and loader.
 *
 * - A kind that is added to the union does not compile until it has its row here.
 */

import type { Kind } from "../values/kind.ts";
import type { LoadContext } from "./load_context.ts";
import type { RdbReader } from "./rdb_reader.ts";
import type { RdbValues } from "./rdb_visitor.ts";
import type { RdbWriter } from "./rdb_writer.ts";
import { HASH_TYPES, hashType, loadHash, saveHash, tryLoadHash, trySaveHash } from "./types/hash.ts";
import { LIST_TYPES, listType, loadList, saveList, tryLoadList, trySaveList } from "./types/list.ts";
import { loadSet, saveSet, SET_TYPES, setType, tryLoadSet, trySaveSet } from "./types/set.ts";
import { loadSortedSet, saveSortedSet, SORTED_SET_TYPES, sortedSetType, tryLoadSortedSet } from "./types/sorted_set.ts";
import { loadStream, saveStream, STREAM_TYPES, streamType } from "./types/stream.ts";
import { loadString, saveString, STRING_TYPES, stringType } from "./types/string.ts";

/** How values of kind `K` get into a file and out of it. */
export interface ValueType<K extends Kind> {
  /** The types a value is read from. */
  readonly types: readonly number[];
  /** The type this value is written as. */
  typeOf(value: RdbValues[K]): number;
  /** Writes the value without its type, pausing now and then; the value must not change meanwhile. */
  save(writer: RdbWriter, value: RdbValues[K]): Generator<void>;
  /** As `save`, at once, for values of the small forms: a generator would cost as much as they do. False for others. */
  readonly trySave?: (writer: RdbWriter, value: RdbValues[K]) => boolean;
  /**
   * Reads a small value that has arrived whole, without a generator, which would cost more than the value. `undefined` when
   * it has not, or is none of the frequent small forms: what was taken then is to be given back, for `load`.
   */
  readonly tryLoad?: (reader: RdbReader, type: number, context: LoadContext) => RdbValues[K] | null | undefined;
  /**
   * Reads a value of one of `types`, pausing where bytes are missing; `null` for an aggregate without elements. Frees what
   * it has built when it is left early.
   */
  load(reader: RdbReader, type: number, context: LoadContext): Generator<void, RdbValues[K] | null>;
}

/** The rows. */
export const VALUE_TYPES: { readonly [K in Kind]: ValueType<K> } = {
  string: { types: STRING_TYPES, typeOf: stringType, save: saveString, load: loadString },
  list: {
    types: LIST_TYPES,
    typeOf: listType,
    save: saveList,
    trySave: trySaveList,
    tryLoad: tryLoadList,
    load: loadList,
  },
  set: { types: SET_TYPES, typeOf: setType, save: saveSet, trySave: trySaveSet, tryLoad: tryLoadSet, load: loadSet },
  zset: {
    types: SORTED_SET_TYPES,
    typeOf: sortedSetType,
    save: saveSortedSet,
    tryLoad: tryLoadSortedSet,
    load: loadSortedSet,
  },
  hash: {
    types: HASH_TYPES,
    typeOf: hashType,
    save: saveHash,
    trySave: trySaveHash,
    tryLoad: tryLoadHash,
    load: loadHash,
  },
  stream: { types: STREAM_TYPES, typeOf: streamType, save: saveStream, load: loadStream },
};

const kindsByType: (Kind | null)[] = new Array(256).fill(null);
for (const kind of Object.keys(VALUE_TYPES) as Kind[]) {
  for (const type of VALUE_TYPES[kind].types) kindsByType[type] = kind;
}

/** The kind of value that a type (one byte) of the file stands for, or `null` if it is none that can be read. */
export function kindOfType(type: number): Kind | null {
  return kindsByType[type]!;
}
