/**
 * The log of what ACL rules have refused: `ACL LOG`.
 *
 * - The same refusal again within a minute counts up its entry, if that is among the newest.
 */

import type { DenialPlace, DenialReason } from "./denial.ts";

/** One kind of refusal. Texts have one character per byte. */
export interface AclLogEntry {
  count: number;
  readonly reason: DenialReason | "auth";
  readonly place: DenialPlace;
  /** The command, the key, the channel; of a failed authentication the command as it was sent. */
  readonly object: string;
  readonly userName: string;
  /** Unix time in milliseconds of the last one. */
  lastAtMs: number;
  /** The line of the client that did it last. */
  clientLine: string;
}

const GROUPING_MS = 60_000;
const GROUPING_DEPTH = 10;

/** The log of one server. */
export class AclLog {
  readonly #maxLength: () => number;
  #entries: AclLogEntry[] = [];

  /** `maxLength` gives `acllog-max-len`. */
  constructor(maxLength: () => number) {
    this.#maxLength = maxLength;
  }

  /** Newest first. */
  get entries(): readonly AclLogEntry[] {
    return this.#entries;
  }

  /** Adds a refusal. */
  add(refusal: Omit<AclLogEntry, "count">): void {
    const entries = this.#entries;
    const index = entries.slice(0, GROUPING_DEPTH).findIndex((entry) => isSame(entry, refusal));
    if (index < 0) {
      entries.unshift({ ...refusal, count: 1 });
      if (entries.length > this.#maxLength()) entries.length = this.#maxLength();
      return;
    }
    const [entry] = entries.splice(index, 1);
    entries.unshift({ ...refusal, count: entry!.count + 1 });
  }

  /** Forgets all. */
  reset(): void {
    this.#entries = [];
  }
}

function isSame(entry: AclLogEntry, refusal: Omit<AclLogEntry, "count">): boolean {
  return entry.reason === refusal.reason && entry.place === refusal.place && entry.object === refusal.object &&
    entry.userName === refusal.userName && Math.abs(entry.lastAtMs - refusal.lastAtMs) <= GROUPING_MS;
}
