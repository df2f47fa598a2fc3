/**
 * A client that waits for one of several keys: BLPOP, BLMOVE, XREAD BLOCK, ...
 *
 * - Waiters of a key are asked in the order of their arrival, after the command (or the whole transaction) that added
 *   the key.
 * - The wait ends once: by being served, by its timeout, by CLIENT UNBLOCK, with its connection, or with the server's
 *   role.
 */

import type { Timer } from "../base/clock.ts";
import { Slice } from "../bytes/slice.ts";
import type { Reply } from "../resp/reply.ts";
import { FORCE_UNBLOCKED, UNBLOCKED } from "../resp/reply_errors.ts";
import type { Args } from "../resp/request_batch.ts";
import type { Database } from "../store/database.ts";
import { NO_ENTRY } from "../store/entry_layout.ts";
import type { Value } from "../store/value.ts";
import type { KeyWaiter } from "../store/waiting_keys.ts";
import { KIND_CODES } from "../values/kind.ts";
import type { Context } from "./context.ts";
import type { CancelReason, Wait } from "./outcome.ts";

/** What to wait for, and how it ends. */
export interface KeyWaitOptions {
  readonly context: Context;
  /** Where the client is answered in the end. */
  readonly reply: Reply;
  /** Keys of the selected database; repeated ones count once. Their bytes are kept. */
  readonly keys: readonly Uint8Array[];
  /** 0: without limit. */
  readonly timeoutMs: number;
  /** See `KeyWaiter`. */
  readonly turnKind?: number;
  /**
   * Tries to satisfy the wait from a key that was added or that changed: replies, changes the data and propagates by
   * itself, and returns true; or returns false and leaves everything as it was.
   */
  readonly serve: (key: Slice) => boolean;
}

/** As `KeyWaitOptions`, for keys with values of one kind. */
export interface KindWaitOptions<K extends Value["kind"]> extends Omit<KeyWaitOptions, "turnKind" | "serve"> {
  readonly kind: K;
  /** Gives the client what it waited for, out of a value that is there: replies, changes the data and propagates. */
  serve(db: Database, key: Slice, value: Extract<Value, { kind: K }>): void;
}

/** Makes the client wait. The handler returns the result; it must not be called while `context.isWaitDenied`. */
export function waitForKeys(options: KeyWaitOptions): Wait {
  return new KeyWait(options);
}

/** As `waitForKeys`, until one of the keys holds a value of the kind: other values are passed over. */
export function waitForKind<K extends Value["kind"]>(options: KindWaitOptions<K>): Wait {
  const { kind, serve, ...rest } = options;
  const { db } = options.context;
  const turnKind = KIND_CODES[kind];
  return waitForKeys({
    ...rest,
    turnKind,
    serve(key) {
      const entry = db.lookupWrite(key);
      if (entry === NO_ENTRY || db.kindOf(entry) !== turnKind) return false;
      serve(db, key, db.valueOf(entry) as Extract<Value, { kind: K }>);
      return true;
    },
  });
}

/** Copies of `count` arguments from `first` on: what a wait keeps of its keys. */
export function copyKeys(args: Args, first: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => args.at(first + index).copy());
}

class KeyWait implements Wait, KeyWaiter {
  readonly kind = "keys";
  readonly isRetry = false;
  readonly ended: Promise<void>;
  readonly turnKind?: number;
  readonly #options: KeyWaitOptions;
  readonly #resolve: () => void;
  readonly #timer: Timer | null;
  #isOver = false;

  constructor(options: KeyWaitOptions) {
    const { context, keys, timeoutMs, turnKind } = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#resolve = resolve;
    this.#options = options;
    if (turnKind !== undefined) this.turnKind = turnKind;
    this.#timer = timeoutMs === 0 ? null : context.store.clock.after(timeoutMs, () => this.cancel("timeout"));
    context.store.waiting.add(context.db.index, keys, this);
  }

  serve(key: Uint8Array): boolean {
    const { context: { id, store }, reply, serve } = this.#options;
    const mark = reply.mark();
    const { actorId } = store;
    store.actorId = id;
    try {
      if (!serve(new Slice(key))) return false;
    } catch (error) {
      reply.rewind(mark);
      reply.error("ERR internal error in a blocked command");
      this.#end();
      throw error;
    } finally {
      store.actorId = actorId;
    }
    this.#end();
    return true;
  }

  cancel(reason: CancelReason): void {
    if (this.#isOver) return;
    const { context, reply } = this.#options;
    switch (reason) {
      case "disconnect":
        break;
      case "timeout":
        reply.nilArray();
        break;
      case "error":
        reply.error(UNBLOCKED);
        break;
      case "role":
        reply.error(FORCE_UNBLOCKED);
        context.closeAfterReply = true;
        break;
    }
    context.store.waiting.remove(this);
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#resolve();
  }
}
