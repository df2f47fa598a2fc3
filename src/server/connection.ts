/**
 * The life of one client connection: bytes in, requests through the executor, replies out.
 *
 * ```
 * ByteSource.stream --pipeThrough--> RequestDecoderStream --for await--> batch --> Executor --> ClientOutput --> conn.write
 * ```
 *
 * - One coalesced write per batch.
 * - A command that waits holds up only its own client; that it hangs up meanwhile is noticed at once.
 * - A client that has shut down its sending side still gets its replies; one that waits for something is closed then.
 */

import { MAX_QUERY_BUFFER_BYTES, OUTPUT_BACKPRESSURE_BYTES } from "../base/limits.ts";
import type { Logger } from "../base/logger.ts";
import type { UserRegistry } from "../acl/user_registry.ts";
import type { Client } from "../clients/client.ts";
import type { ClientDescriptions } from "../clients/client_description.ts";
import type { ClientMemory } from "../clients/client_memory.ts";
import type { Executor } from "../command/executor.ts";
import { isBlocking, type Wait } from "../command/outcome.ts";
import type { RequestBatch } from "../resp/request_batch.ts";
import { RequestDecoderStream } from "../resp/request_stream.ts";
import type { ByteSource } from "./byte_source.ts";

/** What serves a connection. */
export interface ConnectionServices {
  readonly executor: Executor;
  readonly logger: Logger;
  readonly users: UserRegistry;
  readonly clientDescriptions: ClientDescriptions;
  readonly clientMemory: ClientMemory;
}

/** Serves `client` until it goes. The caller closes the connection afterwards. */
export async function serveClient(client: Client, source: ByteSource, services: ConnectionServices): Promise<void> {
  const { output, context, parser } = client;
  const { executor, users, clientMemory } = services;
  const decoder = new RequestDecoderStream({
    parser,
    onChunkReleased: (chunk) => {
      // A request that comes slowly, chunk by chunk, is no idleness.
      client.lastInteractionMs = context.now;
      clientMemory.note(client);
      source.expectedBytes = parser.missingBytes;
      source.recycle(chunk);
    },
  });
  parser.authenticated = !users.mustAuthenticate(context);
  source.onEnd = () => {
    // Whoever waits for something would wait for a peer that is gone; a writer held up by a save has its command coming.
    if (client.wait !== null && isBlocking(client.wait)) closeAtEnd(client, services);
  };
  for await (const batch of batchesOf(source.stream.pipeThrough(decoder))) {
    if (client.isClosing) return;
    output.prepare();
    executor.beginBatch(context);
    // Most batches never stop: they are spared the promise.
    let stop = runBatch(client, batch, 0, services);
    executor.endBatch(context, batch.args);
    while (stop !== null) {
      await (stop.wait === null ? output.drainedAfterFlush() : waitFor(client, stop, stop.wait, batch, source));
      if (client.isClosing) return;
      if (context.closeAfterReply) break;
      executor.beginBatch(context);
      output.prepare();
      stop = runBatch(client, batch, stop.wait?.isRetry === true ? stop.index : stop.index + 1, services);
      executor.endBatch(context, batch.args);
    }
    client.batchBytes = 0;
    parser.authenticated = !users.mustAuthenticate(context);
    batch.release();
    output.flush();
    // At once: nobody else's request may still see a client that has gone over a limit.
    if (client.isClosing) return client.kill();
    if (context.closeAfterReply) return await output.finished();
    const drained = output.drained();
    if (drained !== null) await drained;
  }
  if (client.isClosing) return;
  await output.finished();
  closeAtEnd(client, services);
}

/** The batches of a stream. A reader's own promises go straight to the loop: the stream's iterator would wrap each twice. */
function batchesOf(stream: ReadableStream<RequestBatch>): AsyncIterable<RequestBatch> {
  const reader = stream.getReader();
  return { [Symbol.asyncIterator]: () => ({ next: () => reader.read() as Promise<IteratorResult<RequestBatch>> }) };
}

