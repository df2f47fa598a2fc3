/** Prefetching the keys of a pipeline changes no answer. */
import { assertEquals } from "@std/assert";
import { ascii } from "../../../src/bytes/ascii.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { RequestBatch } from "../../../src/resp/request_batch.ts";
import { encodeRequest } from "../../../src/resp/request_encoder.ts";
import { RequestParser } from "../../../src/resp/request_parser.ts";
import { makeStore, slice } from "./test_store.ts";

const KEYS = 20_000;

function parse(...requests: string[][]): RequestBatch {
  const parts = requests.map((request) => encodeRequest(...request));
  const chunk = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    chunk.set(part, at);
    at += part.length;
  }
  const batch = new RequestBatch();
  new RequestParser().parse(chunk, 0, chunk.length, batch);
  return batch;
}

Deno.test("prefetch: lookups find what they found before, for keys, other words and requests without any", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  for (let index = 0; index < KEYS; index++) db.setString(slice(`key:${index}`), slice(`value ${index}`));
  const requests = Array.from({ length: 200 }, (_, index) => {
    if (index % 7 === 3) return ["ping"];
    return index % 5 === 1 ? ["get", `missing:${index}`] : ["set", `key:${index * 31}`, `key:${index}`];
  });
  const batch = parse(...requests);
  const { dict } = db.keyspace;
  const { prefetch, hash } = store;
  assertEquals(prefetch.begin(dict, batch, 0), true);
  for (let index = 0; index < batch.count; index++) {
    batch.select(index);
    prefetch.point(dict, batch, index);
    for (let place = 0; place < batch.args.count; place++) {
      const { bytes, start, end } = batch.args.at(place);
      const expected = dict.find(bytes, start, end);
      assertEquals(db.keyspace.find(batch.args.at(place)), expected, `${requests[index]} ${place}`);
      assertEquals(prefetch.hashOf(batch.args.at(place)), hash.hash(bytes, start, end));
    }
  }
  prefetch.end();
});

Deno.test("prefetch: after end() the bytes may change", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  for (let index = 0; index < KEYS; index++) db.setString(slice(`key:${index}`), slice("x"));
  const batch = parse(...Array.from({ length: 8 }, () => ["get", "key:1"]));
  store.prefetch.begin(db.keyspace.dict, batch, 0);
  store.prefetch.point(db.keyspace.dict, batch, 0);
  batch.select(0);
  const key = batch.args.at(1);
  store.prefetch.end();
  key.bytes.set(ascii("key:2"), key.start);
  assertEquals(db.keyspace.find(key), db.keyspace.find(new Slice(ascii("key:2"))));
});

Deno.test("prefetch: short batches and small keyspaces are left alone", () => {
  const store = makeStore();
  const { dict } = store.databases[0]!.keyspace;
  const requests = Array.from({ length: 8 }, () => ["get", "k"]);
  assertEquals(store.prefetch.begin(dict, parse(...requests), 0), false);
  for (let index = 0; index < KEYS; index++) store.databases[0]!.setString(slice(`key:${index}`), slice("x"));
  assertEquals([0, 4, 5].map((first) => store.prefetch.begin(dict, parse(...requests), first)), [true, true, false]);
});

Deno.test("prefetch: a request with many keys is read ahead for in groups, up to its last key", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  const words = Array.from({ length: 150 }, (_, index) => `key:${index}`);
  const batch = parse(["mset", ...words]);
  batch.select(0);
  assertEquals(db.readAhead(batch.args, 1, 2), 151);
  for (let index = 0; index < KEYS; index++) db.setString(slice(`key:${index}`), slice("x"));
  const seen = [];
  for (let index = 1, ahead = 1; index < batch.args.count; index += 2) {
    if (index === ahead) seen.push(ahead = db.readAhead(batch.args, index, 2));
  }
  assertEquals(seen, [129, 151]);
  assertEquals([1, 65, 129, 149].map((first) => db.readAhead(batch.args, first)), [65, 129, 151, 151]);
});

Deno.test("prefetch: the first keys of several short batches are read ahead for together", () => {
  const store = makeStore();
  const [first, second] = store.databases.map((db) => db.keyspace.dict);
  const { prefetch } = store;
  const gather = (dict: typeof first, count: number, ...requests: string[][]) => {
    for (let index = 0; index < count; index++) prefetch.gather(dict!, parse(...requests));
    return prefetch.readGathered();
  };
  assertEquals(gather(first, 8, ["get", "key:1"]), 0, "the keyspace is small");
  for (const db of store.databases.slice(0, 2)) {
    for (let index = 0; index < KEYS; index++) db.setString(slice(`key:${index}`), slice("x"));
  }
  assertEquals(gather(first, 8, ["get", "key:1"], ["ping"]), 8);
  assertEquals(gather(first, 3, ["get", "key:1"]), 0, "too few");
  assertEquals(gather(first, 8, ["ping"]), 0, "no keys");
  assertEquals(gather(first, 8), 0, "no requests");
  assertEquals(gather(first, 8, ...Array.from({ length: 4 }, () => ["get", "key:1"])), 0, "these have enough each");
  assertEquals(gather(first, 200, ["get", "key:1"]), 64, "as many as the cache takes");
  for (let index = 0; index < 5; index++) prefetch.gather(first!, parse(["get", "key:1"]));
  assertEquals(gather(second, 8, ["get", "key:1"]), 5, "of one dict");
});
