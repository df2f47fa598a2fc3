/**
 * DEBUG PROTOCOL: one sample of each type of reply, for the tests of clients.
 */

import type { Reply } from "../../resp/reply.ts";

const TYPES = "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false";

function replyNumbers(reply: Reply): void {
  for (let i = 0; i < 3; i++) reply.integer(i);
}

const SAMPLES: Readonly<Record<string, (reply: Reply) => void>> = {
  string: (reply) => reply.bulkText("Hello World"),
  integer: (reply) => reply.integer(12345),
  double: (reply) => reply.double(3.141),
  bignum: (reply) => reply.bigNumber("1234567999999999999999999999999999999"),
  null: (reply) => reply.nil(),
  array(reply) {
    reply.array(3);
    replyNumbers(reply);
  },
  set(reply) {
    reply.set(3);
    replyNumbers(reply);
  },
  map(reply) {
    reply.map(3);
    for (let i = 0; i < 3; i++) {
      reply.integer(i);
      reply.boolean(i === 1);
    }
  },
  attrib(reply) {
    if (reply.isResp3) {
      reply.attribute(1);
      reply.bulkText("key-popularity");
      reply.array(2);
      reply.bulkText("key:123");
      reply.integer(90);
    }
    reply.bulkText("Some real reply following the attribute");
  },
  push(reply) {
    if (!reply.isResp3) return reply.error("ERR RESP2 is not supported by this command");
    reply.push(2);
    reply.bulkText("server-cpu-usage");
    reply.integer(42);
    reply.bulkText("Some real reply following the push reply");
  },
  verbatim: (reply) => reply.verbatim("txt", "This is a verbatim\nstring"),
  true: (reply) => reply.boolean(true),
  false: (reply) => reply.boolean(false),
};

/** Replies with a sample of the type `name`. */
export function replyProtocolSample(name: string, reply: Reply): void {
  if (Object.hasOwn(SAMPLES, name)) return SAMPLES[name]!(reply);
  reply.error(`ERR Wrong protocol type name. Please use one of the following: ${TYPES}`);
}
