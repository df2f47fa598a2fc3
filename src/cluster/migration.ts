/**
 * One MIGRATE under way: keys as RESTORE requests to another server, its answers, and the deletion of what has arrived.
 *
 * ```
 * AUTH [username] password            +OK             with AUTH or AUTH2, every time
 * SELECT db                           +OK             unless the connection is there already
 * RESTORE key ttl payload [REPLACE]   +OK or -error   for each key
 * ```
 *
 * - All requests are written before the first reply is read. A key that has gone or expired by then is passed over.
 * - What is deleted here is what the target has acknowledged, all at once, as one DEL to replicas and the AOF.
 * - The writers of the keys wait meanwhile (`migrations.ts`). What changes a key all the same (FLUSHALL, expiry, a script's
 *   undeclared key, SWAPDB) is noticed, as WATCH would: a changed key stays here, and the client gets an error.
 * - When the connection breaks before the first key is acknowledged the whole is tried once more, over a new connection.
 */

import { messageOf } from "../base/error_text.ts";
import { NetAccessError } from "../base/net_access.ts";
import { Slice } from "../bytes/slice.ts";
import type { Context } from "../command/context.ts";
import { entryPayload } from "../persistence/entry_payload.ts";
import { OutputBuffer } from "../resp/output_buffer.ts";
import { FORCE_UNBLOCKED } from "../resp/reply_errors.ts";
import { appendRequestOf } from "../resp/request_encoder.ts";
import type { Database } from "../store/database.ts";
import { NO_ENTRY } from "../store/entry_layout.ts";
import { NOTIFY_GENERIC } from "../store/keyspace_events.ts";
import type { KeyWatcher } from "../store/watched_keys.ts";
import type { Int64 } from "../values/int64.ts";
import type { MigrationParts } from "./migrations.ts";
import { type TargetAddress, TargetConnection } from "./target_connection.ts";

/** What MIGRATE asks for. */
export interface MigrationRequest {
  readonly target: TargetAddress;
  /** "host:port" as the client wrote it. */
  readonly targetName: string;
  readonly targetDb: Int64;
  /** For each step: connecting, sending a piece, reading a reply. */
  readonly timeoutMs: number;
  readonly isCopy: boolean;
  readonly isReplacing: boolean;
  /** AUTH's arguments; empty without. */
  readonly credentials: readonly Uint8Array[];
  /** The keys that were there when the command began. */
  readonly keys: readonly Uint8Array[];
}

const CONNECT_FAILED = "IOERR error or timeout connecting to the client";
const WRITE_FAILED = "IOERR error or timeout writing to target instance";
const READ_FAILED = "IOERR error or timeout reading to target instance";
const CHANGED = "IOERR a key changed while it was migrated: it is on both instances";

/** Bytes of requests that are gathered before they are sent. */
const SEND_BYTES = 64 * 1024;

/** A key that was sent. */
interface SentKey {
  readonly key: Uint8Array;
  /** Dirty once the key here is no more what was sent. */
  readonly watcher: KeyWatcher;
}

/** What came of an attempt: the error for the client, or null. */
interface Attempt {
  readonly error: string | null;
  /** The connection is of no use any more. */
  readonly isBroken: boolean;
  /** Nothing has happened, and another connection may do better. */
  readonly canRetry: boolean;
  readonly acknowledged: readonly SentKey[];
}

/** One migration. */
export class Migration {
  readonly request: MigrationRequest;
  readonly db: Database;

  readonly #context: Context;
  readonly #parts: MigrationParts;
  readonly #wasMaster: boolean;
  readonly #watchers: KeyWatcher[] = [];
  readonly #stop = new AbortController();
  readonly #stopped = Promise.withResolvers<void>();
  #connection: TargetConnection | null = null;

  constructor(request: MigrationRequest, context: Context, parts: MigrationParts) {
    this.request = request;
    this.db = context.db;
    this.#context = context;
    this.#parts = parts;
    this.#wasMaster = parts.replication.isMaster;
  }

