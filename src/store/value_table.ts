/**
 * The values that are not strings: objects under slot numbers while they are in use, mere blocks of the arena while they
 * rest.
 *
 * - An object for each small collection would take several times the memory of what it holds. So a value that fits into one
 *   block gives its object up: its entry then names the block in the place of a slot, and the form says how to read it.
 * - The next use makes another object. Nobody may keep a value from one command to the next, unless it is one of over
 *   32 KiB: those do not rest.
 * - Only `rest` takes objects away, and it is called between commands.
 */

import { InvariantError } from "../base/invariant.ts";
import type { SeededHash } from "../bytes/seeded_hash.ts";
import type { Arena } from "../values/arena.ts";
import { USER_WORD } from "../values/dict_entry.ts";
import { FoldedDictView } from "../values/dict_fold.ts";
import { HashValue } from "../values/hash_value.ts";
import { KIND_CODES, KIND_HASH, KIND_LIST, KIND_SET, KIND_STREAM, KIND_ZSET } from "../values/kind.ts";
import { ListValue } from "../values/list_value.ts";
import type { ListLimits, ListModel, Quicklist } from "../values/quicklist.ts";
import { SetValue } from "../values/set_value.ts";
import { SlotTable } from "../values/slot_table.ts";
import { SortedSetValue } from "../values/sorted_set_value.ts";
import { foldStream, unfoldStream } from "../values/stream_fold.ts";
import type { StreamValue } from "../values/stream_value.ts";
import {
  type EntryRef,
  FORM_MAX,
  FORM_OBJECT,
  packUserWord,
  readInt32,
  valueStart,
  writeUint32,
} from "./entry_layout.ts";
import type { Value } from "./value.ts";

/** The form of a hash, set or sorted set that is a listpack or an intset; lists have one for each model. */
const FORM_COMPACT = 1;
/** The form of a hash or set that is a table, and of a stream: making the object takes the block apart. */
const FORM_FOLDED = FORM_MAX;
const LIST_FORMS_MAX = FORM_FOLDED - 1;
const KIND_SHIFT = 28;
const FORM_SHIFT = 24;
/** How many values are made or used before it is worth looking which of them can rest. */
const AWAKE_MAX = 512;
/** How many a single look deals with: about a tenth of a millisecond. */
const REST_MAX = 1024;
const SLOTS_MIN = 1024;

/** What a `ValueTable` needs. */
export interface ValueTableOptions {
  readonly arena: Arena;
  readonly hash: SeededHash;
  readonly listLimits: ListLimits;
}

/** The values of all keyspaces of a server, by the entries that refer to them. */
export class ValueTable {
  readonly #arena: Arena;
  readonly #hash: SeededHash;
  readonly #listLimits: ListLimits;
  readonly #objects = new SlotTable<Value>();
  readonly #view: FoldedDictView;
  /** By slot: the entry that refers to it. */
  #entries = new Int32Array(SLOTS_MIN);
  /** Slots that were taken since the last look; some may be free again or taken anew. */
  readonly #awake: number[] = [];
  /** The form of what was folded last. */
  #foldedForm = FORM_COMPACT;
  /** What lists were made like, by their form less one. */
  readonly #listModels: ListModel[] = [];

  constructor({ arena, hash, listLimits }: ValueTableOptions) {
    this.#arena = arena;
    this.#hash = hash;
    this.#listLimits = listLimits;
    this.#view = new FoldedDictView(arena, hash);
  }

  /** How many values are objects. */
  get awakeCount(): number {
    return this.#objects.size;
  }

