/**
 * What lists take over from the configuration of their server.
 *
 * - One object for all lists of a server: they look at `packedThreshold` with every change.
 */

import type { Config } from "../config/config.ts";
import type { IntegerCell } from "../config/integer_cell.ts";
import { DEFAULT_LIST_LIMITS, type ListLimits } from "../values/quicklist.ts";

/** The limits of lists as they are configured at the moment. */
export class ConfiguredListLimits implements ListLimits {
  /** Changed by DEBUG QUICKLIST-PACKED-THRESHOLD. */
  packedThreshold = DEFAULT_LIST_LIMITS.packedThreshold;
  readonly #maxListpackSize: IntegerCell;
  readonly #compressDepth: IntegerCell;

  constructor(config: Config) {
    this.#maxListpackSize = config.integer("list-max-listpack-size");
    this.#compressDepth = config.integer("list-compress-depth");
  }

  get maxListpackSize(): number {
    return this.#maxListpackSize.value;
  }

  get compressDepth(): number {
    return this.#compressDepth.value;
  }
}
