/**
 * One connected client: its context, its output, and what CLIENT LIST tells of it.
 *
 * - A client that is a replica or a subscriber is still a client; those features keep their state in facets.
 */

import { Context } from "../command/context.ts";
import type { CancelReason, Wait } from "../command/outcome.ts";
import type { Store } from "../store/store.ts";
import { ReplyEncoder } from "../resp/reply_encoder.ts";
import type { RequestParser } from "../resp/request_parser.ts";
import { type ByteSink, ClientOutput } from "./client_output.ts";

/** What CLIENT REPLY asks for. */
export type ReplyMode = "on" | "off" | "skip-next" | "skip";

/** How a `Client` is connected. */
export interface ClientOptions {
  readonly id: number;
  readonly store: Store;
  readonly sink: ByteSink;
  /** "ip:port" of the peer. */
  readonly address: string;
  /** "ip:port" of our end. */
  readonly localAddress: string;
  /** A number in place of the file descriptor, which Deno does not show. */
  readonly descriptor: number;
  /** Closes the connection. */
  readonly close: () => void;
}

/** A client of the server. */
export class Client {
  readonly id: number;
  readonly context: Context;
  readonly output: ClientOutput;
  readonly reply: ReplyEncoder;
  readonly address: string;
  readonly localAddress: string;
  readonly descriptor: number;
  readonly connectedAtMs: number;

  name = "";
  /** Of the library that speaks, as CLIENT SETINFO says. */
  libraryName = "";
  libraryVersion = "";
  lastInteractionMs: number;
  /** Full name of the last command, "NULL" before the first. */
  lastCommand = "NULL";
  replyMode: ReplyMode = "on";
  isEvictionDenied = false;
  /** What the client waits for now. */
  wait: Wait | null = null;
  /** True once it is to be gone: nothing it sent runs any more. */
  isClosing = false;
  /** The parser of its requests, for CLIENT LIST and for limits. */
  parser: RequestParser | null = null;

  readonly #close: () => void;

  constructor(options: ClientOptions) {
    this.id = options.id;
    this.context = new Context({ id: options.id, origin: "client", store: options.store });
    this.output = new ClientOutput(options.sink);
    this.reply = new ReplyEncoder(this.output.buffer);
    this.address = options.address;
    this.localAddress = options.localAddress;
    this.descriptor = options.descriptor;
    this.connectedAtMs = this.lastInteractionMs = options.store.clock.now;
    this.#close = options.close;
  }

  /** Closes the connection at once; what waits to be sent is lost. */
  kill(): void {
    if (this.isClosing) return;
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
