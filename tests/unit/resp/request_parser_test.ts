/** The request parser: framing, limits, errors, memory. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { RequestBatch } from "../../../src/resp/request_batch.ts";
import { encodeRequest } from "../../../src/resp/request_encoder.ts";
import { RequestParser } from "../../../src/resp/request_parser.ts";
import { bytesOfText } from "../../support/byte_text.ts";
import { parseChunks, parseText } from "./parsed_requests.ts";

const BIG_LINE = "1".repeat(64 * 1024);

function errorOf(text: string, parser = new RequestParser()): string | null {
  return parseText(text, parser).protocolError;
}

Deno.test("parse() reads arrays of bulk strings, whatever their bytes", () => {
  const parsed = parseText("*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$0\r\n\r\n$4\r\n\r\n\0\xff\r\n");
  assertEquals(parsed.requests, [["PING"], ["SET", "", "\r\n\0\xff"]]);
  assertEquals(parsed.ends, [14, 43]);
  assertEquals(parsed.protocolError, null);
});

Deno.test("parse() reads counts and lengths of several digits", () => {
  const argv = Array.from({ length: 123 }, (_, index) => "x".repeat(index * 10));
  assertEquals(parseChunks([encodeRequest(...argv)]).requests, [argv]);
});

Deno.test("parse() reads inline requests with quotes, ended by LF or CRLF", () => {
  assertEquals(parseText("set k \"a\\x41\\n\"\nget 'a b'\r\n").requests, [["set", "k", "aA\n"], ["get", "a b"]]);
});

Deno.test("parse() skips empty lines, blank lines and arrays of no elements", () => {
  const parsed = parseText("\r\n\n  \r\n*0\r\n*-1\r\n*-9\r\nPING\r\n*0\r\n*1\r\n$1\r\na\r\n\n");
  assertEquals(parsed.requests, [["PING"], ["a"]]);
  assertEquals(parsed.ends, [27, 42]);
});

Deno.test("parse() takes whatever two bytes stand for CRLF behind a header's CR and an argument, as Redis", () => {
  assertEquals(parseText("*1\rX$2\rYabZZ*1\r\n$1\r\nb\r\n").requests, [["ab"], ["b"]]);
});

Deno.test("parse() gives Redis's protocol errors", () => {
  for (const count of ["x", "", "01", "+1", "1 ", "--1", "2147483648", "9223372036854775808", "-9223372036854775809"]) {
    assertEquals(errorOf(`*${count}\r\n`), "Protocol error: invalid multibulk length", count);
  }
  for (const length of ["x", "", "-1", "01", "00", "536870913", "9223372036854775808", "123456789012345678901"]) {
    assertEquals(errorOf(`*1\r\n$${length}\r\n`), "Protocol error: invalid bulk length", length);
  }
  assertEquals(errorOf("*1\r\nPING\r\n"), "Protocol error: expected '$', got 'P'");
  assertEquals(errorOf("*2\r\n$1\r\na\r\n\xe9\r\n"), "Protocol error: expected '$', got '\xe9'");
  assertEquals(errorOf('get "a\r\n'), "Protocol error: unbalanced quotes in request");
  assertEquals(errorOf(BIG_LINE + "1"), "Protocol error: too big inline request");
  assertEquals(errorOf("*" + BIG_LINE), "Protocol error: too big mbulk count string");
  assertEquals(errorOf("*1\r\n$" + BIG_LINE), "Protocol error: too big bulk count string");
});

Deno.test("parse() lets a line of 64 KiB wait for its end, and takes a longer one that ends in the same chunk", () => {
  assertEquals(errorOf(BIG_LINE), null);
  assertEquals(parseText(BIG_LINE + "1\r\n").requests.length, 1);
});

Deno.test("parse() never finds the end of a line behind a NUL, as Redis", () => {
  assertEquals(parseText("PING\0\r\nPING\r\n").requests, []);
  assertEquals(errorOf("\0\n" + BIG_LINE), "Protocol error: too big inline request");
  assertEquals(errorOf("*\0\r\n" + BIG_LINE), "Protocol error: too big mbulk count string");
  assertEquals(errorOf("*1\r\n\0\r\n" + BIG_LINE), "Protocol error: too big bulk count string");
});

Deno.test("parse() keeps the requests before an error and ignores everything after it", () => {
  const parser = new RequestParser();
  const parsed = parseChunks([bytesOfText("PING\r\n*1\r\n!\r\nPING\r\n"), bytesOfText("PING\r\n")], parser);
  assertEquals(parsed.requests, [["PING"]]);
  assertEquals(parsed.protocolError, "Protocol error: expected '$', got '!'");
  assert(parser.hasFailed);
});

Deno.test("parse() tells the log the cause of an error and a sample of the bytes", () => {
  const parser = new RequestParser();
  const batch = new RequestBatch();
  const chunk = bytesOfText("*1\r\n$-5\r\n\xff\0hidden");
  parser.parse(chunk, 0, chunk.length, batch);
  assertEquals(batch.protocolErrorCause, "invalid bulk length");
  assertEquals(batch.protocolErrorSample, "Query buffer during protocol error: '$-5...'");
});

Deno.test("parse() holds clients to 10 arguments of 16384 bytes until they have authenticated", () => {
  const parser = () => Object.assign(new RequestParser(), { authenticated: false });
  assertEquals(errorOf("*10\r\n", parser()), null);
  assertEquals(errorOf("*11\r\n", parser()), "Protocol error: unauthenticated multibulk length");
  assertEquals(errorOf("*1\r\n$16384\r\n", parser()), null);
  assertEquals(errorOf("*1\r\n$16385\r\n", parser()), "Protocol error: unauthenticated bulk length");
  assertEquals(
    errorOf("*1\r\n$16385\r\n" + "x".repeat(16387), parser()),
    "Protocol error: unauthenticated bulk length",
  );
});

Deno.test("parse() stops before a request whose limit the requests before it may lift", () => {
  const parser = Object.assign(new RequestParser(), { authenticated: false });
  const batch = new RequestBatch();
  const first = "*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n";
  const chunk = bytesOfText(first + "*1\r\n$16385\r\n" + "x".repeat(16385) + "\r\nPING\r\n");
  assertEquals(parser.parse(chunk, 0, chunk.length, batch), first.length);
  assertEquals([batch.count, batch.protocolError, batch.bytesConsumed], [1, null, first.length]);
  batch.clear();
  parser.authenticated = true;
  assertEquals(parser.parse(chunk, first.length, chunk.length, batch), chunk.length);
  assertEquals([batch.count, batch.protocolError], [2, null]);
  assertEquals(batch.streamEnd(1), chunk.length);
});

Deno.test("parse() obeys proto-max-bulk-len", () => {
  const parser = Object.assign(new RequestParser(), { maxBulkLength: 4 });
  assertEquals(parseText("*1\r\n$4\r\nPING\r\n*1\r\n$5\r\n", parser), {
    requests: [["PING"]],
    protocolError: "Protocol error: invalid bulk length",
    queryBufferExceeded: false,
    ends: [14],
  });
});

Deno.test("parse() refuses inline requests, but not empty lines, where they are not allowed", () => {
  const parser = Object.assign(new RequestParser(), { allowsInline: false });
  const parsed = parseText("\n\r\n*1\r\n$4\r\nPING\r\nPING\r\n", parser);
  assertEquals(parsed.requests, [["PING"]]);
  assertEquals(parsed.protocolError, "Protocol error: Master using the inline protocol. Desync?");
});

Deno.test("parse() flags unread bytes over client-query-buffer-limit and counts no complete argument among them", () => {
  const parser = Object.assign(new RequestParser(), { maxQueryBuffer: 100 });
  const request = encodeRequest("SET", "k".repeat(60), "v".repeat(60));
  const parsed = parseChunks([request.subarray(0, 90), request.subarray(90)], parser);
  assertEquals([parsed.requests.length, parsed.queryBufferExceeded], [1, false]);
  assert(parseChunks([request.subarray(0, 40), new Uint8Array(90)], parser).queryBufferExceeded);
  assert(parser.hasFailed);
});

Deno.test("parse() allocates nothing for a length that is only announced", () => {
  const parser = new RequestParser();
  parseText("*2147483647\r\n$536870912\r\n", parser);
  assertLess(parser.memoryBytes, 1024);
  parseChunks([new Uint8Array(1000)], parser);
  assertLess(parser.memoryBytes, 128 * 1024);
  parseChunks([new Uint8Array(200_000)], parser);
  assertLess(parser.memoryBytes, 512 * 1024);
  assertEquals([parser.pendingBytes, parser.missingBytes], [201_000, 536_870_914 - 201_000]);
  assert(parser.isInsideRequest);
});

Deno.test("parse() takes what was read into its tail without a copy, and what follows from elsewhere", () => {
  const parser = new RequestParser();
  const batch = new RequestBatch();
  const value = new Uint8Array(3 * 1024 * 1024).map((_, index) => index % 251);
  const stream = encodeRequest("SET", "k", value, "x");
  let at = 1000;
  parser.parse(stream, 0, at, batch);
  while (parser.missingBytes > 1000) {
    const tail = parser.takeTail();
    const count = Math.min(tail.length, 300_000, parser.missingBytes - 1000);
    tail.set(stream.subarray(at, at + count));
    parser.parse(tail, 0, count, batch);
    at += count;
  }
  parser.parse(stream, at, stream.length, batch);
  batch.select(0);
  assertEquals([batch.args.count, batch.args.text(3)], [4, "x"]);
  assertEquals(batch.args.at(2).copy(), value);
});

Deno.test("parse() reads a large argument that comes in small chunks, and drops its memory afterwards", () => {
  const parser = new RequestParser();
  const value = new Uint8Array(32 * 1024 * 1024).fill(0x61);
  const stream = encodeRequest("SET", "k", value, "x");
  const batch = new RequestBatch();
  for (let at = 0; at < stream.length; at += 4096) {
    parser.parse(stream, at, Math.min(at + 4096, stream.length), batch);
  }
  batch.select(0);
  assertEquals([batch.args.count, batch.args.at(2).length, batch.args.text(3)], [4, value.length, "x"]);
  assertLess(batch.args.at(2).bytes.length, value.length + 1024 * 1024);
  batch.clear();
  assertEquals([parser.memoryBytes, parser.pendingBytes, parser.consumedBytes], [0, 0, stream.length]);
});
