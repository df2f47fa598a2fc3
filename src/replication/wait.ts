/**
 * WAIT: clients that wait until enough replicas have acknowledged what they wrote.
 *
 * - The offset that a client waits for is that of the stream when its command before WAIT had ended.
 * - Waiting clients make the master ask for acknowledgements, once for all of them in a turn of the event loop.
 */

import type { Clock } from "../base/clock.ts";
import type { Context } from "../command/context.ts";
import { Facet } from "../command/facet.ts";
import type { CancelReason, Wait } from "../command/outcome.ts";
import { FORCE_UNBLOCKED, UNBLOCKED } from "../resp/reply_errors.ts";
import type { Reply } from "../resp/reply.ts";
import type { Replicas } from "./replicas.ts";

/** What a client waits for. */
export interface ReplicaWaitRequest {
  readonly offset: number;
  readonly replicaCount: number;
  /** 0: for ever. */
  readonly timeoutMs: number;
}

/** The clients that wait for replicas. */
export class ReplicaWaits {
  readonly #clock: Clock;
  readonly #replicas: Replicas;
  readonly #waits = new Set<ReplicaWait>();

  constructor(clock: Clock, replicas: Replicas) {
    this.#clock = clock;
    this.#replicas = replicas;
  }

  /** True when a client waits. */
  get isAny(): boolean {
    return this.#waits.size > 0;
  }

  /** Makes a client wait; its reply is written when the wait ends. */
  begin(request: ReplicaWaitRequest, reply: Reply): Wait {
    const wait = new ReplicaWait(request, reply, {
      count: (offset) => this.#replicas.countAcknowledged(offset),
      onEnd: (ended) => this.#waits.delete(ended),
    });
    this.#waits.add(wait);
    if (request.timeoutMs > 0) wait.expireAfter(this.#clock, request.timeoutMs);
    return wait;
  }

  /** Ends the waits that an acknowledgement has satisfied. */
  check(): void {
    for (const wait of this.#waits) wait.check();
  }
}

interface WaitHost {
  count(offset: number): number;
  onEnd(wait: ReplicaWait): void;
}

class ReplicaWait implements Wait {
  readonly kind = "replicas";
  readonly isRetry = false;
  readonly ended: Promise<void>;

  readonly #request: ReplicaWaitRequest;
  readonly #reply: Reply;
  readonly #host: WaitHost;
  readonly #resolve: () => void;
  #isOver = false;
  #stopTimer: (() => void) | null = null;

  constructor(request: ReplicaWaitRequest, reply: Reply, host: WaitHost) {
    this.#request = request;
    this.#reply = reply;
    this.#host = host;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#resolve = resolve;
  }

  expireAfter(clock: Clock, timeoutMs: number): void {
    const timer = clock.after(timeoutMs, () => this.cancel("timeout"));
    this.#stopTimer = () => timer.cancel();
  }

  check(): void {
    const count = this.#host.count(this.#request.offset);
    if (count >= this.#request.replicaCount) this.#end(() => this.#reply.integer(count));
  }

  cancel(reason: CancelReason): void {
    this.#end(() => {
      if (reason === "timeout") this.#reply.integer(this.#host.count(this.#request.offset));
      else if (reason === "error") this.#reply.error(UNBLOCKED);
      else if (reason === "role") this.#reply.error(FORCE_UNBLOCKED);
    });
  }

  #end(answer: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimer?.();
    this.#host.onEnd(this);
    answer();
    this.#resolve();
  }
}

/** Remembers for each client the offset of the stream after its last command. */
export class LastOffsets {
  #last: { offset: number } | null = null;

  /** Notes that `context` begins a command while the stream is at `offset`: the client before it has ended its own. */
  begin(context: Context, offset: number): void {
    if (this.#last !== null) this.#last.offset = offset;
    this.#last = lastOffset.of(context);
  }

  /** The offset after the client's last command but the running one. */
  of(context: Context): number {
    return lastOffset.of(context).offset;
  }
}

const lastOffset = new Facet<{ offset: number }>(() => ({ offset: 0 }));
