import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ByteWriter } from "../../../../src/bytes/byte_writer.ts";
import { RdbFormatError } from "../../../../src/rdb/rdb_format_error.ts";
import { RdbParser } from "../../../../src/rdb/rdb_parser.ts";
import { RdbWriter } from "../../../../src/rdb/rdb_writer.ts";
import { saveHash } from "../../../../src/rdb/types/hash.ts";
import { HashValue } from "../../../../src/values/hash_value.ts";
import { KIND_HASH } from "../../../../src/values/kind.ts";
import { createListpack, exportListpack, listpackAppend } from "../../../../src/values/listpack_edit.ts";
import { bytesOfText } from "../../../support/byte_text.ts";
import { SeededRandom } from "../../../support/seeded_random.ts";
import {
  DEFAULT_HASH_LIMITS,
  hashPairs,
  parseFile,
  type ParseOptions,
  Recorder,
  sliceOf,
  writeFile,
} from "../recorder.ts";
import { ziplistOf } from "../ziplist_maker.ts";

const HASH = 4;
const ZIPMAP = 9;
const ZIPLIST = 13;
const LISTPACK = 16;

/** A file with one hash of that type. */
function fileOf(type: number, write: (writer: RdbWriter) => void): Uint8Array<ArrayBuffer> {
  return writeFile((writer) => {
    writer.type(type);
    writer.text("k");
    write(writer);
  });
}

function readHash(file: Uint8Array, options: ParseOptions = {}): [string, string][] {
  return (parseFile(file, options).keys[0]!.value as { hash: [string, string][] }).hash;
}

/** The encoding a hash from that file has under those limits. */
function encodingOf(file: Uint8Array, limits = DEFAULT_HASH_LIMITS): string {
  const recorder = new Recorder(512, limits);
  let encoding = "";
  recorder.onKey = (entry) => {
    if (entry.kind === KIND_HASH) encoding = entry.value.encoding;
  };
  new RdbParser(recorder, { ...recorder.context, verifyChecksum: true }).feed(file);
  return encoding;
}

function writePairs(parts: readonly string[]): (writer: RdbWriter) => void {
  return (writer) => {
    writer.length(parts.length / 2);
    for (const part of parts) writer.text(part);
  };
}

function writeBlob(blob: Uint8Array): (writer: RdbWriter) => void {
  return (writer) => writer.string(blob, 0, blob.length);
}

function writeListpack(parts: readonly string[]): (writer: RdbWriter) => void {
  const { arena } = new Recorder().context;
  let handle = createListpack(arena);
  for (const part of parts) handle = listpackAppend(arena, handle, sliceOf(part));
  return writeBlob(exportListpack(arena, handle));
}

/** A zipmap whose values have `unused` bytes behind them. */
function zipmapOf(parts: readonly string[], unused = 0): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  out.byte(Math.min(parts.length / 2, 254));
  for (const [index, part] of parts.entries()) {
    if (part.length < 254) {
      out.byte(part.length);
    } else {
      out.byte(254);
      out.uint32le(part.length);
    }
    const isValue = index % 2 === 1;
    if (isValue) out.byte(unused);
    out.text(part + (isValue ? "?".repeat(unused) : ""));
  }
  out.byte(255);
  return out.take();
}

function failureOf(file: Uint8Array): string {
  return assertThrows(() => readHash(file), RdbFormatError).message;
}

const PARTS = ["1", "", "three", "\xff\0", "-4096", "12345678901", "", "x".repeat(64)];
const PAIRS: [string, string][] = [
  ["", "x".repeat(64)],
  ["-4096", "12345678901"],
  ["1", ""],
  ["three", "\xff\0"],
];

Deno.test("loadHash() reads strings, zipmaps, ziplists and listpacks", () => {
  for (const chunkBytes of [1, 3, 100_000]) {
    assertEquals(readHash(fileOf(HASH, writePairs(PARTS)), { chunkBytes }), PAIRS);
    assertEquals(readHash(fileOf(ZIPMAP, writeBlob(zipmapOf(PARTS))), { chunkBytes }), PAIRS);
    assertEquals(readHash(fileOf(ZIPMAP, writeBlob(zipmapOf(PARTS, 3))), { chunkBytes }), PAIRS);
    assertEquals(readHash(fileOf(ZIPLIST, writeBlob(ziplistOf(PARTS))), { chunkBytes }), PAIRS);
    assertEquals(readHash(fileOf(LISTPACK, writeListpack(PARTS)), { chunkBytes }), PAIRS);
  }
  const long = ["field", "y".repeat(300), "z".repeat(254), "1"];
  assertEquals(readHash(fileOf(ZIPMAP, writeBlob(zipmapOf(long)))), [["field", long[1]!], [long[2]!, "1"]]);
});

Deno.test("loadHash() keeps a field whose value arrives later", () => {
  const parts = ["field".repeat(40), "value".repeat(40), "123456", "-5"];
  for (let chunkBytes = 1; chunkBytes < 60; chunkBytes++) {
    assertEquals(readHash(fileOf(HASH, writePairs(parts)), { chunkBytes }), [["123456", "-5"], [parts[0]!, parts[1]!]]);
  }
});

