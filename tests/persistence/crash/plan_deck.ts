/**
 * The failpoints at which servers are killed, in an order by chance in which each comes before any comes again.
 */

import { FILE_ACTS, FILE_KINDS } from "../../../src/base/failpoints.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";

/** What is kept of what was written: everything, or what was saved last. */
export type CrashMode = "aof" | "rdb";

/** How often a place may be passed before the server dies there, where that is not `FEW_PASSES`. */
const MAX_PASSES: Readonly<Record<string, number>> = { "aof-write": 60, "aof-sync": 40, manifest: 8 };
const FEW_PASSES = 3;

/** Plans for the lives of servers. */
export class PlanDeck {
  readonly #random: SeededRandom;
  readonly #points: Record<CrashMode, string[]> = { aof: [], rdb: [] };

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** A plan for `REDENO_FAILPOINTS` that kills a server of this mode. */
  draw(mode: CrashMode): string {
    const left = this.#points[mode];
    if (left.length === 0) left.push(...pointsOf(mode));
    const [entry] = left.splice(this.#random.integer(0, left.length - 1), 1) as [string];
    const [point, action] = entry.split("=") as [string, string];
    const maxPasses = MAX_PASSES[point] ?? MAX_PASSES[point.split("-")[0]!] ?? FEW_PASSES;
    return `${point}@${this.#random.integer(1, maxPasses)}=${action}`;
  }
}

/** The places that a server of this mode passes while it runs, each with what happens there. */
function pointsOf(mode: CrashMode): string[] {
  const kinds = FILE_KINDS.filter((kind) => kind !== "acl" && (mode === "aof" || kind === "rdb" || kind === "config"));
  return kinds.flatMap((kind) =>
    FILE_ACTS.filter((act) => {
      if (act === "truncate") return false;
      // Increments are made under their names, and only they are removed when no longer needed.
      if (kind === "aof") return act !== "rename" && act !== "directory-sync";
      return act !== "remove" && !(kind === "base" && act === "directory-sync");
    }).flatMap((act) => {
      const point = `${kind}-${act}`;
      return act === "write" ? [`${point}=kill`, `${point}=torn:kill`] : [`${point}=kill`];
    })
  );
}
