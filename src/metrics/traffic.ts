/**
 * What went over the network: bytes and system calls, in both directions, with the part that replication took.
 */

/** Counters of network traffic. All may be written by whoever reads and writes connections. */
export class Traffic {
  /** Bytes received, replication included. */
  inputBytes = 0;
  /** Bytes sent, replication included. */
  outputBytes = 0;
  /** Bytes received from our master. */
  replicationInputBytes = 0;
  /** Bytes sent to our replicas. */
  replicationOutputBytes = 0;
  /** Reads that brought something. */
  reads = 0;
  /** Writes that took something. */
  writes = 0;

  /** Sets everything to zero. */
  reset(): void {
    this.inputBytes =
      this.outputBytes =
      this.replicationInputBytes =
      this.replicationOutputBytes =
        0;
    this.reads = this.writes = 0;
  }
}