Deno.test("loadHash() gives a hash the encoding that its content and the limits ask for", () => {
  const short = ["a", "1", "b", "2", "c", "3"];
  const long = ["a", "x".repeat(65)];
  const many = (maxListpackEntries: number) => ({ maxListpackEntries, maxListpackValue: 64 });
  const forms: [number, (parts: string[]) => (writer: RdbWriter) => void][] = [
    [HASH, writePairs],
    [ZIPMAP, (parts) => writeBlob(zipmapOf(parts))],
    [ZIPLIST, (parts) => writeBlob(ziplistOf(parts))],
    [LISTPACK, writeListpack],
  ];
  for (const [type, write] of forms) {
    const file = fileOf(type, write(short));
    assertEquals([encodingOf(file), encodingOf(file, many(3)), encodingOf(file, many(2))], [
      "listpack",
      "listpack",
      "hashtable",
    ]);
    // As in Redis the compact forms that follow zipmaps are taken whatever the length of their values.
    assertEquals(encodingOf(fileOf(type, write(long))), type >= ZIPLIST ? "listpack" : "hashtable", `type ${type}`);
  }
});

Deno.test("loadHash() refuses fields that occur twice, lone fields and unsound blobs", () => {
  const twice = ["a", "1", "b", "2", "a", "3"];
  const many = Array.from({ length: 100 }, (_, index) => String(index % 98));
  assertStringIncludes(failureOf(fileOf(HASH, writePairs(twice))), "-> Hash with dup elements");
  assertStringIncludes(
    failureOf(fileOf(HASH, writePairs(["a", "x".repeat(65), "a", ""]))),
    "-> Duplicate hash fields detected",
  );
  for (const parts of [twice, many, ["a"], ["a", "1", "b"]]) {
    assertStringIncludes(failureOf(fileOf(LISTPACK, writeListpack(parts))), "-> Hash listpack integrity check failed.");
    const ziplist = fileOf(ZIPLIST, writeBlob(ziplistOf(parts)));
    assertStringIncludes(failureOf(ziplist), "-> Hash ziplist integrity check failed.");
  }
  const zipmap = fileOf(ZIPMAP, writeBlob(zipmapOf(twice)));
  assertStringIncludes(failureOf(zipmap), "-> Hash zipmap with dup elements, or big length (1)");
  for (
    const text of ["", "\xff", "\x00\xff", "\x01\xff", "\x02\x01a\x01\x00b\xff", "\x01\x01a\x01\x00b", "\x01\xfe\xff"]
  ) {
    const file = fileOf(ZIPMAP, writeBlob(bytesOfText(text)));
    assertStringIncludes(failureOf(file), "-> Zipmap integrity check failed.", JSON.stringify(text));
  }
});

Deno.test("loadHash() reports a hash without fields as an empty key", () => {
  const files = [
    fileOf(HASH, writePairs([])),
    fileOf(LISTPACK, writeListpack([])),
    fileOf(ZIPLIST, writeBlob(ziplistOf([]))),
  ];
  for (const file of files) {
    const recorder = parseFile(file);
    assertEquals([recorder.keys.length, recorder.emptyKeys], [0, ["k"]]);
    assertEquals(recorder.context.arena.usedBytes, 0);
  }
});

Deno.test("loadHash() throws nothing but RdbFormatError for flipped bits, and leaves no memory behind", () => {
  const random = new SeededRandom(3);
  const parts = Array.from({ length: 40 }, (_, index) => index % 2 === 0 ? `f${index}` : random.letters(20));
  const files = [
    fileOf(HASH, writePairs(parts)),
    fileOf(ZIPMAP, writeBlob(zipmapOf(parts, 2))),
    fileOf(ZIPLIST, writeBlob(ziplistOf(parts))),
    fileOf(LISTPACK, writeListpack(parts)),
  ];
  for (let round = 0; round < 2000; round++) {
    const file = random.pick(files).slice();
    file[random.integer(13, file.length - 10)]! ^= 1 << random.integer(0, 7);
    const recorder = new Recorder();
    const parser = new RdbParser(recorder, { ...recorder.context, verifyChecksum: false });
    try {
      parser.feed(file);
      parser.finish();
    } catch (error) {
      if (!(error instanceof RdbFormatError)) throw new Error(`round ${round}: ${error}`, { cause: error });
    }
    parser.abort();
    assertEquals(recorder.context.arena.usedBytes, 0, `round ${round}`);
  }
});

Deno.test("saveHash() pauses, and lets go of the table when it is left early", () => {
  const { context } = new Recorder();
  const hash = new HashValue(context.arena, context.hash);
  for (let index = 0; index < 10_000; index++) {
    hash.set(sliceOf(`field:${index}`), sliceOf(`${index}`), DEFAULT_HASH_LIMITS);
  }
  const writer = new RdbWriter(new ByteWriter(), { compression: false, checksum: false });
  let pauses = 0;
  for (const saver = saveHash(writer, hash); !saver.next().done;) pauses++;
  assert(pauses >= 5 && pauses <= 30, `${pauses} pauses`);
  const left = saveHash(writer, hash);
  left.next();
  left.return(undefined);
  // A table that is still paused would refuse this.
  hash.table!.pauseResize();
  hash.table!.resumeResize();
  assertThrows(() => hash.table!.resumeResize());
  hash.free();
  assertEquals(context.arena.usedBytes, 0);
});

Deno.test("saveHash() and loadHash() agree on hashes of both encodings", () => {
  for (const count of [1, 100, 600]) {
    const { context } = new Recorder();
    const random = new SeededRandom(count);
    const hash = new HashValue(context.arena, context.hash);
    for (let index = 0; index < count; index++) {
      hash.set(sliceOf(random.letters(random.integer(0, 9))), sliceOf(random.binary(30)), DEFAULT_HASH_LIMITS);
    }
    const file = fileOf(hash.table === null ? LISTPACK : HASH, (writer) => {
      for (const saver = saveHash(writer, hash); !saver.next().done;);
    });
    assertEquals(readHash(file, { chunkBytes: 100 }), hashPairs(hash));
  }
});
