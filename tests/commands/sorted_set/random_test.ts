import { assert, assertEquals, assertGreater } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import { RawClient } from "../../support/raw_client.ts";

const MEMBERS = Array.from({ length: 120 }, (_, index) => `m${index}`);
const PAIRS = MEMBERS.flatMap((member, index) => [index / 4, member]);
const scoreOf = (member: string) => String(Number(member.slice(1)) / 4);

for (const [encoding, limit] of [["listpack", 128], ["skiplist", 0]] as const) {
  Deno.test(`zrandmember() draws different members of a ${encoding}, all of them likely`, async () => {
    await using server = await startServer({ seed: 1 });
    using client = await RawClient.connect({ port: server.port });
    await client.expect("CONFIG", "SET", "zset-max-listpack-entries", limit);
    await client.expect("ZADD", "z", ...PAIRS);
    assertEquals(await client.expect("OBJECT", "ENCODING", "z"), encoding);
    for (const count of [2, 30, 100]) {
      const seen = new Map<string, number>();
      for (let round = 0; round < 6000 / count; round++) {
        const drawn = await client.expect("ZRANDMEMBER", "z", count) as string[];
        assertEquals(new Set(drawn).size, count);
        for (const member of drawn) seen.set(member, (seen.get(member) ?? 0) + 1);
      }
      assertEquals(seen.size, MEMBERS.length);
      assertGreater(Math.min(...seen.values()), 12);
    }
    for (const count of [1, 3, 90, -500]) {
      const pairs = await client.expect("ZRANDMEMBER", "z", count, "WITHSCORES") as string[];
      assertEquals(pairs.length, 2 * Math.abs(count));
      for (let index = 0; index < pairs.length; index += 2) assertEquals(pairs[index + 1], scoreOf(pairs[index]!));
    }
    assert(MEMBERS.includes(await client.expect("ZRANDMEMBER", "z") as string));
  });

  Deno.test(`zscan() finds each member of a ${encoding} that stays`, async () => {
    await using server = await startServer({ seed: 2 });
    using client = await RawClient.connect({ port: server.port });
    await client.expect("CONFIG", "SET", "zset-max-listpack-entries", limit);
    await client.expect("ZADD", "z", ...PAIRS);
    const seen = new Set<string>();
    let cursor = "0";
    do {
      const [next, found] = await client.expect("ZSCAN", "z", cursor, "COUNT", 6) as [string, string[]];
      for (let index = 0; index < found.length; index += 2) {
        const member = found[index]!;
        if (member.startsWith("m")) assertEquals(found[index + 1], scoreOf(member));
        seen.add(member);
      }
      cursor = next;
      if (cursor !== "0") await client.expect("ZADD", "z", 1, `new${seen.size}`, 2, `newer${seen.size}`);
    } while (cursor !== "0");
    for (const member of MEMBERS) assert(seen.has(member), member);
  });
}
