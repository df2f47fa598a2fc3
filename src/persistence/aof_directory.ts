/**
 * The directory of an append-only file: its manifest and its parts, read and written.
 *
 * - A manifest takes the place of the old one atomically and is on the medium before anybody relies on it.
 * - Failures are `AofFileError`s, whose message is Redis's log line.
 */

import { requireRead, requireWrite } from "../base/file_access.ts";
import type { Config } from "../config/config.ts";
import { AofManifest } from "./aof_manifest.ts";
import { joinPath, syncDirectorySync } from "./directory_sync.ts";
import { systemReason } from "./system_reason.ts";

/** A file or directory that could not be used; the message is Redis's log line. */
export class AofFileError extends Error {
  override readonly name = "AofFileError";
}

/** The directory as it is configured now. */
export class AofDirectory {
  readonly #config: Config;

  constructor(config: Config) {
    this.#config = config;
  }

  /** `appenddirname`. */
  get name(): string {
    return this.#config.string("appenddirname").value;
  }

  /** `appendfilename`: what the names of all parts begin with, and the name of a file from before there were parts. */
  get prefix(): string {
    return this.#config.string("appendfilename").value;
  }

  /** The name under which increments collect before the first base is complete. */
  get temporaryIncrementName(): string {
    return `temp-${this.prefix}.incr`;
  }

