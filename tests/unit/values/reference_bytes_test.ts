/**
 * The bytes of values, compared with those that the real server keeps for the same commands: DUMP holds them as they are.
 */
import { assertEquals } from "@std/assert";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { Arena } from "../../../src/values/arena.ts";
import { ListValue } from "../../../src/values/list_value.ts";
import { ListpackEntry } from "../../../src/values/listpack.ts";
import { createListpack, exportListpack, listpackAppend } from "../../../src/values/listpack_edit.ts";
import { SetValue } from "../../../src/values/set_value.ts";
import { addUint64, StreamId } from "../../../src/values/stream_id.ts";
import { StreamValue } from "../../../src/values/stream_value.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";
import type { RawClient } from "../../support/raw_client.ts";
import { referenceTest, startReference } from "../../support/reference.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { randomElement, randomInteger, sliceOf, textOf } from "./elements.ts";

const TYPE_INTSET = 11;
const TYPE_HASH_LISTPACK = 16;
const TYPE_QUICKLIST = 18;
const TYPE_STREAM = 19;
const PLAIN = 1;

/** Reads a DUMP payload from the front; strings are not compressed. */
class PayloadReader {
  #at = 1;
  readonly #bytes: Uint8Array;

  constructor(payload: unknown, type: number) {
    this.#bytes = bytesOfText(payload as string);
    assertEquals(this.#bytes[0], type);
  }

  /** A length, as text: it may be any number of 64 bits. */
  number(): string {
    const view = new DataView(this.#bytes.buffer);
    const first = this.#bytes[this.#at++]!;
    if (first < 0x40) return `${first}`;
    if (first < 0x80) return `${(first & 0x3f) << 8 | this.#bytes[this.#at++]!}`;
    this.#at += first === 0x80 ? 4 : 8;
    return `${first === 0x80 ? view.getUint32(this.#at - 4) : view.getBigUint64(this.#at - 8)}`;
  }

  length(): number {
    return Number(this.number());
  }

  string(): string {
    const view = new DataView(this.#bytes.buffer, this.#at + 1);
    // Short strings that are integers are saved as such, those of plain nodes too.
    switch (this.#bytes[this.#at]) {
      case 0xc0:
        this.#at += 2;
        return `${view.getInt8(0)}`;
      case 0xc1:
        this.#at += 3;
        return `${view.getInt16(0, true)}`;
      case 0xc2:
        this.#at += 5;
        return `${view.getInt32(0, true)}`;
    }
    const length = this.length();
    this.#at += length;
    return textOfBytes(this.#bytes.subarray(this.#at - length, this.#at));
  }
}

async function call(client: RawClient, ...argv: (string | number)[]): Promise<unknown> {
  return await client.expect(...argv);
}

async function withReference(work: (client: RawClient) => Promise<void>): Promise<void> {
  await using server = await startReference({ configLines: ["rdbcompression no", "save ''"] });
  using client = await server.connect();
  await work(client);
}

referenceTest("listpacks have the reference's bytes", () =>
  withReference(async (client) => {
    await call(client, "CONFIG", "SET", "hash-max-listpack-value", "100000", "hash-max-listpack-entries", "100000");
    for (let seed = 1; seed <= 20; seed++) {
      const random = new SeededRandom(seed);
      const arena = new Arena();
      const fields = new Map<string, string>();
      for (let count = random.integer(1, 200); count > 0; count--) {
        fields.set(randomElement(random), randomElement(random));
      }
      const elements = [...fields].flat();
      await call(client, "HSET", `hash${seed}`, ...elements);
      let handle = createListpack(arena);
      for (const element of elements) handle = listpackAppend(arena, handle, sliceOf(element));
      const expected = new PayloadReader(await call(client, "DUMP", `hash${seed}`), TYPE_HASH_LISTPACK).string();
      assertEquals(textOfBytes(exportListpack(arena, handle)) === expected, true, `seed ${seed}`);
    }
  }));

referenceTest("intsets have the reference's bytes", () =>
  withReference(async (client) => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new SeededRandom(seed);
      const set = new SetValue(new Arena(), new SeededHash(1, 2));
      const raw = new Slice();
      const span = seed < 6 ? 20_000 : seed < 12 ? 1_000_000 : 0;
      for (let step = 0; step < 300; step++) {
        const text = span > 0 ? String(random.integer(-span, span)) : randomInteger(random);
        const isAdd = random.chance(0.7);
        assertEquals(
          await call(client, isAdd ? "SADD" : "SREM", `set${seed}`, text),
          Number(
            isAdd ? set.add(sliceOf(text), 512) : set.remove(sliceOf(text)),
          ),
        );
      }
      set.readIntset(raw);
      const expected = new PayloadReader(await call(client, "DUMP", `set${seed}`), TYPE_INTSET).string();
      assertEquals(textOf(raw) === expected, true, `seed ${seed}`);
    }
  }));

/** Does one random thing to both lists. */
async function changeLists(client: RawClient, key: string, list: ListValue, random: SeededRandom): Promise<void> {
  const entry = new ListpackEntry();
  const pick = () =>
    list.length > 0 && list.entryAt(random.integer(0, list.length - 1), entry) ? textOf(entry) : "none";
  const element = random.chance(0.2) ? pick() : randomElement(random);
  const slice = sliceOf(element);
  const index = random.integer(0, Math.max(0, list.length - 1));
  switch (random.integer(0, 11)) {
    case 0:
    case 1:
    case 2:
      await call(client, "RPUSH", key, element);
      list.pushTail(slice);
      break;
    case 3:
    case 4:
      await call(client, "LPUSH", key, element);
      list.pushHead(slice);
      break;
    case 5:
    case 6:
    case 7: {
      const pivot = pick();
      const isAfter = random.chance(0.5);
      await call(client, "LINSERT", key, isAfter ? "AFTER" : "BEFORE", pivot, element);
      list.insert(sliceOf(pivot), slice, isAfter);
      break;
    }
    case 8:
    case 9:
      if (list.length === 0) break;
      await call(client, "LSET", key, index, element);
      list.setAt(index, slice);
      break;
    case 10: {
      const count = random.integer(-2, 2);
      await call(client, "LREM", key, count, element);
      list.remove(slice, count);
      break;
    }
    default: {
      if (list.length === 0 || random.chance(0.8)) break;
      const last = Math.max(index, list.length - random.integer(1, 10));
      await call(client, "LTRIM", key, Math.min(index, 10), last);
      list.trim(Math.min(index, 10), last);
    }
  }
}

referenceTest("quicklists have the reference's nodes and bytes", () =>
  withReference(async (client) => {
    const settings = [[-2, 0], [-1, 0], [4, 0], [128, 0], [-2, 100], [6, 4], [-5, 0]] as const;
    for (const [seed, [fill, threshold]] of settings.entries()) {
      const random = new SeededRandom(seed + 1);
      const key = `list${seed}`;
      await call(client, "CONFIG", "SET", "list-max-listpack-size", fill);
      await call(client, "DEBUG", "QUICKLIST-PACKED-THRESHOLD", threshold === 0 ? "0" : `${threshold}b`);
      const arena = new Arena();
      const limits = { maxListpackSize: fill, compressDepth: 0, packedThreshold: threshold || 2 ** 30 };
      const list = new ListValue(arena, limits);
      for (let step = 0; step < 900; step++) {
        await changeLists(client, key, list, random);
        if (step % 100 !== 99 || list.length === 0) continue;
        const payload = new PayloadReader(await call(client, "DUMP", key), TYPE_QUICKLIST);
        assertEquals(list.nodeCount, payload.length(), `fill ${fill} threshold ${threshold} step ${step}`);
        for (let node = list.firstNode; node !== null; node = node.next) {
          assertEquals(node.isPlain, payload.length() === PLAIN);
          const start = list.quicklist.baseOf(node);
          const bytes = arena.bytesOf(node.handle).slice(start, start + node.sizeBytes);
          assertEquals(
            textOfBytes(bytes) === payload.string(),
            true,
            `fill ${fill} threshold ${threshold} step ${step}`,
          );
        }
      }
    }
  }));

referenceTest("streams have the reference's nodes, bytes and numbers", () =>
  withReference(async (client) => {
    const settings = [[4096, 100], [200, 0], [0, 5], [4096, 3]] as const;
    for (const [seed, [maxNodeBytes, maxNodeEntries]] of settings.entries()) {
      const random = new SeededRandom(seed + 1);
      const key = `stream${seed}`;
      await call(client, "CONFIG", "SET", "stream-node-max-bytes", maxNodeBytes);
      await call(client, "CONFIG", "SET", "stream-node-max-entries", maxNodeEntries);
      const stream = new StreamValue(new Arena());
      const id = new StreamId(seed === 3 ? 2 ** 53 - 50 : 1, 0);
      const ids: string[] = [];
      for (let step = 0; step < 400; step++) {
        if (random.chance(0.5)) id.increment();
        else id.set(addUint64(id.ms, random.integer(1, 300)), 0);
        const fields = Array.from({ length: random.integer(1, 3) }, (_, at) => [`f${at}`, randomElement(random)])
          .flat();
        if (random.chance(0.2)) fields[0] = randomElement(random);
        await call(client, "XADD", key, id.toString(), ...fields);
        stream.append(id, { parts: fields.map(sliceOf), first: 0, pairCount: fields.length / 2 }, {
          maxNodeBytes,
          maxNodeEntries,
        });
        ids.push(id.toString());
        await shrinkStreams(client, key, stream, random, ids);
      }
      await assertSameStream(client, key, stream);
    }
  }));

async function shrinkStreams(
  client: RawClient,
  key: string,
  stream: StreamValue,
  random: SeededRandom,
  ids: string[],
): Promise<void> {
  const text = random.pick(ids);
  const [ms, seq] = text.split("-").map(BigInt) as [bigint, bigint];
  const id = new StreamId(ms <= Number.MAX_SAFE_INTEGER ? Number(ms) : ms, Number(seq));
  const isApproximate = random.chance(0.5);
  const how = isApproximate ? "~" : "=";
  switch (random.integer(0, 15)) {
    case 0:
    case 1:
    case 2:
      assertEquals(await call(client, "XDEL", key, text), Number(stream.delete(id)));
      break;
    case 3: {
      if (random.chance(0.7)) break;
      const length = Math.max(0, stream.length - random.integer(0, 20));
      const limit = isApproximate ? random.integer(0, 8) : 0;
      const options = isApproximate ? ["LIMIT", limit] : [];
      assertEquals(
        await call(client, "XTRIM", key, "MAXLEN", how, length, ...options),
        stream.trimByLength(length, isApproximate, limit),
      );
      break;
    }
    case 4: {
      if (random.chance(0.8)) break;
      const options = isApproximate ? ["LIMIT", 0] : [];
      const trimmed = stream.trimById(id, isApproximate, 0);
      assertEquals(await call(client, "XTRIM", key, "MINID", how, text, ...options), trimmed);
    }
  }
}

async function assertSameStream(client: RawClient, key: string, stream: StreamValue): Promise<void> {
  const payload = new PayloadReader(await call(client, "DUMP", key), TYPE_STREAM);
  assertEquals(stream.nodes.size, payload.length());
  const masterKey = new Uint8Array(16);
  for (const node of stream.nodes) {
    node.id.writeKey(masterKey, 0);
    assertEquals(textOfBytes(masterKey), payload.string());
    const start = stream.arena.offsetOf(node.handle);
    const bytes = stream.arena.bytesOf(node.handle).slice(start, start + node.sizeBytes);
    assertEquals(textOfBytes(bytes) === payload.string(), true, `${key} node ${node.id}`);
  }
  assertEquals(payload.length(), stream.length);
  for (const id of [stream.lastId, stream.firstId, stream.maxDeletedId]) {
    assertEquals(`${payload.number()}-${payload.number()}`, id.toString());
  }
  assertEquals(payload.length(), stream.entriesAdded);
}
