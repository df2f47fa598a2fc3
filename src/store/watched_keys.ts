/**
 * Keys that clients WATCH: who must be told when one of them changes.
 *
 * - A watcher is told once and then knows itself to be dirty; it unwatches by itself.
 */

import { latin1 } from "../bytes/ascii.ts";
import type { Slice } from "../bytes/slice.ts";

/** A client that watches keys. */
export interface KeyWatcher {
  /** Set when a watched key was changed. */
  isDirty: boolean;
}

interface WatchedKey {
  readonly dbIndex: number;
  readonly key: Uint8Array;
  readonly watchers: Set<KeyWatcher>;
}

/** The watched keys of one server. */
export class WatchedKeys {
  readonly #keys = new Map<string, WatchedKey>();
  readonly #namesOf = new Map<KeyWatcher, Set<string>>();

  /** True when at least one key is watched. */
  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  /** Adds a key to what `watcher` watches. */
  watch(dbIndex: number, key: Slice, watcher: KeyWatcher): void {
    const name = watchName(dbIndex, key);
    let watched = this.#keys.get(name);
    if (watched === undefined) this.#keys.set(name, watched = { dbIndex, key: key.copy(), watchers: new Set() });
    watched.watchers.add(watcher);
    const names = this.#namesOf.get(watcher);
    if (names === undefined) this.#namesOf.set(watcher, new Set([name]));
    else names.add(name);
  }

  /** Forgets everything that `watcher` watches. */
  unwatch(watcher: KeyWatcher): void {
    for (const name of this.#namesOf.get(watcher) ?? []) {
      const watched = this.#keys.get(name)!;
      watched.watchers.delete(watcher);
      if (watched.watchers.size === 0) this.#keys.delete(name);
    }
    this.#namesOf.delete(watcher);
  }

  /** The keys that `watcher` watches. */
  keysOf(watcher: KeyWatcher): { dbIndex: number; key: Uint8Array }[] {
    return [...this.#namesOf.get(watcher) ?? []].map((name) => this.#keys.get(name)!);
  }

  /** Makes the watchers of `key` dirty. */
  touch(dbIndex: number, key: Slice): void {
    if (this.#keys.size === 0) return;
    const watched = this.#keys.get(watchName(dbIndex, key));
    if (watched !== undefined) { for (const watcher of watched.watchers) watcher.isDirty = true; }
  }

  /** Makes those watchers dirty whose key in database `dbIndex` satisfies `isAffected`. */
  touchDatabase(dbIndex: number, isAffected: (key: Uint8Array) => boolean): void {
    for (const watched of this.#keys.values()) {
      if (watched.dbIndex !== dbIndex || !isAffected(watched.key)) continue;
      for (const watcher of watched.watchers) watcher.isDirty = true;
    }
  }
}

function watchName(dbIndex: number, key: Slice): string {
  return `${dbIndex}:${latin1(key.bytes, key.start, key.end)}`;
}
