/**
 * Up to where hashes are listpacks, as the configuration of their server has it at the moment.
 */

import type { Config } from "../config/config.ts";
import type { IntegerCell } from "../config/integer_cell.ts";
import type { HashLimits } from "../values/hash_value.ts";

/** The limits of hashes as they are configured at the moment. */
export class ConfiguredHashLimits implements HashLimits {
  readonly #maxListpackEntries: IntegerCell;
  readonly #maxListpackValue: IntegerCell;

  constructor(config: Config) {
    this.#maxListpackEntries = config.integer("hash-max-listpack-entries");
    this.#maxListpackValue = config.integer("hash-max-listpack-value");
  }

  get maxListpackEntries(): number {
    return this.#maxListpackEntries.value;
  }

  get maxListpackValue(): number {
    return this.#maxListpackValue.value;
  }
}
