/** The parser as the end of a web stream: `file.readable.pipeTo(new RdbDecoderStream(parser))`. */

import type { RdbParser } from "./rdb_parser.ts";

/** Called with what follows the file in the stream, chunk by chunk, if anything does. */
export type TrailerSink = (bytes: Uint8Array) => void;

/**
 * Feeds an RDB file to its parser as it arrives.
 *
 * - A fault in the file, and what the visitor throws, makes the pipe reject with that error.
 * - A stream that ends before the file does rejects with a short read.
 * - Bytes after the file go to `onTrailer` (the commands behind an RDB preamble, the end mark of a diskless transfer); without
 *   one they are ignored.
 */
export class RdbDecoderStream extends WritableStream<Uint8Array> {
  /** A stream around a parser that nobody else feeds. */
  constructor(parser: RdbParser, onTrailer: TrailerSink | null = null) {
    super({
      write(chunk) {
        const used = parser.feed(chunk);
        if (used < chunk.length && onTrailer !== null) onTrailer(chunk.subarray(used));
      },
      close() {
        parser.finish();
      },
      abort() {
        parser.abort();
      },
    });
  }
}
