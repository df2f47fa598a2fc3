import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ByteWriter } from "../../../../src/bytes/byte_writer.ts";
import { crc64 } from "../../../../src/bytes/crc64.ts";
import { RdbFormatError } from "../../../../src/rdb/rdb_format_error.ts";
import { RdbWriter } from "../../../../src/rdb/rdb_writer.ts";
import { saveList } from "../../../../src/rdb/types/list.ts";
import { ListValue } from "../../../../src/values/list_value.ts";
import { listElements, parseFile, Recorder, sliceOf, writeFile } from "../recorder.ts";
import { writeKey } from "../sample_values.ts";
import { ziplistOf } from "../ziplist_maker.ts";

const ELEMENTS = ["one", "", "-1", "4096", "9223372036854775807", "x".repeat(300), "007"];

/** The list that a value of that type, written by `write`, is read as. */
function readList(type: number, write: (writer: RdbWriter) => void, chunkBytes: number): string[] {
  const file = writeFile((writer) => {
    writer.type(type);
    writer.text("k");
    write(writer);
  });
  const { keys } = parseFile(file, { chunkBytes });
  return (keys[0]!.value as { list: string[] }).list;
}

function writeBlob(writer: RdbWriter, blob: Uint8Array): void {
  writer.string(blob, 0, blob.length);
}

Deno.test("loadList() reads lists of strings, of one ziplist and of several", () => {
  for (const chunkBytes of [1, 3, 100_000]) {
    const strings = readList(1, (writer) => {
      writer.length(ELEMENTS.length);
      for (const element of ELEMENTS) writer.text(element);
    }, chunkBytes);
    assertEquals(strings, ELEMENTS);
    assertEquals(readList(10, (writer) => writeBlob(writer, ziplistOf(ELEMENTS)), chunkBytes), ELEMENTS);
    const quicklist = readList(14, (writer) => {
      writer.length(3);
      writeBlob(writer, ziplistOf(ELEMENTS.slice(0, 4)));
      writeBlob(writer, ziplistOf([]));
      writeBlob(writer, ziplistOf(ELEMENTS.slice(4)));
    }, chunkBytes);
    assertEquals(quicklist, ELEMENTS);
  }
});

Deno.test("loadList() reports a list without elements as an empty key", () => {
  const bodies: ((writer: RdbWriter) => void)[] = [
    (writer) => writer.type(1),
    (writer) => writer.type(14),
    (writer) => writer.type(18),
  ];
  for (const writeType of bodies) {
    const file = writeFile((writer) => {
      writeType(writer);
      writer.text("gone");
      writer.length(0);
      writeKey(writer, "next", "string", sliceOf("value"));
    });
    const recorder = parseFile(file);
    assertEquals([recorder.emptyKeys, recorder.keys.length], [["gone"], 1]);
    assertEquals(recorder.context.arena.usedBytes, 0);
  }
});

Deno.test("loadList() refuses unsound nodes in Redis's words", () => {
  const failure = (type: number, write: (writer: RdbWriter) => void) => {
    return assertThrows(() => readList(type, write, 1000), RdbFormatError).message;
  };
  const ziplist = ziplistOf(["a", "b"]);
  ziplist[8] = 3;
  assertStringIncludes(failure(10, (writer) => writeBlob(writer, ziplist)), "-> List ziplist integrity check failed.");
  assertStringIncludes(
    failure(14, (writer) => {
      writer.length(1);
      writeBlob(writer, ziplist);
    }),
    "-> Ziplist integrity check failed.",
  );
  const node = (container: number, blob: Uint8Array) => (writer: RdbWriter) => {
    writer.length(1);
    writer.length(container);
    writeBlob(writer, blob);
  };
  assertStringIncludes(failure(18, node(3, ziplist)), "-> Quicklist integrity check failed.");
  assertStringIncludes(failure(18, node(1, new Uint8Array(0))), "-> Quicklist integrity check failed.");
  // A listpack whose one string claims to be longer than the listpack.
  const listpack = new Uint8Array([11, 0, 0, 0, 1, 0, 0x8a, 0x61, 0x62, 3, 0xff]);
  assertStringIncludes(failure(18, node(2, listpack)), "-> Listpack integrity check failed.");
});

Deno.test("saveList() pauses about every 16 KiB and writes the same as without pauses", () => {
  const { context } = new Recorder();
  const list = new ListValue(context.arena, context.listLimits);
  for (let index = 0; index < 20_000; index++) list.pushTail(sliceOf(`element:${index}`));
  list.appendPlain(sliceOf("plain"));
  const sliced = new RdbWriter(new ByteWriter(), { compression: false, checksum: false });
  let pauses = 0;
  for (const saver = saveList(sliced, list); !saver.next().done;) pauses++;
  const whole = new RdbWriter(new ByteWriter(), { compression: false, checksum: false });
  for (const _ of saveList(whole, list));
  assertEquals(crc64(sliced.take()), crc64(whole.take()));
  assert(pauses >= 10 && pauses <= 30, `${pauses} pauses`);
  assertEquals(listElements(list).length, 20_001);
});
