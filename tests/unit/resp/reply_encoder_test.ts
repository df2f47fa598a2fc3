/** Replies as bytes, in both protocols. */
import { assertEquals } from "@std/assert";
import { Slice } from "../../../src/bytes/slice.ts";
import { OutputBuffer } from "../../../src/resp/output_buffer.ts";
import type { Reply } from "../../../src/resp/reply.ts";
import { ReplyEncoder } from "../../../src/resp/reply_encoder.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";

function encoded(protocol: 2 | 3, write: (reply: Reply) => void, capacity = 1): string {
  const encoder = new ReplyEncoder(new OutputBuffer(capacity));
  encoder.protocol = protocol;
  write(encoder);
  return textOfBytes(encoder.output.view());
}

function assertEncodes(write: (reply: Reply) => void, resp2: string, resp3 = resp2): void {
  assertEquals([encoded(2, write), encoded(3, write)], [resp2, resp3]);
}

Deno.test("ReplyEncoder writes what is the same in both protocols", () => {
  assertEncodes((reply) => reply.ok(), "+OK\r\n");
  assertEncodes((reply) => reply.queued(), "+QUEUED\r\n");
  assertEncodes((reply) => reply.simple("PONG"), "+PONG\r\n");
  assertEncodes((reply) => reply.bulk(bytesOfText("a\r\n\0\xff")), "$5\r\na\r\n\0\xff\r\n");
  assertEncodes((reply) => reply.bulk(bytesOfText("abcdef"), 2, 4), "$2\r\ncd\r\n");
  assertEncodes((reply) => reply.bulk(new Uint8Array(0)), "$0\r\n\r\n");
  assertEncodes((reply) => reply.bulk(new Uint8Array(1000).fill(0x78), 1), `$999\r\n${"x".repeat(999)}\r\n`);
  assertEncodes((reply) => reply.bulkSlice(new Slice(bytesOfText("abc"), 1, 3)), "$2\r\nbc\r\n");
  assertEncodes((reply) => reply.bulkText("t\xe9xt"), "$4\r\nt\xe9xt\r\n");
  assertEncodes((reply) => reply.bulkInteger(-120), "$4\r\n-120\r\n");
  assertEncodes((reply) => reply.bulkInteger(-(2n ** 63n)), "$20\r\n-9223372036854775808\r\n");
  assertEncodes((reply) => reply.emptyArray(), "*0\r\n");
  assertEncodes((reply) => reply.array(12), "*12\r\n");
  assertEncodes((reply) => reply.attribute(1), "|1\r\n");
  assertEncodes((reply) => reply.raw(bytesOfText("x:1\r\ny"), 1, 5), ":1\r\n");
});

Deno.test("ReplyEncoder writes bulk strings of aligned bytes as any others", () => {
  const bytes = new Uint8Array(1024).map((_, index) => index * 31);
  const words = new Int32Array(bytes.buffer, 16);
  for (let length = 0; length <= 300; length++) {
    const expected = encoded(2, (reply) => reply.bulk(bytes, 24, 24 + length));
    // Behind something else, in memory that has to grow and in memory that does not.
    for (const capacity of [1, 1024]) {
      const write = (reply: Reply) => {
        reply.ok();
        reply.bulkWords(words, 2, length);
      };
      assertEquals(encoded(2, write, capacity), `+OK\r\n${expected}`);
    }
  }
});

Deno.test("ReplyEncoder writes integers of all sizes", () => {
  for (const value of [0, 1, 9, 10, 99, 100, 12345, 99999999, 100000000, Number.MAX_SAFE_INTEGER]) {
    assertEncodes((reply) => reply.integer(value), `:${value}\r\n`);
    if (value !== 0) assertEncodes((reply) => reply.integer(-value), `:-${value}\r\n`);
  }
  for (const value of [2n ** 63n - 1n, -(2n ** 63n), 0n]) {
    assertEncodes((reply) => reply.integer(value), `:${value}\r\n`);
  }
});

