/**
 * Client-side caching: remembers which client may have cached which key, and tells it when the key changes.
 *
 * - While nobody tracks, a command pays nothing: neither gate nor observer is raised, and nobody listens to changes.
 * - A client that changes what it tracks itself gets the invalidation after the reply of the whole unit (transaction), as in
 *   Redis; keys that make room before a command are told of before its reply.
 * - Broadcasts gather what changes until the work of the moment, a batch of requests, is done.
 */

import { Slice } from "../bytes/slice.ts";
import type { Random } from "../base/random.ts";
import type { Client } from "../clients/client.ts";
import type { ClientRegistry } from "../clients/client_registry.ts";
import type { Command } from "../command/command.ts";
import type { Context } from "../command/context.ts";
import type { ExecutorObserver } from "../command/executor.ts";
import type { Gate } from "../command/gate.ts";
import { collectKeys } from "../command/key_extraction.ts";
import { KeyCollector } from "../command/key_specs.ts";
import { Args } from "../resp/request_batch.ts";
import type { KeyChange, Store } from "../store/store.ts";
import { encodeKey, encodeKeys, InvalidationSender } from "./invalidation_sender.ts";
import { InvalidationTable } from "./invalidation_table.ts";
import { type Broadcast, PrefixTable } from "./prefix_table.ts";
import { TRACKING, type TrackingOptions } from "./tracking_state.ts";

/** Keys that one run of `limit` gives up at most; each further run in a row that does not suffice gives up so many more. */
const EFFORT_STEP = 100;
/** The container whose subcommands leave CLIENT CACHING in force. */
const CLIENT = "client";

/** What a `Tracking` needs. */
export interface TrackingParts {
  readonly store: Store;
  readonly clients: ClientRegistry;
  readonly random: Random;
  /** Whether the client has an open transaction: what holds for the next request then holds for all of it. */
  readonly isInTransaction: (context: Context) => boolean;
  /** Whether the command that was called is a part of another: of EXEC, of a script. */
  readonly isNested: () => boolean;
  /** Does work after the running unit. */
  readonly afterUnit: (work: () => void) => void;
}

/** An invalidation that waits for the reply of its own client. */
interface PendingInvalidation {
  readonly client: Client;
  /** Encoded; null: all keys. */
  readonly keys: Uint8Array | null;
}

/** The tracking clients of one server. */
export class Tracking implements ExecutorObserver {
  /** Clients that track: `tracking_clients`. */
  clientCount = 0;
  /** `tracking-table-max-keys`; 0: no limit. */
  maxKeys = 0;
  readonly table: InvalidationTable;
  readonly prefixes = new PrefixTable();

  readonly #parts: TrackingParts;
  readonly #sender: InvalidationSender;
  readonly #keys = new KeyCollector();
  #pending: PendingInvalidation[] = [];
  #isBroadcastPlanned = false;
  /** Runs of `limit` in a row that did not suffice. */
  #shortRuns = 0;
  #stopListening: (() => void) | null = null;
  /** The request of a tracking client that is running. */
  #command: Command | null = null;
  #args = new Args();