/** Why a batch stopped at its request `index`: that one waits, or (null) too much output has gathered after it. */
interface BatchStop {
  readonly index: number;
  readonly wait: Wait | null;
}

/** Runs the requests from `first` on; null when the batch is done. */
function runBatch(client: Client, batch: RequestBatch, first: number, services: ConnectionServices): BatchStop | null {
  const { context, output } = client;
  client.lastInteractionMs = context.now;
  client.batchBytes = batch.bytesConsumed;
  const { prefetch } = context.store;
  const prefetches = prefetch.begin(context.db.keyspace.dict, batch, first);
  try {
    for (let index = first; index < batch.count; index++) {
      batch.select(index);
      if (prefetches) prefetch.point(context.db.keyspace.dict, batch, index);
      const wait = runRequest(client, batch, services.executor);
      if (wait !== null) return { index, wait };
      if (context.closeAfterReply || client.isClosing) return null;
      if (output.buffer.length > OUTPUT_BACKPRESSURE_BYTES) return { index, wait: null };
    }
  } finally {
    prefetch.end();
  }
  if (batch.queryBufferExceeded || batch.protocolError !== null) refuseInput(client, batch, services);
  return null;
}

function runRequest(client: Client, batch: RequestBatch, executor: Executor): Wait | null {
  if (client.replyMode !== "on") return runMuted(client, batch, executor);
  const wait = executor.execute(client.context, batch.args, client.reply);
  if ((client.replyMode as string) === "skip-next") client.replyMode = "skip";
  return wait;
}

/** Runs a request whose reply the client does not want to see. */
function runMuted(client: Client, batch: RequestBatch, executor: Executor): Wait | null {
  const muted = client.mutedReply;
  muted.output.reset(0);
  const wait = executor.execute(client.context, batch.args, muted);
  if (wait?.isRetry === true) return wait;
  switch (client.replyMode) {
    case "on":
      // The command itself has switched replies on again, and that is answered: CLIENT REPLY ON, RESET.
      client.reply.raw(muted.output.view());
      break;
    case "skip":
      client.replyMode = "on";
      break;
    case "skip-next":
      client.replyMode = "skip";
      break;
    case "off":
      break;
  }
  return wait;
}

function refuseInput(client: Client, batch: RequestBatch, services: ConnectionServices): void {
  const { logger, clientDescriptions } = services;
  if (batch.queryBufferExceeded) {
    logger.warning(`Closing client that reached max query buffer length: ${clientDescriptions.lineOf(client)}`);
    return client.kill();
  }
  if (logger.isVerbose) {
    logger.verbose(
      `Protocol error (${batch.protocolErrorCause}) from client: ${clientDescriptions.lineOf(client)}. ` +
        batch.protocolErrorSample,
    );
  }
  if (client.replyMode === "on") client.reply.error(`ERR ${batch.protocolError}`);
  client.context.closeAfterReply = true;
}

async function waitFor(
  client: Client,
  stop: BatchStop,
  wait: Wait,
  batch: RequestBatch,
  source: ByteSource,
): Promise<void> {
  client.wait = wait;
  // The request that waits has left the input, what comes after it has not.
  client.batchBytes = client.parser.consumedBytes - batch.streamEnd(stop.index);
  client.waitingArgumentBytes = batch.args.sizeBytes;
  client.output.flush();
  // The watch ends by itself when the wait does and the next bytes arrive; nothing depends on its end.
  void source.watch(() => client.wait === wait, MAX_QUERY_BUFFER_BYTES);
  await wait.ended;
  client.wait = null;
  client.waitingArgumentBytes = 0;
}

function closeAtEnd(client: Client, { logger, clientDescriptions }: ConnectionServices): void {
  if (logger.isVerbose) logger.verbose(`Client closed connection ${clientDescriptions.lineOf(client)}`);
  client.kill();
}
