/**
 * From effects to the replication stream: what this server as a master appends to its backlog.
 *
 * - The stream selects a database whenever an effect belongs to another one than the effect before.
 * - Nothing is appended while this server follows a master: then the master's own bytes are the stream (`appendVerbatim`).
 */

import type { Propagation, PropagationSink } from "../command/propagation.ts";
import { OutputBuffer } from "../resp/output_buffer.ts";
import { appendRequest, encodeRequest } from "../resp/request_encoder.ts";
import type { Args } from "../resp/request_batch.ts";
import type { Backlog } from "./backlog.ts";

/** No database is selected: the next effect selects one. */
export const NO_DATABASE = -1;
const KEPT_BUFFER_BYTES = 64 * 1024;
const PING = encodeRequest("PING");
const GETACK = encodeRequest("REPLCONF", "GETACK", "*");

/** Appends to the replication stream. */
export class ReplicationFeed implements PropagationSink {
  /** The database that the stream has selected. */
  dbIndex = NO_DATABASE;
  /** Told after the stream has grown. */
  onGrown: (() => void) | null = null;

  readonly #backlog: Backlog;
  readonly #propagation: Propagation;
  readonly #buffer = new OutputBuffer();
  #detach: (() => void) | null = null;

  constructor(backlog: Backlog, propagation: Propagation) {
    this.#backlog = backlog;
    this.#propagation = propagation;
  }

  /** Begins or ends to take effects: a master with a backlog does. */
  setMaster(isMaster: boolean): void {
    const isWanted = isMaster && this.#backlog.isActive;
    if (isWanted) {
      this.#detach ??= this.#propagation.attach(this);
    } else {
      this.#detach?.();
      this.#detach = null;
    }
  }

  /** Part of `PropagationSink`. */
  feed(dbIndex: number, args: Args): void {
    const buffer = this.#buffer;
    if (dbIndex !== this.dbIndex) {
      const digits = String(dbIndex);
      buffer.text(`*2\r\n$6\r\nSELECT\r\n$${digits.length}\r\n${digits}\r\n`);
      this.dbIndex = dbIndex;
    }
    appendRequest(buffer, args);
    this.#backlog.append(buffer.bytes, 0, buffer.length);
    buffer.reset(KEPT_BUFFER_BYTES);
    this.onGrown?.();
  }

  /** Makes the next effect select its database: a replica starts from a snapshot that has none selected. */
  forgetDatabase(): void {
    this.dbIndex = NO_DATABASE;
  }

  /** Shows replicas that their master lives. */
  ping(): void {
    this.#append(PING);
  }

  /** Asks replicas for their offsets. */
  requestAcks(): void {
    this.#append(GETACK);
  }

  /** Appends bytes that our own master sent and that have been applied here. */
  appendVerbatim(bytes: Uint8Array, start: number, end: number): void {
    this.#backlog.append(bytes, start, end);
    this.onGrown?.();
  }

  #append(request: Uint8Array): void {
    if (this.#detach === null) return;
    this.appendVerbatim(request, 0, request.length);
  }
}
