/**
 * The reply parser as a web stream: bytes in, one value per reply out.
 *
 * - The logic is `ReplyParser`'s. Bytes that end inside a reply error the stream.
 */
import { ReplyParser, type ReplyParserOptions, ReplyProtocolError } from "./reply_parser.ts";
import type { ReplyValue } from "./reply_value.ts";

/** Turns a byte stream of RESP2 or RESP3 into replies. */
export class RespReplyStream extends TransformStream<Uint8Array, ReplyValue> {
  /** The options are the parser's. */
  constructor(options: ReplyParserOptions = {}) {
    const parser = new ReplyParser(options);
    super({
      transform(chunk, controller) {
        parser.push(chunk);
        for (let value = parser.next(); value !== undefined; value = parser.next()) controller.enqueue(value);
      },
      flush() {
        if (!parser.isIdle || parser.pendingBytes > 0) {
          throw new ReplyProtocolError("Cannot read the reply: the stream ends inside of it");
        }
      },
    });
  }
}
