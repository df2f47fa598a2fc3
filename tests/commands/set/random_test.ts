import { assert, assertEquals, assertGreater } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import { RawClient } from "../../support/raw_client.ts";

const WORDS = Array.from({ length: 120 }, (_, index) => `word${index}`);
const NUMBERS = Array.from({ length: 120 }, (_, index) => String(index * 3));

for (const [encoding, members] of [["hashtable", WORDS], ["intset", NUMBERS]] as const) {
  Deno.test(`spop() takes each member of a ${encoding} once`, async () => {
    await using server = await startServer({ seed: 1 });
    using client = await RawClient.connect({ port: server.port });
    for (const count of [1, 7, 60, 90, 110, 119]) {
      await client.expect("SADD", "s", ...members);
      const popped: unknown[] = [];
      while (await client.expect("EXISTS", "s") === 1) {
        popped.push(...await client.expect("SPOP", "s", count) as string[]);
      }
      assertEquals(popped.sort(), [...members].sort());
    }
    await client.expect("SADD", "s", ...members);
    const popped = new Set<unknown>();
    for (let left = members.length; left > 0; left--) popped.add(await client.expect("SPOP", "s"));
    assertEquals(popped.size, members.length);
    assertEquals(await client.expect("EXISTS", "s"), 0);
  });

  Deno.test(`srandmember() draws different members of a ${encoding}, all of them likely`, async () => {
    await using server = await startServer({ seed: 2 });
    using client = await RawClient.connect({ port: server.port });
    await client.expect("SADD", "s", ...members);
    for (const count of [2, 30, 100]) {
      const seen = new Map<string, number>();
      const rounds = 6000 / count;
      for (let round = 0; round < rounds; round++) {
        const drawn = await client.expect("SRANDMEMBER", "s", count) as string[];
        assertEquals(new Set(drawn).size, count);
        for (const member of drawn) seen.set(member, (seen.get(member) ?? 0) + 1);
      }
      assertEquals(seen.size, members.length);
      assertGreater(Math.min(...seen.values()), 15);
    }
    const repeated = await client.expect("SRANDMEMBER", "s", -1000) as string[];
    assertEquals(repeated.length, 1000);
    assert(repeated.every((member) => (members as readonly string[]).includes(member)));
    assertEquals(await client.expect("SCARD", "s"), members.length);
  });

  Deno.test(`sscan() finds each member of a ${encoding} that stays`, async () => {
    await using server = await startServer({ seed: 3 });
    using client = await RawClient.connect({ port: server.port });
    await client.expect("SADD", "s", ...members);
    const seen = new Set<string>();
    let cursor = "0";
    do {
      const [next, found] = await client.expect("SSCAN", "s", cursor, "COUNT", 5) as [string, string[]];
      for (const member of found) seen.add(member);
      cursor = next;
      await client.expect("SADD", "s", `new${seen.size}`, `newer${seen.size}`);
    } while (cursor !== "0");
    for (const member of members) assert(seen.has(member), member);
  });
}

Deno.test("spop() of most members gives the rest the encoding of a new set", async () => {
  await using server = await startServer();
  using client = await RawClient.connect({ port: server.port });
  await client.expect("SADD", "s", "word", ...NUMBERS);
  await client.expect("SREM", "s", "word");
  assertEquals(await client.expect("OBJECT", "ENCODING", "s"), "hashtable");
  await client.expect("EXPIRE", "s", 100);
  await client.expect("SPOP", "s", 118);
  assertEquals(await client.expect("OBJECT", "ENCODING", "s"), "intset");
  assertEquals(await client.expect("SCARD", "s"), 2);
  assertEquals(await client.expect("TTL", "s"), 100);
});
