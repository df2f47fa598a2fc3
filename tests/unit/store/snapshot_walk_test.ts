/**
 * A walk gives exactly the data of its beginning, whatever is written meanwhile: strings, lists, sets and streams, small ones
 * and some so large that they are saved in slices, in a file that is then read back.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RdbSnapshotWriter } from "../../../src/persistence/rdb_snapshot_writer.ts";
import type { RdbEntry } from "../../../src/rdb/rdb_visitor.ts";
import { type EntryRef, NO_ENTRY } from "../../../src/store/entry_layout.ts";
import type { Database } from "../../../src/store/database.ts";
import { copyEntry, moveEntry } from "../../../src/store/key_moves.ts";
import type { Keyspace } from "../../../src/store/keyspace.ts";
import { SnapshotWalk } from "../../../src/store/snapshot_walk.ts";
import type { Store } from "../../../src/store/store.ts";
import { appendString, overwriteString, readString, StringView } from "../../../src/store/string_entries.ts";
import { InvariantError } from "../../../src/base/invariant.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { KIND_STRING } from "../../../src/values/kind.ts";
import { ListpackEntry } from "../../../src/values/listpack.ts";
import { ListValue } from "../../../src/values/list_value.ts";
import { SetValue } from "../../../src/values/set_value.ts";
import { StreamId } from "../../../src/values/stream_id.ts";
import { DEFAULT_STREAM_LIMITS } from "../../../src/values/stream_node.ts";
import { StreamValue } from "../../../src/values/stream_value.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { parseFile, Recorder } from "../rdb/recorder.ts";
import { makeStore, slice, START_MS, textOf } from "./test_store.ts";

/** What a store holds, one text for each key. */
type Image = string[];

const DATABASES = 3;
const KEYS = 60;
/** Steps over which a value of this many elements is saved, at least. */
const LARGE_LENGTH = 4000;

class Model {
  readonly store: Store;
  readonly random: SeededRandom;
  /** Writers that had to wait for a large value. */
  waits = 0;
  /** Writers that came by another way than a command, and did not wait. */
  intrusions = 0;
  #streamMs = 0;

  constructor(seed: number) {
    this.store = makeStore(seed);
    this.random = new SeededRandom(seed);
  }

