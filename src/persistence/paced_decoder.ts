/**
 * The end of the stream that a dataset arrives by: an RDB parser that rests now and then.
 *
 * - `key-load-delay`, a setting for tests, asks for a pause after each key in microseconds (below zero: that many keys a
 *   microsecond). Pauses are saved up, since timers are no finer, and other clients are served in them.
 */

import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/config.ts";
import type { RdbParser } from "../rdb/rdb_parser.ts";

/** Pauses below this are saved up. */
const MIN_PAUSE_MS = 5;

/** What a `pacedDecoder` needs. */
export interface PacedDecoderOptions {
  readonly clock: Clock;
  readonly config: Config;
  /** Counts the keys: the parser's visitor. */
  readonly loader: { readonly keysLoaded: number };
  /** Told how many bytes were taken, after each piece. */
  readonly onTaken?: (count: number) => void;
}

/** A writable stream around a parser that nobody else feeds. What the parser throws is what the pipe rejects with. */
export function pacedDecoder(parser: RdbParser, options: PacedDecoderOptions): WritableStream<Uint8Array> {
  const { clock, config, loader } = options;
  let keysBefore = 0;
  let owedMs = 0;
  const rest = async () => {
    const delayUs = config.integer("key-load-delay").value;
    const keys = loader.keysLoaded - keysBefore;
    keysBefore = loader.keysLoaded;
    owedMs += (delayUs >= 0 ? keys * delayUs : keys / -delayUs) / 1000;
    if (owedMs < MIN_PAUSE_MS) return;
    const pauseMs = owedMs;
    owedMs = 0;
    await clock.sleep(pauseMs);
  };
  return new WritableStream({
    async write(chunk) {
      const isSlow = config.integer("key-load-delay").value !== 0;
      const size = isSlow ? config.integer("loading-process-events-interval-bytes").value : chunk.length;
      for (let at = 0; at < chunk.length; at += size) {
        const piece = chunk.subarray(at, at + size);
        parser.feed(piece);
        options.onTaken?.(piece.length);
        if (isSlow) await rest();
      }
    },
    close() {
      parser.finish();
    },
    abort() {
      parser.abort();
    },
  });
}
