/**
 * What a client has begun with MULTI and WATCH.
 *
 * - The state of each client hangs on its context (`TRANSACTION`). A client that never used either has none.
 * - The queue owns its arguments. Once the transaction cannot be executed any more, nothing more is kept of it.
 */

import type { ClientDescriber } from "../clients/client_description.ts";
import type { Command } from "../command/command.ts";
import type { Context } from "../command/context.ts";
import { Facet } from "../command/facet.ts";
import type { RequestTraits } from "../command/request_traits.ts";
import type { Args } from "../resp/request_batch.ts";
import type { KeyWatcher } from "../store/watched_keys.ts";

const POINTER_BYTES = 8;
/** What Redis counts for a key that a client watches. */
const WATCHED_KEY_BYTES = 64;

/** A request in the queue. */
export interface QueuedRequest {
  readonly command: Command;
  readonly args: Args;
}

/** What holds for at least one request of a queue, or, for `loading` and `stale`, for all. */
interface QueueTraits {
  isWrite: boolean;
  isReadOnly: boolean;
  isDenyOom: boolean;
  mayReplicate: boolean;
  noAsyncLoading: boolean;
  loading: boolean;
  stale: boolean;
}

/** The transaction of one client. */
export class Transaction implements KeyWatcher {
  /** A watched key was changed: EXEC answers null. */
  isDirty = false;

  #isOpen = false;
  #isAborted = false;
  #queue: QueuedRequest[] = [];
  #traits: QueueTraits = emptyTraits();
  #argumentBytes = 0;

  /** True between MULTI and its end. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** True when a request since MULTI was refused: EXEC answers an error. */
  get isAborted(): boolean {
    return this.#isAborted;
  }

  /** The requests since MULTI. */
  get queue(): readonly QueuedRequest[] {
    return this.#queue;
  }

  /** What EXEC is about to do, for the gates. */
  get traits(): RequestTraits {
    return this.#traits;
  }

  /** Bytes of the arguments in the queue, counted as Redis does: with a pointer to each. */
  get argumentBytes(): number {
    return this.#argumentBytes;
  }

  /** MULTI. */
  open(): void {
    this.#isOpen = true;
  }

  /** Adds a request, of which a copy is kept. */
  enqueue(context: Context, command: Command, args: Args): void {
    if (this.isDirty || this.#isAborted) return;
    this.#queue.push({ command, args: args.retain() });
    this.#argumentBytes += args.sizeBytes + args.count * POINTER_BYTES;
    const all = this.#traits;
    const own = command.traitsOf(context, args);
    all.isWrite ||= own.isWrite;
    all.isReadOnly ||= own.isReadOnly;
    all.isDenyOom ||= own.isDenyOom;
    all.mayReplicate ||= own.mayReplicate;
    all.noAsyncLoading ||= own.noAsyncLoading;
    all.loading &&= own.loading;
    all.stale &&= own.stale;
  }

  /** Notes that a request was refused: EXEC will not run the others without it. */
  abort(): void {
    if (this.#isOpen) this.#isAborted = true;
  }

  /** Ends the transaction. The caller unwatches the keys. */
  reset(): void {
    this.isDirty = false;
    this.#isOpen = false;
    this.#isAborted = false;
    this.#queue = [];
    this.#traits = emptyTraits();
    this.#argumentBytes = 0;
  }
}

/** The transaction of each client. */
export const TRANSACTION: Facet<Transaction> = new Facet(() => new Transaction());

/** Ends what `context` has begun: queue, dirty flag, watched keys. */
export function discardTransaction(context: Context): void {
  const transaction = TRANSACTION.peek(context);
  if (transaction === undefined) return;
  context.store.watched.unwatch(transaction);
  transaction.reset();
}

/** What EXEC would run for `context`. */
export function queuedRequests(context: Context): readonly QueuedRequest[] {
  return TRANSACTION.peek(context)?.queue ?? [];
}

/** Adds the transaction to a client's line of CLIENT LIST. */
export const describeTransaction: ClientDescriber = ({ context }, facts) => {
  const transaction = TRANSACTION.peek(context);
  if (transaction === undefined) return;
  facts.extraBytes += context.store.watched.countOf(transaction) * WATCHED_KEY_BYTES;
  if (transaction.isDirty) facts.flags.add("d");
  if (!transaction.isOpen) return;
  facts.flags.add("x");
  facts.queuedCount = transaction.queue.length;
  facts.queuedBytes = transaction.argumentBytes;
};

function emptyTraits(): QueueTraits {
  return {
    isWrite: false,
    isReadOnly: false,
    isDenyOom: false,
    mayReplicate: false,
    noAsyncLoading: false,
    loading: true,
    stale: true,
  };
}
