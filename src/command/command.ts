/**
 * A command as the running server knows it: its declaration, with all that follows from it worked out once.
 *
 * - Gates read plain booleans; nothing here is computed during a request.
 * - A subcommand is a command of its own, with its own statistics; `parent` is its container.
 */
import { aclCategoriesOf } from "./acl_categories.ts";
import { parseCommandFlags } from "./command_flags.ts";
import type { CommandSpec, Handler } from "./command_spec.ts";
import { CommandTable } from "./command_table.ts";
import { mayHaveKeys } from "./key_extraction.ts";
import { type LegacyKeyRange, legacyKeyRange } from "./legacy_key_range.ts";
import type { RequestTraits } from "./request_traits.ts";
import type { Args } from "../resp/request_batch.ts";
import type { Context } from "./context.ts";

/** What `INFO commandstats` counts for one command. */
export interface CommandStats {
  calls: number;
  microseconds: number;
  /** Stopped by a gate before it ran. */
  rejected: number;
  /** Ran and answered an error. */
  failed: number;
}

/** Where a command's durations go; attached when latency tracking is on. */
export interface DurationRecorder {
  record(microseconds: number, count?: number): void;
}

/** Gives out the dense numbers of commands: 0, 1, 2 ... in the order of declaration. */
export type NextCommandId = () => number;

/** Stands for gates that have not been asked: no set of real ones has all bits. */
export const ALL_GATES = -1;

/** One command or subcommand. */
export class Command implements RequestTraits {
  readonly spec: CommandSpec;
  /** Dense number within its registry: the index of its bit in ACL rules. */
  readonly id: number;
  /** The id that ACL rules give or deny it by: its own where it is listed. */
  readonly aclId: number;
  readonly name: string;
  /** "get", or with its container "config|get". A renamed command keeps it. */
  readonly fullName: string;
  readonly parent: Command | null;
  readonly subcommands: CommandTable | null;
  readonly arity: number;
  /** Null on a pure container. */
  readonly run: Handler | null;
  /** All flags by name, `movablekeys` among them. */
  readonly flags: ReadonlySet<string>;
  /** Mask of the categories of `acl_categories.ts`. */
  readonly aclCategories: number;
  readonly legacyKeys: LegacyKeyRange;
  /** Whether any request of it can have keys. */
  readonly hasKeys: boolean;

  readonly isWrite: boolean;
  readonly isReadOnly: boolean;
  readonly isDenyOom: boolean;
  readonly isFast: boolean;
  /** Whether some of its calls may go without being timed. */
  readonly isSampled: boolean;
  /** With so many arguments at most its work does not depend on how much data there is. */
  readonly briefUpTo: number;
  readonly isProtected: boolean;
  readonly mayReplicate: boolean;
  readonly noMulti: boolean;
  readonly noScript: boolean;
  readonly noAuth: boolean;
  readonly noAsyncLoading: boolean;
  readonly noMandatoryKeys: boolean;
  readonly touchesArbitraryKeys: boolean;
  readonly skipMonitor: boolean;
  readonly skipSlowlog: boolean;
  readonly allowBusy: boolean;
  /** May run while the dataset is loaded. */
  readonly loading: boolean;
  /** May run on a replica that lost its master. */
  readonly stale: boolean;
  readonly asking: boolean;
  readonly pubsub: boolean;
  readonly blocking: boolean;
  readonly admin: boolean;
  /** Runs at once inside MULTI. */
  readonly isNeverQueued: boolean;

  readonly stats: CommandStats = { calls: 0, microseconds: 0, rejected: 0, failed: 0 };
  /** Null until somebody tracks the durations of this command. */
  histogram: DurationRecorder | null = null;

  /** The gates that concern it: a bit for each. All of them, until the executor asks them when one is raised. */
  gateMask: number = ALL_GATES;
  /** Calls since the last one that was timed, for the executor. */
  untimedCalls = 0;
  /** How many there may be. */
  untimedLimit = 0;

  readonly #traits: ((context: Context, args: Args) => RequestTraits) | null;

