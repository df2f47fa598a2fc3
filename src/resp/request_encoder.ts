/**
 * Writes requests as RESP arrays of bulk strings: the replication stream, the AOF, the client side of a handshake.
 *
 * - `appendRequest` allocates nothing but the buffer's growth.
 */
import { ascii } from "../bytes/ascii.ts";
import { OutputBuffer } from "./output_buffer.ts";
import type { Args, ArgumentSource } from "./request_batch.ts";

const STAR = 0x2a;

/** Appends a request with the arguments of `args`. */
export function appendRequest(output: OutputBuffer, args: Args): void {
  const count = args.count;
  output.header(STAR, count);
  for (let i = 0; i < count; i++) {
    const slice = args.at(i);
    output.bulk(slice.bytes, slice.start, slice.end);
  }
}

/** Appends a request made from values; a string is one byte per character, a number its decimal form. */
export function appendRequestOf(output: OutputBuffer, values: readonly ArgumentSource[]): void {
  output.header(STAR, values.length);
  for (const value of values) {
    const bytes = value instanceof Uint8Array ? value : ascii(String(value));
    output.bulk(bytes, 0, bytes.length);
  }
}

/** The bytes of one request. */
export function encodeRequest(...values: ArgumentSource[]): Uint8Array<ArrayBuffer> {
  const output = new OutputBuffer(64);
  appendRequestOf(output, values);
  return output.take();
}
