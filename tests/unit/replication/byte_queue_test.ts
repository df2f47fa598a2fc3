import { assertEquals } from "@std/assert";
import { ByteQueue } from "../../../src/replication/byte_queue.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

Deno.test("ByteQueue gives bytes back in the order in which they came", () => {
  const random = new SeededRandom(7);
  const queue = new ByteQueue();
  const expected: number[] = [];
  for (let round = 0; round < 2000; round++) {
    const chunk = Uint8Array.from({ length: random.integer(0, 200) }, () => random.integer(0, 255));
    queue.push(chunk);
    expected.push(...chunk);
    const count = random.integer(0, Math.min(expected.length, 250));
    queue.shift(count, (bytes, start, end) => {
      assertEquals([...bytes.subarray(start, end)], expected.slice(0, count));
    });
    expected.splice(0, count);
    assertEquals(queue.length, expected.length);
  }
});
