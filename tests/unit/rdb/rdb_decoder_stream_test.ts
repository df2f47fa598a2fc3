import { assertEquals, assertRejects } from "@std/assert";
import { RdbDecoderStream } from "../../../src/rdb/rdb_decoder_stream.ts";
import { RdbFormatError } from "../../../src/rdb/rdb_format_error.ts";
import { RdbParser } from "../../../src/rdb/rdb_parser.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { Recorder, sliceOf, writeFile } from "./recorder.ts";
import { sampleList, writeKey } from "./sample_values.ts";

/** A stream of the bytes in chunks of `chunkBytes`. */
function streamOf(bytes: Uint8Array<ArrayBuffer>, chunkBytes: number): ReadableStream<Uint8Array> {
  return ReadableStream.from((function* () {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.slice(at, at + chunkBytes);
  })());
}

function newParser(): { recorder: Recorder; parser: RdbParser } {
  const recorder = new Recorder();
  return { recorder, parser: new RdbParser(recorder, { ...recorder.context, verifyChecksum: true }) };
}

function fileWithList(): Uint8Array<ArrayBuffer> {
  const { context } = new Recorder();
  return writeFile((writer) => {
    writeKey(writer, "string", "string", sliceOf("value"));
    writeKey(writer, "list", "list", sampleList(context, new SeededRandom(1), 100));
  });
}

Deno.test("RdbDecoderStream parses what is piped into it and hands on what follows the file", async () => {
  const file = fileWithList();
  const whole = new Uint8Array(file.length + 4);
  whole.set(file);
  whole.set(bytesOfText("tail"), file.length);
  const { recorder, parser } = newParser();
  let trailer = "";
  await streamOf(whole, 7).pipeTo(new RdbDecoderStream(parser, (bytes) => trailer += textOfBytes(bytes)));
  assertEquals([recorder.keys.length, trailer], [2, "tail"]);
});

Deno.test("RdbDecoderStream rejects where the stream ends before the file", async () => {
  const { recorder, parser } = newParser();
  const file = fileWithList();
  const short = file.slice(0, file.length - 20);
  const error = await assertRejects(() => streamOf(short, 100).pipeTo(new RdbDecoderStream(parser)), RdbFormatError);
  assertEquals(error.fault, "shortRead");
  assertEquals(recorder.context.arena.usedBytes, 0);
});

Deno.test("RdbDecoderStream rejects with the fault of the file", async () => {
  const { parser } = newParser();
  const stream = streamOf(bytesOfText("REDIS0099"), 100);
  await assertRejects(() => stream.pipeTo(new RdbDecoderStream(parser)), RdbFormatError, "version 99");
});

Deno.test("RdbDecoderStream frees the value that is half built when the source fails", async () => {
  const file = fileWithList();
  const { recorder, parser } = newParser();
  const broken = ReadableStream.from((function* () {
    yield file.slice(0, file.length - 20);
    throw new TypeError("the link is down");
  })());
  await assertRejects(() => broken.pipeTo(new RdbDecoderStream(parser)), TypeError, "the link is down");
  assertEquals(recorder.context.arena.usedBytes, 0);
});
