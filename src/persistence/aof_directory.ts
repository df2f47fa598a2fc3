/**
 * The directory of an append-only file: its manifest and its parts, read and written.
 *
 * - A manifest takes the place of the old one atomically and is on the medium before anybody relies on it.
 * - Failures are `AofFileError`s, whose message is Redis's log line.
 */

import { type DataFile, DataFiles } from "../base/data_files.ts";
import type { Failpoints } from "../base/failpoints.ts";
import { requireRead, requireWrite } from "../base/file_access.ts";
import type { Config } from "../config/config.ts";
import { type AddedFile, AofManifest } from "./aof_manifest.ts";
import { joinPath } from "./data_path.ts";
import { systemReason } from "../base/system_reason.ts";

/** A file or directory that could not be used; the message is Redis's log line. */
export class AofFileError extends Error {
  override readonly name = "AofFileError";
}

/** The directory as it is configured now. */
export class AofDirectory {
  readonly #config: Config;
  readonly #increments: DataFiles;
  readonly #bases: DataFiles;
  readonly #manifests: DataFiles;

  constructor(config: Config, failpoints: Failpoints) {
    this.#config = config;
    this.#increments = new DataFiles("aof", failpoints);
    this.#bases = new DataFiles("base", failpoints);
    this.#manifests = new DataFiles("manifest", failpoints);
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

  /** Makes the directory if it does not exist. */
  create(): void {
    if (this.exists()) return;
    try {
      Deno.mkdirSync(this.#path, { mode: 0o755 });
      this.#manifests.syncDirectorySync(this.#config.cell("dir").value || ".");
    } catch (error) {
      throw new AofFileError(`Can't open or create append-only dir ${this.name}: ${systemReason(error)}`);
    }
  }

  /** Size of a part in bytes. Throws a Deno error. */
  sizeOf(name: string): number {
    return Deno.statSync(this.pathOf(name)).size;
  }

  /** Opens a part to append to it: one that is there, or (`isNew`) an empty one. */
  openPart(name: string, isNew: boolean): DataFile {
    try {
      return this.#increments.openSync(this.pathOf(name), isNew ? "truncate" : "append");
    } catch (error) {
      throw new AofFileError(`Can't open the append-only file ${name}: ${systemReason(error)}`);
    }
  }

  /** Makes an increment and stores the manifest with it, as `writeManifest` does. */
  addIncrement({ name, manifest }: AddedFile): { file: DataFile; unsynced: AofFileError | null } {
    const file = this.openPart(name, true);
    try {
      return { file, unsynced: this.writeManifest(manifest) };
    } catch (error) {
      file.close();
      throw error;
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

  /**
   * Stores a manifest in the place of the one before. Throws an `AofFileError` when the one before is still there, and returns
   * one when the new one is, but may not be on the medium: then no file that either of them names may go.
   */
  writeManifest(manifest: AofManifest): AofFileError | null {
    const name = this.#manifestName;
    const temporary = `temp-${name}`;
    this.#writeTemporaryManifest(temporary, manifest.encode());
    try {
      this.#manifests.renameSync(this.pathOf(temporary), this.pathOf(name));
    } catch (error) {
      throw new AofFileError(
        `Error trying to rename the temporary AOF manifest file ${temporary} into ${name}: ${systemReason(error)}`,
      );
    }
    try {
      this.#manifests.syncDirectorySync(this.#path);
      return null;
    } catch (error) {
      return new AofFileError(`Fail to fsync AOF directory ${this.#path}: ${systemReason(error)}.`);
    }
  }

  /** Gives a part (`kind` for the message) its final name. */
  renamePart(from: string, name: string, kind: "base" | "incr"): void {
    try {
      (kind === "base" ? this.#bases : this.#increments).renameSync(from, this.pathOf(name));
    } catch (error) {
      throw new AofFileError(
        `Error trying to rename the temporary AOF ${kind} file ${from} into ${this.pathOf(name)}: ` +
          systemReason(error),
      );
    }
  }

  /**
   * Moves the single file of an older server into the directory, if there is one and nothing newer, or such a move was
   * interrupted: the manifest with it as the base, or null.
   */
  adoptSingleFile(manifest: AofManifest): AofManifest | null {
    const { prefix } = this;
    const isAlone = manifest.base?.name === prefix && manifest.increments.length === 0;
    const isInterrupted = isAlone && statOf(this.pathOf(prefix)) === null;
    if (!manifest.isEmpty && !isInterrupted) return null;
    if (statOf(this.pathBeside(prefix))?.isFile !== true) return null;
    this.create();
    const adopted = AofManifest.ofSingleFile(prefix);
    const unsynced = this.writeManifest(adopted);
    if (unsynced !== null) throw unsynced;
    try {
      this.#bases.renameSync(this.pathBeside(prefix), this.pathOf(prefix));
    } catch (error) {
      throw new AofFileError(
        `Error trying to move the old AOF file ${prefix} into dir ${this.name}: ${systemReason(error)}`,
      );
    }
    return adopted;
  }

  /** Removes a part, whether or not it is there. */
  async removePart(name: string): Promise<void> {
    await this.#increments.remove(this.pathOf(name)).catch(() => {});
  }

  /** As `removePart`, at once. */
  removePartSync(name: string): void {
    try {
      this.#increments.removeSync(this.pathOf(name));
    } catch {
      // What is not there need not go.
    }
  }

  /** Removes the file of `writeBase`, whether or not it is there. */
  async removeTemporary(path: string): Promise<void> {
    await this.#bases.remove(path).catch(() => {});
  }

  /** Cuts off what is behind the first `size` bytes of a part. Throws a Deno error. */
  truncatePart(name: string, size: number): void {
    this.#increments.truncateSync(this.pathOf(name), size);
  }

  get #path(): string {
    return this.pathBeside(this.name);
  }

  get #manifestName(): string {
    return `${this.prefix}.manifest`;
  }

  /**
   * Writes a stream into a file that is to become a base, and onto the medium, the latter each time `syncEveryBytes` more have
   * come. Throws what the stream fails with, or an `AofFileError`.
   */
  async writeBase(path: string, source: ReadableStream<Uint8Array>, syncEveryBytes = Infinity): Promise<void> {
    let file: DataFile;
    try {
      file = await this.#bases.open(path, "truncate");
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
        await file.write(chunk);
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

  /** As `writeBase` with the whole of it, without letting anything else run. */
  writeBaseSync(path: string, bytes: Uint8Array): void {
    try {
      using file = this.#bases.openSync(path, "truncate");
      file.writeSync(bytes);
      file.syncSync();
    } catch (error) {
      throw writeFailure(error);
    }
  }

  #writeTemporaryManifest(name: string, bytes: Uint8Array): void {
    let file: DataFile;
    try {
      file = this.#manifests.openSync(this.pathOf(name), "truncate");
    } catch (error) {
      throw new AofFileError(`Can't open the AOF manifest file ${name}: ${systemReason(error)}`);
    }
    using _file = file;
    try {
      file.writeSync(bytes);
    } catch (error) {
      throw new AofFileError(`Error trying to write the temporary AOF manifest file ${name}: ${systemReason(error)}`);
    }
    try {
      file.syncSync();
    } catch (error) {
      throw new AofFileError(`Fail to fsync the temp AOF file ${name}: ${systemReason(error)}.`);
    }
  }
}

function writeFailure(error: unknown): AofFileError {
  return new AofFileError(`Write error writing append only file on disk: ${systemReason(error)}`);
}

function statOf(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch {
    return null;
  }
}
