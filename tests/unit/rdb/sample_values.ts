/** Repeatable values of every kind for files. */
import type { Slice } from "../../../src/bytes/slice.ts";
import type { LoadContext } from "../../../src/rdb/load_context.ts";
import type { RdbValues } from "../../../src/rdb/rdb_visitor.ts";
import { drain, type RdbWriter } from "../../../src/rdb/rdb_writer.ts";
import { VALUE_TYPES } from "../../../src/rdb/value_types.ts";
import type { Kind } from "../../../src/values/kind.ts";
import { HashValue } from "../../../src/values/hash_value.ts";
import { ListValue } from "../../../src/values/list_value.ts";
import { SetValue } from "../../../src/values/set_value.ts";
import { SortedSetValue } from "../../../src/values/sorted_set_value.ts";
import { StreamGroup } from "../../../src/values/stream_group.ts";
import { StreamId } from "../../../src/values/stream_id.ts";
import { StreamValue } from "../../../src/values/stream_value.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { sliceOf } from "./recorder.ts";

/** Writes type, key and value. */
export function writeKey<K extends Kind>(writer: RdbWriter, key: string, kind: K, value: RdbValues[K]): void {
  writer.type(VALUE_TYPES[kind].typeOf(value));
  writer.text(key);
  drain(VALUE_TYPES[kind].save(writer, value));
}

/** A text of one of the sorts that are stored differently. */
export function sampleText(random: SeededRandom): string {
  switch (random.integer(0, 5)) {
    case 0:
      return String(random.integer(-200, 200));
    case 1:
      return String(random.word() * 2 ** random.integer(0, 20) - 2 ** 31);
    case 2:
      return random.letters(random.integer(0, 30));
    case 3:
      return random.binary(random.integer(0, 200));
    case 4:
      return "abc".repeat(random.integer(0, 200));
    default:
      return random.letters(random.integer(60, 70));
  }
}

/** A list, in several nodes if it is long. */
export function sampleList(context: LoadContext, random: SeededRandom, length: number): ListValue {
  const list = new ListValue(context.arena, context.listLimits);
  for (let count = 0; count < length; count++) {
    if (random.chance(0.02)) list.appendPlain(sliceOf(random.letters(random.integer(1, 3000))));
    else list.pushTail(sliceOf(sampleText(random)));
  }
  return list;
}

/** A set of integers or of texts. */
export function sampleSet(context: LoadContext, random: SeededRandom, size: number): SetValue {
  const set = new SetValue(context.arena, context.hash);
  const areIntegers = random.chance(0.5);
  for (let count = 0; count < size; count++) {
    const text = areIntegers ? String(random.word() * 2 ** random.integer(0, 20) - 2 ** 31) : sampleText(random);
    set.add(sliceOf(text), context.maxIntsetEntries);
  }
  return set;
}

/** A hash, which is a table if a text is long. */
export function sampleHash(context: LoadContext, random: SeededRandom, size: number): HashValue {
  const hash = new HashValue(context.arena, context.hash);
  const sample = random.chance(0.5) ? sampleText : (random: SeededRandom) => random.letters(random.integer(0, 9));
  for (let count = 0; count < size; count++) {
    hash.set(sliceOf(sample(random)), sliceOf(sample(random)), context.hashLimits);
  }
  return hash;
}

/** A sorted set, which is a table if a member is long. */
export function sampleSortedSet(context: LoadContext, random: SeededRandom, size: number): SortedSetValue {
  const set = new SortedSetValue(context.arena, context.hash);
  const sample = random.chance(0.5) ? sampleText : (random: SeededRandom) => random.letters(random.integer(0, 9));
  for (let count = 0; count < size; count++) {
    const score = random.pick([
      random.integer(-9, 9),
      random.integer(-9, 9) / 8,
      random.word() * 2 ** 20,
      Infinity,
      0.1,
    ]);
    set.put(sliceOf(sample(random)), score, 0, context.sortedSetLimits);
  }
  return set;
}

/** A stream with deleted entries, groups, consumers and pending entries. */
export function sampleStream(context: LoadContext, random: SeededRandom, length: number): StreamValue {
  const stream = new StreamValue(context.arena);
  const ids: StreamId[] = [];
  const limits = { maxNodeBytes: 4096, maxNodeEntries: 20 };
  for (let count = 0; count < length; count++) {
    const id = new StreamId(1000 + count * 2 + random.integer(0, 1), random.integer(0, 3));
    const names = random.chance(0.7) ? ["a", "b"] : [random.letters(3)];
    const parts: Slice[] = names.flatMap((name) => [sliceOf(name), sliceOf(sampleText(random))]);
    if (stream.append(id, { parts, first: 0, pairCount: names.length }, limits) === "added") ids.push(id);
  }
  for (const id of ids) if (random.chance(0.1)) stream.delete(id);
  for (let count = random.integer(0, 3); count > 0; count--) addGroup(stream, random, ids, `group:${count}`);
  return stream;
}

function addGroup(stream: StreamValue, random: SeededRandom, ids: readonly StreamId[], name: string): void {
  const lastId = ids.length > 0 ? random.pick(ids) : new StreamId(2n ** 64n - 1n, 7);
  const group = new StreamGroup(sliceOf(name).copy(), lastId, random.integer(-1, 100));
  const consumers = [0, 1, 2].map((index) => {
    return group.createConsumer(sliceOf(`consumer:${index}`), 1_700_000_000_000 + index)!;
  });
  for (const id of ids) {
    if (!random.chance(0.3)) continue;
    group.addPending(id, random.pick(consumers), 1_700_000_000_000 + random.integer(0, 100_000), random.integer(0, 70));
  }
  stream.groups.insert(group);
}
