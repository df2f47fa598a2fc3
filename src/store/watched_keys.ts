/**
 * Keys that clients WATCH: who must be told when one of them changes.
 *
 * - A watcher is told once and then knows itself to be dirty; it unwatches by itself.
 * - A key that had expired already when it was watched counts as missing: that its remains are deleted is no change.
 */

import { latin1 } from "../bytes/ascii.ts";
import type { Slice } from "../bytes/slice.ts";

/** A client that watches keys. */
export interface KeyWatcher {
  /** Set when a watched key was changed. */
  isDirty: boolean;
}

/** What there is of a key: nothing, a value, or the remains of one that has expired. */
export type KeyState = "missing" | "alive" | "expired";

interface WatchedKey {
  readonly dbIndex: number;
  readonly key: Uint8Array;
  /** Each watcher, and whether the key was expired when it came. */
  readonly watchers: Map<KeyWatcher, boolean>;
}

/** A key that a watcher watches. */
export interface WatchedKeyView {
  readonly dbIndex: number;
  readonly key: Uint8Array;
  /** The key had expired when the watcher came. */
  readonly wasExpired: boolean;
}

/** The watched keys of one server. */
export class WatchedKeys {
  readonly #keys = new Map<string, WatchedKey>();
  readonly #namesOf = new Map<KeyWatcher, Set<string>>();

  /** True when no key is watched. */
  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  /** Number of keys that somebody watches. */
  get size(): number {
    return this.#keys.size;
  }

  /** Adds a key to what `watcher` watches. `isExpired`: its time has come, though it is still there. */
  watch(dbIndex: number, key: Slice, watcher: KeyWatcher, isExpired = false): void {
    const name = watchName(dbIndex, key);
    let watched = this.#keys.get(name);
    if (watched === undefined) this.#keys.set(name, watched = { dbIndex, key: key.copy(), watchers: new Map() });
    if (watched.watchers.has(watcher)) return;
    watched.watchers.set(watcher, isExpired);
    const names = this.#namesOf.get(watcher);
    if (names === undefined) this.#namesOf.set(watcher, new Set([name]));
    else names.add(name);
  }

  /** Forgets everything that `watcher` watches. */
  unwatch(watcher: KeyWatcher): void {
    const names = this.#namesOf.get(watcher);
    if (names === undefined) return;
    for (const name of names) {
      const watched = this.#keys.get(name)!;
      watched.watchers.delete(watcher);
      if (watched.watchers.size === 0) this.#keys.delete(name);
    }
    this.#namesOf.delete(watcher);
  }

  /** Number of keys that `watcher` watches. */
  countOf(watcher: KeyWatcher): number {
    return this.#namesOf.get(watcher)?.size ?? 0;
  }

  /** The keys that `watcher` watches. */
  keysOf(watcher: KeyWatcher): WatchedKeyView[] {
    return [...this.#namesOf.get(watcher) ?? []].map((name) => {
      const { dbIndex, key, watchers } = this.#keys.get(name)!;
      return { dbIndex, key, wasExpired: watchers.get(watcher)! };
    });
  }

  /** Makes the watchers of `key` dirty. `stateOf` tells what there is of it now, after the change. */
  touch(dbIndex: number, key: Slice, stateOf: (key: Slice) => KeyState): void {
    if (this.#keys.size === 0) return;
    const watched = this.#keys.get(watchName(dbIndex, key));
    if (watched !== undefined) markChanged(watched, "alive", stateOf(key));
  }

  /** Makes those watchers dirty whose key in database `dbIndex` satisfies `isAffected`: the database is being emptied. */
  touchDatabase(dbIndex: number, isAffected: (key: Uint8Array) => boolean): void {
    this.touchReplaced(dbIndex, (key) => isAffected(key) ? "alive" : "missing", () => "missing");
  }

  /** Makes those watchers dirty whose key in database `dbIndex` becomes another when the whole database is replaced. */
  touchReplaced(dbIndex: number, before: (key: Uint8Array) => KeyState, after: (key: Uint8Array) => KeyState): void {
    for (const watched of this.#keys.values()) {
      if (watched.dbIndex === dbIndex) markChanged(watched, before(watched.key), after(watched.key));
    }
  }
}

function markChanged({ watchers }: WatchedKey, before: KeyState, after: KeyState): void {
  if (before === "missing" && after === "missing") return;
  for (const [watcher, wasExpired] of watchers) {
    if (wasExpired) {
      // The remains were removed: nothing that this watcher could see has changed, but from now on it can.
      if (after === "missing") watchers.set(watcher, false);
      else if (after === "alive") watcher.isDirty = true;
    } else if (before === "missing" && after === "expired") {
      watchers.set(watcher, true);
    } else {
      watcher.isDirty = true;
    }
  }
}

function watchName(dbIndex: number, key: Slice): string {
  return `${dbIndex}:${latin1(key.bytes, key.start, key.end)}`;
}
