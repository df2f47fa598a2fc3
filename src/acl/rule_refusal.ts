/**
 * Why a rule of a user is not taken, and what Redis says then.
 */

/** Why a rule is not taken. */
export type RuleRefusal =
  | "unknown-command"
  | "syntax"
  | "key-after-all-keys"
  | "channel-after-all-channels"
  | "no-such-password"
  | "bad-hash"
  | "duplicate-user"
  | "first-argument-of-subcommand";

const TEXTS: Readonly<Record<RuleRefusal, string>> = {
  "unknown-command": "Unknown command or category name in ACL",
  "syntax": "Syntax error",
  "key-after-all-keys": "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have " +
    "any effect. Try 'resetkeys' to start with an empty list of patterns",
  "channel-after-all-channels": "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and " +
    "does not have any effect. Try 'resetchannels' to start with an empty list of channels",
  "no-such-password": "The password you are trying to remove from the user does not exist",
  "bad-hash": "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters",
  "duplicate-user": "Duplicate user found. A user can only be defined once in config files",
  "first-argument-of-subcommand": "Allowing first-arg of a subcommand is not supported",
};

/** Redis's words for a refusal, without an error code. */
export function refusalText(refusal: RuleRefusal): string {
  return TEXTS[refusal];
}
