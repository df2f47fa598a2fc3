/** Replies recorded as values: always what the reply parser makes of the encoder's bytes. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Slice } from "../../../src/bytes/slice.ts";
import type { Reply } from "../../../src/resp/reply.ts";
import { ReplyEncoder } from "../../../src/resp/reply_encoder.ts";
import { ReplyParser } from "../../../src/resp/reply_parser.ts";
import { ReplyRecorder } from "../../../src/resp/reply_recorder.ts";
import { NIL_ARRAY, ReplyError, ReplyMap, replyText } from "../../../src/resp/reply_value.ts";
import { bytesOfText } from "../../support/byte_text.ts";

const SCALARS: ((reply: Reply) => void)[] = [
  (reply) => reply.ok(),
  (reply) => reply.queued(),
  (reply) => reply.simple("PONG"),
  (reply) => reply.error("ERR a\r\nb\r\n"),
  (reply) => reply.integer(-5),
  (reply) => reply.integer(2n ** 63n - 1n),
  (reply) => reply.integer(77n),
  (reply) => reply.bulk(bytesOfText("a\0b"), 1),
  (reply) => reply.bulkSlice(new Slice(bytesOfText("abc"), 0, 2)),
  (reply) => reply.bulkText("\xff"),
  (reply) => reply.bulkInteger(12),
  (reply) => reply.nil(),
  (reply) => reply.nilArray(),
  (reply) => reply.emptyArray(),
  (reply) => reply.map(0),
  (reply) => reply.boolean(true),
  (reply) => reply.double(1.25),
  (reply) => reply.doubleText("3"),
  (reply) => reply.bigNumber("12345678901234567890"),
  (reply) => reply.verbatim("txt", "hi"),
  (reply) => reply.raw(bytesOfText("*2\r\n:1\r\n$1\r\nx\r\n")),
];

function writeEverything(reply: Reply): void {
  reply.array(reply.isResp3 ? 4 : 3);
  reply.array(SCALARS.length);
  for (const write of SCALARS) write(reply);
  reply.map(2);
  reply.bulkText("k");
  reply.set(1);
  reply.ok();
  reply.bulkText("l");
  reply.push(1);
  reply.ok();
  const outer = reply.deferredArray();
  const inner = reply.deferredMap();
  reply.integer(1);
  reply.integer(2);
  reply.endDeferred(inner, 1);
  const set = reply.deferredSet();
  reply.endDeferred(set, 0);
  reply.endDeferred(outer, 2);
  if (!reply.isResp3) return;
  reply.attribute(1);
  reply.simple("ttl");
  reply.integer(3);
  reply.ok();
}

Deno.test("ReplyRecorder records what a client of either protocol reads", () => {
  for (const protocol of [2, 3] as const) {
    const recorder = new ReplyRecorder(protocol);
    const encoder = new ReplyEncoder();
    encoder.protocol = protocol;
    writeEverything(recorder);
    writeEverything(encoder);
    const parser = new ReplyParser();
    parser.push(encoder.output.view());
    assertEquals(recorder.take(), parser.next());
    assertEquals([parser.pendingBytes, recorder.errorCount, encoder.errorCount], [0, 1, 1]);
  }
});

Deno.test("take() wants exactly one complete reply", () => {
  const recorder = new ReplyRecorder();
  assertThrows(() => recorder.take(), Error, "recorded 0");
  recorder.array(1);
  assertThrows(() => recorder.take(), Error, "1 aggregates open");
  recorder.ok();
  assertEquals(recorder.take(), ["OK"]);
  recorder.nil();
  assertEquals([recorder.values, recorder.take()], [[null], null]);
  recorder.ok();
  recorder.ok();
  assertThrows(() => recorder.take(), Error, "recorded 2");
});

Deno.test("endDeferred() of a recorder finds counts and orders that would break the protocol", () => {
  const recorder = new ReplyRecorder();
  const outer = recorder.deferredArray();
  const inner = recorder.deferredArray();
  assertThrows(() => recorder.endDeferred(outer, 0), Error, "reverse order");
  recorder.ok();
  assertThrows(() => recorder.endDeferred(inner, 3), Error, "announces 3 elements and has 1");
});

Deno.test("reply values tell their text and code", () => {
  assertEquals(replyText("OK"), "OK");
  assertEquals(replyText(bytesOfText("\xff")), "\xff");
  assertEquals(replyText(7), null);
  assertEquals(new ReplyError("WRONGTYPE Operation").code, "WRONGTYPE");
  assertEquals(new ReplyError("ERR").code, "ERR");
  assert(!(NIL_ARRAY instanceof ReplyMap));
});