  constructor(spec: CommandSpec, nextId: NextCommandId, parent: Command | null = null) {
    this.spec = spec;
    this.id = nextId();
    this.name = spec.name;
    this.fullName = parent === null ? spec.name : `${parent.fullName}|${spec.name}`;
    this.parent = parent;
    this.aclId = spec.unlistedBeside === undefined ? this.id : aclIdBeside(parent, spec.unlistedBeside);
    this.arity = spec.arity;
    this.run = spec.run ?? null;
    this.legacyKeys = legacyKeyRange(spec.keys ?? []);
    this.hasKeys = mayHaveKeys(spec);
    const flags = parseCommandFlags(spec.flags ?? "");
    if (this.legacyKeys.isMovable) flags.add("movablekeys");
    this.flags = flags;
    this.aclCategories = aclCategoriesOf([...flags], spec.acl ?? "");

    this.isWrite = flags.has("write");
    this.isReadOnly = flags.has("readonly");
    this.isDenyOom = flags.has("denyoom");
    this.isFast = flags.has("fast");
    this.isSampled = !flags.has("admin") && !flags.has("blocking");
    const isBrief = spec.complexity?.startsWith("O(1)") === true;
    this.briefUpTo = this.isSampled ? (isBrief ? Infinity : spec.briefUpTo ?? 0) : 0;
    this.isProtected = flags.has("protected");
    this.mayReplicate = flags.has("may_replicate");
    this.noMulti = flags.has("no_multi");
    this.noScript = flags.has("noscript");
    this.noAuth = flags.has("no_auth");
    this.noAsyncLoading = flags.has("no_async_loading");
    this.noMandatoryKeys = flags.has("no_mandatory_keys");
    this.touchesArbitraryKeys = flags.has("touches_arbitrary_keys");
    this.skipMonitor = flags.has("skip_monitor");
    this.skipSlowlog = flags.has("skip_slowlog");
    this.allowBusy = flags.has("allow_busy");
    this.loading = flags.has("loading");
    this.stale = flags.has("stale");
    this.asking = flags.has("asking");
    this.pubsub = flags.has("pubsub");
    this.blocking = flags.has("blocking");
    this.admin = flags.has("admin");
    this.isNeverQueued = spec.isNeverQueued === true;
    this.#traits = spec.traits ?? null;

    const { subcommands } = spec;
    this.subcommands = subcommands === undefined ? null : new CommandTable();
    for (const subcommand of subcommands ?? []) {
      this.subcommands!.add(subcommand.name, new Command(subcommand, nextId, this));
    }
  }

  /** Whether a request of `count` arguments, the name included, agrees with the arity. */
  acceptsCount(count: number): boolean {
    return this.arity >= 0 ? count === this.arity : count >= -this.arity;
  }

  /** Whether `traitsOf` depends on the request. */
  get hasTraits(): boolean {
    return this.#traits !== null;
  }

  /** What the gates go by for one request. */
  traitsOf(context: Context, args: Args): RequestTraits {
    return this.#traits === null ? this : this.#traits(context, args);
  }

  /** Takes the calls that were not timed to have taken as long as the others did: for whoever shows durations. */
  settleTimes(): void {
    const { stats, untimedCalls } = this;
    if (untimedCalls === 0) return;
    const meanMicroseconds = stats.microseconds / (stats.calls - untimedCalls);
    stats.microseconds += meanMicroseconds * untimedCalls;
    this.histogram?.record(meanMicroseconds, untimedCalls);
    this.untimedCalls = 0;
  }

  /** Whether COMMAND and the ACL know of it. */
  get isListed(): boolean {
    return this.spec.unlistedBeside === undefined;
  }

  /** Sets the statistics to zero, as CONFIG RESETSTAT does. */
  resetStats(): void {
    const { stats } = this;
    stats.calls =
      stats.microseconds =
      stats.rejected =
      stats.failed =
        0;
    this.untimedCalls = this.untimedLimit = 0;
    this.histogram = null;
  }
}

function aclIdBeside(container: Command | null, name: string): number {
  const sibling = container?.subcommands?.byName(name);
  if (!sibling) throw new Error(`Cannot declare a command beside "${name}": there is no such subcommand before it`);
  return sibling.aclId;
}
