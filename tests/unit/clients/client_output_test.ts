import { assertEquals } from "@std/assert";
import { OUTPUT_PIECE_BYTES, OUTPUT_PORTION_BYTES, PROTO_REPLY_CHUNK_BYTES } from "../../../src/base/limits.ts";
import { latin1 } from "../../../src/bytes/ascii.ts";
import { ClientOutput } from "../../../src/clients/client_output.ts";
import { Traffic } from "../../../src/metrics/traffic.ts";
import { eventually } from "../../support/eventually.ts";

/** A peer that takes bytes when it is told to. */
class SlowSink {
  received = "";
  #pending: { bytes: Uint8Array; resolve: (count: number) => void; reject: (error: unknown) => void } | null = null;

  /** Bytes of the write under way. */
  get offeredBytes(): number {
    return this.#pending!.bytes.length;
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => this.#pending = { bytes, resolve, reject });
  }

  /** Takes up to `limit` bytes of the write under way. */
  async take(limit = Infinity): Promise<void> {
    const { bytes, resolve } = this.#pending!;
    const count = Math.min(limit, bytes.length);
    this.received += latin1(bytes, 0, count);
    this.#pending = null;
    resolve(count);
    await Promise.resolve();
  }

  async fail(): Promise<void> {
    this.#pending!.reject(new Error("broken pipe"));
    await Promise.resolve();
    await Promise.resolve();
  }
}

function newOutput(): { sink: SlowSink; output: ClientOutput; traffic: Traffic } {
  const sink = new SlowSink();
  const traffic = new Traffic();
  return { sink, traffic, output: new ClientOutput(sink, traffic) };
}

function say(output: ClientOutput, text: string): void {
  output.prepare();
  output.buffer.text(text);
}

Deno.test("flush() sends everything in order, one write at a time", async () => {
  const { sink, output, traffic } = newOutput();
  say(output, "one ");
  output.flush();
  say(output, "two ");
  output.flush();
  say(output, "three");
  output.flush();
  assertEquals([output.pendingBytes, output.isWriting], [13, true]);
  await sink.take();
  assertEquals(sink.received, "one ");
  await sink.take();
  assertEquals(sink.received, "one two three");
  assertEquals([output.pendingBytes, output.isWriting, output.bytesSent, traffic.outputBytes], [0, false, 13, 13]);
});

Deno.test("flush() goes on where a write took only a part", async () => {
  const { sink, output } = newOutput();
  say(output, "0123456789");
  output.flush();
  for (const _ of "0123456789") await sink.take(1);
  assertEquals(sink.received, "0123456789");
  assertEquals(output.pendingBytes, 0);
});

Deno.test("flush() sends a long reply in pieces, more than a portion in one write", async () => {
  const { sink, output } = newOutput();
  say(output, "x".repeat(2 * OUTPUT_PIECE_BYTES + 7));
  output.flush();
  for (const expected of [OUTPUT_PIECE_BYTES, OUTPUT_PIECE_BYTES, 7]) {
    assertEquals(sink.offeredBytes, expected);
    await sink.take();
  }
  assertEquals([sink.received.length, output.pendingBytes], [2 * OUTPUT_PIECE_BYTES + 7, 0]);
  say(output, "x".repeat(OUTPUT_PORTION_BYTES + 1));
  output.flush();
  assertEquals(sink.offeredBytes, OUTPUT_PORTION_BYTES + 1);
});

Deno.test("a portion is to be sent where nothing else is under way and no limit counts it", () => {
  const { output } = newOutput();
  say(output, "x".repeat(OUTPUT_PORTION_BYTES));
  assertEquals(output.hasPortion, false);
  say(output, "x");
  assertEquals(output.hasPortion, true);
  output.isLimited = () => true;
  assertEquals(output.hasPortion, false);
  output.isLimited = null;
  output.flush();
  say(output, "x".repeat(OUTPUT_PORTION_BYTES + 1));
  assertEquals(output.hasPortion, false);
});

Deno.test("portionSent() resolves when everything is sent, and with a peer that takes its time", async () => {
  const { sink, output } = newOutput();
  say(output, "one");
  const sent = output.portionSent().then(() => output.pendingBytes);
  await sink.take();
  assertEquals(await sent, 0);
  say(output, "two");
  await output.portionSent();
  assertEquals(output.pendingBytes, 3);
});

