import { assert, assertEquals, assertGreater } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import { RawClient } from "../../support/raw_client.ts";

const FIELDS = Array.from({ length: 120 }, (_, index) => `field${index}`);

for (const [encoding, suffix] of [["listpack", ""], ["hashtable", "x".repeat(70)]] as const) {
  const pairs = FIELDS.flatMap((field, index) => [field, `${index}${suffix}`]);
  const values = new Map(FIELDS.map((field, index) => [field, `${index}${suffix}`]));

  Deno.test(`hrandfield() draws different fields of a ${encoding}, all of them likely`, async () => {
    await using server = await startServer({ seed: 2 });
    using client = await RawClient.connect({ port: server.port });
    await client.expect("HSET", "h", ...pairs);
    assertEquals(await client.expect("OBJECT", "ENCODING", "h"), encoding);
    for (const count of [2, 30, 100]) {
      const seen = new Map<string, number>();
      for (let round = 0; round < 6000 / count; round++) {
        const drawn = await client.expect("HRANDFIELD", "h", count, "WITHVALUES") as string[];
        const fields = drawn.filter((_, index) => index % 2 === 0);
        assertEquals([drawn.length, new Set(fields).size], [count * 2, count]);
        for (const [index, field] of fields.entries()) {
          assertEquals(drawn[index * 2 + 1], values.get(field));
          seen.set(field, (seen.get(field) ?? 0) + 1);
        }
      }
      assertEquals(seen.size, FIELDS.length);
      assertGreater(Math.min(...seen.values()), 12);
    }
    const repeated = await client.expect("HRANDFIELD", "h", -1000) as string[];
    assertEquals([repeated.length, new Set(repeated).size], [1000, FIELDS.length]);
    const withValues = await client.expect("HRANDFIELD", "h", -1000, "WITHVALUES") as string[];
    assertEquals(withValues.length, 2000);
    for (let index = 0; index < 2000; index += 2) assertEquals(withValues[index + 1], values.get(withValues[index]!));
    assert(FIELDS.includes(String(await client.expect("HRANDFIELD", "h"))));
  });

  Deno.test(`hscan() finds each field of a ${encoding} that stays`, async () => {
    await using server = await startServer({ seed: 3 });
    using client = await RawClient.connect({ port: server.port });
    await client.expect("HSET", "h", ...pairs);
    const seen = new Map<string, string>();
    let cursor = "0";
    do {
      const [next, found] = await client.expect("HSCAN", "h", cursor, "COUNT", 5) as [string, string[]];
      for (let index = 0; index < found.length; index += 2) seen.set(found[index]!, found[index + 1]!);
      cursor = next;
      await client.expect("HSET", "h", `new${seen.size}`, 1, `newer${seen.size}`, 2);
    } while (cursor !== "0");
    for (const [field, value] of values) assertEquals(seen.get(field), value);
  });
}