  constructor(parts: TrackingParts) {
    this.#parts = parts;
    this.#sender = new InvalidationSender(parts.clients);
    this.table = new InvalidationTable(parts.store.hash);
    parts.store.onFlushed.subscribe(() => this.#invalidateAll());
  }

  /** Bytes of the tables. */
  get memoryBytes(): number {
    return this.table.memoryBytes + this.prefixes.memoryBytes;
  }

  /** CLIENT TRACKING ON. A broadcasting client gets `prefixes` in addition to those it has. */
  enable(client: Client, options: TrackingOptions, prefixes: readonly string[]): void {
    const state = TRACKING.of(client.context);
    if (!state.isOn) this.clientCount++;
    state.turnOn(options);
    for (const prefix of prefixes) {
      state.prefixes.add(prefix);
      this.prefixes.add(prefix, client);
    }
    this.#stopListening ??= this.#parts.store.onKeyChanged.subscribe((change) => this.#invalidate(change));
  }

  /** CLIENT TRACKING OFF; also when the client is gone. What the table holds of it stays until the keys change. */
  disable(client: Client): void {
    const state = TRACKING.peek(client.context);
    if (state === undefined || !state.isOn) return;
    for (const prefix of state.prefixes) this.prefixes.remove(prefix, client);
    state.turnOff();
    this.clientCount--;
    this.#listenNoLonger();
  }

  /** Keeps the table within `maxKeys`: clients are told as if the keys that are given up had changed. */
  limit(): void {
    const { table, maxKeys } = this;
    if (maxKeys === 0 || table.keyCount <= maxKeys) {
      this.#shortRuns = 0;
      return;
    }
    for (let left = EFFORT_STEP * (this.#shortRuns + 1); left > 0 && table.keyCount > maxKeys; left--) {
      this.#tellTrackers(new Slice(table.randomKey(this.#parts.random)!));
    }
    this.#shortRuns = table.keyCount > maxKeys ? this.#shortRuns + 1 : 0;
    this.#sendPending();
  }

  /** Keeps the table within its limit before a command runs. */
  readonly gate: Gate = {
    isRaised: () => this.clientCount > 0,
    check: () => {
      this.limit();
      return null;
    },
  };

  isWatching(context: Context): boolean {
    return TRACKING.peek(context)?.isOn === true;
  }

  onCall(context: Context, command: Command, args: Args): void {
    if (TRACKING.peek(context) === undefined) return;
    this.#command = command;
    this.#args = args;
  }

  onCalled(context: Context, command: Command, args: Args): void {
    const client = this.#parts.clients.byId(context.id);
    const state = client === undefined ? undefined : TRACKING.peek(client.context);
    if (client === undefined || state === undefined) return;
    // EVAL_RO and its kin name keys that they need not read.
    if (command.isReadOnly && !command.noScript && state.remembersReads) {
      // A script runs its commands in a context of its own. As in Redis, if any of them reads then all the keys that the script
      // was given have been read.
      if (context === client.context) this.#remember(context, command, args);
      else if (this.#command !== null) this.#remember(client.context, this.#command, this.#args);
    }
    if (!this.#parts.isNested()) this.#endCaching(context, command);
  }

  onRejected(context: Context, command: Command | null): void {
    this.#endCaching(context, command);
  }

  /** CLIENT CACHING is for one request; further subcommands of CLIENT may come in between. */
  #endCaching(context: Context, command: Command | null): void {
    const state = TRACKING.peek(context);
    if (state === undefined || !state.isCachingGiven) return;
    if (command?.parent?.name === CLIENT || this.#parts.isInTransaction(context)) return;
    state.isCachingGiven = false;
  }

  #remember(context: Context, command: Command, args: Args): void {
    if (!command.hasKeys) return;
    const keys = this.#keys;
    collectKeys(command.spec, args, keys);
    for (let index = 0; index < keys.count; index++) this.table.add(args.at(keys.positions[index]!), context.id);
  }

  #invalidate({ key, isImplied }: KeyChange): void {
    const { actorId } = this.#parts.store;
    if (this.prefixes.size > 0 && this.prefixes.noteChanged(key, isImplied ? 0 : actorId)) this.#planBroadcast();
    this.#tellTrackers(key);
    this.#listenNoLonger();
  }

  #tellTrackers(key: Slice): void {
    const ids = this.table.take(key);
    if (ids === null) return;
    const { clients, store: { actorId } } = this.#parts;
    const encoded = encodeKey(key.view());
    for (const id of ids) {
      const client = clients.byId(id);
      const state = client === undefined ? undefined : TRACKING.peek(client.context);
      // What was read before a client began to broadcast concerns it no more.
      if (client === undefined || state === undefined || !state.isOn || state.isBroadcast) continue;
      if (id !== actorId) this.#sender.send(client, encoded);
      else if (!state.isNoLoop) this.#sendLater({ client, keys: encoded });
    }
  }

  /** Databases were emptied. Keys are remembered by name alone, so that all of them may be concerned. */
  #invalidateAll(): void {
    const { clients, store: { actorId } } = this.#parts;
    if (this.clientCount > 0) {
      for (const client of clients) {
        if (!this.isWatching(client.context)) continue;
        if (client.id === actorId) this.#sendLater({ client, keys: null });
        else this.#sender.sendAll(client);
      }
    }
    this.table.clear();
    this.#listenNoLonger();
  }

  #sendLater(pending: PendingInvalidation): void {
    if (this.#pending.push(pending) === 1) this.#parts.afterUnit(() => this.#sendPending());
  }

  #sendPending(): void {
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    for (const { client, keys } of pending) {
      if (keys === null) this.#sender.sendAll(client);
      else this.#sender.send(client, keys);
    }
  }

  #planBroadcast(): void {
    if (this.#isBroadcastPlanned) return;
    this.#isBroadcastPlanned = true;
    queueMicrotask(() => {
      this.#isBroadcastPlanned = false;
      this.prefixes.drain((broadcast) => this.#broadcast(broadcast));
    });
  }

  #broadcast({ clients, changed }: Broadcast): void {
    const names = [...changed.keys()].sort();
    const encoded = encodeKeys(names);
    for (const client of clients) {
      if (!TRACKING.of(client.context).isNoLoop) {
        this.#sender.send(client, encoded);
        continue;
      }
      const foreign = names.filter((name) => changed.get(name) !== client.id);
      if (foreign.length > 0) this.#sender.send(client, encodeKeys(foreign));
    }
  }

  #listenNoLonger(): void {
    if (this.clientCount > 0 || this.table.keyCount > 0) return;
    this.#stopListening?.();
    this.#stopListening = null;
  }
}
