/**
 * Makes the writer of a large key wait while a snapshot still has to save that key; nobody else waits.
 */

import type { KeyHolder } from "../command/held_keys.ts";
import { retryAfter } from "../command/outcome.ts";
import { NO_ENTRY } from "../store/entry_layout.ts";

/** The running snapshot as a holder of keys. */
export const snapshotHolder: KeyHolder = {
  isHolding: ({ store }) => store.snapshot !== null,
  waitFor({ store: { snapshot }, db: { keyspace } }, key) {
    if (snapshot === null) return null;
    const entry = keyspace.find(key);
    if (entry === NO_ENTRY || !snapshot.isHeld(keyspace, entry)) return null;
    return retryAfter("snapshot", snapshot.release(keyspace, key));
  },
};