  image(): Image {
    const image: Image = [];
    const reader = new Recorder();
    for (const db of this.store.databases) {
      db.keyspace.forEach((entry) => image.push(this.#describe(reader, db, entry)));
    }
    return image.sort();
  }

  /** One change of a random sort to a random key. */
  change(): void {
    const { random, store } = this;
    const db = this.db();
    const key = slice(`key:${random.integer(0, KEYS)}`);
    switch (random.integer(0, 13)) {
      case 0:
        return this.#free(db, key, () => void db.setString(key, slice(random.letters(random.integer(0, 300)))));
      case 1:
        return this.#free(db, key, () => void db.setString(key, slice(`${random.word()}`), { keepTtl: true }));
      case 2:
        return this.#free(db, key, () => void db.setValue(key, this.list(random.integer(1, 30))));
      case 3:
        return this.#free(db, key, () => void db.setValue(key, this.set(random.integer(1, 30)), { keepTtl: true }));
      case 4:
        return this.#free(db, key, () => void db.setValue(key, this.stream(random.integer(1, 30))));
      case 5:
      case 6:
      case 7:
        return this.#free(db, key, () => this.#alter(db, key));
      case 8:
        return this.#free(db, key, () => void db.delete(key));
      case 9:
        return this.#rename(db, key);
      case 10:
        return this.#free(db, key, () => this.#expire(db, key));
      case 11:
        store.clock.advance(1);
        db.lookupRead(key);
        return;
      case 12:
        return this.#rarely();
      default: {
        const target = slice(`key:${random.integer(0, KEYS)}`);
        const into = this.db();
        const entry = db.lookupRead(key);
        if (entry !== NO_ENTRY && into.peek(target) === NO_ENTRY) copyEntry(db, db.peek(key), into, target);
      }
    }
  }

  db(): Database {
    return this.store.databases[this.random.integer(0, DATABASES - 1)]!;
  }

  list(length: number): ListValue {
    const list = new ListValue(this.store.arena, this.store.listLimits);
    for (let count = 0; count < length; count++) list.pushTail(slice(this.random.letters(this.random.integer(0, 40))));
    return list;
  }

  set(size: number): SetValue {
    const set = new SetValue(this.store.arena, this.store.hash);
    for (let count = 0; count < size; count++) set.add(slice(this.random.letters(20)), 512);
    return set;
  }

  stream(length: number): StreamValue {
    const stream = new StreamValue(this.store.arena);
    for (let count = 0; count < length; count++) this.#append(stream);
    return stream;
  }

  /** A large value of every kind in each database. */
  addLargeValues(): void {
    for (const [index, db] of this.store.databases.slice(0, DATABASES).entries()) {
      db.setValue(slice(`key:${index}`), this.list(LARGE_LENGTH));
      db.setValue(slice(`key:${index + 10}`), this.set(LARGE_LENGTH));
      db.setValue(slice(`key:${index + 20}`), this.stream(LARGE_LENGTH));
      db.setString(slice(`key:${index + 30}`), slice(this.random.letters(300_000)));
    }
  }

  #append(stream: StreamValue): void {
    const parts = [slice("field"), slice(this.random.letters(20))];
    stream.append(new StreamId(++this.#streamMs, 0), { parts, first: 0, pairCount: 1 }, DEFAULT_STREAM_LIMITS);
  }

  #alter(db: Database, key: Slice): void {
    const { random } = this;
    const entry = db.lookupWrite(key);
    if (entry === NO_ENTRY) return;
    const element = slice(random.letters(10));
    if (db.kindOf(entry) === KIND_STRING) {
      if (random.chance(0.5)) appendString(db.keyspace, entry, element);
      else overwriteString(db.keyspace, entry, random.integer(0, 400), element);
      return;
    }
    const value = db.valueOf(entry);
    if (value instanceof ListValue) {
      if (random.chance(0.5)) value.pushHead(element);
      else value.popTail(new ListpackEntry());
      if (value.length === 0) db.delete(key);
    } else if (value instanceof SetValue) {
      if (random.chance(0.5)) value.add(element, 512);
      else value.popRandom(this.store.random, new ListpackEntry());
      if (value.size === 0) db.delete(key);
    } else if (value instanceof StreamValue) {
      if (random.chance(0.5)) this.#append(value);
      else value.trimByLength(Math.max(0, value.length - 2), false, 0);
    }
  }

  #rename(db: Database, key: Slice): void {
    const target = slice(`key:${this.random.integer(0, KEYS)}`);
    if (textOf(target) === textOf(key)) return;
    this.#free(db, key, () => {
      this.#free(db, target, () => {
        const entry = db.lookupWrite(key);
        if (entry === NO_ENTRY) return;
        db.delete(target);
        moveEntry(db, key, db.peek(key), db, target);
      });
    });
  }

  #expire(db: Database, key: Slice): void {
    const entry = db.lookupWrite(key);
    if (entry === NO_ENTRY) return;
    if (this.random.chance(0.2)) db.clearExpiry(entry);
    else db.setExpiry(entry, this.store.clock.now + this.random.integer(1, 2000));
  }

  #rarely(): void {
    const { random, store } = this;
    if (random.chance(0.9)) return;
    if (random.chance(0.6)) store.swap(this.db(), this.db());
    else store.flush(random.chance(0.2) ? -1 : random.integer(0, DATABASES - 1));
    // More keys at once than a table takes without a second one.
    const db = this.db();
    for (let count = 0; count < 60; count++) db.setString(slice(`key:${random.integer(0, KEYS)}`), slice("burst"));
  }

  /** Runs the change when no walk holds the key, as the gate before a command has it; a few do not ask. */
  #free(db: Database, key: Slice, change: () => void): void {
    for (;;) {
      const walk = this.store.snapshot;
      const entry = db.keyspace.find(key);
      if (walk === null || entry === NO_ENTRY || !walk.isHeld(db.keyspace, entry)) break;
      if (this.random.chance(0.25)) {
        this.intrusions++;
        break;
      }
      this.waits++;
      void walk.release(db.keyspace, key);
      assert(walk.isAwaited);
      while (walk.isAwaited) walk.step();
    }
    change();
  }

  #describe(reader: Recorder, db: Database, entry: EntryRef): string {
    const { keyspace } = db;
    const kind = keyspace.kindOf(entry);
    const isString = kind === KIND_STRING;
    reader.keys.length = 0;
    reader.onKey({
      key: keyspace.readKey(entry, new Slice()),
      kind,
      // Recorded values are freed by the recorder.
      value: isString ? readString(keyspace, entry, new StringView()) : keyspace.valueOf(entry).duplicate(),
      expireAtMs: keyspace.expiryOf(entry),
      lruIdleSeconds: -1,
      lfuFrequency: -1,
    } as RdbEntry);
    return JSON.stringify({ ...reader.keys[0]!, db: db.index });
  }
}

