/**
 * What a command returns when its client has to wait: the command loop reads the client's next request only after that.
 *
 * - A handler that waits has not replied; whoever ends the wait writes the reply first.
 */

/** Why a wait ends early. */
export type CancelReason =
  /** The client is gone: nothing is written. */
  | "disconnect"
  /** As if its time had run out: CLIENT UNBLOCK id TIMEOUT. */
  | "timeout"
  /** CLIENT UNBLOCK id ERROR. */
  | "error"
  /** The server became a replica, or its data was replaced. */
  | "role";

/** A wait that a command asks for. */
export interface Wait {
  /** What is waited for: CLIENT UNBLOCK and INFO's `blocked_clients` know "keys" and "replicas" only. */
  readonly kind: "keys" | "replicas" | "pause" | "snapshot" | "migration" | "loading" | "shutdown" | "script";
  /** True when the same request is to be run again after the wait, because a gate held it up and nothing has run yet. */
  readonly isRetry: boolean;
  /** Resolves when the wait is over and the reply, if any, is written. Never rejects. */
  readonly ended: Promise<void>;
  /** Ends the wait early. Without effect when it is over. */
  cancel(reason: CancelReason): void;
  /**
   * What is to go on when the wait is over, before anything else can run: EXEC sets it on the wait for a script of its queue.
   * When that has to wait again, `ended` waits for it too. Only the waits of kind "script" look at it.
   */
  afterwards?: () => Wait | void;
  /** Whether the command has failed, told at the end where others write to the same reply as well. */
  hasFailed?: boolean;
}

/** What a handler may return. */
export type Outcome = Wait;

/**
 * Whether the client counts as blocked, and is closed when it hangs up. Where Redis itself would stand still, for a save,
 * a load, MIGRATE or a script, its clients are not blocked, and what they have sent is run.
 */
export function isBlocking({ kind }: Wait): boolean {
  return kind !== "snapshot" && kind !== "migration" && kind !== "loading" && kind !== "script";
}

/** A wait for `result`, which `answer` then tells the client. One that goes away takes only its reply with it. */
export function answerLater<T>(kind: Wait["kind"], result: Promise<T>, answer: (result: T) => void): Wait {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isCancelled = false;
  void result.then((value) => {
    if (!isCancelled) answer(value);
    resolve();
  });
  return {
    kind,
    isRetry: false,
    ended: promise,
    cancel() {
      isCancelled = true;
      resolve();
    },
  };
}

/** A wait of the gates: the request runs again when `ready` resolves. */
export function retryAfter(kind: Wait["kind"], ready: Promise<void>): Wait {
  const { promise, resolve } = Promise.withResolvers<void>();
  ready.then(resolve, resolve);
  return { kind, isRetry: true, ended: promise, cancel: () => resolve() };
}
