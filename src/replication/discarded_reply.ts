/**
 * The reply to a command of the replication stream: nobody reads it, but an error is worth a line in the log.
 */

import type { DeferredToken, Reply } from "../resp/reply.ts";

/** Throws replies away and keeps the last error. */
export class DiscardedReply implements Reply {
  readonly isResp3 = false;
  readonly isCutOff = false;
  errorCount = 0;
  /** Text of the last error, its code first. */
  lastError = "";

  error(text: string): void {
    this.errorCount++;
    this.lastError = text;
  }

  ok(): void {}
  queued(): void {}
  simple(): void {}
  integer(): void {}
  bulk(): void {}
  bulkSlice(): void {}
  bulkText(): void {}
  bulkInteger(): void {}
  nil(): void {}
  nilArray(): void {}
  emptyArray(): void {}
  array(): void {}
  map(): void {}
  set(): void {}
  push(): void {}
  attribute(): void {}
  boolean(): void {}
  double(): void {}
  doubleText(): void {}
  bigNumber(): void {}
  verbatim(): void {}
  raw(): void {}
  endDeferred(): void {}

  deferredArray(): DeferredToken {
    return 0;
  }

  deferredMap(): DeferredToken {
    return 0;
  }

  deferredSet(): DeferredToken {
    return 0;
  }
}
