/**
 * The life of one client connection: bytes in, requests through the executor, replies out.
 *
 * ```
 * ByteSource.stream --pipeThrough--> RequestDecoderStream --for await--> batch --> Executor --> ClientOutput --> conn.write
 * ```
 *
 * - One coalesced write per batch.
 * - A command that waits holds up only its own client; that it hangs up meanwhile is noticed at once.
 */

import { MAX_QUERY_BUFFER_BYTES } from "../base/limits.ts";
import type { Logger } from "../base/logger.ts";
import type { Client } from "../clients/client.ts";
import type { Executor } from "../command/executor.ts";
import type { Wait } from "../command/outcome.ts";
import type { RequestBatch } from "../resp/request_batch.ts";
import { RequestDecoderStream } from "../resp/request_stream.ts";
import type { ByteSource } from "./byte_source.ts";

/** What serves a connection. */
export interface ConnectionServices {
  readonly executor: Executor;
  readonly logger: Logger;
}

/** Serves `client` until it goes. The caller closes the connection afterwards. */
export async function serveClient(client: Client, source: ByteSource, services: ConnectionServices): Promise<void> {
  const decoder = new RequestDecoderStream({ onChunkReleased: (chunk) => source.recycle(chunk) });
  client.parser = decoder.parser;
  source.onEnd = () => client.cancelWait("disconnect");
  for await (const batch of source.stream.pipeThrough(decoder)) {
    if (client.isClosing) return;
    client.output.prepare();
    services.executor.beginBatch();
    // Most batches never wait: they are spared the promise.
    for (let next = runBatch(client, batch, 0, services); next !== null;) {
      await waitFor(client, next.wait, source);
      if (client.isClosing) return;
      services.executor.beginBatch();
      client.output.prepare();
      next = runBatch(client, batch, next.wait.isRetry ? next.index : next.index + 1, services);
    }
    batch.release();
    client.output.flush();
    if (client.isClosing) return;
    if (client.context.closeAfterReply) break;
    const drained = client.output.drained();
    if (drained !== null) await drained;
  }
  await client.output.finished();
}

/** A request of a batch that has to wait. */
interface WaitingRequest {
  readonly index: number;
  readonly wait: Wait;
}

/** Runs the requests from `first` on; the one that has to wait, or null when the batch is done. */
function runBatch(
  client: Client,
  batch: RequestBatch,
  first: number,
  services: ConnectionServices,
): WaitingRequest | null {
  const { context } = client;
  client.lastInteractionMs = context.now;
  for (let index = first; index < batch.count; index++) {
    batch.select(index);
    const wait = runRequest(client, batch, services.executor);
    if (wait !== null) return { index, wait };
    if (context.closeAfterReply || client.isClosing) return null;
  }
  if (batch.queryBufferExceeded) {
    services.logger.warning(`Closing client ${client.id} that reached max query buffer length`);
    client.kill();
  } else if (batch.protocolError !== null) {
    services.logger.verbose(
      `Protocol error (${batch.protocolErrorCause}) from client ${client.id}. ${batch.protocolErrorSample}`,
    );
    client.reply.error(`ERR ${batch.protocolError}`);
    context.closeAfterReply = true;
  }
  return null;
}

function runRequest(client: Client, batch: RequestBatch, executor: Executor): Wait | null {
  if (client.replyMode === "on") return executor.execute(client.context, batch.args, client.reply);
  const { buffer } = client.output;
  const lengthBefore = buffer.length;
  const wait = executor.execute(client.context, batch.args, client.reply);
  // What the command itself made of the mode decides whether its own reply is seen: CLIENT REPLY ON answers.
  const mode: string = client.replyMode;
  if (mode !== "on") buffer.length = lengthBefore;
  if (mode === "skip") client.replyMode = "on";
  if (mode === "skip-next") client.replyMode = "skip";
  return wait;
}

async function waitFor(client: Client, wait: Wait, source: ByteSource): Promise<void> {
  client.wait = wait;
  client.output.flush();
  // The watch ends by itself when the wait does and the next bytes arrive; nothing depends on its end.
  void source.watch(() => client.wait === wait, MAX_QUERY_BUFFER_BYTES);
  await wait.ended;
  client.wait = null;
}
