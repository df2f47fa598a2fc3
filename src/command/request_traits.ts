/**
 * What the gates ask about a request: for most commands their own flags, for EXEC and scripts what they are about to run.
 */

/** The flags of a request that gates look at. A `Command` is its own traits. */
export interface RequestTraits {
  readonly isWrite: boolean;
  readonly isReadOnly: boolean;
  readonly isDenyOom: boolean;
  /** Has something for the replicas although it is no write: PUBLISH, PFCOUNT, scripts. */
  readonly mayReplicate: boolean;
  readonly noAsyncLoading: boolean;
  /** May run while the dataset is loaded. */
  readonly loading: boolean;
  /** May run on a replica that lost its master. */
  readonly stale: boolean;
}
