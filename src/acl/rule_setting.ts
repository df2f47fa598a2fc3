/**
 * What rules are read against: the commands there are and what new users begin with.
 */

import type { CommandRegistry } from "../command/registry.ts";

/** The surroundings of all rules of one server. Asked when a rule is read, not before. */
export interface RuleSetting {
  /** The commands that rules name, by their original names. */
  readonly registry: CommandRegistry;
  /** `acl-pubsub-default allchannels`. */
  readonly startsWithAllChannels: boolean;
  /** Takes Redis's log line about a rule that is better not used. */
  warn(text: string): void;
}
