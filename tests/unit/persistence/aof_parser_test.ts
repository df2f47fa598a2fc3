import { assertEquals, assertThrows } from "@std/assert";
import { ascii } from "../../../src/bytes/ascii.ts";
import { AofFormatError, AofParser } from "../../../src/persistence/aof_parser.ts";
import { encodeRequest } from "../../../src/resp/request_encoder.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

function readAll(parser: AofParser): string[][] {
  const commands: string[][] = [];
  while (parser.next()) {
    commands.push(Array.from({ length: parser.args.count }, (_, index) => parser.args.text(index)));
  }
  return commands;
}

function concat(...parts: Uint8Array[]): Uint8Array {
  const bytes: number[] = [];
  for (const part of parts) bytes.push(...part);
  return Uint8Array.from(bytes);
}

Deno.test("next() finds the same commands however the bytes are cut", () => {
  const random = new SeededRandom(3);
  const expected = [["SET", "a", "\r\n\0*$#"], ["DEL", ""], ["SET", "long", "x".repeat(5_000)], ["INCR", "n"]];
  const bytes = concat(
    ascii("#TS:1700000000\r\n"),
    ...expected.map((argv) => encodeRequest(...argv)),
    ascii("#a note at the end\n"),
  );
  for (let round = 0; round < 200; round++) {
    const parser = new AofParser(10);
    const found: string[][] = [];
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + random.integer(1, round < 20 ? 3 : 3_000));
      parser.feed(bytes.subarray(at, end));
      found.push(...readAll(parser));
      at = end;
    }
    assertEquals(found, expected);
    assertEquals([parser.offset, parser.hasRest], [10 + bytes.length, false]);
  }
});

Deno.test("hasRest and offset tell where a file that was cut off was still whole", () => {
  const first = encodeRequest("SET", "key", "value");
  const bytes = concat(first, encodeRequest("SET", "key", "another"));
  for (let length = first.length; length < bytes.length; length++) {
    const parser = new AofParser();
    parser.feed(bytes.subarray(0, length));
    assertEquals(readAll(parser).length, 1);
    assertEquals([parser.offset, parser.hasRest], [first.length, length > first.length]);
  }
});

Deno.test("next() refuses bytes that are no commands", () => {
  for (const text of ["SET a b\r\n", "!!!", "*0\r\n", "*-1\r\n", "*x\r\n", "*1\r\n+OK\r\n", `*${"1".repeat(2_000)}`]) {
    const parser = new AofParser();
    parser.feed(concat(encodeRequest("PING"), ascii(text)));
    assertThrows(() => readAll(parser), AofFormatError);
  }
});
