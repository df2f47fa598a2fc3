/**
 * The line that CLIENT LIST, CLIENT INFO and the log print of a client.
 *
 * - `clients/` knows only what every client has. Pub/sub, tracking, transactions and replication each add what they know
 *   through `describe`.
 * - Sizes are those of this server's own buffers; what lies in the first `PROTO_REPLY_CHUNK_BYTES` of output counts as
 *   Redis's fixed reply buffer (`obl`), the rest as its list of blocks (`oll`, `omem`).
 */

import { PROTO_REPLY_CHUNK_BYTES } from "../base/limits.ts";
import type { Clock } from "../base/clock.ts";
import type { Client } from "./client.ts";
import type { ClientOutput } from "./client_output.ts";

/** What features know of a client. */
export interface ClientFacts {
  /** Letters of Redis's `flags` field, in any order. */
  readonly flags: Set<string>;
  channels: number;
  patterns: number;
  shardChannels: number;
  /** Length of the MULTI queue, -1 outside of MULTI. */
  queuedCount: number;
  /** Bytes of the arguments in the MULTI queue. */
  queuedBytes: number;
  /** Where invalidations are redirected to, 0 without redirection, -1 without tracking. */
  redirect: number;
  /** Bytes that features keep for this client besides. */
  extraBytes: number;
}

/** Adds what one feature knows of `client`. */
export type ClientDescriber = (client: Client, facts: ClientFacts) => void;

/** The flags in the order in which Redis prints them. */
const FLAG_ORDER = "OSMPxbtRBdcuAUre";
/** What the record of a client takes without its buffers. */
const CLIENT_RECORD_BYTES = 1024;
/** What a block of Redis's reply list takes besides its bytes. */
const REPLY_BLOCK_OVERHEAD_BYTES = 40;

/** Describes the clients of one server. */
export class ClientDescriptions {
  readonly #clock: Clock;
  readonly #describers: ClientDescriber[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds what a feature knows to every description from now on. */
  describe(describer: ClientDescriber): void {
    this.#describers.push(describer);
  }

  /** The client's line, without a line end. `argumentBytes`: those of its running command. */
  lineOf(client: Client, argumentBytes = client.waitingArgumentBytes): string {
    const { output, context } = client;
    const facts = this.#factsOf(client);
    const received = receivedBytes(client);
    const spare = queryBufferBytes(client) - received;
    const { blockCount, blockBytes } = replyBlocks(output, output.pendingBytes);
    const replyBytes = output.buffer.bytes.length;
    const total = bufferBytes(client) + argumentBytes + facts.queuedBytes + facts.extraBytes;
    return `id=${client.id} addr=${client.address} laddr=${client.localAddress} fd=${client.descriptor}` +
      ` name=${client.name} age=${this.#secondsSince(client.connectedAtMs)}` +
      ` idle=${this.#secondsSince(client.lastInteractionMs)} flags=${printFlags(facts.flags)} db=${context.db.index}` +
      ` sub=${facts.channels} psub=${facts.patterns} ssub=${facts.shardChannels} multi=${facts.queuedCount}` +
      ` qbuf=${received} qbuf-free=${spare} argv-mem=${argumentBytes} multi-mem=${facts.queuedBytes}` +
      ` rbs=${replyBytes} rbp=${output.peakBytes} obl=${Math.min(output.pendingBytes, PROTO_REPLY_CHUNK_BYTES)}` +
      ` oll=${blockCount} omem=${blockBytes} tot-mem=${total} events=${output.isWriting ? "rw" : "r"}` +
      ` cmd=${client.lastCommand} user=${context.userName} redir=${facts.redirect} resp=${client.reply.protocol}`;
  }

  /** Bytes that features keep for the client. A replica's are those of the backlog, which is counted by itself. */
  featureBytesOf(client: Client): number {
    if (client.type === "replica") return 0;
    const { queuedBytes, extraBytes } = this.#factsOf(client);
    return queuedBytes + extraBytes;
  }

  /** Where the client's invalidations go: 0 to itself, -1 nowhere because it tracks nothing. */
  redirectOf(client: Client): number {
    return this.#factsOf(client).redirect;
  }

  #factsOf(client: Client): ClientFacts {
    const facts: ClientFacts = {
      flags: new Set(),
      channels: 0,
      patterns: 0,
      shardChannels: 0,
      queuedCount: -1,
      queuedBytes: 0,
      redirect: -1,
      extraBytes: 0,
    };
    const { flags } = facts;
    if (client.isMonitor) flags.add("O");
    else if (client.type === "replica") flags.add("S");
    if (client.type === "master") flags.add("M");
    if (client.wait !== null) flags.add("b");
    if (client.context.closeAfterReply) flags.add("c");
    if (client.isClosing) flags.add("A");
    if (client.isUnixSocket) flags.add("U");
    if (client.isEvictionDenied) flags.add("e");
    for (const describer of this.#describers) describer(client, facts);
    return facts;
  }

  #secondsSince(momentMs: number): number {
    return Math.floor(this.#clock.now / 1000) - Math.floor(momentMs / 1000);
  }
}

/** Bytes of a client's record and buffers, without what features keep for it. */
export function bufferBytes(client: Client): number {
  const { output } = client;
  const replyBytes = Math.min(output.buffer.bytes.length, PROTO_REPLY_CHUNK_BYTES);
  return CLIENT_RECORD_BYTES + queryBufferBytes(client) + replyBytes +
    replyBlocks(output, output.pendingBytes).blockBytes;
}

/** Bytes received of requests that are not done: those of the running batch, of the next request, and what came meanwhile. */
function receivedBytes({ batchBytes, parser, readAheadBytes }: Client): number {
  return batchBytes + parser.pendingBytes + readAheadBytes;
}

/** Bytes of the memory they lie in. The running batch lies in the read buffer, unless the parser had to join its pieces. */
function queryBufferBytes({ batchBytes, readBufferBytes, parser, readAheadBytes }: Client): number {
  return Math.max(batchBytes, readBufferBytes) + Math.max(parser.memoryBytes, parser.pendingBytes) + readAheadBytes;
}

/**
 * How much of the output that waits is beyond the fixed buffer, as Redis's list of reply blocks. A reply that began with a
 * length to be written later lies in the list from there on.
 */
export function replyBlocks(
  { buffer }: ClientOutput,
  pendingBytes: number,
): { blockCount: number; blockBytes: number } {
  const beyond = pendingBytes - (buffer.hasDeferred ? 0 : PROTO_REPLY_CHUNK_BYTES);
  if (pendingBytes <= PROTO_REPLY_CHUNK_BYTES || beyond <= 0) return { blockCount: 0, blockBytes: 0 };
  const blockCount = Math.ceil(beyond / PROTO_REPLY_CHUNK_BYTES);
  return { blockCount, blockBytes: blockCount * (PROTO_REPLY_CHUNK_BYTES + REPLY_BLOCK_OVERHEAD_BYTES) };
}

function printFlags(flags: ReadonlySet<string>): string {
  if (flags.size === 0) return "N";
  return [...FLAG_ORDER].filter((flag) => flags.has(flag)).join("");
}
