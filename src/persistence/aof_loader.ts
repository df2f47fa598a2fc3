/**
 * Loads an append-only file: its base, RDB or commands, and then the commands of its increments, in the words and with the
 * judgement of Redis about files that are damaged or cut off.
 *
 * - It goes in slices between which clients are told to wait: at start, and for DEBUG LOADAOF. A script of the file that
 *   takes too long is paused as those of clients are.
 * - Commands run as those of a client that is asked for nothing: no gates, no propagation, no statistics, and keys do not
 *   expire meanwhile.
 * - The end of the last file may be cut off (`aof-load-truncated`): what is not whole is cut away. Anything else is fatal.
 */

import type { Clock } from "../base/clock.ts";
import { TIME_SLICE_MS } from "../base/limits.ts";
import type { Logger } from "../base/logger.ts";
import { nextTurn } from "../base/next_turn.ts";
import type { Command } from "../command/command.ts";
import { Context } from "../command/context.ts";
import type { Executor } from "../command/executor.ts";
import type { Wait } from "../command/outcome.ts";
import type { Config } from "../config/config.ts";
import { RdbFormatError } from "../rdb/rdb_format_error.ts";
import { OutputBuffer } from "../resp/output_buffer.ts";
import { ReplyEncoder } from "../resp/reply_encoder.ts";
import type { Args } from "../resp/request_batch.ts";
import type { Store } from "../store/store.ts";
import { TRANSACTION } from "../transaction/transaction.ts";
import type { AofDirectory } from "./aof_directory.ts";
import type { AofManifest } from "./aof_manifest.ts";
import { AofFormatError, AofParser } from "./aof_parser.ts";
import type { Loading } from "./loading.ts";
import type { RdbLoader } from "./rdb_loader.ts";
import { systemReason } from "../base/system_reason.ts";

/** What an `AofLoader` needs. */
export interface AofLoaderOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Config;
  readonly store: Store;
  readonly loading: Loading;
  readonly directory: AofDirectory;
  readonly rdbLoader: RdbLoader;
  readonly executor: () => Executor;
}

/** How a load went; "missing" and "empty" when there was nothing to be loaded. */
export type AofLoadResult = "ok" | "truncated" | "missing" | "empty" | "failed";

/** What a load has found out. */
export interface LoadedAof {
  readonly result: AofLoadResult;
  readonly totalBytes: number;
  readonly baseBytes: number;
}

/** The load cannot go on; the log has said why. */
class LoadFailure extends Error {
  override readonly name = "LoadFailure";
}

/** The file ended in the middle of something. */
class CutOff extends Error {
  override readonly name = "CutOff";
}

const READ_BYTES = 256 * 1024;
const RDB_SIGNATURE = "REDIS";
/** Commands between two looks at the clock. */
const COMMANDS_PER_LOOK = 64;
/** A slice may be longer than those beside which clients are served: now they are only told to wait. */
const SLICE_MS = 8 * TIME_SLICE_MS;
/** Pauses below this are saved up: timers are no finer. */
const MIN_PAUSE_MS = 5;
const KEPT_REPLY_BYTES = 64 * 1024;

/** Loads append-only files. */
export class AofLoader {
  readonly #options: AofLoaderOptions;
  /** Nobody reads what is written here. */
  readonly #reply = new ReplyEncoder(new OutputBuffer(0));
  #owedMs = 0;
  #sliceEndMs = 0;

  constructor(options: AofLoaderOptions) {
    this.#options = options;
  }

  /** Loads what `manifest` names. From the call on clients are told to wait. */
  async load(manifest: AofManifest): Promise<LoadedAof> {
    const { directory, logger, loading, clock, store } = this.#options;
    const nothing = (result: AofLoadResult) => ({ result, totalBytes: 0, baseBytes: 0 });
    if (manifest.isEmpty) return nothing("missing");
    const sizes: number[] = [];
    for (const { name } of manifest.files) {
      try {
        sizes.push(directory.sizeOf(name));
      } catch (error) {
        logger.warning(`Unable to obtain the AOF file ${name} length. stat: ${systemReason(error)}`);
        return nothing("failed");
      }
    }
    const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
    if (totalBytes === 0) return nothing("empty");
    loading.begin({ nowMs: clock.refresh(), totalBytes });
    const rule = store.expiryRule;
    store.expiryRule = "ignore";
    try {
      const result = await this.#loadFiles(manifest);
      return { result, totalBytes, baseBytes: manifest.base === null ? 0 : sizes[0]! };
    } finally {
      store.expiryRule = rule;
      loading.end();
    }
  }

