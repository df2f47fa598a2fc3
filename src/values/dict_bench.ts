/**
 * What a lookup, an insertion and a block cost: `deno bench src/values/dict_bench.ts`.
 */

import { Random } from "../base/random.ts";
import { ascii } from "../bytes/ascii.ts";
import { SeededHash } from "../bytes/seeded_hash.ts";
import { Arena } from "./arena.ts";
import { Dict } from "./dict.ts";

const KEY_COUNT = 1_000_000;
const KEY_BYTES = 16;
const PAYLOAD_BYTES = 8;

const random = new Random(1);
const keys = makeKeys();
const order = Uint32Array.from({ length: KEY_COUNT }, () => random.below(KEY_COUNT));

function makeKeys(): Uint8Array {
  const bytes = new Uint8Array(KEY_COUNT * KEY_BYTES);
  for (let i = 0; i < KEY_COUNT; i++) {
    bytes.set(ascii(`key:${String(i).padStart(12, "0")}`), i * KEY_BYTES);
  }
  return bytes;
}

function fill(): Dict {
  const dict = new Dict(new Arena(), new SeededHash(random.uint32(), random.uint32()));
  for (let i = 0; i < KEY_COUNT; i++) dict.insert(keys, i * KEY_BYTES, (i + 1) * KEY_BYTES, PAYLOAD_BYTES);
  return dict;
}

const filled = fill();
filled.rehashFor(Infinity, () => 0);

Deno.bench("1 M insertions, growing from empty", { n: 5, warmup: 1 }, () => {
  fill();
});

Deno.bench("1 M lookups of random keys among 1 M", { n: 5, warmup: 1 }, () => {
  let found = 0;
  for (let i = 0; i < KEY_COUNT; i++) {
    const start = order[i]! * KEY_BYTES;
    if (filled.find(keys, start, start + KEY_BYTES) !== 0) found++;
  }
  if (found !== KEY_COUNT) throw new Error("Keys are missing");
});

Deno.bench("1 M allocations and frees of 8 to 135 bytes", { n: 5, warmup: 1 }, () => {
  const arena = new Arena();
  const handles = new Int32Array(1024);
  for (let i = 0; i < KEY_COUNT; i++) {
    const place = order[i]! & 1023;
    if (handles[place] !== 0) arena.free(handles[place]!);
    handles[place] = arena.allocate(8 + (order[i]! & 127));
  }
});
