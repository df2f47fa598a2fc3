/**
 * `pong_server.ts bare|streams --port N`: answers every request with PONG, to show what the web streams cost.
 *
 * - `bare` parses and answers as soon as a read is complete; `streams` hands it through the streams of our server. Reading,
 *   parsing and writing are the same.
 */
import { parseArgs } from "@std/cli/parse-args";
import { Arrival, RequestDecoderStream } from "../../src/resp/request_stream.ts";
import { RequestParser } from "../../src/resp/request_parser.ts";
import { Arrivals } from "../../src/server/arrivals.ts";

const PONG = "+PONG\r\n";
const MAX_REQUESTS = 4096;
const BUFFER_BYTES = 64 * 1024;

const pongs = new TextEncoder().encode(PONG.repeat(MAX_REQUESTS));

class Input extends Arrival {
  readonly #conn: Deno.Conn;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #onRead: (count: number | null) => void;

  constructor(conn: Deno.Conn, onArrival: (input: Input) => void) {
    super(new RequestParser());
    this.#conn = conn;
    this.#onRead = (count) => {
      if (count === null) return conn.close();
      this.take(this.#buffer, count);
      onArrival(this);
    };
  }

  request(): void {
    this.#conn.read(this.#buffer).then(this.#onRead, () => this.#conn.close());
  }

  answer(): void {
    const count = this.batch?.count ?? 0;
    this.release();
    if (count > 0) this.#conn.write(pongs.subarray(0, count * PONG.length)).catch(() => {});
    this.request();
  }
}

async function serve(kind: string, port: number): Promise<void> {
  const arrivals = new Arrivals<Input>();
  const onArrival = kind === "bare" ? answerAtOnce : (input: Input) => arrivals.add(input);
  void accept(port, onArrival);
  for await (const turn of arrivals.stream.pipeThrough(new RequestDecoderStream<Input>())) {
    for (const input of turn) input.answer();
  }
}

async function accept(port: number, onArrival: (input: Input) => void): Promise<void> {
  for await (const conn of Deno.listen({ hostname: "127.0.0.1", port })) {
    conn.setNoDelay();
    new Input(conn, onArrival).request();
  }
}

function answerAtOnce(input: Input): void {
  input.parse();
  input.answer();
}

const { _: [kind], port } = parseArgs(Deno.args, { string: ["port"] });
await serve(String(kind), Number(port));