  /** The value of an entry, an object until the running command ends or longer. */
  get(entry: EntryRef): Value {
    const words = this.#arena.wordsOf(entry);
    const at = (this.#arena.offsetOf(entry) >>> 2) + USER_WORD;
    const word = words[at]!;
    const reference = this.#referenceOf(entry);
    const form = (word >>> FORM_SHIFT) & FORM_MAX;
    if (form === FORM_OBJECT) return this.#objects.get(reference);
    const value = this.#make(word >>> KIND_SHIFT, form, reference);
    this.#hold(entry, value);
    words[at] = word & ~(FORM_MAX << FORM_SHIFT);
    return value;
  }

  /** The value of an entry, to be read at once, before another one is: one that rests need not wake up for it. */
  peek(entry: EntryRef): Value {
    const word = this.#userWordOf(entry);
    const form = (word >>> FORM_SHIFT) & FORM_MAX;
    const kind = word >>> KIND_SHIFT;
    if (form === FORM_OBJECT || (form === FORM_FOLDED && kind === KIND_STREAM)) return this.get(entry);
    if (form === FORM_FOLDED) return this.#viewTable(kind, this.#referenceOf(entry));
    return this.#make(kind, form, this.#referenceOf(entry));
  }

  /** Makes an entry, which refers to no value but has room for the reference, hold `value`. */
  attach(entry: EntryRef, value: Value, lru: number): void {
    this.#hold(entry, value);
    this.#setUserWord(entry, packUserWord(KIND_CODES[value.kind], FORM_OBJECT, lru));
  }

  /** As `attach`, for a value that nobody is about to use: if it can, it rests from the start. */
  attachResting(entry: EntryRef, value: Value, lru: number): void {
    const kind = KIND_CODES[value.kind];
    const block = this.#fold(kind, value);
    if (block === 0) return this.attach(entry, value, lru);
    this.#setReference(entry, block);
    this.#setUserWord(entry, packUserWord(kind, this.#foldedForm, lru));
  }

  /** Takes the value away from an entry, which must be removed or given another one next. */
  detach(entry: EntryRef): Value {
    // Of a folded one there would be a mere view, which is not the caller's.
    if (this.#formOf(entry) === FORM_FOLDED) this.get(entry);
    const value = this.peek(entry);
    if (this.#formOf(entry) === FORM_OBJECT) this.#objects.remove(this.#referenceOf(entry));
    return value;
  }

  /** Must be called when an entry that is not a string has moved. */
  follow(entry: EntryRef): void {
    if (this.#formOf(entry) === FORM_OBJECT) this.#entries[this.#referenceOf(entry)] = entry;
  }

  /** Lets values rest, some at a time, that have been used. Nobody may hold a value while this is called. */
  rest(): void {
    const awake = this.#awake;
    if (awake.length <= AWAKE_MAX) return;
    for (let left = REST_MAX; left > 0 && awake.length > 0; left--) this.#layDown(awake.pop()!);
  }

  #layDown(slot: number): void {
    const value: Value | undefined = this.#objects.get(slot);
    if (value === undefined) return;
    const entry = this.#entries[slot]!;
    const word = this.#userWordOf(entry);
    const block = this.#fold(word >>> KIND_SHIFT, value);
    if (block === 0) return;
    this.#objects.remove(slot);
    this.#setReference(entry, block);
    this.#setUserWord(entry, word | (this.#foldedForm << FORM_SHIFT));
  }

  /** Makes a block of a value if it can, and notes its form in `#foldedForm`; 0 where the value stays as it is. */
  #fold(kind: number, value: Value): number {
    this.#foldedForm = FORM_COMPACT;
    // By the number, not by `value.kind`: each of these calls then sees objects of one class only.
    switch (kind) {
      case KIND_HASH:
        if ((value as HashValue).table !== null) this.#foldedForm = FORM_FOLDED;
        return (value as HashValue).fold();
      case KIND_SET:
        if ((value as SetValue).table !== null) this.#foldedForm = FORM_FOLDED;
        return (value as SetValue).fold();
      case KIND_ZSET:
        return (value as SortedSetValue).fold();
      case KIND_LIST:
        this.#foldedForm = this.#listForm((value as ListValue).quicklist);
        return this.#foldedForm === FORM_OBJECT ? 0 : (value as ListValue).fold();
      case KIND_STREAM:
        this.#foldedForm = FORM_FOLDED;
        return foldStream(value as StreamValue);
      default:
        return 0;
    }
  }

  /** Lists made like one of the first few models rest, others stay objects: there are no more forms. */
  #listForm({ fill, compressDepth }: Quicklist): number {
    const models = this.#listModels;
    for (let index = 0; index < models.length; index++) {
      const model = models[index]!;
      if (model.maxListpackSize === fill && model.compressDepth === compressDepth) return index + 1;
    }
    return models.length === LIST_FORMS_MAX ? FORM_OBJECT : models.push({ maxListpackSize: fill, compressDepth });
  }

  #make(kind: number, form: number, block: number): Value {
    const arena = this.#arena;
    switch (kind) {
      case KIND_HASH:
        if (form === FORM_FOLDED) return HashValue.unfoldTable(arena, this.#hash, block);
        return new HashValue(arena, this.#hash, block);
      case KIND_SET:
        if (form === FORM_FOLDED) return SetValue.unfoldTable(arena, this.#hash, block);
        return new SetValue(arena, this.#hash, block);
      case KIND_ZSET:
        return new SortedSetValue(arena, this.#hash, block);
      case KIND_LIST:
        return ListValue.unfold(arena, this.#listLimits, this.#listModels[form - 1]!, block);
      case KIND_STREAM:
        return unfoldStream(arena, block);
      default:
        throw new InvariantError("A value rests whose kind stays awake");
    }
  }

  #viewTable(kind: number, block: number): Value {
    const type = kind === KIND_HASH ? HashValue : SetValue;
    return type.viewTable(this.#arena, this.#hash, block, this.#view);
  }

  #hold(entry: EntryRef, value: Value): void {
    const slot = this.#objects.add(value);
    if (slot >= this.#entries.length) {
      const grown = new Int32Array(2 * slot);
      grown.set(this.#entries);
      this.#entries = grown;
    }
    this.#entries[slot] = entry;
    this.#awake.push(slot);
    this.#setReference(entry, slot);
  }

  #referenceOf(entry: EntryRef): number {
    return readInt32(this.#arena.bytesOf(entry), valueStart(this.#arena, entry));
  }

  #setReference(entry: EntryRef, reference: number): void {
    writeUint32(this.#arena.bytesOf(entry), valueStart(this.#arena, entry), reference);
  }

  #userWordOf(entry: EntryRef): number {
    return this.#arena.wordsOf(entry)[(this.#arena.offsetOf(entry) >>> 2) + USER_WORD]!;
  }

  #setUserWord(entry: EntryRef, word: number): void {
    this.#arena.wordsOf(entry)[(this.#arena.offsetOf(entry) >>> 2) + USER_WORD] = word;
  }

  #formOf(entry: EntryRef): number {
    return (this.#userWordOf(entry) >>> FORM_SHIFT) & FORM_MAX;
  }
}
