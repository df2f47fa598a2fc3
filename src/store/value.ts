/**
 * The values that are objects of their own; strings live inside their key's entry.
 *
 * - A new data type is one more member of this union; the tables over it then fail to compile until it has its rows.
 */

import type { ListValue } from "../values/list_value.ts";

/** A list, a set or a stream. */
export type Value = ListValue;
