/**
 * The stream of a master being applied: its requests go through the executor, its bytes on to our own replicas.
 *
 * - The offset moves on when a request has been applied; inside MULTI when the EXEC has, so that a link that breaks in the
 *   middle resumes before the transaction.
 * - Nobody reads the replies. An error among them means that the data have come apart, which the log must say.
 */

import type { Logger } from "../base/logger.ts";
import { quoteArgument } from "../bytes/quote.ts";
import type { Client } from "../clients/client.ts";
import type { Executor } from "../command/executor.ts";
import type { Wait } from "../command/outcome.ts";
import type { RequestBatch } from "../resp/request_batch.ts";
import { Arrival, RequestDecoderStream } from "../resp/request_stream.ts";
import type { RequestParser } from "../resp/request_parser.ts";
import { OutputBuffer } from "../resp/output_buffer.ts";
import { ReplyEncoder } from "../resp/reply_encoder.ts";
import { encodeRequest } from "../resp/request_encoder.ts";
import { ascii, equalsIgnoreCase } from "../bytes/ascii.ts";
import type { Backlog } from "./backlog.ts";
import { ByteQueue } from "./byte_queue.ts";
import type { LinkConnection } from "./link_connection.ts";
import type { ReplicationFeed } from "./replication_feed.ts";

/** What a `MasterStream` needs. */
export interface MasterStreamOptions {
  readonly client: Client;
  readonly link: LinkConnection;
  readonly executor: Executor;
  readonly logger: Logger;
  readonly feed: ReplicationFeed;
  readonly backlog: Backlog;
  /** Bytes of the stream that had been applied before. */
  readonly offset: number;
}

const MULTI = ascii("multi");
const EXEC = ascii("exec");
const DISCARD = ascii("discard");
/** How much of the backlog the log shows beside an error. */
const SHOWN_BYTES = 256;
const KEPT_REPLY_BYTES = 64 * 1024;

/** A piece of the stream. Nothing in the stream changes the parser's limits, so a piece is always parsed in one go. */
class StreamChunk extends Arrival {
  readonly chunk: Uint8Array;

  constructor(parser: RequestParser, chunk: Uint8Array) {
    super(parser);
    this.chunk = chunk;
    this.take(chunk, chunk.length);
  }
}

/** Applies one link's stream. */
export class MasterStream {
  /** Bytes of the stream that have been applied. */
  offset: number;
  /** False for a master so old that it knows no offsets. */
  readonly hasOffsets: boolean;

  readonly #options: MasterStreamOptions;
  readonly #startOffset: number;
  readonly #arrived = new ByteQueue();
  /** Nobody reads what is written here. */
  readonly #reply = new ReplyEncoder(new OutputBuffer(0));
  #lastError: string | null = null;
  /** Offset up to which bytes were passed on. */
  #passedOn: number;
  #isInMulti = false;

  constructor(options: MasterStreamOptions) {
    this.#options = options;
    this.hasOffsets = options.offset >= 0;
    this.offset = this.#startOffset = this.#passedOn = Math.max(0, options.offset);
    this.#reply.onError = (text) => {
      this.#lastError = text;
      options.executor.noteError(options.client.context, text);
    };
  }

  /** Bytes of the stream that have arrived. */
  get readOffset(): number {
    return this.#passedOn + this.#arrived.length;
  }

  /** Applies the stream until the link closes. */
  async run(): Promise<void> {
    const { client, link } = this.#options;
    const { parser } = client;
    parser.maxBulkLength = parser.maxQueryBuffer = Infinity;
    parser.allowsInline = false;
    const turns = link.stream().pipeThrough(this.#tap()).pipeThrough(new RequestDecoderStream<StreamChunk>());
    for await (const turn of turns) {
      for (const arrival of turn) {
        if (client.isClosing) return;
        if (arrival.failure !== null) throw arrival.failure;
        if (arrival.batch !== null) await this.#runBatch(arrival.batch);
        arrival.release();
        link.recycle(arrival.chunk);
      }
    }
  }

  /** Tells the master how far we are. */
  acknowledge(): void {
    const { output } = this.#options.client;
    output.prepare();
    output.buffer.append(encodeRequest("REPLCONF", "ACK", this.offset));
    output.flush();
  }

  #tap(): TransformStream<Uint8Array, readonly StreamChunk[]> {
    return new TransformStream(
      {
        transform: (chunk, controller) => {
          this.#arrived.push(chunk);
          controller.enqueue([new StreamChunk(this.#options.client.parser, chunk)]);
        },
      },
      new CountQueuingStrategy({ highWaterMark: 1 }),
      new CountQueuingStrategy({ highWaterMark: 0 }),
    );
  }

  async #runBatch(batch: RequestBatch): Promise<void> {
    const { client, logger } = this.#options;
    for (let index = 0; index < batch.count;) {
      const wait = this.#runFrom(index, batch);
      this.#passOn();
      if (wait === null || client.isClosing) break;
      await wait.wait.ended;
      if (client.isClosing) return;
      index = wait.wait.isRetry ? wait.index : wait.index + 1;
    }
    if (batch.protocolError === null) return;
    logger.warning(
      `WARNING: Receiving inline protocol from master, master stream corruption? ${batch.protocolErrorCause}`,
    );
    client.kill();
  }

  /** Runs requests from `first` on until the batch ends or one has to wait. */
  #runFrom(first: number, batch: RequestBatch): { readonly index: number; readonly wait: Wait } | null {
    const { client, executor } = this.#options;
    const { context } = client;
    const { store } = context;
    const { expiryRule } = store;
    executor.beginBatch(context);
    client.lastInteractionMs = context.now;
    // The master decides when a key has expired: what it sends finds every key alive.
    store.expiryRule = "ignore";
    try {
      for (let index = first; index < batch.count && !client.isClosing; index++) {
        batch.select(index);
        const name = batch.args.at(0);
        const wait = executor.execute(context, batch.args, this.#reply);
        if (this.#lastError !== null) this.#reportError(this.#lastError, batch.args.text(0));
        this.#reply.output.reset(KEPT_REPLY_BYTES);
        if (equalsIgnoreCase(name, MULTI)) this.#isInMulti = true;
        else if (equalsIgnoreCase(name, EXEC) || equalsIgnoreCase(name, DISCARD)) this.#isInMulti = false;
        if (wait !== null) return { index, wait };
        if (!this.#isInMulti) this.offset = this.#startOffset + batch.streamEnd(index);
      }
    } finally {
      executor.endBatch(context, batch.args);
      store.expiryRule = expiryRule;
    }
    return null;
  }

  #passOn(): void {
    const count = this.offset - this.#passedOn;
    this.#passedOn = this.offset;
    this.#arrived.shift(count, (bytes, start, end) => this.#options.feed.appendVerbatim(bytes, start, end));
  }

  #reportError(error: string, command: string): void {
    const { logger, backlog } = this.#options;
    this.#lastError = null;
    logger.warning(
      `== CRITICAL == This replica is sending an error to its master: '${error}' ` +
        `after processing the command '${command.toLowerCase()}'`,
    );
    if (backlog.historyBytes === 0) return;
    const latest = new OutputBuffer(SHOWN_BYTES);
    backlog.read(backlog.endOffset - Math.min(SHOWN_BYTES, backlog.historyBytes), latest, SHOWN_BYTES);
    logger.warning(`Latest backlog is: '${quoteArgument(latest.take()).slice(1, -1)}'`);
  }
}