  /** Moves the keys; the error for the client, or null. */
  async run(): Promise<string | null> {
    try {
      let attempt = await this.#attempt();
      if (attempt.canRetry && !this.#isStopped) attempt = await this.#attempt();
      if (this.request.isCopy || attempt.acknowledged.length === 0) return attempt.error;
      await this.#untilWritable(attempt.acknowledged);
      return this.#removeMoved(attempt.acknowledged) ?? attempt.error;
    } finally {
      this.#unwatch();
    }
  }

  /** Ends the migration as if the connection had broken; nothing is deleted any more. */
  stop(): void {
    this.#stop.abort();
    this.#connection?.close();
    this.#stopped.resolve();
  }

  get #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #attempt(): Promise<Attempt> {
    const { target, targetName, timeoutMs } = this.request;
    const { clock, connections, logger } = this.#parts;
    let connection = connections.take(targetName);
    try {
      connection ??= await TargetConnection.open(target, { clock, timeoutMs, signal: this.#stop.signal });
    } catch (error) {
      logger.verbose(`Cannot connect to the target of MIGRATE: ${messageOf(error)}`);
      return { error: connectFailure(error, target), isBroken: true, canRetry: false, acknowledged: [] };
    }
    this.#connection = connection;
    const attempt = await this.#transfer(connection);
    this.#connection = null;
    clock.refresh();
    if (attempt.isBroken) connection.close();
    else connections.keep(targetName, connection);
    return attempt;
  }

  async #transfer(connection: TargetConnection): Promise<Attempt> {
    const { timeoutMs, credentials, targetDb } = this.request;
    const failed = (error: string): Attempt => {
      return { error, isBroken: true, canRetry: !connection.isTimedOut, acknowledged: [] };
    };
    const isSelecting = connection.selectedDb !== targetDb;
    const sent = await this.#sendAll(connection, isSelecting);
    if (sent === null) return failed(WRITE_FAILED);
    let refusal: string | null = null;
    for (let rest = (credentials.length > 0 ? 1 : 0) + (isSelecting ? 1 : 0); rest > 0; rest--) {
      const line = await connection.readLine(timeoutMs);
      if (line === null) return failed(READ_FAILED);
      if (line.startsWith("-")) refusal ??= line;
    }
    const replies = await this.#readReplies(connection, sent, refusal);
    connection.selectedDb = replies.error === null && refusal === null ? targetDb : -1;
    if (!replies.isBroken) return { ...replies, canRetry: false };
    if (replies.error === null && replies.acknowledged.length === 0) return failed(READ_FAILED);
    return { ...replies, error: replies.error ?? READ_FAILED, canRetry: false };
  }

  /** One reply for each key. `refusal` is an error of AUTH or SELECT, which then stands for that of every key. */
  async #readReplies(connection: TargetConnection, sent: readonly SentKey[], refusal: string | null) {
    const acknowledged: SentKey[] = [];
    let error: string | null = null;
    let isBroken = false;
    for (const key of sent) {
      const line = await connection.readLine(this.request.timeoutMs);
      isBroken = line === null;
      if (line === null) break;
      const problem = refusal ?? (line.startsWith("-") ? line : null);
      if (problem === null) acknowledged.push(key);
      else error ??= `ERR Target instance replied with error: ${problem.slice(1)}`;
    }
    return { error, isBroken, acknowledged };
  }

  /** Sends every request; the keys among them, or null when the connection broke. */
  async #sendAll(connection: TargetConnection, isSelecting: boolean): Promise<SentKey[] | null> {
    const { credentials, targetDb, timeoutMs, keys } = this.request;
    const output = new OutputBuffer();
    const sent: SentKey[] = [];
    const flush = async () => {
      const isDone = await connection.send(output.bytes.subarray(0, output.length), timeoutMs);
      output.length = 0;
      return isDone;
    };
    this.#unwatch();
    if (credentials.length > 0) appendRequestOf(output, ["AUTH", ...credentials]);
    if (isSelecting) appendRequestOf(output, ["SELECT", targetDb]);
    for (const key of keys) {
      if (this.#appendKey(output, key)) sent.push({ key, watcher: this.#watch(key) });
      if (output.length > SEND_BYTES && !await flush()) return null;
    }
    return await flush() ? sent : null;
  }

