/**
 * The flags of commands: which there are and which of them `COMMAND INFO` prints.
 */

/** The flags that `COMMAND INFO` prints, in its order. */
export const VISIBLE_COMMAND_FLAGS = [
  "write",
  "readonly",
  "denyoom",
  "module",
  "admin",
  "pubsub",
  "noscript",
  "blocking",
  "loading",
  "stale",
  "skip_monitor",
  "skip_slowlog",
  "asking",
  "fast",
  "no_auth",
  "no_mandatory_keys",
  "no_async_loading",
  "no_multi",
  "movablekeys",
  "allow_busy",
] as const;

/** The flags that only the server itself looks at. */
export const HIDDEN_COMMAND_FLAGS = [
  "may_replicate",
  "protected",
  "touches_arbitrary_keys",
] as const;

/** The name of a command flag. */
export type CommandFlag = (typeof VISIBLE_COMMAND_FLAGS)[number] | (typeof HIDDEN_COMMAND_FLAGS)[number];

const ALL_FLAGS: ReadonlySet<string> = new Set([...VISIBLE_COMMAND_FLAGS, ...HIDDEN_COMMAND_FLAGS]);

/** The flags written in a declaration, separated by blanks. Throws on an unknown one. */
export function parseCommandFlags(text: string): Set<CommandFlag> {
  const flags = new Set<CommandFlag>();
  for (const flag of text.split(" ")) {
    if (flag === "") continue;
    if (!ALL_FLAGS.has(flag)) throw new Error(`Cannot read the command flags "${text}": "${flag}" is none of them`);
    flags.add(flag as CommandFlag);
  }
  return flags;
}