Deno.test("ReplyEncoder writes RESP3's own types as their RESP2 forms for RESP2 clients", () => {
  assertEncodes((reply) => reply.nil(), "$-1\r\n", "_\r\n");
  assertEncodes((reply) => reply.nilArray(), "*-1\r\n", "_\r\n");
  assertEncodes((reply) => reply.map(7), "*14\r\n", "%7\r\n");
  assertEncodes((reply) => reply.set(3), "*3\r\n", "~3\r\n");
  assertEncodes((reply) => reply.push(3), "*3\r\n", ">3\r\n");
  assertEncodes((reply) => reply.boolean(true), ":1\r\n", "#t\r\n");
  assertEncodes((reply) => reply.boolean(false), ":0\r\n", "#f\r\n");
  assertEncodes((reply) => reply.double(1.5), "$3\r\n1.5\r\n", ",1.5\r\n");
  assertEncodes((reply) => reply.double(0.1), "$19\r\n0.10000000000000001\r\n", ",0.10000000000000001\r\n");
  assertEncodes((reply) => reply.double(-Infinity), "$4\r\n-inf\r\n", ",-inf\r\n");
  assertEncodes((reply) => reply.doubleText("2.5"), "$3\r\n2.5\r\n", ",2.5\r\n");
  assertEncodes(
    (reply) => reply.bigNumber("123456789012345678901"),
    "$21\r\n123456789012345678901\r\n",
    "(123456789012345678901\r\n",
  );
  assertEncodes((reply) => reply.verbatim("txt", "hi"), "$2\r\nhi\r\n", "=6\r\ntxt:hi\r\n");
  assertEncodes((reply) => reply.verbatim("t", bytesOfText("hi")), "$2\r\nhi\r\n", "=6\r\nt  :hi\r\n");
});

Deno.test("error() keeps a reply on one line, counts, and tells its listener", () => {
  const heard: string[] = [];
  const encoder = new ReplyEncoder(new OutputBuffer(1));
  encoder.onError = (text) => heard.push(text);
  encoder.error("ERR bad\r\nOK 'x\n'");
  encoder.error("ERR tail\r\n\r\n");
  assertEquals(textOfBytes(encoder.output.view()), "-ERR bad  OK 'x '\r\n-ERR tail\r\n");
  assertEquals([encoder.errorCount, heard.length], [2, 2]);
});

Deno.test("endDeferred() fits headers of any length in front of what follows, nested", () => {
  const write = (inner: number, outer: number) => (reply: Reply) => {
    const map = reply.deferredMap();
    for (let i = 0; i < outer; i++) {
      reply.integer(i);
      const array = reply.deferredArray();
      for (let j = 0; j < inner; j++) reply.bulkText("x".repeat(j));
      reply.endDeferred(array, inner);
    }
    reply.endDeferred(map, outer);
    reply.set(1);
    const set = reply.deferredSet();
    reply.endDeferred(set, 0);
  };
  for (const [inner, outer] of [[0, 0], [1, 9], [9, 10], [10, 99], [120, 3], [3, 1200]] as const) {
    const elements = Array.from({ length: inner }, (_, j) => `$${j}\r\n${"x".repeat(j)}\r\n`).join("");
    const body = Array.from({ length: outer }, (_, i) => `:${i}\r\n*${inner}\r\n${elements}`).join("");
    assertEncodes(
      write(inner, outer),
      `*${outer * 2}\r\n${body}*1\r\n*0\r\n`,
      `%${outer}\r\n${body}~1\r\n~0\r\n`,
    );
  }
});

Deno.test("OutputBuffer keeps what was written while it grows, and gives memory up on reset", () => {
  const output = new OutputBuffer(1);
  let expected = "";
  for (let i = 0; i < 2000; i++) {
    output.append(bytesOfText("ab" + i));
    output.byte(0x2c);
    output.text("z");
    expected += `ab${i},z`;
  }
  assertEquals(textOfBytes(output.view()), expected);
  output.reset(64);
  assertEquals([output.length, output.bytes.length], [0, 64]);
  output.text("x");
  assertEquals([textOfBytes(output.take()), output.length], ["x", 0]);
  output.text("y");
  assertEquals(textOfBytes(output.view()), "y");
});
