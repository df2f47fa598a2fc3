/**
 * The request parser as a web stream: chunks of a client's bytes in, batches of requests out.
 *
 * - One batch per chunk that completes a request or ends in an error. Chunks that complete nothing give none.
 * - The readable side asks for no batch ahead, so that a chunk is parsed when the command loop wants it, with the limits as
 *   the requests before have left them (AUTH, CONFIG SET); the writable side holds one chunk ahead.
 * - A chunk's buffer belongs to its batch until `batch.release()`; `onChunkReleased` tells the source when to reuse it.
 */
import { RequestBatch } from "./request_batch.ts";
import { RequestParser } from "./request_parser.ts";

/** What `RequestDecoderStream` takes. */
export interface RequestDecoderOptions {
  /** The parser, whose limits the connection sets; a new one by default. */
  parser?: RequestParser;
  /** Called once for every chunk, as soon as no batch points into it any more. */
  onChunkReleased?: (chunk: Uint8Array) => void;
}

/** Turns a client's byte stream into batches of requests. After a protocol error the batches end. */
export class RequestDecoderStream extends TransformStream<Uint8Array, RequestBatch> {
  /** The parser behind the stream. */
  readonly parser: RequestParser;

  /** See `RequestDecoderOptions`. */
  constructor(options: RequestDecoderOptions = {}) {
    const decoder = new Decoder(options);
    super(
      { transform: (chunk, controller) => decoder.decode(chunk, controller) },
      new CountQueuingStrategy({ highWaterMark: 1 }),
      new CountQueuingStrategy({ highWaterMark: 0 }),
    );
    this.parser = decoder.parser;
  }
}

class Decoder {
  readonly parser: RequestParser;
  readonly #onChunkReleased: ((chunk: Uint8Array) => void) | undefined;
  /** Two batches take turns: one may be read into while the loop still uses the other. */
  #free: RequestBatch[] = [new RequestBatch(), new RequestBatch()];
  // Made once and not for each batch.
  readonly #onReleased = (released: RequestBatch): void => {
    const { chunk } = released;
    this.#recycle(released);
    if (chunk !== null) this.#onChunkReleased?.(chunk);
  };

  constructor(options: RequestDecoderOptions) {
    this.parser = options.parser ?? new RequestParser();
    this.#onChunkReleased = options.onChunkReleased;
  }

  decode(chunk: Uint8Array, controller: TransformStreamDefaultController<RequestBatch>): Promise<void> | undefined {
    const batch = this.#free.pop() ?? new RequestBatch();
    const at = this.parser.parse(chunk, 0, chunk.length, batch);
    if (at < chunk.length) return this.#decodeInParts(chunk, at, batch, controller);
    if (batch.isEmpty) {
      this.#free.push(batch);
      this.#onChunkReleased?.(chunk);
      return;
    }
    batch.chunk = chunk;
    batch.onRelease = this.#onReleased;
    controller.enqueue(batch);
  }

  /** The requests of a chunk whose limits may change while it runs: each part is parsed when the one before is done. */
  async #decodeInParts(
    chunk: Uint8Array,
    start: number,
    first: RequestBatch,
    controller: TransformStreamDefaultController<RequestBatch>,
  ): Promise<void> {
    let batch = first;
    for (let at = start;;) {
      const released = Promise.withResolvers<void>();
      batch.onRelease = (done) => {
        this.#recycle(done);
        released.resolve();
      };
      controller.enqueue(batch);
      await released.promise;
      if (at === chunk.length) break;
      batch = this.#free.pop() ?? new RequestBatch();
      at = this.parser.parse(chunk, at, chunk.length, batch);
      if (batch.isEmpty) {
        this.#free.push(batch);
        break;
      }
    }
    this.#onChunkReleased?.(chunk);
  }

  #recycle(batch: RequestBatch): void {
    batch.onRelease = null;
    batch.chunk = null;
    if (this.#free.length < 2) this.#free.push(batch);
  }
}
