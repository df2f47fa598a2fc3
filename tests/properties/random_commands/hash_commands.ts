/** Random commands on hashes. */
import type { Draw, WeightedMaker } from "./draw.ts";

function fieldsAndValues(draw: Draw): string[] {
  const pairs = Array.from({ length: draw.random.integer(1, 5) }, () => [draw.field(), draw.value()]);
  return [...pairs.flat(), ...draw.maybe(0.03, "odd")];
}

/** Commands on hashes. */
export const HASH_COMMANDS: readonly WeightedMaker[] = [
  [6, (d) => ["HSET", d.key("h"), ...fieldsAndValues(d)]],
  [
    0.1,
    (d) => ["HSET", d.key("h"), ...d.several(50, 200, () => `w${d.integer(0, 300)}`).flatMap((f) => [f, d.value()])],
  ],
  [1, (d) => ["HMSET", d.key("h"), ...fieldsAndValues(d)]],
  [1, (d) => ["HSETNX", d.key("h"), d.field(), d.value()]],
  [2, (d) => ["HGET", d.key("h"), d.field()]],
  [1, (d) => ["HMGET", d.key("h"), ...d.several(1, 5, () => d.field())]],
  [1, (d) => [d.pick(["HEXISTS", "HSTRLEN"]), d.key("h"), d.field()]],
  [3, (d) => ["HDEL", d.key("h"), ...d.several(1, 5, () => d.field())]],
  [2, (d) => [d.pick(["HGETALL", "HKEYS", "HVALS", "HLEN"]), d.key("h")]],
  [3, (d) => ["HINCRBY", d.key("h"), d.field(), d.delta()]],
  [3, (d) => ["HINCRBYFLOAT", d.key("h"), d.field(), d.float()]],
  [1, (d) => ["HSCAN", d.key("h"), "0", "COUNT", "1000000", ...d.maybe(0.3, "MATCH", d.pick(["*", "f*", "[a-f]"]))]],
];