  /** Appends the request for a key; false when there is nothing to send. */
  #appendKey(output: OutputBuffer, key: Uint8Array): boolean {
    const { db } = this;
    const { clock, config, executor } = this.#parts;
    clock.refresh();
    const lengthBefore = output.length;
    // To find an expired key is to delete it, which replicas must learn.
    executor().runUnit(() => {
      const entry = db.peek(new Slice(key));
      if (entry === NO_ENTRY) return;
      const expireAtMs = db.expiryOf(entry);
      const ttl = expireAtMs < 0 ? 0 : Math.max(1, expireAtMs - clock.now);
      const command = config.boolean("cluster-enabled").value ? "RESTORE-ASKING" : "RESTORE";
      const payload = entryPayload(db, entry, config.boolean("rdbcompression").value);
      appendRequestOf(output, [command, key, ttl, payload, ...this.request.isReplacing ? ["REPLACE"] : []]);
    });
    return output.length > lengthBefore;
  }

  #watch(key: Uint8Array): KeyWatcher {
    const watcher: KeyWatcher = { isDirty: false };
    this.db.store.watched.watch(this.db.index, new Slice(key), watcher);
    this.#watchers.push(watcher);
    return watcher;
  }

  #unwatch(): void {
    for (const watcher of this.#watchers) this.db.store.watched.unwatch(watcher);
    this.#watchers.length = 0;
  }

  /** Resolves when no pause and no save keeps us from deleting the keys, or when the server stops. */
  async #untilWritable(keys: readonly SentKey[]): Promise<void> {
    const { clientPause } = this.#parts;
    const { db } = this;
    while (!this.#isStopped) {
      const { keyspace, store: { snapshot } } = db;
      const held = keys.find(({ key }) => {
        const entry = keyspace.find(new Slice(key));
        return entry !== NO_ENTRY && snapshot?.isHeld(keyspace, entry);
      });
      if (clientPause.mode !== "off") await Promise.race([clientPause.whenMilder(), this.#stopped.promise]);
      else if (held !== undefined) await snapshot!.release(keyspace, new Slice(held.key));
      else return;
    }
  }

  /** Deletes what has arrived at the target; an error when something of that cannot be. */
  #removeMoved(acknowledged: readonly SentKey[]): string | null {
    const { db } = this;
    const { clock, executor, propagation, replication } = this.#parts;
    if (this.#isStopped) return READ_FAILED;
    // What a master has moved away is no longer its to delete once it follows another.
    if (replication.isMaster !== this.#wasMaster) return FORCE_UNBLOCKED;
    clock.refresh();
    let isChanged = false;
    // For a WAIT that follows: the stream ends for this client where this ends.
    replication.onCall(this.#context);
    executor().runUnit(() => {
      const deleted: Uint8Array[] = [];
      for (const { key, watcher } of acknowledged) {
        const name = new Slice(key);
        if (watcher.isDirty && db.stateOf(name) === "alive") {
          isChanged = true;
        } else if (!watcher.isDirty && db.delete(name)) {
          deleted.push(key);
          db.commit(name, NOTIFY_GENERIC, "del");
        }
      }
      if (deleted.length > 0) propagation.addArgv(db.index, ["DEL", ...deleted]);
    });
    return isChanged ? CHANGED : null;
  }
}

/** Redis takes a refused connection for one that is made, and fails when it writes. Nobody listens on port 0. */
function connectFailure(error: unknown, { port }: TargetAddress): string {
  if (error instanceof NetAccessError) return `IOERR Cannot connect to the target instance: ${error.message}`;
  return error instanceof Deno.errors.ConnectionRefused || port === 0 ? WRITE_FAILED : CONNECT_FAILED;
}
