/**
 * Stores for the tests of `store/`: a frozen clock, seeded chance, and short names for keys and values.
 */

import { Clock } from "../../../src/base/clock.ts";
import { Random } from "../../../src/base/random.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import type { Database } from "../../../src/store/database.ts";
import { type EntryRef, NO_ENTRY } from "../../../src/store/entry_layout.ts";
import { Store } from "../../../src/store/store.ts";
import { readString, StringView } from "../../../src/store/string_entries.ts";
import { DEFAULT_LIST_LIMITS } from "../../../src/values/quicklist.ts";
import { KIND_STRING } from "../../../src/values/kind.ts";
import { ListValue } from "../../../src/values/list_value.ts";
import { ListpackEntry } from "../../../src/values/listpack.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";

/** When the clock of a test store stands still. */
export const START_MS = 1_700_000_000_000;

/** A store of four databases at `START_MS`. */
export function makeStore(seed = 1): Store {
  return new Store({ clock: new Clock({ frozenAtMs: START_MS }), random: new Random(seed), databaseCount: 4 });
}

/** A slice of the text, in the middle of a larger buffer as a parser's would be. */
export function slice(text: string): Slice {
  const bytes = bytesOfText(`<<${text}>>`);
  return new Slice(bytes, 2, bytes.length - 2);
}

/** The text of a slice. */
export function textOf(value: Slice): string {
  return textOfBytes(value.view());
}

/** A list of these elements. */
export function makeList(store: Store, elements: readonly string[]): ListValue {
  const list = new ListValue(store.arena, DEFAULT_LIST_LIMITS);
  for (const element of elements) list.pushTail(slice(element));
  return list;
}

/** The value of an entry as text: a string's own, a list's elements between brackets. */
export function valueText(db: Pick<Database, "keyspace">, entry: EntryRef): string {
  const { keyspace } = db;
  if (keyspace.kindOf(entry) === KIND_STRING) return textOf(readString(keyspace, entry, new StringView()));
  const list = keyspace.valueOf(entry) as ListValue;
  const element = new ListpackEntry();
  const texts: string[] = [];
  for (let index = 0; index < list.length; index++) {
    list.entryAt(index, element);
    texts.push(textOf(element));
  }
  return `[${texts.join(",")}]`;
}

/** The value of a key as text, or null. */
export function read(db: Database, key: string): string | null {
  const entry = db.peek(slice(key));
  return entry === NO_ENTRY ? null : valueText(db, entry);
}

/** Records the keyspace events of a store: "event key@db". */
export function recordEvents(store: Store): string[] {
  const events: string[] = [];
  store.notifyClasses = -1;
  store.onEvent.subscribe(({ event, key, dbIndex }) => events.push(`${event} ${textOf(key)}@${dbIndex}`));
  return events;
}

/** Records what the store decides by itself: "DEL key@db". */
export function recordEffects(store: Store): string[] {
  const effects: string[] = [];
  store.onImpliedEffect.subscribe(({ dbIndex, command, key }) => effects.push(`${command} ${textOf(key)}@${dbIndex}`));
  return effects;
}

/** Takes what a waiter throws, where none is expected to. */
export function rethrow(error: unknown): never {
  throw error;
}
