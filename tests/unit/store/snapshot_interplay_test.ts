/**
 * A snapshot is taken while a random mix of changes goes on: it must hold exactly what was there when it began.
 */

import { assertEquals } from "@std/assert";
import type { Database } from "../../../src/store/database.ts";
import { NO_ENTRY } from "../../../src/store/entry_layout.ts";
import { copyEntry, moveEntry } from "../../../src/store/key_moves.ts";
import type { Keyspace } from "../../../src/store/keyspace.ts";
import { SnapshotWalk } from "../../../src/store/snapshot_walk.ts";
import type { Store } from "../../../src/store/store.ts";
import { appendString } from "../../../src/store/string_entries.ts";
import { KIND_STRING } from "../../../src/values/kind.ts";
import type { ListValue } from "../../../src/values/list_value.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { makeList, makeStore, slice, START_MS, textOf, valueText } from "./test_store.ts";
import { Slice } from "../../../src/bytes/slice.ts";

type Image = Map<string, string>;

function describe(keyspace: Keyspace, entry: number): string {
  return `${valueText({ keyspace }, entry)} until ${keyspace.expiryOf(entry)}`;
}

function imageOf(store: Store): Image {
  const image: Image = new Map();
  for (const db of store.databases) {
    db.keyspace.forEach((entry) => {
      const key = textOf(db.keyspace.readKey(entry, new Slice()));
      image.set(`${db.index}:${key}`, describe(db.keyspace, entry));
    });
  }
  return image;
}

function makeChanges(store: Store, random: SeededRandom): (() => void)[] {
  const anyDb = () => store.databases[random.integer(0, 2)]!;
  const anyKey = () => slice(`key${random.integer(0, 400)}`);
  const isFree = (db: Database, key: Slice) => db.peek(key) === NO_ENTRY;
  return [
    () => anyDb().setString(anyKey(), slice(random.letters(random.integer(0, 60)))),
    () => anyDb().setValue(anyKey(), makeList(store, [random.letters(3)]), { keepTtl: random.chance(0.5) }),
    () => anyDb().delete(anyKey()),
    () => {
      const db = anyDb();
      const entry = db.lookupWrite(anyKey());
      if (entry === NO_ENTRY) return;
      if (db.kindOf(entry) === KIND_STRING) appendString(db.keyspace, entry, slice(random.letters(20)));
      else (db.valueOf(entry) as ListValue).pushTail(slice(random.letters(5)));
    },
    () => {
      const db = anyDb();
      const entry = db.lookupRead(anyKey());
      if (entry === NO_ENTRY || db.kindOf(entry) !== KIND_STRING) return;
      db.preserve(entry);
      appendString(db.keyspace, entry, slice(random.letters(5)));
    },
    () => {
      const db = anyDb();
      const entry = db.lookupWrite(anyKey());
      if (entry !== NO_ENTRY) db.setExpiry(entry, START_MS + random.integer(-5, 5));
    },
    () => {
      const db = anyDb();
      const entry = db.lookupWrite(anyKey());
      if (entry !== NO_ENTRY) db.clearExpiry(entry);
    },
    () => {
      const [source, target, from, to] = [anyDb(), anyDb(), anyKey(), anyKey()];
      if (!isFree(target, to)) return;
      const entry = source.lookupWrite(from);
      if (entry !== NO_ENTRY) moveEntry(source, from, entry, target, to);
    },
    () => {
      const [source, target, from, to] = [anyDb(), anyDb(), anyKey(), anyKey()];
      const entry = source.peek(from);
      if (entry !== NO_ENTRY && isFree(target, to)) copyEntry(source, source.peek(from), target, to);
    },
    () => random.chance(0.02) && store.swap(anyDb(), anyDb()),
    () => random.chance(0.02) && store.flush(random.integer(0, 2)),
  ];
}

function hasMarks(store: Store): boolean {
  let isMarked = false;
  for (const { keyspace } of store.databases) keyspace.forEach((entry) => isMarked ||= keyspace.isSaved(entry));
  return isMarked;
}

for (const seed of [1, 2, 3, 4, 5, 6]) {
  Deno.test(`a snapshot under changes is exact as of its beginning (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    const store = makeStore(seed);
    const changes = makeChanges(store, random);
    for (let round = 0; round < 8; round++) {
      for (let step = 0; step < 400; step++) random.pick(changes)();
      const expected = imageOf(store);
      const image: Image = new Map();
      const save = (dbIndex: number, keyspace: Keyspace, entry: number) => {
        const key = `${dbIndex}:${textOf(keyspace.readKey(entry, new Slice()))}`;
        assertEquals(image.has(key), false, `${key} is saved twice`);
        image.set(key, describe(keyspace, entry));
      };
      const walk = new SnapshotWalk(store, {
        beginDatabase() {},
        saveEntry: save,
        *saveLargeEntry(dbIndex, keyspace, entry) {
          save(dbIndex, keyspace, entry);
          yield;
        },
      });
      while (!walk.isFinished) {
        for (let step = random.integer(0, 6); step > 0; step--) random.pick(changes)();
        if (round % 2 === 0) store.clock.advance(1);
        walk.step();
      }
      assertEquals([...image].toSorted(), [...expected].toSorted());
      assertEquals([store.snapshot, hasMarks(store)], [null, false]);
    }
    store.flush(-1);
    store.lazyFree.run(Infinity);
    assertEquals([store.arena.usedBytes, store.values.awakeCount, store.dataBytes], [0, 0, 0]);
  });
}
