/**
 * Who runs a command and on what: one context for each client, for the link to a master, for a loader, for a script.
 *
 * - Handlers receive it; features hang their own per-client state on it through `Facet`.
 */

import type { Database } from "../store/database.ts";
import type { Store } from "../store/store.ts";
import type { ArgumentSource } from "../resp/request_batch.ts";
import type { Command } from "./command.ts";
import type { EffectAudience } from "./propagation.ts";

/** Whose requests a context runs. */
export type Origin =
  /** A client over a connection. */
  | "client"
  /** The replication stream of our master. */
  | "master"
  /** A file that is being loaded. */
  | "aof";

/** How the running command reaches replicas and the AOF. */
export type EffectMode =
  /** As it was sent, when it changed something. */
  | "default"
  /** As the effects the handler gave, when it changed something. */
  | "replaced"
  /** As it was sent, whether or not it changed anything. */
  | "forced"
  /** As it was sent, whether or not it changed anything, and to replicas alone. */
  | "forced-to-replicas"
  /** Not at all. */
  | "suppressed";

const NOTHING_REDACTED: readonly number[] = [];

/** One who runs commands. */
export class Context {
  /** The client's id; 0 for contexts that are no client. */
  readonly id: number;
  readonly origin: Origin;
  readonly store: Store;
  /** The selected database. */
  db: Database;
  /** False until the client has authenticated where that is asked for. */
  isAuthenticated = true;
  /** The user it acts as. Whoever is no client may do everything. */
  userName: string;
  /** True while commands run that must not wait: inside EXEC and scripts. */
  isWaitDenied = false;
  /** True while EXEC runs the queue. */
  isInExec = false;
  /** Who gets the effects of its commands: scripts choose. */
  audience: EffectAudience = "all";
  /** Set by a handler: the connection closes when the reply has been sent. */
  closeAfterReply = false;

  /** The command of the last request, whether or not it ran; null before the first and after an unknown one. */
  lastCommand: Command | null = null;
  /** Positions of arguments of the running command that MONITOR and the slow log must not show. */
  redactedArguments: readonly number[] = NOTHING_REDACTED;

  /** How the running command propagates; the executor resets it for each. */
  effectMode: EffectMode = "default";
  /** The effects of mode "replaced". */
  effects: readonly (readonly ArgumentSource[])[] = [];

  /**
   * Storage of `Facet`, from place 1 on. The null makes it an array of objects to V8 from the start: an empty one, and one that
   * holds nothing but undefined, becomes of another shape with the first state, and the code of all gates would be lost.
   */
  readonly facets: unknown[] = [null];

  constructor(options: { id: number; origin: Origin; store: Store }) {
    this.id = options.id;
    this.origin = options.origin;
    this.userName = options.origin === "client" ? "default" : "(superuser)";
    this.store = options.store;
    this.db = options.store.databases[0]!;
  }

  /** Unix time in milliseconds for the whole command. */
  get now(): number {
    return this.store.clock.now;
  }

  /** For the executor: forgets what the command before has said about itself. */
  beginCommand(): void {
    this.effectMode = "default";
    this.redactedArguments = NOTHING_REDACTED;
  }

  /** Hides arguments of the running command from MONITOR and the slow log. */
  redact(...positions: number[]): void {
    this.redactedArguments = [...this.redactedArguments, ...positions];
  }

  /** Propagates these commands instead of the running one, if it changed something. Bytes are copied by then. */
  propagateAs(...effects: readonly (readonly ArgumentSource[])[]): void {
    this.effectMode = "replaced";
    this.effects = effects;
  }

  /** Propagates the running command even when it changed nothing. */
  forcePropagation(): void {
    this.effectMode = "forced";
  }

  /** Propagates the running command even when it changed nothing, and not to the AOF: messages leave nothing behind. */
  forcePropagationToReplicas(): void {
    this.effectMode = "forced-to-replicas";
  }

  /** Keeps the running command from being propagated. */
  preventPropagation(): void {
    this.effectMode = "suppressed";
  }
}
