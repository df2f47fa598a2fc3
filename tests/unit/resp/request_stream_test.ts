/** The request parser as a web stream. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { RequestBatch } from "../../../src/resp/request_batch.ts";
import { RequestDecoderStream } from "../../../src/resp/request_stream.ts";
import { bytesOfText } from "../../support/byte_text.ts";

function sourceOf(...chunks: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(bytesOfText(chunk));
    },
  }, { highWaterMark: 0 });
}

function names(batch: RequestBatch): string[] {
  return Array.from({ length: batch.count }, (_, index) => {
    batch.select(index);
    return batch.args.text(0);
  });
}

Deno.test("RequestDecoderStream gives one batch for each chunk that completes a request", async () => {
  const chunks = ["PING\r\nECHO x\r\n", "*1\r\n$4", "\r\nTI", "ME\r\n", "\r\n", "*1\r\nx\r\n"];
  const released: string[] = [];
  const decoder = new RequestDecoderStream({
    onChunkReleased: (chunk) => released.push(String.fromCharCode(...chunk)),
  });
  const seen: unknown[] = [];
  for await (const batch of sourceOf(...chunks).pipeThrough(decoder)) {
    seen.push([names(batch), batch.protocolError]);
    batch.release();
  }
  assertEquals(seen, [
    [["PING", "ECHO"], null],
    [["TIME"], null],
    [[], "Protocol error: expected '$', got 'x'"],
  ]);
  assertEquals(released, chunks);
});

Deno.test("RequestDecoderStream parses a chunk no sooner than the loop asks for it", async () => {
  const decoder = new RequestDecoderStream();
  decoder.parser.authenticated = false;
  const long = "*1\r\n$20000\r\n" + "x".repeat(20000) + "\r\n";
  const seen: number[] = [];
  for await (const batch of sourceOf("AUTH p\r\n", long).pipeThrough(decoder)) {
    assertEquals(batch.protocolError, null);
    seen.push(batch.count);
    // The source has had every chance to run ahead.
    await new Promise((resolve) => setTimeout(resolve, 5));
    decoder.parser.authenticated = true;
    batch.release();
  }
  assertEquals(seen, [1, 1]);
});

Deno.test("RequestDecoderStream waits within a chunk for AUTH to lift the limits", async () => {
  let released = 0;
  const decoder = new RequestDecoderStream({ onChunkReleased: () => released++ });
  decoder.parser.authenticated = false;
  const long = "*1\r\n$20000\r\n" + "x".repeat(20000) + "\r\n";
  const seen: unknown[] = [];
  for await (const batch of sourceOf("PING\r\nAUTH p\r\n" + long + long, "PING\r\n").pipeThrough(decoder)) {
    seen.push([batch.count, batch.protocolError]);
    decoder.parser.authenticated = true;
    batch.release();
  }
  assertEquals(seen, [[2, null], [2, null], [1, null]]);
  assertEquals(released, 2);
});

Deno.test("RequestDecoderStream keeps a batch intact until its release and then uses it again", async () => {
  const decoder = new RequestDecoderStream();
  const reader = sourceOf("one\r\n", "two\r\n", "three\r\n").pipeThrough(decoder).getReader();
  const first = (await reader.read()).value!;
  const second = (await reader.read()).value!;
  assert(first !== second);
  assertEquals([names(first), names(second)], [["one"], ["two"]]);
  first.release();
  const third = (await reader.read()).value!;
  assertStrictEquals(third, first);
  assertEquals([names(second), names(third)], [["two"], ["three"]]);
  await reader.cancel();
});
