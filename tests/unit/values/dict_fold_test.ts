import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../src/base/random.ts";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { Dict } from "../../../src/values/dict.ts";
import { foldDict, FoldedDictView, foldedEntryBytes, unfoldDict } from "../../../src/values/dict_fold.ts";
import { add, find, newDict, remove, SEED } from "./dicts.ts";

const HASH = new SeededHash(SEED, 1);

/** Folds a dict that is small enough and unfolds it again. */
function refold(dict: Dict): Dict {
  const { arena } = dict;
  const block = foldDict(dict, 1234);
  assert(block > 0);
  assertEquals([foldedEntryBytes(arena, block), arena.tableBytes], [1234, 0]);
  return unfoldDict(arena, HASH, block);
}

Deno.test("a dict that was folded at any moment agrees with a Set", () => {
  const random = new Random(SEED);
  let dict = newDict(HASH);
  const model = new Set<string>();
  for (let step = 0; step < 5000; step++) {
    const key = `key:${random.below(200)}`;
    if (random.below(3) > 0) {
      if (!model.has(key)) add(dict, key);
      model.add(key);
    } else {
      assertEquals(remove(dict, key), model.delete(key), `seed ${SEED}, step ${step}, ${key}`);
    }
    if (dict.size > 0 && random.below(4) === 0) dict = refold(dict);
    assertEquals(dict.size, model.size);
    assertEquals(find(dict, key) !== 0, model.has(key));
  }
  for (const key of model) assert(remove(dict, key));
  dict.clear();
  assertEquals([dict.arena.usedBytes, dict.arena.tableBytes], [0, 0]);
});

Deno.test("foldDict() leaves a dict alone that a walk stands in or that is not small", () => {
  const dict = newDict(HASH);
  add(dict, "key");
  const used = dict.arena.usedBytes;
  dict.pauseResize();
  assertEquals([foldDict(dict, 100), dict.arena.usedBytes], [0, used]);
  dict.resumeResize();
  assertEquals(foldDict(dict, 1_000_000), 0);
  for (let index = 0; index < 300; index++) add(dict, `${index}`);
  assertEquals([foldDict(dict, 100), dict.size], [0, 301]);
});

Deno.test("FoldedDictView shows one folded dict after the other, and counts no memory", () => {
  const arena = newDict(HASH).arena;
  const view = new FoldedDictView(arena, HASH);
  const blocks = [3, 200, 5, 0, 4].map((size) => {
    const dict = new Dict(arena, HASH);
    for (let index = 0; index < size; index++) add(dict, `${size}:${index}`);
    return { size, block: foldDict(dict, 100) };
  });
  for (const { size, block } of [...blocks, ...blocks]) {
    const shown = view.show(block);
    assertEquals([shown.size, arena.tableBytes], [size, 0]);
    for (let index = 0; index < size; index++) assert(find(shown, `${size}:${index}`) !== 0);
    assertEquals(find(shown, "another"), 0);
  }
  for (const { block } of blocks) unfoldDict(arena, HASH, block).clear();
  assertEquals([arena.usedBytes, arena.tableBytes], [0, 0]);
});
