/**
 * `client-output-buffer-limit`: closes clients that do not read what they asked for.
 *
 * - As Redis 7.0: the hard limit counts while a reply is being written, before any of it is sent; the soft limit counts when
 *   it has been passed for its time without a break. The first `PROTO_REPLY_CHUNK_BYTES` are free.
 * - Who must authenticate first gets little output in any case: errors that nobody reads are an attack on memory.
 * - A client over a limit is sent nothing more. It is closed after the running command, which goes on to its end.
 */

import { PROTO_REPLY_CHUNK_BYTES, REPLY_BUFFER_SIZE_UNAUTHENTICATED_CLIENT } from "../base/limits.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Config } from "../config/config.ts";
import type { IntegerCell } from "../config/integer_cell.ts";
import type { OutputBufferLimit, OutputBufferLimitsCell } from "../config/output_buffer_limits.ts";
import type { Client } from "./client.ts";
import { type ClientDescriptions, replyBlocks } from "./client_description.ts";

/** What `OutputLimits` needs. */
export interface OutputLimitsOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly descriptions: ClientDescriptions;
  /** Whether a client may do nothing before it authenticates. */
  readonly mustAuthenticate: (client: Client) => boolean;
}

/** The output limits of one server. */
export class OutputLimits {
  readonly #limits: OutputBufferLimitsCell;
  readonly #backlogBytes: IntegerCell;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #descriptions: ClientDescriptions;
  readonly #mustAuthenticate: (client: Client) => boolean;

  constructor(options: OutputLimitsOptions) {
    this.#limits = options.config.cell("client-output-buffer-limit");
    this.#backlogBytes = options.config.integer("repl-backlog-size");
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#descriptions = options.descriptions;
    this.#mustAuthenticate = options.mustAuthenticate;
  }

  /** Watches the output of a new client. */
  attach(client: Client): void {
    client.output.mayGrow = (pendingBytes) => {
      if (pendingBytes <= PROTO_REPLY_CHUNK_BYTES || !this.#isOverHardLimit(client, pendingBytes)) return true;
      this.#closeSoon(client);
      return false;
    };
    client.output.isLimited = () => this.#limitOf(client).hardBytes > 0;
    client.output.onLarge = () => {
      if (!client.isClosing && this.#isOverLimit(client)) this.#closeSoon(client);
    };
  }

  /** Closes `client` if it is over a limit: for the cron, where no traffic would show it. */
  enforce(client: Client): void {
    if (client.isClosing || client.output.pendingBytes <= PROTO_REPLY_CHUNK_BYTES || !this.#isOverLimit(client)) return;
    const line = this.#descriptions.lineOf(client);
    client.kill();
    this.#logger.warning(`Client ${line} closed for overcoming of output buffer limits.`);
  }

  #closeSoon(client: Client): void {
    if (client.isClosing) return;
    const line = this.#descriptions.lineOf(client);
    client.closeSoon();
    this.#logger.warning(`Client ${line} scheduled to be closed ASAP for overcoming of output buffer limits.`);
  }

  #isOverLimit(client: Client): boolean {
    const { output } = client;
    const isSoft = this.#isOverSoftLimit(client);
    return this.#isOverHardLimit(client, output.pendingBytes) || isSoft;
  }

  #isOverHardLimit(client: Client, pendingBytes: number): boolean {
    const waitingBytes = pendingBytes - PROTO_REPLY_CHUNK_BYTES;
    if (waitingBytes > REPLY_BUFFER_SIZE_UNAUTHENTICATED_CLIENT && this.#mustAuthenticate(client)) return true;
    let { hardBytes } = this.#limitOf(client);
    if (hardBytes === 0) return false;
    // A replica may lag by the whole backlog: it could come back for that much anyway.
    if (client.type === "replica") hardBytes = Math.max(hardBytes, this.#backlogBytes.value);
    return replyBlocks(client.output, pendingBytes).blockBytes >= hardBytes;
  }

  #isOverSoftLimit(client: Client): boolean {
    const { output } = client;
    const { softBytes, softSeconds } = this.#limitOf(client);
    if (softBytes === 0 || replyBlocks(output, output.pendingBytes).blockBytes < softBytes) {
      output.softLimitSinceMs = 0;
      return false;
    }
    const { now } = this.#clock;
    if (output.softLimitSinceMs === 0) {
      output.softLimitSinceMs = now;
      return false;
    }
    return Math.floor(now / 1000) - Math.floor(output.softLimitSinceMs / 1000) > softSeconds;
  }

  #limitOf(client: Client): OutputBufferLimit {
    const limits = this.#limits.value;
    return client.type === "master" ? limits.normal : limits[client.type];
  }
}
