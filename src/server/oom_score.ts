/**
 * `oom-score-adj`: how ready the kernel is to kill this process when the machine runs out of memory, by role.
 *
 * - Linux keeps the score in a file of `/proc`, which Deno opens with `--allow-all` alone.
 * - There is no forked child to have the third of the values.
 */

import { requireRead, requireWrite } from "../base/file_access.ts";
import type { Services } from "../commands/services.ts";
import { systemReason } from "../base/system_reason.ts";

const SCORE_PATH = "/proc/self/oom_score_adj";
const SCORE_MAX = 1000;
const ACTION = "adjust the OOM score";
const REFUSAL = "Failed to set current oom_score_adj. Check server logs.";

/** Makes the score of the process follow the configuration and the role. */
export function wireOomScore(services: Services): void {
  const score = new OomScore(services);
  score.apply();
  services.config.onAnyChange(["oom-score-adj", "oom-score-adj-values"], () => {
    if (!score.apply()) return REFUSAL;
  });
  services.replication.onRoleChange.subscribe(() => score.apply());
}

/** The score of the process. */
class OomScore {
  readonly #services: Services;
  /** What the score was before the server set it; null while it does not. */
  #base: number | null = null;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Sets the score, or puts back what it was; false when that cannot be, for a reason that the log tells. */
  apply(): boolean {
    const { config, logger } = this.#services;
    const mode = config.enum("oom-score-adj").value;
    if (mode === "no" && this.#base === null) return true;
    let step = "read";
    try {
      this.#base ??= readScore();
      step = "write";
      writeScore(this.#wanted(mode, this.#base));
    } catch (error) {
      logger.warning(`Unable to ${step} oom_score_adj: ${systemReason(error)}`);
      return false;
    }
    if (mode === "no") this.#base = null;
    return true;
  }

  #wanted(mode: "no" | "yes" | "relative" | "absolute", base: number): number {
    if (mode === "no") return base;
    const { config, replication } = this.#services;
    const [master, replica] = config.cell("oom-score-adj-values").value;
    const own = replication.isMaster ? master : replica;
    // "relative" is another word for "yes", and stored as that.
    return Math.max(-SCORE_MAX, Math.min(mode === "absolute" ? own : base + own, SCORE_MAX));
  }
}

function readScore(): number {
  requireRead(SCORE_PATH, ACTION);
  return Number(Deno.readTextFileSync(SCORE_PATH));
}

function writeScore(score: number): void {
  requireWrite(SCORE_PATH, ACTION);
  Deno.writeTextFileSync(SCORE_PATH, `${score}\n`, { create: false });
}
