/**
 * A replica that is connected to us: what it has asked for, how far it is, and the one loop that sends it the stream.
 *
 * - The order on the wire is: `+FULLRESYNC` or `+CONTINUE`, newlines while it waits, the RDB file, the stream. The stream is
 *   read from the backlog at the replica's own pace; the link holds one piece of it at most.
 */

import type { Client } from "../clients/client.ts";
import type { Clock } from "../base/clock.ts";
import type { Traffic } from "../metrics/traffic.ts";
import type { Backlog, StreamReader } from "./backlog.ts";
import type { RdbFilter } from "./replica_traits.ts";

/** Where a replica is in its synchronisation. */
export type ReplicaState =
  /** Waits until a save for it begins. */
  | "wait_start"
  /** The save it waits for is being made (on disk), or being sent (diskless). */
  | "wait_end"
  /** It is sent the file. */
  | "send_bulk"
  /** It has the data and follows. */
  | "online"
  /** It wanted nothing but the file, and has it. */
  | "rdb_transmitted";

/** How INFO names the states. */
export const REPLICA_STATE_NAMES: Readonly<Record<ReplicaState, string>> = {
  wait_start: "wait_bgsave",
  wait_end: "wait_bgsave",
  send_bulk: "send_bulk",
  online: "online",
  rdb_transmitted: "rdb_transmitted",
};

/** Bytes of the stream that are handed to the connection at a time: a block of a large backlog may be far larger. */
const SEND_BYTES = 64 * 1024;
const LINE_FEED = 10;

/** What the link is made of. */
export interface ReplicaLinkOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly backlog: Backlog;
  readonly traffic: Traffic;
  readonly filter: RdbFilter;
  /** True for the old SYNC, which acknowledges nothing. */
  readonly isPrePsync: boolean;
}

/** One connected replica. */
export class ReplicaLink implements StreamReader {
  readonly client: Client;
  readonly filter: RdbFilter;
  readonly isPrePsync: boolean;
  state: ReplicaState = "wait_start";
  /** When it began to wait for a save. */
  readonly attachedAtMs: number;
  /** Offset of the last byte of the stream that was handed to the connection. */
  position = 0;
  /** Offset of the stream at the start of its snapshot. */
  snapshotOffset = 0;
  /** Offset that the replica has acknowledged. */
  ackOffset = 0;
  ackAtMs = 0;
  /** True when the stream starts with the replica's first acknowledgement: after a diskless transfer. */
  startsOnAck = false;
  /** True when it acknowledged its file before we knew that it had all of it. */
  hasAckedFile = false;
  /** When the running write of a file's piece began; 0 when none runs. */
  sendingSinceMs = 0;
  /** When the soft output limit was first exceeded; 0 when it is not. */
  softLimitSinceMs = 0;
  /** Bytes of requests and newlines that it had sent when somebody last looked. */
  consumedBytes = 0;
  isClosed = false;

  readonly #clock: Clock;
  readonly #backlog: Backlog;
  readonly #traffic: Traffic;
  #isReading = false;
  #isStreaming = false;
  #wake: (() => void) | null = null;

  constructor(options: ReplicaLinkOptions) {
    this.client = options.client;
    this.filter = options.filter;
    this.isPrePsync = options.isPrePsync;
    this.#clock = options.clock;
    this.#backlog = options.backlog;
    this.#traffic = options.traffic;
    this.attachedAtMs = options.clock.now;
  }

  /** Bytes of the stream that wait for this replica. */
  get pendingBytes(): number {
    return this.#isReading ? this.#backlog.endOffset - this.position : 0;
  }

  /** Sends text at once, outside of the stream. */
  sendText(text: string): void {
    if (this.isClosed) return;
    const { output } = this.client;
    output.prepare();
    output.buffer.text(text);
    output.flush();
  }

  /** Sends a newline, which a replica that waits takes as a sign of life. */
  sendNewline(): void {
    if (this.isClosed || this.client.output.pendingBytes > 0) return;
    const { output } = this.client;
    output.prepare();
    output.buffer.byte(LINE_FEED);
    output.flush();
  }

  /** Sends bytes of the file, uncopied; resolves when the system has taken them, or the replica is gone. */
  async sendBytes(bytes: Uint8Array): Promise<void> {
    if (this.isClosed) return;
    this.sendingSinceMs = this.#clock.now;
    await this.client.output.send(bytes);
    this.sendingSinceMs = 0;
    this.#traffic.replicationOutputBytes += bytes.length;
  }

  /** Keeps the stream after `offset` for this replica. */
  readFrom(offset: number): void {
    this.position = offset;
    this.#backlog.attach(this);
    this.#isReading = true;
  }

  /** Sends the stream from `position` on, for as long as the replica stays. */
  async stream(): Promise<void> {
    if (this.#isStreaming) return;
    this.#isStreaming = true;
    const { output } = this.client;
    // The acknowledgement that starts the stream is a command of this very client: it must be over before anything is sent.
    await Promise.resolve();
    while (!this.isClosed) {
      if (this.position === this.#backlog.endOffset) {
        await new Promise<void>((resolve) => this.#wake = resolve);
        continue;
      }
      const piece = this.#backlog.pieceAfter(this.position, SEND_BYTES);
      // The bytes stay in the backlog until the connection has them, so that they count as this replica's output.
      await output.send(piece);
      this.position += piece.length;
      this.#traffic.replicationOutputBytes += piece.length;
      this.#backlog.trim();
    }
  }

  /** Tells the loop that the stream has grown. */
  wake(): void {
    const wake = this.#wake;
    if (wake === null) return;
    this.#wake = null;
    wake();
  }

  /** Closes the connection. */
  kill(): void {
    this.client.kill();
  }

  /** Lets go of the backlog: the client is gone. */
  close(): void {
    this.isClosed = true;
    if (this.#isReading) this.#backlog.detach(this);
    this.#isReading = false;
    this.wake();
  }
}
