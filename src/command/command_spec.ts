/**
 * What a command's one declaration holds: everything that `COMMAND INFO` and `COMMAND DOCS` tell about it, and its handler.
 *
 * - The declaration is data. What follows from it (gates, ACL categories, legacy key range) is worked out once, in `command.ts`.
 * - Texts that the protocol prints (`summary`, `history`, flags, tips) are exactly those of Redis 7.0.15.
 */
import type { Reply } from "../resp/reply.ts";
import type { Args } from "../resp/request_batch.ts";
import type { Context } from "./context.ts";
import type { KeyCollector, KeySpec } from "./key_specs.ts";
import type { Outcome } from "./outcome.ts";
import type { RequestTraits } from "./request_traits.ts";

/** The groups of `COMMAND DOCS`. */
export type CommandGroup =
  | "bitmap"
  | "cluster"
  | "connection"
  | "generic"
  | "geo"
  | "hash"
  | "hyperloglog"
  | "list"
  | "pubsub"
  | "scripting"
  | "sentinel"
  | "server"
  | "set"
  | "sorted-set"
  | "stream"
  | "string"
  | "transactions";

/**
 * Runs a command that passed all gates. `args.at(0)` is the command's name, so `args` counts as `arity` does.
 * It writes its reply and returns nothing, or an outcome where the client has to wait.
 */
export type Handler = (context: Context, args: Args, reply: Reply) => Outcome | void;

/**
 * Collects the keys of one request where key specs do not say enough: `SORT ... STORE`, `SET` with its optional `GET`.
 * Nothing collected: the arguments make no sense.
 */
export type KeyExtractor = (args: Args, keys: KeyCollector) => void;

/** How a command uses the channels among its arguments. They begin at position 1; "publish" has one, the others as many as come. */
export type ChannelUse = "publish" | "subscribe" | "unsubscribe" | "subscribe-pattern" | "unsubscribe-pattern";

/** The declaration of one command or subcommand. */
export interface CommandSpec {
  /** In lower case; a subcommand has its own word only: "get" inside "config". */
  readonly name: string;
  readonly group: CommandGroup;
  /** The Redis version that brought it. */
  readonly since: string;
  readonly summary: string;
  readonly complexity?: string;
  /** With so many arguments at most, the name included, its work is as little as if its complexity were O(1). */
  readonly briefUpTo?: number;
  /** Number of arguments with the name (of a subcommand: with both words); negative: at least so many. */
  readonly arity: number;
  /**
   * As `COMMAND INFO` prints them, separated by blanks: "write denyoom fast". `movablekeys` is derived. Besides those it
   * prints: may_replicate, protected, touches_arbitrary_keys.
   */
  readonly flags?: string;
  /** ACL categories beyond those that follow from the flags, without the `@`: "keyspace dangerous". */
  readonly acl?: string;
  /** Tips to clients and proxies: "nondeterministic_output request_policy:all_shards". */
  readonly hints?: string;
  /** Where its keys are; see `key_specs.ts`. */
  readonly keys?: readonly KeySpec[];
  /** Takes over where the key specs are unknown or incomplete for a request, or have variable flags. */
  readonly getKeys?: KeyExtractor;
  /** What it does with channels, for ACL rules: PUBLISH names one, the others only channels. */
  readonly channels?: ChannelUse;
  /** Its arguments after the name in the notation of `argument_grammar.ts`: "key value [condition<NX | XX>]". */
  readonly syntax?: string;
  readonly history?: readonly (readonly [since: string, change: string])[];
  /** "deprecated" or "syscmd". */
  readonly docFlags?: string;
  readonly deprecatedSince?: string;
  readonly replacedBy?: string;
  /** Makes it a container: the second word selects one of these. */
  readonly subcommands?: readonly CommandSpec[];
  /** What the gates go by in place of the flags, where that depends on the request: EXEC, scripts. */
  readonly traits?: (context: Context, args: Args) => RequestTraits;
  /** Answers when a gate or the arity refuses the request, in place of the plain error: EXEC. */
  readonly refuse?: (context: Context, text: string, reply: Reply) => void;
  /** Runs at once inside MULTI, where other commands are queued. */
  readonly isNeverQueued?: boolean;
  /**
   * Answered and not listed: of a later Redis than the one that COMMAND describes. Names a subcommand declared before it in
   * the same container; rules of the ACL about that one hold for this one, too.
   */
  readonly unlistedBeside?: string;
  /** Absent on a pure container. */
  readonly run?: Handler;
}
