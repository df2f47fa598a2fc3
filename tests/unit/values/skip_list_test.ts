import { assert, assertEquals } from "@std/assert";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { Arena } from "../../../src/values/arena.ts";
import { Dict } from "../../../src/values/dict.ts";
import { SkipList } from "../../../src/values/skip_list.ts";
import { LexRange, ScoreRange, type SortedSetRange } from "../../../src/values/sorted_set_range.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { randomElement, sliceOf, textOf } from "./elements.ts";

interface Element {
  member: string;
  score: number;
}

/** A skip list beside a sorted array that has been through the same. */
class Twin {
  readonly arena = new Arena();
  readonly dict: Dict;
  readonly list: SkipList;
  readonly model: Element[] = [];
  #entryBytes = 0;

  constructor(seed: number) {
    this.dict = new Dict(this.arena, new SeededHash(seed, 9));
    this.list = new SkipList(this.dict);
  }

  insert(member: string, score: number): void {
    const bytes = bytesOfText(member);
    const entry = this.dict.insert(bytes, 0, bytes.length, 0);
    this.#entryBytes += this.arena.capacity(entry);
    this.list.insert(score, entry);
    this.model.push({ member, score });
    this.model.sort(compare);
  }

  nodeOf({ member }: Element): number {
    const bytes = bytesOfText(member);
    return this.dict.userWord(this.dict.find(bytes, 0, bytes.length));
  }

  releaseEntry(entry: number): void {
    this.#entryBytes -= this.arena.capacity(entry);
    this.dict.removeEntry(entry);
  }

  remove(rank: number): void {
    const node = this.nodeOf(this.model[rank]!);
    const entry = this.list.entry(node);
    this.list.remove(node);
    this.releaseEntry(entry);
    this.model.splice(rank, 1);
  }

  updateScore(rank: number, score: number): void {
    this.list.updateScore(this.nodeOf(this.model[rank]!), score);
    this.model[rank]!.score = score;
    this.model.sort(compare);
  }

  removeRange(rank: number, count: number): void {
    const gone: string[] = [];
    this.list.removeRange(rank, count, (entry) => {
      gone.push(this.textOfEntry(entry));
      this.releaseEntry(entry);
    });
    assertEquals(gone, this.model.splice(rank, count).map(({ member }) => member));
  }

  textOfEntry(entry: number): string {
    const start = this.dict.keyOffset(entry);
    return textOfBytes(this.arena.bytesOf(entry).subarray(start, start + this.dict.keyLength(entry)));
  }

  element(node: number): Element | null {
    if (node === 0) return null;
    return { member: this.textOfEntry(this.list.entry(node)), score: this.list.score(node) };
  }

  /** Order, ranks, both directions, the ends and the memory. */
  check(): void {
    const { list, model } = this;
    assertEquals(list.size, model.length);
    assertEquals(this.element(list.first), model[0] ?? null);
    assertEquals(this.element(list.last), model.at(-1) ?? null);
    let previous = 0;
    let rank = 0;
    for (let node = list.first; node !== 0; node = list.next(node)) {
      assertEquals(this.element(node), model[rank]!);
      assertEquals([list.previous(node), list.rankOf(node), list.nodeAt(rank)], [previous, rank, node]);
      previous = node;
      rank++;
    }
    assertEquals([rank, list.last], [model.length, previous]);
    assertEquals(this.arena.usedBytes, this.#entryBytes + list.sizeBytes);
  }

  checkRange(range: SortedSetRange, within: (element: Element) => boolean): void {
    assertEquals(this.element(this.list.firstIn(range)), this.model.find(within) ?? null);
    assertEquals(this.element(this.list.lastIn(range)), this.model.findLast(within) ?? null);
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

Deno.test("skip lists agree with a sorted array under random changes", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const random = new SeededRandom(seed);
    const twin = new Twin(seed);
    const { model } = twin;
    for (let step = 0; step < 2400; step++) {
      // Grows, shrinks to nearly nothing, grows again: levels come and go.
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
    const emptyBytes = twin.list.sizeBytes;
    twin.insert("again", 1);
    twin.remove(0);
    assertEquals(twin.list.sizeBytes, emptyBytes, `seed ${seed}`);
    assert(twin.list.freeSome(1));
    twin.dict.clear();
    assertEquals([twin.arena.usedBytes, twin.arena.tableBytes], [0, 0], `seed ${seed}`);
  }
});

Deno.test("skip lists find ranges of members, where all have one score", () => {
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

Deno.test("removeRange() takes all of a large skip list in any pieces", () => {
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