function makeWriter(store: Store): RdbSnapshotWriter {
  const options = { compression: true, checksum: true, access: "none" } as const;
  return new RdbSnapshotWriter(store, options, { notes: [], libraries: [] });
}

function imageOfFile(writer: RdbSnapshotWriter, chunks: Uint8Array[]): Image {
  const { keys } = parseFile(new Uint8Array([...chunks, writer.end()].flatMap((chunk) => [...chunk])));
  return keys.map((key) => JSON.stringify(key)).sort();
}

/** No mark of a walk is left, and no table waits for one. */
function assertUntouched(store: Store): void {
  assertEquals(store.snapshot, null);
  for (const { keyspace } of store.databases) {
    keyspace.forEach((entry) => assertEquals(keyspace.isSaved(entry), false));
    assertEquals(keyspace.section, -1);
    assertThrows(() => keyspace.dict.resumeResize(), InvariantError);
  }
}

function assertAllComesBack(store: Store): void {
  store.flush(-1);
  store.lazyFree.run(Infinity);
  assertEquals([store.arena.usedBytes, store.values.awakeCount, store.dataBytes], [0, 0, 0]);
}

for (const seed of [11, 12, 13, 14]) {
  Deno.test(`a walk under all sorts of writes is exact as of its beginning, large values too (seed ${seed})`, () => {
    const model = new Model(seed);
    const { store, random } = model;
    for (let round = 0; round < 6; round++) {
      for (let step = 0; step < 600; step++) model.change();
      model.addLargeValues();
      const expected = model.image();
      const { keyCount } = store;
      const writer = makeWriter(store);
      const walk = new SnapshotWalk(store, writer);
      const chunks: Uint8Array[] = [];
      while (!walk.isFinished) {
        for (let step = random.integer(0, 8); step > 0; step--) model.change();
        walk.step();
        if (random.chance(0.1)) chunks.push(writer.take());
      }
      assertEquals([walk.keyCount, walk.keysSaved], [keyCount, keyCount]);
      assertEquals(imageOfFile(writer, chunks), expected);
      assertUntouched(store);
    }
    assert(model.waits > 0, "no writer had to wait");
    assert(model.intrusions > 0, "every writer waited");
    assertAllComesBack(store);
  });
}

