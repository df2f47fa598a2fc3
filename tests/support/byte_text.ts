/**
 * Text that stands for bytes, one character per byte, as the tests write and compare requests and replies.
 */
import { Buffer } from "node:buffer";

/** Bytes of a text whose characters are all at most U+00FF; throws a `RangeError` for any other. */
export function bytesOfText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0xff) throw new RangeError(`Cannot make bytes of text: character ${index} is U+${code.toString(16)}`);
    bytes[index] = code;
  }
  return bytes;
}

/** The text that has one character (U+0000 to U+00FF) for each byte. */
export function textOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
