import { assertEquals } from "@std/assert";
import { globMatches } from "../../../src/bytes/glob.ts";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import type { Audience } from "../../../src/pubsub/audience_table.ts";
import { PatternIndex } from "../../../src/pubsub/pattern_index.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { slice } from "../store/test_store.ts";

function audienceOf(pattern: string): Audience {
  return { name: bytesOfText(pattern), subscribers: new Set(), next: null };
}

function namesOf(audiences: readonly Audience[]): string[] {
  return audiences.map(({ name }) => textOfBytes(name)).toSorted();
}

/** Text over few letters, so that patterns and channels often meet. */
function draw(random: SeededRandom, letters: string, maxLength: number): string {
  return Array.from({ length: random.integer(0, maxLength) }, () => random.pick([...letters])).join("");
}

Deno.test("matching() finds the same patterns as trying all of them", () => {
  const seed = 7;
  const random = new SeededRandom(seed);
  const index = new PatternIndex(new SeededHash(1, 2));
  const all = new Map<string, Audience>();
  for (let round = 0; round < 2000; round++) {
    const isRemoval = all.size > 200 || (all.size > 0 && random.chance(0.3));
    const pattern = isRemoval ? random.pick([...all.keys()]) : draw(random, "aab*?[]\\^-", random.chance(0.2) ? 60 : 6);
    const known = all.get(pattern);
    if (isRemoval && known !== undefined) {
      index.remove(known);
      all.delete(pattern);
    } else if (known === undefined) {
      const audience = audienceOf(pattern);
      index.add(audience);
      all.set(pattern, audience);
    }
    const channel = draw(random, "aab*", random.chance(0.1) ? 60 : 6);
    const expected = [...all.keys()].filter((name) => globMatches(slice(name), slice(channel))).toSorted();
    assertEquals(namesOf(index.matching(slice(channel))), expected, `seed ${seed}, round ${round}, channel ${channel}`);
  }
});

Deno.test("matching() knows long prefixes, whole patterns without wildcards, and the empty ones", () => {
  const index = new PatternIndex(new SeededHash(1, 2));
  const long = "x".repeat(100);
  for (const pattern of ["", "*", long, `${long}*`, "news.sport"]) index.add(audienceOf(pattern));
  assertEquals(namesOf(index.matching(slice(""))), [""]);
  assertEquals(namesOf(index.matching(slice(long))), ["*", long, `${long}*`]);
  assertEquals(namesOf(index.matching(slice(`${long}x`))), ["*", `${long}*`]);
  assertEquals(namesOf(index.matching(slice("news.sport"))), ["*", "news.sport"]);
  assertEquals(namesOf(index.matching(slice("news.sports"))), ["*"]);
});
