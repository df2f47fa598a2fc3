/**
 * The values that are objects of their own; strings live inside their key's entry.
 *
 * - A new data type is one more member of this union; the tables over it then fail to compile until it has its rows.
 * - All members share `kind`, `encoding`, `sizeBytes` and `freeEffort` (both without a walk over the elements),
 *   `duplicate()`, `free()` and `freeSome(budget)`.
 */

import type { HashValue } from "../values/hash_value.ts";
import type { ListValue } from "../values/list_value.ts";
import type { SetValue } from "../values/set_value.ts";
import type { SortedSetValue } from "../values/sorted_set_value.ts";
import type { StreamValue } from "../values/stream_value.ts";

/** A value of any kind but string. */
export type Value = HashValue | ListValue | SetValue | SortedSetValue | StreamValue;
