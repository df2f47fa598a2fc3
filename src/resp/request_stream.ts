/**
 * The request parser as a web stream: what clients have sent goes in, the requests found in it come out.
 *
 * - One chunk of the stream is a *turn*: everything that has arrived from any client since the chunk before. A stream for each
 *   client costs three times the objects and 1.2 us more for each read (of 13 us that a loop over `conn.read` takes).
 * - An arrival goes through with its turn, whether or not it completes a request; the loop that takes it asks for more.
 * - The readable side asks for nothing ahead, so that bytes are parsed when the loop wants them, with the limits as the
 *   requests before have left them (AUTH, CONFIG SET).
 */
import { RequestBatch } from "./request_batch.ts";
import type { RequestParser } from "./request_parser.ts";

/** Batches kept for the next turn. */
const MAX_POOLED = 256;
const pool: RequestBatch[] = [];
const NO_BYTES = new Uint8Array(0);

/** Bytes of one client, and the requests in them while they run. */
export class Arrival {
  readonly parser: RequestParser;
  /** The requests found last, until `release()`; null as well when none was completed. */
  batch: RequestBatch | null = null;
  /** What the parser threw, which it never should. */
  failure: unknown = null;

  #bytes = NO_BYTES as Uint8Array;
  #at = 0;
  #end = 0;

  constructor(parser: RequestParser) {
    this.parser = parser;
  }

  /** Takes the first `count` of `bytes`, which must stay as they are until all is parsed and released. */
  take(bytes: Uint8Array, count: number): void {
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = count;
  }

  /** False while the requests found so far may change the limits for those behind them: run these, then `parse()` again. */
  get isParsed(): boolean {
    return this.#at === this.#end;
  }

  /** Finds the requests up to the end, or up to where `isParsed` says. Those found before must have been released. */
  parse(): void {
    const batch = pool.pop() ?? new RequestBatch();
    this.#at = this.parser.parse(this.#bytes, this.#at, this.#end, batch);
    if (batch.isEmpty) pool.push(batch);
    else this.batch = batch;
  }

  /** Lets go of the requests: every slice of them is invalid from here on. */
  release(): void {
    const { batch } = this;
    if (batch === null) return;
    this.batch = null;
    batch.clear();
    if (pool.length < MAX_POOLED) pool.push(batch);
  }
}

/** Parses what arrives, turn by turn. */
export class RequestDecoderStream<Each extends Arrival> extends TransformStream<readonly Each[], readonly Each[]> {
  constructor() {
    super(
      {
        transform: (turn, controller) => {
          for (let index = 0; index < turn.length; index++) parseSafely(turn[index]!);
          controller.enqueue(turn);
        },
      },
      new CountQueuingStrategy({ highWaterMark: 1 }),
      new CountQueuingStrategy({ highWaterMark: 0 }),
    );
  }
}

/** What goes wrong with one client must not end the stream of all. */
function parseSafely(arrival: Arrival): void {
  if (arrival.isParsed) return;
  try {
    arrival.parse();
  } catch (error) {
    arrival.failure = error;
  }
}