Deno.test("finished() resolves when everything is sent, and when the peer is gone", async () => {
  for (const isLost of [false, true]) {
    const { sink, output } = newOutput();
    let failure: unknown = null;
    output.onFailure = (error) => failure = error;
    say(output, "bye");
    const finished = output.finished();
    await (isLost ? sink.fail() : sink.take());
    await finished;
    assertEquals(failure instanceof Error, isLost);
    assertEquals(output.pendingBytes, 0);
  }
});

Deno.test("send() sends bytes uncopied behind what was said, and resolves when they are gone", async () => {
  const { sink, output } = newOutput();
  say(output, "one ");
  const bytes = new TextEncoder().encode("two");
  let isSent = false;
  const sent = output.send(bytes).then(() => isSent = true);
  await sink.take();
  await eventually(() => output.isWriting);
  // Nobody has copied them.
  bytes[0] = "T".charCodeAt(0);
  say(output, " three");
  output.flush();
  await sink.take(1);
  await sink.take();
  assertEquals([sink.received, isSent], ["one Two", false]);
  await sink.take();
  await sent;
  assertEquals([sink.received, output.pendingBytes], ["one Two three", 0]);
});

Deno.test("send() sends all its bytes in one write", async () => {
  const { sink, output } = newOutput();
  const sent = output.send(new Uint8Array(2 * OUTPUT_PIECE_BYTES));
  await eventually(() => output.isWriting);
  assertEquals(sink.offeredBytes, 2 * OUTPUT_PIECE_BYTES);
  await sink.take();
  await sent;
});

Deno.test("send() to a peer that goes, or is gone, resolves and sends nothing more", async () => {
  const { sink, output } = newOutput();
  say(output, "one ");
  const sent = output.send(new TextEncoder().encode("two"));
  await sink.fail();
  await sent;
  await output.send(new TextEncoder().encode("three"));
  assertEquals([sink.received, output.isWriting], ["", false]);
});

Deno.test("mayGrow is asked with all that waits, and its no drops the rest", async () => {
  const { sink, output } = newOutput();
  const asked: number[] = [];
  output.mayGrow = (pendingBytes) => {
    asked.push(pendingBytes);
    return pendingBytes < 50_000;
  };
  say(output, "x".repeat(10_000));
  output.flush();
  for (let i = 0; i < 100; i++) say(output, "y".repeat(10_000));
  assertEquals(output.buffer.isCutOff, true);
  assertEquals(asked.at(-1)! >= 50_000, true);
  assertEquals(output.buffer.bytes.length < 100_000, true);
  output.flush();
  await sink.take();
  assertEquals(sink.received, "x".repeat(10_000));
});

Deno.test("onLarge is called when more waits than is free", () => {
  const { output } = newOutput();
  let calls = 0;
  output.onLarge = () => calls++;
  say(output, "x".repeat(PROTO_REPLY_CHUNK_BYTES));
  output.flush();
  assertEquals(calls, 0);
  say(output, "x");
  output.flush();
  assertEquals(calls, 1);
});

Deno.test("cutOff() and close() send nothing more and free whoever waits", async () => {
  for (const end of ["cutOff", "close"] as const) {
    const { sink, output } = newOutput();
    say(output, "one");
    output.flush();
    say(output, "two");
    const finished = output.finished();
    output[end]();
    await finished;
    await sink.take();
    assertEquals(sink.received, "one");
  }
});

Deno.test("flushSoon() sends everything that is said meanwhile in one write", async () => {
  const [first, second] = [newOutput(), newOutput()];
  for (const word of ["one ", "two ", "three"]) {
    for (const { output } of [first, second]) {
      say(output, word);
      output.flushSoon();
      assertEquals(output.isWriting, false);
    }
  }
  await Promise.resolve();
  for (const { sink, output, traffic } of [first, second]) {
    await sink.take();
    assertEquals([sink.received, traffic.writes], ["one two three", 1]);
    say(output, "!");
    output.flushSoon();
    await Promise.resolve();
    await sink.take();
    assertEquals(sink.received, "one two three!");
  }
});
