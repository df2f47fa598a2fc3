/**
 * One connected client: its context, its output, and what CLIENT LIST tells of it.
 *
 * - A client that is a replica or a subscriber is still a client; those features keep their state in facets.
 * - A client that is being closed (`isClosing`) is told nothing more and runs nothing more; `kill()` is final.
 */

import { Context, type Origin } from "../command/context.ts";
import type { CancelReason, Wait } from "../command/outcome.ts";
import type { Traffic } from "../metrics/traffic.ts";
import type { Store } from "../store/store.ts";
import { OutputBuffer } from "../resp/output_buffer.ts";
import { ReplyEncoder } from "../resp/reply_encoder.ts";
import { RequestParser } from "../resp/request_parser.ts";
import { ClientShare } from "./client_memory.ts";
import { type ByteSink, ClientOutput } from "./client_output.ts";
import type { OutputBarrier } from "./output_barrier.ts";

/** What CLIENT REPLY asks for. */
export type ReplyMode = "on" | "off" | "skip-next" | "skip";

/** The classes of clients, each with output limits of its own (a master has those of normal clients). */
export type ClientType = "normal" | "replica" | "pubsub" | "master";

/** How a `Client` is connected. */
export interface ClientOptions {
  readonly id: number;
  readonly store: Store;
  readonly sink: ByteSink;
  /** "ip:port" of the peer, or "path:0" for a Unix socket. */
  readonly address: string;
  /** The same of our end. */
  readonly localAddress: string;
  /** A number in place of the file descriptor, which Deno does not show. */
  readonly descriptor: number;
  readonly isUnixSocket?: boolean;
  /** Counts what is sent. */
  readonly traffic: Traffic;
  /** Holds back what is sent to it; nothing does if absent. */
  readonly barrier?: OutputBarrier;
  /** Whose requests it sends; "client" unless said otherwise. */
  readonly origin?: Origin;
  /** Closes the connection. */
  readonly close: () => void;
}

/** Whether "ip:port" is on this machine, as Redis sees it: other addresses of 127/8 are not. */
export function isLoopbackAddress(address: string): boolean {
  return address.startsWith("127.0.0.1:") || address.startsWith("[::1]:");
}

/** A client of the server. */
export class Client {
  readonly id: number;
  readonly context: Context;
  readonly output: ClientOutput;
  readonly reply: ReplyEncoder;
  readonly parser = new RequestParser();
  readonly address: string;
  readonly localAddress: string;
  readonly descriptor: number;
  readonly isUnixSocket: boolean;
  readonly connectedAtMs: number;

  name = "";
  /** Of the library that speaks, as CLIENT SETINFO says. */
  libraryName = "";
  libraryVersion = "";
  lastInteractionMs: number;
  replyMode: ReplyMode = "on";
  isEvictionDenied = false;
  type: ClientType = "normal";
  /** MONITOR was called: a normal client to limits, not to timeouts. */
  isMonitor = false;
  /** What the client waits for now. */
  wait: Wait | null = null;
  /** True once it is to be gone: nothing it sent runs any more. */
  isClosing = false;
  /** Bytes of requests that have been read and not yet dropped: those of the running batch. */
  batchBytes = 0;
  /** Bytes of the buffer that its connection is read into; a large argument is read into the memory of the parser. */
  readBufferBytes = 0;
  /** Bytes that have been read while it waits, and lie apart until then. */
  readAheadBytes = 0;
  /** Bytes of the arguments of the request that waits. */
  waitingArgumentBytes = 0;
  /** What it counts for in the memory of all clients. */
  readonly share = new ClientShare();

  #mutedReply: ReplyEncoder | null = null;
  #isClosed = false;
  readonly #close: () => void;

  constructor(options: ClientOptions) {
    this.id = options.id;
    this.context = new Context({ id: options.id, origin: options.origin ?? "client", store: options.store });
    this.output = new ClientOutput(options.sink, options.traffic, options.barrier);
    this.reply = new ReplyEncoder(this.output.buffer);
    this.address = options.address;
    this.localAddress = options.localAddress;
    this.descriptor = options.descriptor;
    this.isUnixSocket = options.isUnixSocket ?? false;
    this.connectedAtMs = this.lastInteractionMs = options.store.clock.now;
    this.#close = options.close;
  }

  /** Full name of the command of the last request; "NULL" before the first and after an unknown one. */
  get lastCommand(): string {
    return this.context.lastCommand?.fullName ?? "NULL";
  }

  /** True for a client of this machine: over loopback or a Unix socket. */
  get isLocal(): boolean {
    return this.isUnixSocket || isLoopbackAddress(this.address);
  }

  /** Where replies go that the client has asked not to see. Empty it after each command. */
  get mutedReply(): ReplyEncoder {
    const muted = this.#mutedReply ??= new ReplyEncoder(new OutputBuffer(0));
    muted.protocol = this.reply.protocol;
    muted.onError = this.reply.onError;
    return muted;
  }

  /** Changes the protocol of replies. */
  setProtocol(protocol: 2 | 3): void {
    this.reply.protocol = protocol;
    if (this.#mutedReply !== null) this.#mutedReply.protocol = protocol;
  }

  /** Stops the client now and closes the connection after the running command: for those in the middle of a loop over clients. */
  closeSoon(): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.output.cutOff();
    queueMicrotask(() => this.kill());
  }

  /** Closes the connection at once; what waits to be sent is lost. */
  kill(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.isClosing = true;
    this.cancelWait("disconnect");
    this.output.close();
    this.#close();
  }

  /** Ends what the client waits for. */
  cancelWait(reason: CancelReason): void {
    this.wait?.cancel(reason);
  }
}
