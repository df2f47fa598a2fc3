/**
 * Up to where sorted sets are listpacks, as the configuration of their server has it at the moment.
 */

import type { Config } from "../config/config.ts";
import type { IntegerCell } from "../config/integer_cell.ts";
import type { SortedSetLimits } from "../values/sorted_set_value.ts";

/** The limits of sorted sets as they are configured at the moment. */
export class ConfiguredSortedSetLimits implements SortedSetLimits {
  readonly #maxListpackEntries: IntegerCell;
  readonly #maxListpackValue: IntegerCell;

  constructor(config: Config) {
    this.#maxListpackEntries = config.integer("zset-max-listpack-entries");
    this.#maxListpackValue = config.integer("zset-max-listpack-value");
  }

  get maxListpackEntries(): number {
    return this.#maxListpackEntries.value;
  }

  get maxListpackValue(): number {
    return this.#maxListpackValue.value;
  }
}
