/**
 * The request parser under every cut, under garbage, and beside the real redis-server.
 *
 * - Beside the real server, a stream of ECHO, PING and nonsense is answered by a few lines here with what our parser reads;
 *   every byte of both answers must agree, protocol errors included.
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { Args } from "../../src/resp/request_batch.ts";
import { unknownCommand, wrongArity } from "../../src/resp/reply_errors.ts";
import { encodeRequest } from "../../src/resp/request_encoder.ts";
import { RequestParser } from "../../src/resp/request_parser.ts";
import { bytesOfText, textOfBytes } from "../support/byte_text.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { cutAt, parseChunks, type ParsedRequests } from "../unit/resp/parsed_requests.ts";

const PIPELINE = textOfBytes(encodeRequest("PUT", "key:1", "\r\n\0*3\r\n$1\r\nx")) +
  "take  'key:1'\r\n\r\n*0\r\n*-1\r\n" +
  textOfBytes(encodeRequest("", "x".repeat(120), "")) + 'echo "a\\x00\\"b" \'c\'\n' +
  textOfBytes(encodeRequest(...Array.from({ length: 11 }, (_, index) => `a${index}`))) + "*1\rX$4\rYPINGZZ";
const SHORT_PIPELINE = "*2\r\n$3\r\nNOP\r\n$1\r\nk\r\n\r\nping\r\n*0\r\n*1\r\n$0\r\n\r\n*1\r\n!";

Deno.test("a pipeline cut at any offset, or into single bytes, gives the same requests", () => {
  const bytes = bytesOfText(PIPELINE);
  const whole = parseChunks([bytes]);
  assertEquals(whole.requests.length, 6);
  for (let cut = 0; cut <= bytes.length; cut++) assertEquals(parseChunks(cutAt(bytes, [cut])), whole, `cut at ${cut}`);
  assertEquals(parseChunks(cutAt(bytes, Array.from(bytes.keys()).slice(1))), whole);
});

Deno.test("a short pipeline that ends in an error, cut at any two offsets, gives the same requests and error", () => {
  const bytes = bytesOfText(SHORT_PIPELINE + "\r\n");
  const whole = parseChunks([bytes]);
  assertEquals([whole.requests.length, whole.protocolError], [3, "Protocol error: expected '$', got '!'"]);
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      assertEquals(parseChunks(cutAt(bytes, [first, second])), whole, `cut at ${first} and ${second}`);
    }
  }
});

Deno.test("garbage never makes the parser throw, stall or answer otherwise when it is cut", () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const random = new SeededRandom(seed);
    const bytes = bytesOfText(garbage(random));
    const authenticated = random.chance(0.8);
    const parser = () => Object.assign(new RequestParser(), { authenticated });
    const whole = parseChunks([bytes], parser());
    const offsets = Array.from({ length: 4 }, () => random.integer(0, bytes.length)).sort((a, b) => a - b);
    assertEquals(parseChunks(cutAt(bytes, offsets), parser()), whole, `seed ${seed}, cut at ${offsets}`);
  }
});

Deno.test("no announced length makes the parser allocate", () => {
  for (const bomb of ["*2147483647\r\n", "*1\r\n$536870912\r\n", "*2147483647\r\n$536870912\r\nabc"]) {
    const parser = new RequestParser();
    parseChunks([bytesOfText(bomb)], parser);
    assertLess(parser.memoryBytes, 2048, bomb);
  }
});

referenceTest("protocol errors and requests are those of the real redis-server", async () => {
  await using server = await startReference();
  const limit = 64 * 1024;
  const streams = [
    ..."*x|*01|*2147483648|*9223372036854775808|*-9223372036854775809|*99999999999999999999999|*|*+1|* 1".split("|"),
    ..."$x|$|$-1|$01|$536870913|$9223372036854775808|$123456789012345678901|$ 1|$+1".split("|").map((l) =>
      "*1\r\n" + l
    ),
    ...["*1\r\nPING", "*1\r\n\xe9", "*1\r\n\n", "*1\r\n", "*1\r\n*1", "*2\r\n$4\r\nECHO\r\n:1", "*1\r\n-"],
    ...['ECHO "a', "ECHO 'a", 'ECHO "a"b', "ECHO 'a'b", 'ECHO "\\x4', "*0", "*-1", "*-2", "", " ", "\t\v"],
  ].map((stream) => `${stream}\r\nPING\r\n`);
  const tooBig = ["", "*", "*1\r\n$", "PING\r\n*1\r\n", "\0\r\n", "*\0\r\n", "*1\r\n$1\0\r\n"].map((start) => {
    const line = start.slice(start.lastIndexOf("\n", start.endsWith("\0\r\n") ? start.length - 2 : undefined) + 1);
    return start + "1".repeat(limit + 1 - line.length);
  });
  for (const stream of [...streams, ...tooBig, PIPELINE, SHORT_PIPELINE + "\r\n"]) {
    await assertSameAnswer(server, stream, `stream ${JSON.stringify(stream.slice(0, 80))}`);
  }
});

referenceTest("random streams are read as the real redis-server reads them", async () => {
  await using server = await startReference();
  for (let seed = 1; seed <= 1000; seed++) {
    await assertSameAnswer(server, garbage(new SeededRandom(seed)), `seed ${seed}`);
  }
});

referenceTest("limits before AUTH are those of the real redis-server", async () => {
  await using server = await startReference({ configLines: ["maxclients 100"] });
  {
    using admin = await server.connect();
    await admin.expect("CONFIG", "SET", "requirepass", "p");
  }
  const eleven = textOfBytes(encodeRequest(...Array.from({ length: 11 }, () => "PING")));
  const long = textOfBytes(encodeRequest("ECHO", "x".repeat(16385)));
  for (
    const [stream, error] of [
      [eleven, "unauthenticated multibulk length"],
      [long.slice(0, 40), "unauthenticated bulk length"],
    ]
  ) {
    using client = await server.connect();
    await client.sendRaw(stream!);
    const parser = Object.assign(new RequestParser(), { authenticated: false });
    const parsed = parseChunks([bytesOfText(stream!)], parser);
    assertEquals(parsed.protocolError, `Protocol error: ${error}`);
    assertEquals(await client.readToEnd(), `-ERR ${parsed.protocolError}\r\n`);
  }
  using client = await server.connect();
  await client.sendRaw("AUTH p\r\n" + long);
  assertEquals(await client.readRaw() + await client.readRaw(), `+OK\r\n$16385\r\n${"x".repeat(16385)}\r\n`);
  using admin = await server.connect();
  await admin.expect("AUTH", "p");
  await admin.expect("CONFIG", "SET", "requirepass", "");
});

async function assertSameAnswer(server: ServerProcess, stream: string, what: string): Promise<void> {
  using client = await server.connect();
  await client.sendRaw(stream);
  await client.closeWrite();
  const expected = await client.readToEnd();
  const answer = answerOf(parseChunks([bytesOfText(stream)]));
  assertEquals(answer, expected, what);
  assert(!answer.includes("undefined"), what);
}

/** What a server that knows ECHO and PING would answer. */
function answerOf(parsed: ParsedRequests): string {
  const replies = parsed.requests.map((argv) => {
    const name = argv[0]!.toLowerCase();
    if (name === "echo") return argv.length === 2 ? bulk(argv[1]!) : `-${wrongArity("echo")}\r\n`;
    if (name === "ping" && argv.length <= 2) return argv.length === 1 ? "+PONG\r\n" : bulk(argv[1]!);
    if (name === "ping") return `-${wrongArity("ping")}\r\n`;
    return `-${unknownCommand(Args.of(...argv)).replace(/[\r\n]/g, " ")}\r\n`;
  });
  if (parsed.protocolError !== null) replies.push(`-ERR ${parsed.protocolError.replace(/[\r\n]/g, " ")}\r\n`);
  return replies.join("");
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

/** A stream of requests, most of them whole, with damage of all kinds between and inside. */
function garbage(random: SeededRandom): string {
  const pieces = ["*", "$", "-", "1", "2", "0", "\r\n", "\n", "\r", "\0", "'", '"', "\\x4", " ", "x", "\xe9"];
  const makers = [
    () => textOfBytes(encodeRequest("ECHO", random.binary(random.integer(0, 40)))),
    () => textOfBytes(encodeRequest("ping", ...(random.chance(0.3) ? [random.letters(3)] : []))),
    () => `ECHO "${random.letters(random.integer(0, 9))}\\r\\x0${random.integer(0, 9)}"\r\n`,
    () => `*${random.integer(-2, 0)}\r\n`,
    () =>
      textOfBytes(
        encodeRequest(random.letters(4), ...Array.from({ length: random.integer(0, 9) }, () => random.binary(20))),
      ),
    () => random.pick(["\r\n", "\n", " \r\n", "PING\n", "'unknown command' 'x y'\r\n"]),
  ];
  let text = "";
  for (let count = random.integer(1, 8); count > 0; count--) {
    const piece = random.pick(makers)();
    const damaged = random.chance(0.15);
    const at = random.integer(0, piece.length);
    text += damaged ? piece.slice(0, at) + random.pick(pieces) + piece.slice(at + random.integer(0, 1)) : piece;
  }
  return text;
}
