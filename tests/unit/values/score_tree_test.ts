import { assert, assertEquals } from "@std/assert";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { Arena } from "../../../src/values/arena.ts";
import { Dict } from "../../../src/values/dict.ts";
import { ENTRY_SCORE_BYTES } from "../../../src/values/entry_score.ts";
import { ScoreTree, TreePlace } from "../../../src/values/score_tree.ts";
import { LexRange, ScoreRange, type SortedSetRange } from "../../../src/values/sorted_set_range.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { randomElement, sliceOf, textOf } from "./elements.ts";

interface Element {
  member: string;
  score: number;
}

/** A score tree beside a sorted array that has been through the same. */
class Twin {
  readonly arena = new Arena();
  readonly dict: Dict;
  readonly tree: ScoreTree;
  readonly model: Element[] = [];
  #entryBytes = 0;

  constructor(seed: number) {
    this.dict = new Dict(this.arena, new SeededHash(seed, 9));
    this.tree = new ScoreTree(this.dict);
  }

  insert(member: string, score: number): void {
    this.insertUnsorted(member, score);
    this.sortModel();
  }

  sortModel(): void {
    this.model.sort(compare);
  }

  insertUnsorted(member: string, score: number): void {
    const bytes = bytesOfText(member);
    const entry = this.dict.insert(bytes, 0, bytes.length, ENTRY_SCORE_BYTES);
    this.#entryBytes += this.arena.capacity(entry);
    this.tree.insert(score, entry);
    this.model.push({ member, score });
  }

  entryOf({ member }: Element): number {
    const bytes = bytesOfText(member);
    return this.dict.find(bytes, 0, bytes.length);
  }

  releaseEntry(entry: number): void {
    this.#entryBytes -= this.arena.capacity(entry);
    this.dict.removeEntry(entry);
  }

  remove(rank: number): void {
    const entry = this.entryOf(this.model[rank]!);
    this.tree.remove(entry);
    this.releaseEntry(entry);
    this.model.splice(rank, 1);
  }

  /** Leaves the model in any order. */
  removeUnsorted(element: Element): void {
    const entry = this.entryOf(element);
    this.tree.remove(entry);
    this.releaseEntry(entry);
    const last = this.model.pop()!;
    if (last !== element) this.model[this.model.indexOf(element)] = last;
  }

  updateUnsorted(element: Element, score: number): void {
    this.tree.updateScore(this.entryOf(element), score);
    element.score = score;
  }

  updateScore(rank: number, score: number): void {
    this.tree.updateScore(this.entryOf(this.model[rank]!), score);
    this.model[rank]!.score = score;
    this.model.sort(compare);
  }

  removeRange(rank: number, count: number): void {
    const gone: string[] = [];
    this.tree.removeRange(rank, count, (entry) => {
      gone.push(this.textOfEntry(entry));
      this.releaseEntry(entry);
    });
    assertEquals(gone, this.model.splice(rank, count).map(({ member }) => member));
  }

  textOfEntry(entry: number): string {
    const start = this.dict.keyOffset(entry);
    return textOfBytes(this.arena.bytesOf(entry).subarray(start, start + this.dict.keyLength(entry)));
  }

  element(place: TreePlace): Element | null {
    if (place.leaf === 0) return null;
    return { member: this.textOfEntry(this.tree.entryAt(place)), score: this.tree.scoreAt(place) };
  }

