/** Batches of requests and the window over one of them. */
import { assertEquals, assertThrows } from "@std/assert";
import { Args, BATCH_POOL_LIMIT, RequestBatch } from "../../../src/resp/request_batch.ts";
import { encodeRequest } from "../../../src/resp/request_encoder.ts";
import { RequestParser } from "../../../src/resp/request_parser.ts";
import { bytesOfText } from "../../support/byte_text.ts";

Deno.test("Args.of() takes text, bytes and numbers", () => {
  const args = Args.of("SET", new Uint8Array([0, 255]), -12, 2n ** 63n - 1n, "\xe9");
  assertEquals(args.count, 5);
  assertEquals([args.text(1), args.text(2), args.text(3)], ["\0\xff", "-12", "9223372036854775807"]);
  assertEquals([args.at(4).length, args.sizeBytes], [1, 3 + 2 + 3 + 19 + 1]);
});

Deno.test("at() throws outside the request", () => {
  const args = Args.of("GET", "k");
  assertThrows(() => args.at(2), RangeError);
  assertThrows(() => args.at(-1), RangeError);
});

Deno.test("rest() is a window over the later arguments, whatever becomes of the first", () => {
  const args = Args.of("ACL", "DRYRUN", "GET", "key");
  const rest = args.rest(2);
  args.point([], 0, 0);
  assertEquals([rest.count, rest.text(0), rest.text(1), rest.rest(1).count], [2, "GET", "key", 1]);
  assertThrows(() => rest.at(2), RangeError);
});

Deno.test("select() moves one window, and retain() makes a copy that outlives the batch", () => {
  const batch = new RequestBatch();
  const chunk = bytesOfText("get one\r\n*2\r\n$3\r\nGET\r\n$3\r\ntwo\r\n");
  new RequestParser().parse(chunk, 0, chunk.length, batch);
  batch.select(1);
  const args = batch.args;
  assertEquals([args.text(0), args.text(1)], ["GET", "two"]);
  const kept = args.retain();
  batch.select(0);
  assertEquals([args.text(0), args.text(1)], ["get", "one"]);
  batch.clear();
  chunk.fill(0);
  assertEquals([kept.count, kept.text(0), kept.text(1), args.count], [2, "GET", "two", 0]);
});

Deno.test("clear() pins no memory but that of chunks", () => {
  const batch = new RequestBatch();
  const many = encodeRequest(...Array.from({ length: BATCH_POOL_LIMIT + 1 }, () => "x"));
  new RequestParser().parse(many, 0, many.length, batch);
  batch.clear();
  assertEquals([batch.slices.length, batch.isEmpty], [0, true]);
  const cut = encodeRequest("a", "b");
  const parser = new RequestParser();
  parser.parse(cut, 0, 9, batch);
  parser.parse(cut, 9, cut.length, batch);
  batch.select(0);
  assertEquals(batch.args.text(1), "b");
  batch.clear();
  assertEquals(batch.slices.map((slice) => slice.bytes.length), [0, 0]);
});

Deno.test("a batch grows with the requests of a chunk", () => {
  const batch = new RequestBatch();
  const chunk = bytesOfText("*1\r\n$1\r\na\r\n".repeat(3000));
  new RequestParser().parse(chunk, 0, chunk.length, batch);
  assertEquals([batch.count, batch.streamEnd(0), batch.streamEnd(2999)], [3000, 11, 33000]);
  batch.select(2999);
  assertEquals(batch.args.text(0), "a");
  batch.clear();
  assertEquals([batch.slices.length, batch.ends.length], [0, 16]);
});