Deno.test("a walk that is cancelled at any step leaves no mark, and the next one is exact", () => {
  const model = new Model(21);
  const { store, random } = model;
  for (let steps = 0; steps < 60; steps++) {
    for (let step = 0; step < 100; step++) model.change();
    if (steps % 10 === 0) model.addLargeValues();
    const cancelled = new SnapshotWalk(store, makeWriter(store));
    for (let step = 0; step < steps && !cancelled.isFinished; step++) {
      if (random.chance(0.5)) model.change();
      cancelled.step();
    }
    cancelled.cancel();
    for (let step = 0; step < 3; step++) model.change();
    if (random.chance(0.3)) store.flush(-1);
    while (!cancelled.isFinished) cancelled.step();
    assertUntouched(store);

    const expected = model.image();
    const writer = makeWriter(store);
    const walk = new SnapshotWalk(store, writer);
    while (!walk.isFinished) walk.step();
    assertEquals(imageOfFile(writer, []), expected);
    assertUntouched(store);
  }
  assertAllComesBack(store);
});

Deno.test("a waiting writer is woken when the walk is cancelled", async () => {
  const model = new Model(31);
  const { store } = model;
  const db = store.databases[0]!;
  const key = slice("list");
  db.setValue(key, model.list(LARGE_LENGTH));
  const walk = new SnapshotWalk(store, makeWriter(store));
  assert(walk.isHeld(db.keyspace, db.peek(key)));
  const released = walk.release(db.keyspace, key);
  walk.step();
  walk.cancel();
  await released;
  assertEquals(walk.isHeld(db.keyspace, db.peek(key)), false);
});

Deno.test("a held value is taken first and in slices, and only its writers wait", async () => {
  const model = new Model(32);
  const { store } = model;
  const db = store.databases[0]!;
  for (let index = 0; index < 2000; index++) db.setString(slice(`small:${index}`), slice("value"));
  const key = slice("list");
  db.setValue(key, model.list(LARGE_LENGTH));
  const writer = makeWriter(store);
  const walk = new SnapshotWalk(store, writer);
  let isAwaited = false;
  walk.onAwaited = () => isAwaited = true;
  const released = walk.release(db.keyspace, key).then(() => "released");
  assert(isAwaited);
  let steps = 0;
  for (; walk.isAwaited; steps++) walk.step();
  assertEquals(await released, "released");
  assert(steps > 3, "it was saved in one go");
  assertEquals(walk.keysSaved, 1);
  assertEquals(walk.isHeld(db.keyspace, db.peek(key)), false);
  assertEquals(walk.isHeld(db.keyspace, db.peek(slice("small:1"))), false);
  while (!walk.isFinished) walk.step();
  assertEquals(walk.keysSaved, 2001);
});

Deno.test("what is saved out of turn is counted by its bytes", () => {
  const model = new Model(33);
  const { store } = model;
  const db = store.databases[0]!;
  for (let index = 0; index < 100; index++) db.setString(slice(`key:${index}`), slice("A".repeat(500)));
  const walk = new SnapshotWalk(store, makeWriter(store));
  for (let index = 0; index < 10; index++) db.setString(slice(`key:${index}`), slice("B".repeat(500)));
  for (let index = 0; index < 10; index++) db.setString(slice(`key:${index}`), slice("C".repeat(500)));
  assertEquals(walk.preservedBytes, 5000);
  while (!walk.isFinished) walk.step();
  assertEquals(walk.keysSaved, 100);
});

Deno.test("the hints before a database are those of the beginning", () => {
  const { store } = new Model(34);
  const hints: number[][] = [];
  const db = store.databases[1]!;
  for (let index = 0; index < 50; index++) db.setString(slice(`key:${index}`), slice("value"));
  db.setExpiry(db.peek(slice("key:1")), START_MS + 1000);
  const sink = {
    beginDatabase: (...counts: number[]) => hints.push(counts),
    saveEntry(_dbIndex: number, _keyspace: Keyspace, _entry: EntryRef) {},
    *saveLargeEntry() {},
  };
  const walk = new SnapshotWalk(store, sink);
  for (let index = 0; index < 50; index++) db.delete(slice(`key:${index}`));
  db.setString(slice("new"), slice("value"));
  while (!walk.isFinished) walk.step();
  assertEquals(hints, [[1, 50, 1]]);
});
