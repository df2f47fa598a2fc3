import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ByteWriter } from "../../../../src/bytes/byte_writer.ts";
import { RdbFormatError } from "../../../../src/rdb/rdb_format_error.ts";
import { RdbWriter } from "../../../../src/rdb/rdb_writer.ts";
import { saveSet } from "../../../../src/rdb/types/set.ts";
import { RdbParser } from "../../../../src/rdb/rdb_parser.ts";
import { KIND_SET } from "../../../../src/values/kind.ts";
import { createListpack, exportListpack, listpackAppend } from "../../../../src/values/listpack_edit.ts";
import { SetValue } from "../../../../src/values/set_value.ts";
import { parseFile, type ParseOptions, Recorder, sliceOf, writeFile } from "../recorder.ts";

/** A file with one set of that type. */
function fileOf(type: number, write: (writer: RdbWriter) => void): Uint8Array<ArrayBuffer> {
  return writeFile((writer) => {
    writer.type(type);
    writer.text("k");
    write(writer);
  });
}

function readSet(file: Uint8Array, options: ParseOptions = {}): string[] {
  return (parseFile(file, options).keys[0]!.value as { set: string[] }).set;
}

/** The encoding a set from that file has under that limit. */
function encodingOf(file: Uint8Array, maxIntsetEntries: number): string {
  const recorder = new Recorder(maxIntsetEntries);
  let encoding = "";
  recorder.onKey = (entry) => {
    if (entry.kind === KIND_SET) encoding = entry.value.encoding;
  };
  new RdbParser(recorder, { ...recorder.context, verifyChecksum: true }).feed(file);
  return encoding;
}

function writeMembers(members: readonly string[]): (writer: RdbWriter) => void {
  return (writer) => {
    writer.length(members.length);
    for (const member of members) writer.text(member);
  };
}

function writeListpack(members: readonly string[]): (writer: RdbWriter) => void {
  return (writer) => {
    const { arena } = new Recorder().context;
    let handle = createListpack(arena);
    for (const member of members) handle = listpackAppend(arena, handle, sliceOf(member));
    const blob = exportListpack(arena, handle);
    writer.string(blob, 0, blob.length);
  };
}

/** An intset of 16-bit members. */
function writeIntset(members: readonly number[]): (writer: RdbWriter) => void {
  return (writer) => {
    const out = new ByteWriter();
    out.uint32le(2);
    out.uint32le(members.length);
    for (const member of members) out.uint16le(member);
    writer.string(out.view(), 0, out.length);
  };
}

Deno.test("loadSet() reads strings, intsets and the listpacks of 7.2", () => {
  const members = ["1", "", "three", "\xff\0", "4096"].sort();
  for (const chunkBytes of [1, 100_000]) {
    assertEquals(readSet(fileOf(2, writeMembers(members)), { chunkBytes }), members);
    assertEquals(readSet(fileOf(20, writeListpack(members)), { chunkBytes }), members);
    assertEquals(readSet(fileOf(11, writeIntset([-5, 0, 300])), { chunkBytes }), ["-5", "0", "300"]);
  }
});

Deno.test("loadSet() gives a set the encoding that its members and the limit ask for", () => {
  const integers = fileOf(2, writeMembers(["3", "1", "2"]));
  assertEquals(encodingOf(integers, 512), "intset");
  assertEquals(encodingOf(integers, 3), "intset");
  assertEquals(encodingOf(integers, 2), "hashtable");
  assertEquals(encodingOf(fileOf(2, writeMembers(["3", "x", "2"])), 512), "hashtable");
  assertEquals(encodingOf(fileOf(11, writeIntset([1, 2, 3])), 3), "intset");
  assertEquals(encodingOf(fileOf(11, writeIntset([1, 2, 3])), 2), "hashtable");
  assertEquals(encodingOf(fileOf(20, writeListpack(["1", "2"])), 512), "intset");
});

Deno.test("loadSet() refuses members that occur twice and unsound blobs", () => {
  const failure = (file: Uint8Array) => assertThrows(() => readSet(file), RdbFormatError).message;
  assertStringIncludes(failure(fileOf(2, writeMembers(["a", "b", "a"]))), "-> Duplicate set members detected");
  assertStringIncludes(failure(fileOf(2, writeMembers(["1", "1"]))), "-> Duplicate set members detected");
  assertStringIncludes(failure(fileOf(20, writeListpack(["a", "a"]))), "-> Set listpack integrity check failed.");
  for (const members of [[], [2, 1], [1, 1]]) {
    assertStringIncludes(failure(fileOf(11, writeIntset(members))), "-> Intset integrity check failed.");
  }
});

Deno.test("loadSet() reports a set without members as an empty key", () => {
  for (const file of [fileOf(2, writeMembers([])), fileOf(20, writeListpack([]))]) {
    const recorder = parseFile(file);
    assertEquals([recorder.keys.length, recorder.emptyKeys], [0, ["k"]]);
    assertEquals(recorder.context.arena.usedBytes, 0);
  }
});

Deno.test("saveSet() pauses, and lets go of the table when it is left early", () => {
  const { context } = new Recorder();
  const set = new SetValue(context.arena, context.hash);
  for (let index = 0; index < 10_000; index++) set.add(sliceOf(`member:${index}`), 512);
  const writer = new RdbWriter(new ByteWriter(), { compression: false, checksum: false });
  let pauses = 0;
  for (const saver = saveSet(writer, set); !saver.next().done;) pauses++;
  assert(pauses >= 5 && pauses <= 20, `${pauses} pauses`);
  const left = saveSet(writer, set);
  left.next();
  left.return(undefined);
  // A table that is still paused would refuse this.
  set.table!.pauseResize();
  set.table!.resumeResize();
  assertThrows(() => set.table!.resumeResize());
  set.free();
  assertEquals(context.arena.usedBytes, 0);
});
