import { assertEquals, assertThrows } from "@std/assert";
import { ascii, latin1 } from "../../../src/bytes/ascii.ts";
import { AofManifest, AofManifestError } from "../../../src/persistence/aof_manifest.ts";

function textOf(manifest: AofManifest): string {
  return latin1(manifest.encode());
}

function failure(text: string): readonly string[] {
  return assertThrows(() => AofManifest.parse(ascii(text)), AofManifestError).logLines;
}

Deno.test("parse() reads what encode() writes, base first, then history, then increments", () => {
  const text = "file appendonly.aof.2.base.rdb seq 2 type b\n" +
    "file appendonly.aof.1.incr.aof seq 1 type h\n" +
    "file appendonly.aof.2.incr.aof seq 2 type h\n" +
    "file appendonly.aof.4.incr.aof seq 4 type i\n" +
    "file appendonly.aof.5.incr.aof seq 5 type i\n";
  const manifest = AofManifest.parse(ascii(text));
  assertEquals(textOf(manifest), text);
  assertEquals(manifest.files.map(({ sequence }) => sequence), [2, 4, 5]);
  assertEquals(
    textOf(AofManifest.parse(ascii(`# a comment\n${text.replaceAll("file ", "newkey value FILE ")}`))),
    text,
  );
});

Deno.test("encode() quotes names that need it, and parse() takes them back", () => {
  const { manifest } = AofManifest.EMPTY.withNewBase('a b"\n\xff', "aof");
  assertEquals(textOf(manifest), 'file "a b\\"\\n\\xff.1.base.aof" seq 1 type b\n');
  assertEquals(AofManifest.parse(manifest.encode()).base?.name, 'a b"\n\xff.1.base.aof');
});

Deno.test("a rewrite makes the files before it history, the newest first", () => {
  const first = AofManifest.EMPTY.withNewBase("a", "rdb").manifest.withNewIncrement("a").manifest;
  const during = first.withNewIncrement("a").manifest;
  const after = during.withNewBase("a", "aof").manifest.withIncrementsRewritten(1);
  assertEquals(
    textOf(after),
    "file a.2.base.aof seq 2 type b\nfile a.1.incr.aof seq 1 type h\nfile a.1.base.rdb seq 1 type h\n" +
      "file a.2.incr.aof seq 2 type i\n",
  );
  assertEquals(
    textOf(after.withoutHistory()),
    "file a.2.base.aof seq 2 type b\nfile a.2.incr.aof seq 2 type i\n",
  );
  // Nobody writes to the last increment: it has been rewritten too, and its number is not used again.
  const all = after.withIncrementsRewritten(0);
  assertEquals([all.increments, all.withNewIncrement("a").name], [[], "a.3.incr.aof"]);
  assertEquals(first.isEmpty, false);
  assertEquals(AofManifest.EMPTY.isEmpty, true);
});

Deno.test("parse() words its errors as Redis", () => {
  assertEquals(failure("").at(-1), "Found an empty AOF manifest\n");
  assertEquals(failure("file a seq 1 type b"), [
    "\n*** FATAL AOF MANIFEST FILE ERROR ***\n",
    "The AOF manifest file contains too long line\n",
  ]);
  assertEquals(
    failure(`file ${"a".repeat(1024)} seq 1 type b\n`).at(-1),
    "The AOF manifest file contains too long line\n",
  );
  assertEquals(failure("# x\n\n"), [
    "\n*** FATAL AOF MANIFEST FILE ERROR ***\n",
    "Reading the manifest file, at line 2\n",
    ">>> ''\n",
    "Invalid AOF manifest file format\n",
  ]);
  for (
    const line of ["file a seq 1", "file a seq 1 type b x", "file a seq x type b", "file a seq 1 kind b", "a b c d e f"]
  ) {
    assertEquals(failure(`${line}\n`).at(-1), "Invalid AOF manifest file format\n");
  }
  assertEquals(failure("file a/b seq 1 type b\n").at(-1), "File can't be a path, just a filename\n");
  assertEquals(failure("file a seq 1 type x\n").at(-1), "Unknown AOF file type\n");
  const line = (type: string, sequence: number) => `file a seq ${sequence} type ${type}\n`;
  assertEquals(failure(line("b", 1) + line("b", 2)).at(-1), "Found duplicate base file information\n");
  assertEquals(failure(line("i", 2) + line("i", 2)).at(-1), "Found a non-monotonic sequence number\n");
});
