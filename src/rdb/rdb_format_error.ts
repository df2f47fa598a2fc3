/**
 * The one error that reading RDB bytes throws: what Redis would log, where, and what sort of failure it was.
 *
 * - A short read means that the bytes ended too early: on a replication link that is a lost connection, not bad data.
 */

/** What went wrong, for those who treat the sorts differently. */
export type RdbFault = "signature" | "version" | "shortRead" | "corrupt" | "unsupported";

const UNEXPECTED_EOF = "Unexpected EOF reading RDB file";
const SHORT_READ = "Short read or OOM loading DB. Unrecoverable error, aborting now.";

/**
 * Bytes that are not an RDB file, DUMP payload or value this server can read.
 *
 * - `message` is the line that Redis logs last; `logLines` are all its lines in order, the message included.
 */
export class RdbFormatError extends Error {
  override readonly name = "RdbFormatError";
  /** The sort of failure. */
  readonly fault: RdbFault;
  /** Byte offset in the input up to which everything was understood. */
  readonly offset: number;
  /** Redis's log lines for this failure, the message last. */
  readonly logLines: readonly string[];

  /** Prefer the named constructors below, which word the message as Redis does. */
  constructor(fault: RdbFault, message: string, offset: number, precedingLines: readonly string[] = []) {
    super(message);
    this.fault = fault;
    this.offset = offset;
    this.logLines = [...precedingLines, message];
  }

  /** Bytes that contradict the format: "Internal error in RDB reading offset ..., function at file:line -> reason". */
  static corrupt(reason: string, offset: number, precedingLines: readonly string[] = []): RdbFormatError {
    return new RdbFormatError("corrupt", internalError(reason, offset), offset, precedingLines);
  }

  /** Valid data of a sort this server does not hold, such as a module's. */
  static unsupported(reason: string, offset: number): RdbFormatError {
    return new RdbFormatError("unsupported", internalError(reason, offset), offset);
  }

  /** The input ended before the value or the file did, or there is no memory for what it announces (`cause`). */
  static shortRead(offset: number, cause?: string): RdbFormatError {
    const lines = cause === undefined ? [SHORT_READ] : [cause, SHORT_READ];
    return new RdbFormatError("shortRead", internalError(UNEXPECTED_EOF, offset), offset, lines);
  }
}

function internalError(reason: string, offset: number): string {
  return `Internal error in RDB reading offset ${offset}, function at ${callSite()} -> ${reason}`;
}

/** `file:line` of the code that refused the bytes, as Redis names its own: the first caller that does not just make errors. */
function callSite(): string {
  for (const line of (new Error().stack ?? "").split("\n").slice(1)) {
    const site = /([\w.]+\.[jt]s):(\d+)(?::\d+)?\)?$/.exec(line);
    if (site === null || site[1] === "rdb_format_error.ts" || line.includes(".corrupt ")) continue;
    return `${site[1]}:${site[2]}`;
  }
  return "rdb:0";
}