  /** The path of a part. */
  pathOf(name: string): string {
    return joinPath(this.#path, name);
  }

  /** The path of a file beside the directory, where the data files of a server are. */
  pathBeside(name: string): string {
    return joinPath(this.#config.cell("dir").value, name);
  }

  /** Throws a `FileAccessError` unless files may be read and written here. */
  requireAccess(): void {
    for (const path of [this.#path, this.pathBeside(this.temporaryIncrementName)]) {
      requireRead(path, "use the append only file");
      requireWrite(path, "use the append only file");
    }
  }

  /** Whether the directory exists. */
  exists(): boolean {
    return statOf(this.#path)?.isDirectory === true;
  }

  /** Whether there is a file from before there were parts, beside the directory. */
  hasSingleFile(): boolean {
    return statOf(this.pathBeside(this.prefix))?.isFile === true;
  }

  /** Whether there is a part of this name. */
  has(name: string): boolean {
    return statOf(this.pathOf(name)) !== null;
  }

  /** Makes the directory if it does not exist. */
  create(): void {
    if (this.exists()) return;
    try {
      Deno.mkdirSync(this.#path, { mode: 0o755 });
    } catch (error) {
      throw new AofFileError(`Can't open or create append-only dir ${this.name}: ${systemReason(error)}`);
    }
  }

  /** Size of a part in bytes. Throws a Deno error. */
  sizeOf(name: string): number {
    return Deno.statSync(this.pathOf(name)).size;
  }

  /** Opens a part to append to it: one that is there, or (`isNew`) an empty one. */
  openPart(name: string, isNew: boolean): Deno.FsFile {
    try {
      const options: Deno.OpenOptions = isNew
        ? { write: true, create: true, truncate: true, mode: 0o644 }
        : { append: true, create: true, mode: 0o644 };
      return Deno.openSync(this.pathOf(name), options);
    } catch (error) {
      throw new AofFileError(`Can't open the append-only file ${name}: ${systemReason(error)}`);
    }
  }

  /** The manifest; an empty one where there is none. Throws `AofManifestError` for one that cannot be understood. */
  readManifest(): AofManifest {
    const path = this.pathOf(this.#manifestName);
    if (statOf(path) === null) return AofManifest.EMPTY;
    let bytes: Uint8Array;
    try {
      bytes = Deno.readFileSync(path);
    } catch (error) {
      throw new AofFileError(
        `Fatal error: can't open the AOF manifest file ${path} for reading: ${systemReason(error)}`,
      );
    }
    return AofManifest.parse(bytes);
  }

  /** Stores a manifest in the place of the one before. */
  writeManifest(manifest: AofManifest): void {
    const name = this.#manifestName;
    const temporary = `temp-${name}`;
    writeDurably(this.pathOf(temporary), temporary, manifest.encode());
    try {
      Deno.renameSync(this.pathOf(temporary), this.pathOf(name));
    } catch (error) {
      throw new AofFileError(
        `Error trying to rename the temporary AOF manifest file ${temporary} into ${name}: ${systemReason(error)}`,
      );
    }
    this.#sync();
  }

  /** Gives a part (`kind` for the message) its final name. */
  renamePart(from: string, name: string, kind: "base" | "incr"): void {
    try {
      Deno.renameSync(from, this.pathOf(name));
    } catch (error) {
      throw new AofFileError(
        `Error trying to rename the temporary AOF ${kind} file ${from} into ${this.pathOf(name)}: ` +
          systemReason(error),
      );
    }
  }

  /** Moves the single file of an older server into the directory. */
  adoptSingleFile(): void {
    try {
      Deno.renameSync(this.pathBeside(this.prefix), this.pathOf(this.prefix));
    } catch (error) {
      throw new AofFileError(
        `Error trying to move the old AOF file ${this.prefix} into dir ${this.name}: ${systemReason(error)}`,
      );
    }
  }

  /** Removes a part, whether or not it is there. */
  async removePart(name: string): Promise<void> {
    await Deno.remove(this.pathOf(name)).catch(() => {});
  }

  get #path(): string {
    return this.pathBeside(this.name);
  }

  get #manifestName(): string {
    return `${this.prefix}.manifest`;
  }

  #sync(): void {
    try {
      syncDirectorySync(this.#path);
    } catch (error) {
      throw new AofFileError(`Fail to fsync AOF directory ${this.#path}: ${systemReason(error)}.`);
    }
  }
}

/**
 * Writes a stream into a file and onto the medium, the latter each time `syncEveryBytes` more have come. Throws what the
 * stream fails with, or an `AofFileError`.
 */
export async function writeStreamDurably(
  path: string,
  source: ReadableStream<Uint8Array>,
  syncEveryBytes = Infinity,
): Promise<void> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { write: true, create: true, truncate: true, mode: 0o644 });
  } catch (error) {
    await source.cancel();
    throw new AofFileError(
      `Opening the temp file for AOF rewrite in rewriteAppendOnlyFile(): ${systemReason(error)}`,
    );
  }
  using _file = file;
  let unsyncedBytes = 0;
  for await (const chunk of source) {
    try {
      for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
      unsyncedBytes += chunk.length;
      if (unsyncedBytes < syncEveryBytes) continue;
      unsyncedBytes = 0;
      await file.syncData();
    } catch (error) {
      throw writeFailure(error);
    }
  }
  await file.sync().catch((error) => {
    throw writeFailure(error);
  });
}

/** As `writeStreamDurably`, without letting anything else run. */
export function writeChunksDurably(path: string, chunks: Iterable<Uint8Array>): void {
  try {
    using file = Deno.openSync(path, { write: true, create: true, truncate: true, mode: 0o644 });
    for (const chunk of chunks) for (let at = 0; at < chunk.length;) at += file.writeSync(chunk.subarray(at));
    file.syncSync();
  } catch (error) {
    throw writeFailure(error);
  }
}

function writeFailure(error: unknown): AofFileError {
  return new AofFileError(`Write error writing append only file on disk: ${systemReason(error)}`);
}

function writeDurably(path: string, name: string, bytes: Uint8Array): void {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { write: true, create: true, truncate: true, mode: 0o644 });
  } catch (error) {
    throw new AofFileError(`Can't open the AOF manifest file ${name}: ${systemReason(error)}`);
  }
  using _file = file;
  try {
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  } catch (error) {
    throw new AofFileError(`Error trying to write the temporary AOF manifest file ${name}: ${systemReason(error)}`);
  }
  try {
    file.syncSync();
  } catch (error) {
    throw new AofFileError(`Fail to fsync the temp AOF file ${name}: ${systemReason(error)}.`);
  }
}

function statOf(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch {
    return null;
  }
}
