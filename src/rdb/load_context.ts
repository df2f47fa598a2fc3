/** What the loaders of values need to know of the server they build values for. */

import type { SeededHash } from "../bytes/seeded_hash.ts";
import type { Arena } from "../values/arena.ts";
import type { HashLimits } from "../values/hash_value.ts";
import type { ListLimits } from "../values/quicklist.ts";
import type { SortedSetLimits } from "../values/sorted_set_value.ts";

/** Where and within which limits values are built. */
export interface LoadContext {
  /** Where the values live. */
  readonly arena: Arena;
  /** The hash of values that are tables. */
  readonly hash: SeededHash;
  /** What a loaded list takes over. */
  readonly listLimits: ListLimits;
  /** `set-max-intset-entries`: a loaded set with more members becomes a table. */
  readonly maxIntsetEntries: number;
  /** Up to where a loaded sorted set is a listpack. */
  readonly sortedSetLimits: SortedSetLimits;
  /** Up to where a loaded hash is a listpack. */
  readonly hashLimits: HashLimits;
  /**
   * Whether it is looked for a member or field that stands twice in a listpack which remains one: nothing breaks when it
   * does. Redis looks for them in files only with `sanitize-dump-payload yes`.
   */
  readonly checksDuplicates: boolean;
}