  /** Order, ranks, scores, both directions, the ends and the memory. */
  check(): void {
    const { tree, model } = this;
    const place = new TreePlace();
    assertEquals(tree.size, model.length);
    const found: (Element | null)[] = [];
    for (tree.seekFirst(place); place.leaf !== 0; tree.next(place)) {
      const entry = tree.entryAt(place);
      const byRank = new TreePlace();
      tree.seekRank(byRank, found.length);
      assertEquals([tree.rankOf(entry), tree.entryAt(byRank)], [found.length, entry]);
      assertEquals(tree.score(entry), tree.scoreAt(place));
      found.push(this.element(place));
    }
    assertEquals(found, model);
    for (tree.seekLast(place); place.leaf !== 0; tree.previous(place)) assertEquals(this.element(place), found.pop());
    assertEquals(found, []);
    assertEquals(this.arena.usedBytes, this.#entryBytes + tree.sizeBytes);
  }

  checkRange(range: SortedSetRange, within: (element: Element) => boolean): void {
    const place = new TreePlace();
    this.tree.seekFirstIn(place, range);
    assertEquals(this.element(place), this.model.find(within) ?? null);
    this.tree.seekLastIn(place, range);
    assertEquals(this.element(place), this.model.findLast(within) ?? null);
    assertEquals(this.tree.countIn(range), this.model.filter(within).length);
  }
}

/** Texts have one character per byte, so that their order is that of the bytes. */
function compare(a: Element, b: Element): number {
  if (a.score !== b.score) return a.score < b.score ? -1 : 1;
  return a.member < b.member ? -1 : a.member > b.member ? 1 : 0;
}

function randomScore(random: SeededRandom): number {
  return random.pick([random.integer(-9, 9), random.integer(-500, 500) / 8, Infinity, -Infinity, 1e-300, 2 ** 53]);
}

Deno.test("score trees agree with a sorted array under random changes", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const random = new SeededRandom(seed);
    const twin = new Twin(seed);
    const { model } = twin;
    for (let step = 0; step < 2400; step++) {
      // Grows, shrinks to nearly nothing, grows again: nodes come and go.
      const isGrowing = Math.floor(step / 600) % 2 === 0;
      const choice = random.integer(0, 9);
      if (model.length === 0 || choice < (isGrowing ? 6 : 1)) {
        const member = `${randomElement(random)}#${step}`;
        twin.insert(member, randomScore(random));
      } else if (choice < 6) {
        twin.remove(random.integer(0, model.length - 1));
      } else if (choice < 8) {
        twin.updateScore(random.integer(0, model.length - 1), randomScore(random));
      } else if (choice === 8 && random.chance(0.1)) {
        const rank = random.integer(0, model.length - 1);
        twin.removeRange(rank, random.integer(0, Math.min(30, model.length - rank)));
      } else {
        const [min, max] = [randomScore(random), randomScore(random)];
        const [minEx, maxEx] = [random.chance(0.5), random.chance(0.5)];
        const isWithin = ({ score }: Element) =>
          (minEx ? score > min : score >= min) && (maxEx ? score < max : score <= max);
        twin.checkRange(new ScoreRange(min, max, minEx, maxEx), isWithin);
      }
      if (step % 200 === 0) twin.check();
    }
    twin.check();
    while (model.length > 0) twin.remove(random.integer(0, model.length - 1));
    twin.check();
    const emptyBytes = twin.tree.sizeBytes;
    twin.insert("again", 1);
    twin.remove(0);
    assertEquals(twin.tree.sizeBytes, emptyBytes, `seed ${seed}`);
    assert(twin.tree.freeSome(1));
    twin.dict.clear();
    assertEquals([twin.arena.usedBytes, twin.arena.tableBytes], [0, 0], `seed ${seed}`);
  }
});

Deno.test("score trees find ranges of members, where all have one score", () => {
  const random = new SeededRandom(8);
  const twin = new Twin(8);
  for (const member of new Set(Array.from({ length: 400 }, () => random.letters(random.integer(0, 3))))) {
    twin.insert(member, 0);
  }
  for (let round = 0; round < 600; round++) {
    const bound = () => random.chance(0.1) ? random.pick(["lowest", "highest"] as const) : sliceOf(random.letters(2));
    const [min, max] = [bound(), bound()];
    const [minEx, maxEx] = [random.chance(0.5), random.chance(0.5)];
    const isAbove = (text: string) =>
      typeof min === "string" ? min === "lowest" : minEx ? text > textOf(min) : text >= textOf(min);
    const isBelow = (text: string) =>
      typeof max === "string" ? max === "highest" : maxEx ? text < textOf(max) : text <= textOf(max);
    twin.checkRange(new LexRange(min, max, minEx, maxEx), ({ member }) => isAbove(member) && isBelow(member));
  }
});

