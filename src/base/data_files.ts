/**
 * Files that must survive a crash: every open, write, sync, rename and removal of them passes a failpoint.
 *
 * - One `DataFiles` for each kind of files of a server; what the system refuses is thrown as Deno says it.
 */

import { canRead } from "./file_access.ts";
import type { Failpoints, FileKind } from "./failpoints.ts";

/** How a file is opened to be written: anew, only if there is none, or at its end. */
export type DataFileMode = "truncate" | "create" | "append";

const OPEN_OPTIONS: Readonly<Record<DataFileMode, Deno.OpenOptions>> = {
  truncate: { write: true, create: true, truncate: true, mode: 0o644 },
  create: { write: true, createNew: true, mode: 0o644 },
  append: { append: true, create: true, mode: 0o644 },
};

/** The files of one kind. */
export class DataFiles {
  readonly #kind: FileKind;
  readonly #failpoints: Failpoints;

  constructor(kind: FileKind, failpoints: Failpoints) {
    this.#kind = kind;
    this.#failpoints = failpoints;
  }

  /** Opens a file to write it. */
  async open(path: string, mode: DataFileMode): Promise<DataFile> {
    this.#failpoints.pass(this.#kind, "open");
    return new DataFile(await Deno.open(path, OPEN_OPTIONS[mode]), this.#kind, this.#failpoints);
  }

  /** As `open`, at once. */
  openSync(path: string, mode: DataFileMode): DataFile {
    this.#failpoints.pass(this.#kind, "open");
    return new DataFile(Deno.openSync(path, OPEN_OPTIONS[mode]), this.#kind, this.#failpoints);
  }

  /** Gives a file its final name. The name is on the medium after the directory was synced. */
  renameSync(from: string, to: string): void {
    this.#failpoints.pass(this.#kind, "rename");
    Deno.renameSync(from, to);
  }

  /** Puts the names in a directory on the medium; Windows cannot open directories, and has no need to. */
  syncDirectorySync(path: string): void {
    if (Deno.build.os === "windows" || !canRead(path)) return;
    this.#failpoints.pass(this.#kind, "directory-sync");
    using directory = Deno.openSync(path, { read: true });
    directory.syncSync();
  }

  /** As `syncDirectorySync`, while the server goes on. */
  async syncDirectory(path: string): Promise<void> {
    if (Deno.build.os === "windows" || !canRead(path)) return;
    await this.#failpoints.enter(this.#kind, "directory-sync");
    using directory = await Deno.open(path, { read: true });
    await directory.sync();
  }

  /** Cuts off what is behind the first `size` bytes. */
  truncateSync(path: string, size: number): void {
    this.#failpoints.pass(this.#kind, "truncate");
    Deno.truncateSync(path, size);
  }

  /** Removes a file. */
  async remove(path: string): Promise<void> {
    this.#failpoints.pass(this.#kind, "remove");
    await Deno.remove(path);
  }

  /** As `remove`, at once. */
  removeSync(path: string): void {
    this.#failpoints.pass(this.#kind, "remove");
    Deno.removeSync(path);
  }
}

/** A file that is open to be written. */
export class DataFile implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #kind: FileKind;
  readonly #failpoints: Failpoints;

  constructor(file: Deno.FsFile, kind: FileKind, failpoints: Failpoints) {
    this.#file = file;
    this.#kind = kind;
    this.#failpoints = failpoints;
  }

  /** Writes all of `bytes`. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const count = this.#failpoints.admit(this.#kind, bytes.length - at);
      at += await this.#file.write(bytes.subarray(at, at + count));
    }
  }

  /** Writes all of `bytes` at once. */
  writeSync(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += this.writeSomeSync(bytes.subarray(at));
  }

  /** Writes as much of `bytes` as the system takes in one go, and returns how much that was. */
  writeSomeSync(bytes: Uint8Array): number {
    const count = this.#failpoints.admit(this.#kind, bytes.length);
    return this.#file.writeSync(count === bytes.length ? bytes : bytes.subarray(0, count));
  }

  /** Puts the bytes on the medium. */
  async sync(): Promise<void> {
    await this.#failpoints.enter(this.#kind, "sync");
    await this.#file.sync();
  }

  /** Puts the bytes on the medium, and of what is known about the file only its size. */
  async syncData(): Promise<void> {
    await this.#failpoints.enter(this.#kind, "sync");
    await this.#file.syncData();
  }

  /** As `sync`, at once. */
  syncSync(): void {
    this.#failpoints.pass(this.#kind, "sync");
    this.#file.syncSync();
  }

  /** Cuts off what is behind the first `size` bytes; the next write follows them. */
  truncateSync(size: number): void {
    this.#failpoints.pass(this.#kind, "truncate");
    this.#file.truncateSync(size);
    // Otherwise a file that is not open to append would get a hole.
    this.#file.seekSync(size, Deno.SeekMode.Start);
  }

  /** Closes the file; nothing is synced by that. */
  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