  /** Between two slices: lets others run, or sleeps as `key-load-delay` asks for. */
  async #giveWay(): Promise<void> {
    const { clock } = this.#options;
    const pauseMs = this.#owedMs;
    this.#owedMs = 0;
    if (pauseMs > 0) await clock.sleep(pauseMs);
    else await nextTurn();
    clock.refresh();
    this.#sliceEndMs = clock.stopwatchMs() + SLICE_MS;
  }

  async #loadFiles(manifest: AofManifest): Promise<AofLoadResult> {
    const { logger, clock } = this.#options;
    const { files, base } = manifest;
    let result: AofLoadResult = "ok";
    for (const [index, file] of files.entries()) {
      const startMs = clock.stopwatchMs();
      result = await this.#loadFile(file.name);
      if (result === "truncated" && index < files.length - 1) {
        logger.warning("Fatal error: the truncated file is not the last file");
        return "failed";
      }
      if (result === "failed") return result;
      // Another file has data, or there would be nothing to load.
      if (result === "empty") {
        result = "ok";
        continue;
      }
      const seconds = ((clock.stopwatchMs() - startMs) / 1000).toFixed(3);
      logger.notice(`DB loaded from ${file === base ? "base" : "incr"} file ${file.name}: ${seconds} seconds`);
    }
    return result;
  }

  async #loadFile(name: string): Promise<AofLoadResult> {
    const { directory, logger } = this.#options;
    let file: Deno.FsFile;
    try {
      file = Deno.openSync(directory.pathOf(name), { read: true });
    } catch (error) {
      logger.warning(`Fatal error: can't open the append log file ${name} for reading: ${systemReason(error)}`);
      return "failed";
    }
    using _file = file;
    if (file.statSync().size === 0) return "empty";
    const replay = new Replay(this.#options.store);
    try {
      await this.#replay(file, name, replay);
      return "ok";
    } catch (error) {
      if (error instanceof CutOff) return this.#cutAway(name, replay);
      if (error instanceof AofFormatError) {
        logger.warning(
          `Bad file format reading the append only file ${name}: make a backup of your AOF file, then use ` +
            "./redis-check-aof --fix <filename.manifest>",
        );
      } else if (!(error instanceof LoadFailure)) {
        logger.warning(`Unrecoverable error reading the append only file ${name}: ${systemReason(error)}`);
      }
      return "failed";
    }
  }

  async #replay(file: Deno.FsFile, name: string, replay: Replay): Promise<void> {
    const { logger } = this.#options;
    const chunk = new Uint8Array(READ_BYTES);
    let read = file.readSync(chunk);
    if (read !== null && startsWithRdb(chunk, read)) {
      const isSingleFile = name === this.#options.directory.prefix;
      const what = isSingleFile ? "RDB preamble of the AOF file" : "RDB base file";
      logger.notice(isSingleFile ? "Reading RDB preamble from AOF file..." : "Reading RDB base file on AOF loading...");
      try {
        await this.#loadPreamble(file, chunk, read, replay);
      } catch (error) {
        for (const line of error instanceof RdbFormatError ? error.logLines : [systemReason(error)]) {
          logger.warning(line);
        }
        logger.warning(`Error reading the ${what} ${name}, AOF loading aborted`);
        throw new LoadFailure();
      }
      if (isSingleFile) logger.notice("Reading the remaining AOF tail...");
      await this.#runCommands(name, replay);
      read = file.readSync(chunk);
    }
    for (; read !== null; read = file.readSync(chunk)) {
      replay.parser.feed(chunk.subarray(0, read));
      await this.#runCommands(name, replay);
      this.#options.loading.loadedBytes += read;
      await this.#giveWay();
    }
    if (TRANSACTION.peek(replay.context)?.isOpen === true) {
      logger.warning(`Revert incomplete MULTI/EXEC transaction in AOF file ${name}`);
      replay.validBytes = replay.bytesBeforeMulti;
      throw new CutOff();
    }
    if (replay.parser.hasRest) throw new CutOff();
  }

  /** Loads the RDB file that begins in `chunk[0, read)`; what follows it in the file goes to the parser of commands. */
  async #loadPreamble(file: Deno.FsFile, chunk: Uint8Array, read: number, replay: Replay): Promise<void> {
    const { rdbLoader, loading } = this.#options;
    const parser = rdbLoader.preamble();
    try {
      for (let count: number | null = read; count !== null; count = file.readSync(chunk)) {
        const taken = parser.feed(chunk.subarray(0, count));
        loading.loadedBytes += taken;
        if (parser.isEnded) {
          replay.startAt(parser.offset, chunk.subarray(taken, count));
          return;
        }
        await this.#giveWay();
      }
      parser.finish();
    } catch (error) {
      parser.abort();
      throw error;
    }
  }

  async #runCommands(name: string, replay: Replay): Promise<void> {
    const { clock, executor } = this.#options;
    const { propagation } = executor();
    const runSome = () => this.#runSome(name, replay);
    for (;;) {
      const { hasMore, wait } = propagation.silently(runSome);
      if (wait !== null) await wait.ended;
      if (!hasMore) return;
      if (this.#owedMs >= MIN_PAUSE_MS || clock.stopwatchMs() >= this.#sliceEndMs) await this.#giveWay();
    }
  }

  /** Runs a few commands, up to one that is not over: a script that is paused. */
  #runSome(name: string, replay: Replay): { readonly hasMore: boolean; readonly wait: Wait | null } {
    const { parser } = replay;
    const delayMs = this.#options.config.integer("key-load-delay").value / 1000;
    let wait: Wait | null = null;
    for (let count = 0; count < COMMANDS_PER_LOOK && this.#owedMs < MIN_PAUSE_MS && wait === null; count++) {
      if (!parser.next()) return { hasMore: false, wait };
      wait = this.#run(name, replay, parser.args);
      replay.validBytes = parser.offset;
      this.#owedMs += delayMs;
    }
    this.#reply.output.reset(KEPT_REPLY_BYTES);
    return { hasMore: true, wait };
  }

  #run(name: string, replay: Replay, args: Args): Wait | null {
    const { logger } = this.#options;
    const { context } = replay;
    const command = this.#find(args);
    if (command === null || command.run === null) {
      logger.warning(`Unknown command '${args.text(0)}' reading the append only file ${name}`);
      throw new LoadFailure();
    }
    if (command.name === "multi") replay.bytesBeforeMulti = replay.validBytes;
    const transaction = TRANSACTION.peek(context);
    if (transaction?.isOpen === true && command.name !== "exec") {
      transaction.enqueue(context, command, args);
      return null;
    }
    context.beginCommand();
    return command.run(context, args, this.#reply) ?? null;
  }

  #find(args: Args): Command | null {
    const command = this.#options.executor().registry.find(args.at(0));
    const subcommands = command?.subcommands;
    return subcommands && args.count > 1 ? subcommands.find(args.at(1)) : command;
  }

  /** Cuts what is not whole away from the end of a file, if that is allowed. */
  #cutAway(name: string, { validBytes }: Replay): AofLoadResult {
    const { config, logger, directory } = this.#options;
    if (config.boolean("aof-load-truncated").value) {
      logger.warning(`!!! Warning: short read while loading the AOF file ${name}!!!`);
      logger.warning(`!!! Truncating the AOF ${name} at offset ${validBytes} !!!`);
      try {
        directory.truncatePart(name, validBytes);
        logger.warning(`AOF ${name} loaded anyway because aof-load-truncated is enabled`);
        return "truncated";
      } catch (error) {
        logger.warning(`Error truncating the AOF file ${name}: ${systemReason(error)}`);
      }
    }
    logger.warning(
      `Unexpected end of file reading the append only file ${name}. You can: 1) Make a backup of your AOF file, then ` +
        "use ./redis-check-aof --fix <filename.manifest>. 2) Alternatively you can set the 'aof-load-truncated' " +
        "configuration option to yes and restart the server.",
    );
    return "failed";
  }
}

/** How far one file has been run. */
class Replay {
  readonly context: Context;
  parser = new AofParser();
  /** Offset behind the last whole command. */
  validBytes = 0;
  bytesBeforeMulti = 0;

  constructor(store: Store) {
    this.context = new Context({ id: 0, origin: "aof", store });
    this.context.isWaitDenied = true;
  }

  /** Commands begin at `offset` of the file, of which `bytes` are the first. */
  startAt(offset: number, bytes: Uint8Array): void {
    this.parser = new AofParser(offset);
    this.parser.feed(bytes);
    this.validBytes = this.bytesBeforeMulti = offset;
  }
}

function startsWithRdb(chunk: Uint8Array, length: number): boolean {
  return length >= RDB_SIGNATURE.length && String.fromCharCode(...chunk.subarray(0, 5)) === RDB_SIGNATURE;
}
