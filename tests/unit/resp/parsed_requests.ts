/**
 * What the request parser makes of a stream that is cut into chunks, in a form that tests can compare.
 */
import { RequestBatch } from "../../../src/resp/request_batch.ts";
import { RequestParser } from "../../../src/resp/request_parser.ts";
import { bytesOfText } from "../../support/byte_text.ts";

/** The outcome of a whole stream. */
export interface ParsedRequests {
  /** The arguments of each request, one character per byte. */
  requests: string[][];
  protocolError: string | null;
  queryBufferExceeded: boolean;
  /** Offset in the stream at the end of each request. */
  ends: number[];
}

/**
 * Feeds chunks to a parser one after the other. Each chunk lies in a buffer of its own, which is overwritten once its batch
 * is cleared, so that a slice into a dead chunk shows.
 */
export function parseChunks(chunks: Iterable<Uint8Array>, parser = new RequestParser()): ParsedRequests {
  const parsed: ParsedRequests = { requests: [], protocolError: null, queryBufferExceeded: false, ends: [] };
  const batch = new RequestBatch();
  for (const chunk of chunks) {
    const buffer = chunk.slice();
    let at = 0;
    do {
      const next = parser.parse(buffer, at, buffer.length, batch);
      if (next === at && at < buffer.length) throw new Error("The parser does not move");
      at = next;
      readBatch(batch, parsed);
      batch.clear();
    } while (at < buffer.length);
    buffer.fill(0x2a);
  }
  return parsed;
}

/** The same for text, in one chunk. */
export function parseText(text: string, parser = new RequestParser()): ParsedRequests {
  return parseChunks([bytesOfText(text)], parser);
}

/** `bytes` cut before each of `offsets`, which ascend. */
export function cutAt(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const bounds = [0, ...offsets, bytes.length];
  return bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end));
}

function readBatch(batch: RequestBatch, parsed: ParsedRequests): void {
  for (let index = 0; index < batch.count; index++) {
    batch.select(index);
    parsed.requests.push(Array.from({ length: batch.args.count }, (_, position) => batch.args.text(position)));
    parsed.ends.push(batch.streamEnd(index));
  }
  parsed.protocolError ??= batch.protocolError;
  parsed.queryBufferExceeded ||= batch.queryBufferExceeded;
}
