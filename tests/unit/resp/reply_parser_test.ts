/** The reply parser, its stream and the request encoder. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { OutputBuffer } from "../../../src/resp/output_buffer.ts";
import { MAX_REPLY_DEPTH, ReplyParser, ReplyProtocolError } from "../../../src/resp/reply_parser.ts";
import { RespReplyStream } from "../../../src/resp/reply_stream.ts";
import {
  NIL_ARRAY,
  ReplyAttribute,
  ReplyBigNumber,
  ReplyDouble,
  ReplyError,
  ReplyMap,
  ReplyPush,
  ReplySet,
  type ReplyValue,
  ReplyVerbatim,
} from "../../../src/resp/reply_value.ts";
import { appendRequest, encodeRequest } from "../../../src/resp/request_encoder.ts";
import { Args } from "../../../src/resp/request_batch.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const STREAM = "+OK\r\n-ERR no\r\n:-12\r\n:9223372036854775807\r\n$3\r\n\r\n\0\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n" +
  "*2\r\n*1\r\n:1\r\n_\r\n#t\r\n#f\r\n,1.5\r\n,-inf\r\n(12345678901234567890\r\n=6\r\ntxt:hi\r\n!5\r\nERR x\r\n" +
  "%1\r\n+k\r\n~1\r\n:1\r\n>2\r\n+message\r\n$1\r\nx\r\n|1\r\n+ttl\r\n:1\r\n*1\r\n+v\r\n\n\r\n%0\r\n+END\r\n";

const VALUES: ReplyValue[] = [
  "OK",
  new ReplyError("ERR no"),
  -12,
  2n ** 63n - 1n,
  bytesOfText("\r\n\0"),
  new Uint8Array(0),
  null,
  NIL_ARRAY,
  [],
  [[1], null],
  true,
  false,
  new ReplyDouble("1.5"),
  new ReplyDouble("-inf"),
  new ReplyBigNumber("12345678901234567890"),
  new ReplyVerbatim("txt", bytesOfText("hi")),
  new ReplyError("ERR x"),
  new ReplyMap([["k", new ReplySet([1])]]),
  new ReplyPush(["message", bytesOfText("x")]),
  new ReplyAttribute([["ttl", 1]], ["v"]),
  new ReplyMap([]),
  "END",
];

function readAll(parser: ReplyParser): ReplyValue[] {
  const values: ReplyValue[] = [];
  for (let value = parser.next(); value !== undefined; value = parser.next()) values.push(value);
  return values;
}

function parseAll(...chunks: string[]): ReplyValue[] {
  const parser = new ReplyParser();
  return chunks.flatMap((chunk) => {
    parser.push(bytesOfText(chunk));
    return readAll(parser);
  });
}

Deno.test("ReplyParser reads every type of both protocols, cut anywhere", () => {
  assertEquals(parseAll(STREAM), VALUES);
  assertEquals(parseAll(...STREAM), VALUES);
  for (let cut = 1; cut < STREAM.length; cut++) assertEquals(parseAll(STREAM.slice(0, cut), STREAM.slice(cut)), VALUES);
});

Deno.test("ReplyParser reads doubles", () => {
  const values = ["inf", "-inf", "10", "1e3"].map((text) => new ReplyDouble(text).value);
  assertEquals(values, [Infinity, -Infinity, 10, 1000]);
});

Deno.test("ReplyParser refuses what is no reply and what is beyond its bounds", () => {
  const deep = "*1\r\n".repeat(MAX_REPLY_DEPTH + 1);
  const bad = ["x\r\n", ":1x\r\n", ":\r\n", "$x\r\n", "$-2\r\n", "$536870913\r\n", "*2147483648\r\n", "#x\r\n"];
  for (const text of [...bad, "$1\r\nabc\r\n", "=2\r\nab\r\n", "*1\r\n\r\n", deep, "+" + "x".repeat(65536)]) {
    assertThrows(() => parseAll(text), ReplyProtocolError, "Cannot read the reply");
  }
  assertEquals(parseAll("*1\r\n".repeat(MAX_REPLY_DEPTH)), []);
});

Deno.test("ReplyParser never throws anything but a ReplyProtocolError", () => {
  const random = new SeededRandom(4);
  const pieces = [
    "*",
    "$",
    "%",
    "|",
    "=",
    "!",
    ":",
    "+",
    "-",
    "_",
    "#",
    "1",
    "2",
    "0",
    "-1",
    "\r\n",
    "\r\n",
    "a",
    "\0",
  ];
  for (let round = 0; round < 3000; round++) {
    const text = Array.from({ length: 20 }, () => random.pick(pieces)).join("");
    try {
      parseAll(text.slice(0, 7), text.slice(7));
    } catch (error) {
      assert(error instanceof ReplyProtocolError, `${JSON.stringify(text)}: ${error}`);
    }
  }
});

Deno.test("takeRest() hands out what follows a reply", () => {
  const parser = new ReplyParser();
  parser.push(bytesOfText("\n+FULLRESYNC abc 1\r\n$EOF:xyz\r\nREDIS"));
  assertEquals(parser.next(), "FULLRESYNC abc 1");
  assertEquals(textOfBytes(parser.takeRest()), "$EOF:xyz\r\nREDIS");
  parser.push(bytesOfText("*1\r\n"));
  assertEquals(parser.next(), undefined);
  assertThrows(() => parser.takeRest(), Error, "half read");
});

Deno.test("ReplyParser reads a large bulk string in small chunks", () => {
  const value = new Uint8Array(8 * 1024 * 1024).fill(0x61);
  const parser = new ReplyParser();
  parser.push(bytesOfText(`$${value.length}\r\n`));
  for (let at = 0; at < value.length; at += 4096) {
    parser.push(value.subarray(at, at + 4096));
    assertEquals(parser.next(), undefined);
  }
  parser.push(bytesOfText("\r\n:1\r\n"));
  assertEquals((parser.next() as Uint8Array).length, value.length);
  assertEquals(parser.next(), 1);
});

Deno.test("RespReplyStream gives a value per reply and fails when the stream ends inside one", async () => {
  const source = (text: string) => new Blob([bytesOfText(text)]).stream().pipeThrough(new RespReplyStream());
  assertEquals(await Array.fromAsync(source(STREAM)), VALUES);
  await assertRejects(() => Array.fromAsync(source("+OK\r\n$5\r\nab")), ReplyProtocolError, "the stream ends");
});

Deno.test("encodeRequest() and appendRequest() write arrays of bulk strings", () => {
  const request = encodeRequest("SET", new Uint8Array([13, 10]), 12345678901);
  assertEquals(textOfBytes(request), "*3\r\n$3\r\nSET\r\n$2\r\n\r\n\r\n$11\r\n12345678901\r\n");
  const output = new OutputBuffer(1);
  appendRequest(output, Args.of("SET", new Uint8Array([13, 10]), 12345678901));
  appendRequest(output, Args.of("x".repeat(1000)));
  assertEquals(textOfBytes(output.view()), textOfBytes(request) + `*1\r\n$1000\r\n${"x".repeat(1000)}\r\n`);
});
