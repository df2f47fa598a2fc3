/** The request parser as a web stream. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { RequestParser } from "../../../src/resp/request_parser.ts";
import { Arrival, RequestDecoderStream } from "../../../src/resp/request_stream.ts";
import { bytesOfText } from "../../support/byte_text.ts";

function put(arrival: Arrival, text: string): Arrival {
  const bytes = bytesOfText(text);
  arrival.take(bytes, bytes.length);
  return arrival;
}

function names({ batch }: Arrival): string[] | null {
  if (batch === null) return null;
  return Array.from({ length: batch.count }, (_, index) => {
    batch.select(index);
    return batch.args.text(0);
  });
}

/** The turns that come out when `turns` go in. */
function decoded(...turns: Arrival[][]): ReadableStream<readonly Arrival[]> {
  return ReadableStream.from(turns).pipeThrough(new RequestDecoderStream<Arrival>());
}

Deno.test("RequestDecoderStream finds the requests of each arrival, turn by turn", async () => {
  const [one, two] = [new Arrival(new RequestParser()), new Arrival(new RequestParser())];
  const stream = decoded([put(one, "PING\r\nECHO x\r\n"), put(two, "*1\r\n$4")]);
  for await (const turn of stream) assertEquals(turn.map(names), [["PING", "ECHO"], null]);
  one.release();
  for await (const turn of decoded([put(two, "\r\nTI")])) assertEquals(turn.map(names), [null]);
  for await (const turn of decoded([put(two, "ME\r\n"), put(one, "*1\r\nx\r\n")])) {
    assertEquals(turn.map(names), [["TIME"], []]);
  }
  assertEquals(one.batch?.protocolError, "Protocol error: expected '$', got 'x'");
});

Deno.test("an arrival stops where AUTH may lift the limits", () => {
  const arrival = new Arrival(new RequestParser());
  arrival.parser.authenticated = false;
  const long = "*1\r\n$20000\r\n" + "x".repeat(20000) + "\r\n";
  put(arrival, "PING\r\nAUTH p\r\n" + long + long).parse();
  assertEquals([names(arrival), arrival.isParsed], [["PING", "AUTH"], false]);
  arrival.parser.authenticated = true;
  arrival.release();
  arrival.parse();
  assertEquals([names(arrival)?.length, arrival.batch?.protocolError, arrival.isParsed], [2, null, true]);
});

Deno.test("an arrival keeps its batch intact until its release; then others use it", () => {
  const [one, two, three] = [1, 2, 3].map(() => new Arrival(new RequestParser())) as [Arrival, Arrival, Arrival];
  put(one, "one\r\n").parse();
  put(two, "two\r\n").parse();
  assert(one.batch !== two.batch);
  assertEquals([names(one), names(two)], [["one"], ["two"]]);
  const { batch } = one;
  one.release();
  put(three, "three\r\n").parse();
  assertStrictEquals(three.batch, batch);
  assertEquals([names(one), names(two), names(three)], [null, ["two"], ["three"]]);
});

Deno.test("a parser that throws fails its own arrival alone", async () => {
  class Broken extends RequestParser {
    override parse(): number {
      throw new Error("broken");
    }
  }
  const [bad, good] = [new Arrival(new Broken()), new Arrival(new RequestParser())];
  for await (const turn of decoded([put(bad, "PING\r\n"), put(good, "PING\r\n")])) {
    assertEquals(turn.map((arrival) => [names(arrival), String(arrival.failure)]), [
      [null, "Error: broken"],
      [["PING"], "null"],
    ]);
  }
});
