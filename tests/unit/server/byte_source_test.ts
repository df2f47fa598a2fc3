import { assertEquals } from "@std/assert";
import { latin1 } from "../../../src/bytes/ascii.ts";
import { Traffic } from "../../../src/metrics/traffic.ts";
import { ByteSource } from "../../../src/server/byte_source.ts";
import { ReadTurns } from "../../../src/server/read_turns.ts";
import { eventually } from "../../support/eventually.ts";

/** A connection whose bytes a test puts in. */
class Feed {
  readonly #queue: (string | null | Error)[] = [];
  #waiting: (() => void) | null = null;
  readCount = 0;

  put(item: string | null | Error): void {
    this.#queue.push(item);
    this.#waiting?.();
  }

  async read(target: Uint8Array): Promise<number | null> {
    this.readCount++;
    while (this.#queue.length === 0) await new Promise<void>((resolve) => this.#waiting = resolve);
    const item = this.#queue.shift()!;
    if (item === null) return null;
    if (item instanceof Error) throw item;
    const part = item.slice(0, target.length);
    if (part.length < item.length) this.#queue.unshift(item.slice(part.length));
    for (let i = 0; i < part.length; i++) target[i] = part.charCodeAt(i);
    return part.length;
  }
}

function open(): { feed: Feed; source: ByteSource; traffic: Traffic; reader: ReadableStreamDefaultReader<Uint8Array> } {
  const feed = new Feed();
  const traffic = new Traffic();
  const source = new ByteSource(feed, traffic, new ReadTurns());
  return { feed, source, traffic, reader: source.stream.getReader() };
}

Deno.test("one chunk is one read, counted", async () => {
  const { feed, reader, traffic } = open();
  feed.put("one");
  feed.put("two");
  assertEquals(latin1((await reader.read()).value!), "one");
  assertEquals(latin1((await reader.read()).value!), "two");
  feed.put(null);
  assertEquals((await reader.read()).done, true);
  assertEquals([traffic.inputBytes, traffic.reads], [6, 2]);
});

Deno.test("a broken connection is the end of input", async () => {
  const { feed, source, reader } = open();
  let ends = 0;
  source.onEnd = () => ends++;
  feed.put(new Error("connection reset"));
  assertEquals((await reader.read()).done, true);
  assertEquals(ends, 1);
});

Deno.test("watch() notices the end and keeps what came before in order", async () => {
  const { feed, source, reader } = open();
  let isEnded = false;
  source.onEnd = () => isEnded = true;
  const watching = source.watch(() => true, 1000);
  for (const text of ["one", "two", "three"]) feed.put(text);
  feed.put(null);
  await watching;
  assertEquals(isEnded, true);
  const texts: string[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) texts.push(latin1(next.value));
  assertEquals(texts, ["one", "two", "three"]);
});

Deno.test("watch() hands over what it has read while its next read is still under way", async () => {
  const { feed, source, reader } = open();
  let isWanted = true;
  const watching = source.watch(() => isWanted, 1000);
  feed.put("one");
  feed.put("two");
  await eventually(() => feed.readCount === 3);
  isWanted = false;
  assertEquals([latin1((await reader.read()).value!), latin1((await reader.read()).value!)], ["one", "two"]);
  const third = reader.read();
  feed.put("three");
  assertEquals(latin1((await third).value!), "three");
  await watching;
});

Deno.test("watch() stops reading at its limit", async () => {
  const { feed, source } = open();
  for (let i = 0; i < 10; i++) feed.put("x".repeat(100));
  await source.watch(() => true, 250);
  assertEquals(feed.readCount, 3);
});

Deno.test("the buffer grows with what comes and shrinks when little does", async () => {
  const { feed, source, reader } = open();
  const sizeOf = async (text: string) => {
    feed.put(text);
    const { value } = await reader.read();
    source.recycle(value!);
    return value!.buffer.byteLength;
  };
  const first = await sizeOf("x");
  feed.put("x".repeat(500_000));
  let received = 0;
  let largest = 0;
  while (received < 500_000) {
    const { value } = await reader.read();
    received += value!.length;
    largest = Math.max(largest, value!.buffer.byteLength);
    source.recycle(value!);
  }
  assertEquals([largest > first, largest <= 65_536], [true, true]);
  for (let i = 0; i < 1000; i++) await sizeOf("x");
  assertEquals(await sizeOf("x"), first);
});

Deno.test("bytes that are known to come are read at once, but only while each read fills its buffer", async () => {
  const { feed, source, reader } = open();
  const sizes: number[] = [];
  const readOne = async (text: string) => {
    feed.put(text);
    sizes.push((await reader.read()).value!.length);
  };
  await readOne("x".repeat(1024));
  source.expectedBytes = 500_000;
  await readOne("x".repeat(300_000));
  assertEquals(sizes, [1024, 300_000]);
  source.expectedBytes = 200_000;
  feed.put("x".repeat(200_000));
  const rest: number[] = [];
  for (let left = 200_000; left > 0; left -= rest.at(-1)!) {
    rest.push((await reader.read()).value!.length);
    source.expectedBytes = left - rest.at(-1)!;
  }
  assertEquals(rest, [64 * 1024, 200_000 - 64 * 1024]);
});
