/**
 * The protocol errors of a client's request stream: what the client reads and what the log says (Redis words them apart).
 */

/** One protocol error. */
export interface ProtocolError {
  /** The reply, without its "ERR " code. */
  readonly text: string;
  /** The cause as the server's log names it. */
  readonly cause: string;
}

function protocolError(text: string, cause: string): ProtocolError {
  return { text: `Protocol error: ${text}`, cause };
}

/** An inline request without an end in 64 KiB. */
export const TOO_BIG_INLINE = protocolError("too big inline request", "too big inline request");
/** An inline request whose quotes do not match. */
export const UNBALANCED_QUOTES = protocolError(
  "unbalanced quotes in request",
  "unbalanced quotes in inline request",
);
/** A `*` line without an end in 64 KiB. */
export const TOO_BIG_COUNT = protocolError("too big mbulk count string", "too big mbulk count string");
/** A `*` line that is not an integer up to 2^31 - 1. */
export const INVALID_COUNT = protocolError("invalid multibulk length", "invalid mbulk count");
/** More arguments than a client may send before it has authenticated. */
export const UNAUTHENTICATED_COUNT = protocolError("unauthenticated multibulk length", "unauth mbulk count");
/** A `$` line without an end in 64 KiB. */
export const TOO_BIG_BULK_COUNT = protocolError("too big bulk count string", "too big bulk count string");
/** A `$` line that is not an integer from 0 to proto-max-bulk-len. */
export const INVALID_BULK = protocolError("invalid bulk length", "invalid bulk length");
/** A longer argument than a client may send before it has authenticated. */
export const UNAUTHENTICATED_BULK = protocolError("unauthenticated bulk length", "unauth bulk length");
/** An inline request on a link that must not carry any: from our master. It gets no reply. */
export const INLINE_FROM_MASTER = protocolError(
  "Master using the inline protocol. Desync?",
  "Master using the inline protocol. Desync?",
);

/** Another byte where the `$` of an argument belongs. */
export function expectedDollar(byte: number): ProtocolError {
  return protocolError(`expected '$', got '${String.fromCharCode(byte)}'`, "expected $ but got something else");
}

const SAMPLE_BYTES = 128;

/**
 * Redis's log sample of bytes that could not be read: all of them below 128, else the first and the last 64. A part ends at
 * its first NUL, and what cannot be printed becomes a dot.
 */
export function queryBufferSample(head: Uint8Array, tail: Uint8Array): string {
  const total = head.length + tail.length;
  const part = (from: number, to: number): string => {
    let text = "";
    for (let i = from; i < to; i++) {
      const byte = i < head.length ? head[i]! : tail[i - head.length]!;
      if (byte === 0) break;
      text += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".";
    }
    return text;
  };
  const half = SAMPLE_BYTES / 2;
  const shown = total < SAMPLE_BYTES
    ? `'${part(0, total)}'`
    : `'${part(0, half)}' (... more ${total - SAMPLE_BYTES} bytes ...) '${part(total - half, total)}'`;
  return `Query buffer during protocol error: ${shown}`;
}
