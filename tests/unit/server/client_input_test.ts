import { assertEquals } from "@std/assert";
import { Clock } from "../../../src/base/clock.ts";
import { Random } from "../../../src/base/random.ts";
import { Client } from "../../../src/clients/client.ts";
import { Config } from "../../../src/config/config.ts";
import { Traffic } from "../../../src/metrics/traffic.ts";
import { Arrivals } from "../../../src/server/arrivals.ts";
import { ClientInput } from "../../../src/server/client_input.ts";
import { ConfiguredListLimits } from "../../../src/store/configured_list_limits.ts";
import { Store } from "../../../src/store/store.ts";
import { eventually } from "../../support/eventually.ts";

/** The size of a buffer at first. */
const INITIAL_BYTES = 512;

/** A connection whose bytes a test puts in. */
class Feed {
  readonly #queue: (string | null | Error)[] = [];
  #waiting: (() => void) | null = null;
  readonly sizes: number[] = [];

  put(item: string | null | Error): void {
    this.#queue.push(item);
    this.#waiting?.();
  }

  async read(target: Uint8Array): Promise<number | null> {
    this.sizes.push(target.length);
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

interface Opened {
  readonly client: Client;
  readonly feed: Feed;
  readonly input: ClientInput;
  readonly traffic: Traffic;
  /** Requests what comes next and parses it: the names of its requests, or null at the end of input. */
  next(): Promise<string[] | null>;
}

function open(): Opened {
  const clock = new Clock();
  const store = new Store({
    clock,
    random: new Random(),
    databaseCount: 1,
    listLimits: new ConfiguredListLimits(new Config()),
  });
  clock.stop();
  const feed = new Feed();
  const traffic = new Traffic();
  const sink = { write: (bytes: Uint8Array) => Promise.resolve(bytes.length) };
  const ends = { address: "127.0.0.1:1", localAddress: "127.0.0.1:2" };
  const client = new Client({ id: 1, store, sink, ...ends, descriptor: 3, traffic, close: () => {} });
  const arrivals = new Arrivals<ClientInput>();
  const turns = arrivals.stream.getReader();
  const input = new ClientInput({ client, reader: feed, traffic, arrivals });
  const next = async () => {
    input.release();
    input.request();
    assertEquals((await turns.read()).value, [input]);
    if (input.isLast) return null;
    input.parse();
    const { batch } = input;
    return Array.from({ length: batch?.count ?? 0 }, (_, index) => {
      batch!.select(index);
      return batch!.args.text(0);
    });
  };
  return { client, feed, input, traffic, next };
}

Deno.test("one request is one read, counted", async () => {
  const { feed, next, traffic } = open();
  feed.put("one\r\n");
  feed.put("two\r\n");
  assertEquals(await next(), ["one"]);
  assertEquals(await next(), ["two"]);
  feed.put(null);
  assertEquals(await next(), null);
  assertEquals([traffic.inputBytes, traffic.reads], [10, 2]);
});

Deno.test("a broken connection is the end of input", async () => {
  const { feed, input, next } = open();
  let ends = 0;
  input.onEnd = () => ends++;
  feed.put(new Error("connection reset"));
  assertEquals(await next(), null);
  assertEquals(ends, 1);
});

Deno.test("watch() notices the end and keeps what came before in order", async () => {
  const { feed, input, next } = open();
  let isEnded = false;
  input.onEnd = () => isEnded = true;
  const watching = input.watch(() => true, 1000);
  for (const text of ["one\r\n", "two\r\n", "three\r\n"]) feed.put(text);
  feed.put(null);
  await watching;
  assertEquals(isEnded, true);
  assertEquals([await next(), await next(), await next(), await next()], [["one"], ["two"], ["three"], null]);
});

Deno.test("watch() leaves the requests alone that wait, and what it reads goes to who asks next", async () => {
  const { feed, input, next } = open();
  feed.put("zero\r\n");
  assertEquals(await next(), ["zero"]);
  let isWanted = true;
  const watching = input.watch(() => isWanted, 1000);
  feed.put("one\r\n");
  feed.put("two\r\n");
  await eventually(() => feed.sizes.length === 4);
  assertEquals(input.batch?.args.text(0), "zero");
  isWanted = false;
  assertEquals([await next(), await next()], [["one"], ["two"]]);
  const third = next();
  feed.put("three\r\n");
  assertEquals(await third, ["three"]);
  await watching;
});

Deno.test("watch() stops reading at its limit", async () => {
  const { feed, input } = open();
  for (let i = 0; i < 10; i++) feed.put("x".repeat(100));
  await input.watch(() => true, 250);
  assertEquals(feed.sizes.length, 3);
});

Deno.test("the buffer grows with what comes and shrinks when little does", async () => {
  const { feed, next } = open();
  const line = "x".repeat(98) + "\r\n";
  feed.put("x\r\n");
  await next();
  feed.put(line.repeat(5_000));
  for (let count = 0; count < 5_000;) count += (await next())!.length;
  const largest = Math.max(...feed.sizes);
  for (let i = 0; i < 1000; i++) {
    feed.put("x\r\n");
    await next();
  }
  assertEquals([largest, feed.sizes[0], feed.sizes.at(-1)], [65_536, INITIAL_BYTES, INITIAL_BYTES]);
});

Deno.test("bytes that are known to come are read at once, but only while each read fills its buffer", async () => {
  const { feed, next } = open();
  const readOne = async (text: string) => {
    feed.put(text);
    await next();
    return feed.sizes.at(-1);
  };
  const header = "*1\r\n$500000\r\n";
  assertEquals(await readOne(header + "x".repeat(INITIAL_BYTES - header.length)), INITIAL_BYTES);
  const left = 500_002 - (INITIAL_BYTES - header.length);
  assertEquals(await readOne("x".repeat(300_000)), left);
  assertEquals(await readOne("x".repeat(left - 300_000)), 64 * 1024);
});

Deno.test("the client is told what its input takes: the buffer, and what was read while it waits", async () => {
  const { client, feed, input, next } = open();
  const sizes = () => [client.readBufferBytes, client.readAheadBytes];
  feed.put("zero\r\n");
  assertEquals(await next(), ["zero"]);
  assertEquals(sizes(), [INITIAL_BYTES, 0]);
  let isWanted = true;
  let changes = 0;
  client.output.onChange = () => changes++;
  const watching = input.watch(() => isWanted, 1000);
  feed.put("one\r\n");
  await eventually(() => client.readAheadBytes === 5);
  assertEquals(changes, 1);
  isWanted = false;
  assertEquals(await next(), ["one"]);
  assertEquals(sizes(), [INITIAL_BYTES, 0]);
  feed.put(`${"x".repeat(INITIAL_BYTES - 2)}\r\n`);
  assertEquals((await next())?.length, 1);
  await watching;
  feed.put("two\r\n");
  assertEquals(await next(), ["two"]);
  assertEquals(sizes(), [2 * INITIAL_BYTES, 0]);
});
