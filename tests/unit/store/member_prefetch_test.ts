/** Prefetching the members that a pipeline names changes no answer. */
import { assertEquals } from "@std/assert";
import { RequestBatch } from "../../../src/resp/request_batch.ts";
import { encodeRequest } from "../../../src/resp/request_encoder.ts";
import { RequestParser } from "../../../src/resp/request_parser.ts";
import { SetValue } from "../../../src/values/set_value.ts";
import { makeStore, slice } from "./test_store.ts";

const MEMBERS = 20_000;

function parse(requests: readonly string[][]): RequestBatch {
  const chunk = new Uint8Array(requests.flatMap((request) => [...encodeRequest(...request)]));
  const batch = new RequestBatch();
  new RequestParser().parse(chunk, 0, chunk.length, batch);
  return batch;
}

function makeSet(size: number): { store: ReturnType<typeof makeStore>; set: SetValue } {
  const store = makeStore();
  const set = new SetValue(store.arena, store.hash);
  for (let index = 0; index < size; index++) set.add(slice(`member:${index}`), 0);
  return { store, set };
}

Deno.test("member prefetch: pipelines of one command, of several, and of several keys get their answers", () => {
  const { store, set } = makeSet(MEMBERS);
  const { members } = store.prefetch;
  const requests = Array.from({ length: 300 }, (_, index) => {
    if (index % 97 === 5) return ["ping"];
    if (index > 150 && index % 3 === 0) return ["sismember", "other", `member:${index}`];
    return index % 90 > 80 ? ["srem", "set", `member:${index}`] : ["sadd", "set", `member:${index * 97}`];
  });
  const expected = new Set(Array.from({ length: MEMBERS }, (_, index) => `member:${index}`));
  const batch = parse(requests);
  store.prefetch.begin(store.databases[0]!.keyspace.dict, batch, 0);
  for (let index = 0; index < batch.count; index++) {
    const [name, , member] = requests[index]!;
    if (member === undefined) continue;
    batch.select(index);
    members.expect(set.table, batch.args, 2);
    const argument = batch.args.at(2);
    if (name === "sismember") assertEquals(set.has(argument), expected.has(member));
    else if (name === "srem") assertEquals(set.remove(argument), expected.delete(member));
    else assertEquals([set.add(argument, 0), expected.has(member)].filter(Boolean).length, 1);
    if (name === "sadd") expected.add(member);
  }
  store.prefetch.end();
  assertEquals(set.size, expected.size);
});

Deno.test("member prefetch: small tables, other arguments than the batch's and no batch at all are left alone", () => {
  for (const size of [10, MEMBERS]) {
    const { store, set } = makeSet(size);
    const { members } = store.prefetch;
    const foreign = parse([["sadd", "set", "a"]]);
    foreign.select(0);
    members.expect(set.table, foreign.args, 2);
    const batch = parse(Array.from({ length: 8 }, () => ["sadd", "set", "member:1"]));
    store.prefetch.begin(store.databases[0]!.keyspace.dict, batch, 0);
    for (let index = 0; index < 8; index++) members.expect(set.table, foreign.args, 2);
    members.expect(null, foreign.args, 2);
    store.prefetch.end();
    assertEquals([set.has(slice("member:1")), set.size], [true, size]);
  }
});

Deno.test("member prefetch: clients that send one request each at the same time get their answers", () => {
  const { store, set } = makeSet(MEMBERS);
  const { dict } = store.databases[0]!.keyspace;
  const { members } = store.prefetch;
  const added = new Set<string>();
  for (let turn = 0; turn < 20; turn++) {
    const names = Array.from({ length: 50 }, (_, client) => `member:${MEMBERS - 500 + turn * 31 + client * 17}`);
    const batches = names.map((name, client) =>
      parse(client % 7 === 3 ? [["ping"]] : [["sadd", client % 11 === 5 ? "other" : "set", name]])
    );
    store.prefetch.scatter();
    for (const batch of batches) store.prefetch.gather(dict, batch);
    store.prefetch.readGathered();
    // One of them has left meanwhile.
    batches.splice(20, 1);
    names.splice(20, 1);
    for (const [client, batch] of batches.entries()) {
      const name = names[client]!;
      store.prefetch.begin(dict, batch, 0);
      batch.select(0);
      if (batch.args.count === 3) {
        members.expect(set.table, batch.args, 2);
        const isNew = Number(name.slice("member:".length)) >= MEMBERS && !added.has(name);
        assertEquals(set.add(batch.args.at(2), 0), isNew, name);
        if (isNew) added.add(name);
      }
      store.prefetch.end();
    }
  }
  store.prefetch.scatter();
  assertEquals(set.size, MEMBERS + added.size);
});
