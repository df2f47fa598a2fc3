/**
 * Rules about commands as ACL LIST and ACL GETUSER print them: not as they were given, but the shortest that Redis finds.
 *
 * - As Redis 7.0.15: the text starts from `+@all` or `-@all`; then come categories, each time the one that leaves the fewest
 *   commands to be put right; then single commands. A draft follows the text, so that it is always known what is missing.
 */

import { invariant } from "../base/invariant.ts";
import { ACL_CATEGORIES, aclCategoryBit } from "../command/acl_categories.ts";
import type { Command } from "../command/command.ts";
import type { CommandRegistry } from "../command/registry.ts";
import { CommandRules } from "./command_rules.ts";

/** The rules that would make `rules`. */
export function describeCommandRules(rules: CommandRules, registry: CommandRegistry): string {
  const isAdditive = !rules.allowsFuture;
  const draft = new CommandRules();
  if (isAdditive) draft.denyAll();
  else draft.allowAll();
  const words = [isAdditive ? "-@all" : "+@all"];
  for (const name of fittingCategories(rules, registry, isAdditive)) {
    draft.setCategory(registry, aclCategoryBit(name), isAdditive);
    words.push(`${isAdditive ? "+" : "-"}@${name}`);
  }
  for (const command of registry.listed()) words.push(...correctionsOf(command, rules, draft));
  invariant(draft.hasSameBits(rules), "the rules that are printed are those that hold");
  return words.join(" ");
}

/** The categories of which more is as the rules say than is not, the best first. */
function fittingCategories(rules: CommandRules, registry: CommandRegistry, isAdditive: boolean): string[] {
  const rest = rules.copy();
  const left = new Set<string>(ACL_CATEGORIES);
  const found: string[] = [];
  for (;;) {
    let best: string | null = null;
    let bestDifferent = Infinity;
    let bestSame = 0;
    for (const name of left) {
      const { allowed, denied } = countCategory(rest, registry, aclCategoryBit(name));
      const different = isAdditive ? denied : allowed;
      const same = isAdditive ? allowed : denied;
      if (same <= different) continue;
      if (different > bestDifferent || (different === bestDifferent && same <= bestSame)) continue;
      best = name;
      bestDifferent = different;
      bestSame = same;
    }
    if (best === null) return found;
    rest.setCategory(registry, aclCategoryBit(best), !isAdditive);
    left.delete(best);
    found.push(best);
  }
}

function countCategory(
  rules: CommandRules,
  registry: CommandRegistry,
  category: number,
): { allowed: number; denied: number } {
  let allowed = 0;
  let denied = 0;
  for (const command of registry.listed()) {
    if ((command.aclCategories & category) === 0) continue;
    if (rules.has(command)) allowed++;
    else denied++;
  }
  return { allowed, denied };
}

/** The rules that make `draft` agree with `rules` about one command. */
function correctionsOf(command: Command, rules: CommandRules, draft: CommandRules): string[] {
  const isAllowed = rules.has(command);
  const words: string[] = [];
  if (isAllowed !== draft.has(command)) {
    words.push(`${isAllowed ? "+" : "-"}${command.fullName}`);
    draft.set(command, isAllowed);
  }
  if (!isAllowed) words.push(...rules.firstArgumentsOf(command).map((argument) => `+${command.fullName}|${argument}`));
  return words;
}
