import { assertEquals, assertRejects } from "@std/assert";
import { LinkConnection } from "../../../src/replication/link_connection.ts";
import { RdbFrameError, RdbFraming } from "../../../src/replication/rdb_framing.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";

const MARK = "0123456789abcdef0123456789abcdef01234567";

/** A connection whose reads return `text`, `chunkBytes` at a time. */
function connectionOf(text: string, chunkBytes: number): LinkConnection {
  const bytes = bytesOfText(text);
  let at = 0;
  return new LinkConnection({
    read(target) {
      if (at === bytes.length) return Promise.resolve(null);
      const count = Math.min(chunkBytes, target.length, bytes.length - at);
      target.set(bytes.subarray(at, at + count));
      at += count;
      return Promise.resolve(count);
    },
    write: (chunk) => Promise.resolve(chunk.length),
    close() {},
  });
}

async function unframe(text: string, chunkBytes: number): Promise<{ file: string; size: number; rest: string }> {
  const link = connectionOf(text, chunkBytes);
  let size = NaN;
  const framing = new RdbFraming(({ sizeBytes }) => size = sizeBytes);
  let file = "";
  for await (const chunk of link.stream(() => framing.isComplete).pipeThrough(framing.stream)) {
    file += textOfBytes(chunk);
  }
  link.unread(framing.rest);
  let rest = "";
  for await (const chunk of link.stream()) rest += textOfBytes(chunk);
  return { file, size, rest };
}

for (const chunkBytes of [1, 2, 7, 39, 40, 41, 64, 1000]) {
  Deno.test(`RdbFraming takes a frame of known size off, ${chunkBytes} bytes at a time`, async () => {
    assertEquals(await unframe("\n\n$10\r\nREDIS\r\n\0\n*2\r\n$4\r\nPING", chunkBytes), {
      file: "REDIS\r\n\0\n*",
      size: 10,
      rest: "2\r\n$4\r\nPING",
    });
  });

  Deno.test(`RdbFraming takes a marked frame off, ${chunkBytes} bytes at a time`, async () => {
    const body = "REDIS0010" + "x".repeat(200) + MARK.slice(0, 39) + "$EOF:";
    assertEquals(await unframe(`\n$EOF:${MARK}\r\n${body}${MARK}`, chunkBytes), { file: body, size: -1, rest: "" });
  });
}

Deno.test("RdbFraming takes an empty file for complete", async () => {
  assertEquals(await unframe("$0\r\n*1", 1000), { file: "", size: 0, rest: "*1" });
});

Deno.test("RdbFraming fails on an error and on anything that is no frame", async () => {
  await assertRejects(
    () => unframe("-ERR no\r\n", 100),
    RdbFrameError,
    "MASTER aborted replication with an error: ERR no",
  );
  await assertRejects(() => unframe("+OK\r\n", 100), RdbFrameError, "the first byte is not '$' (we received '+OK')");
});