Deno.test("removeRange() takes all of a large score tree in any pieces", () => {
  const random = new SeededRandom(5);
  const twin = new Twin(5);
  for (let index = 0; index < 3000; index++) twin.insert(`member:${index}`, random.integer(0, 400));
  while (twin.model.length > 0) {
    const rank = random.chance(0.3) ? 0 : random.integer(0, twin.model.length - 1);
    twin.removeRange(rank, random.integer(1, Math.min(200, twin.model.length - rank)));
    if (random.chance(0.2)) twin.check();
  }
  twin.check();
});

/** Adds so many members with the scores that `score` gives, and returns the bytes a member that the tree takes. */
function grow(twin: Twin, count: number, score: (index: number) => number): number {
  for (let index = 0; index < count; index++) {
    const bytes = bytesOfText(`member:${index}`);
    twin.tree.insert(score(index), twin.dict.insert(bytes, 0, bytes.length, ENTRY_SCORE_BYTES));
  }
  return twin.tree.sizeBytes / count;
}

Deno.test("score trees are full when members come in order, and half full or more otherwise", () => {
  const count = 20_000;
  const random = new SeededRandom(6);
  assert(grow(new Twin(1), count, (index) => index) < 14);
  assert(grow(new Twin(2), count, (index) => -index) < 14);
  const bytes = grow(new Twin(3), count, () => random.integer(0, count));
  assert(bytes < 22, `${bytes} bytes a member`);
});

Deno.test("score trees give memory back while members go at random", () => {
  const random = new SeededRandom(7);
  const twin = new Twin(7);
  const members = Array.from({ length: 20_000 }, (_, index) => index);
  const before = grow(twin, members.length, () => random.integer(0, 1000));
  for (let left = members.length; left > 1000; left--) {
    const [gone] = members.splice(random.integer(0, members.length - 1), 1);
    const entry = twin.entryOf({ member: `member:${gone}`, score: 0 });
    twin.tree.remove(entry);
    twin.dict.removeEntry(entry);
  }
  assert(twin.tree.sizeBytes / 1000 < before * 1.5, `${twin.tree.sizeBytes / 1000} bytes a member`);
});

Deno.test("freeSome() frees a score tree in any pieces", () => {
  const twin = new Twin(8);
  grow(twin, 5000, (index) => index % 70);
  let calls = 0;
  while (!twin.tree.freeSome(300)) calls++;
  assertEquals([calls > 10, twin.tree.size, twin.tree.sizeBytes], [true, 0, 0]);
  twin.dict.clear();
  assertEquals(twin.arena.usedBytes, 0);
});

Deno.test("score trees of several levels agree with a sorted array under random changes", () => {
  const random = new SeededRandom(9);
  const twin = new Twin(9);
  let nextMember = 0;
  // At random places, then at the ends alone, then few scores with many members each.
  const scores = [
    () => random.integer(-1e6, 1e6),
    () => (nextMember % 2 === 0 ? 1 : -1) * nextMember * 1e4,
    () => random.integer(0, 5),
  ];
  for (const score of scores) {
    for (let step = 0; step < 16_000; step++) twin.insertUnsorted(`member:${nextMember++}`, score());
    twin.sortModel();
    twin.check();
    for (let step = 0; step < 12_000; step++) {
      const element = random.pick(twin.model);
      if (random.chance(0.5)) twin.updateUnsorted(element, random.chance(0.5) ? score() : element.score + 1);
      else twin.removeUnsorted(element);
    }
    twin.sortModel();
    twin.check();
  }
  while (twin.model.length > 0) twin.removeUnsorted(random.pick(twin.model));
  twin.check();
});
