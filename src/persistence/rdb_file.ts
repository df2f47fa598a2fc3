/**
 * RDB files on disk: written whole under a temporary name and then renamed, so that the old file stays until the new one is
 * complete and on the medium; read as a web stream.
 *
 * - A background save and a SAVE beside it have temporary names of their own: neither writes into the other's file.
 */

import type { DataFile, DataFiles } from "../base/data_files.ts";
import { canRead, canWrite, requireRead, requireWrite } from "../base/file_access.ts";
import { joinPath } from "./data_path.ts";
import { systemReason } from "../base/system_reason.ts";

/** Bytes read from a file at a time. */
const READ_BYTES = 128 * 1024;

/** Where the RDB file is. */
export interface RdbLocation {
  readonly files: DataFiles;
  readonly directory: string;
  readonly fileName: string;
}

/** A file that is read. */
export interface OpenedFile {
  readonly stream: ReadableStream<Uint8Array>;
  readonly size: number;
}

/** A file that could not be written; the message is Redis's log line. */
export class RdbFileError extends Error {
  override readonly name = "RdbFileError";
}

/** The path of the file. */
export function rdbPath(location: RdbLocation): string {
  return joinPath(location.directory, location.fileName);
}

/** Throws a `FileAccessError` unless the file may be written. */
export function requireRdbWrite(location: RdbLocation): void {
  requireWrite(foregroundPath(location), "save the RDB file");
  requireWrite(rdbPath(location), "save the RDB file");
}

let backgroundFiles = 0;

/** How `writeRdbFile` goes about it. */
export interface RdbWriteOptions {
  /** A file of `foregroundPath` or of `backgroundPath`. */
  readonly temporary: string;
  /** Asked when the temporary file is complete. */
  readonly isWanted: () => boolean;
}

/**
 * Writes `source` to the file atomically: only if `isWanted` still says so when it is complete does it take the place of the
 * old one; otherwise false. On failure, which is a `RdbFileError`, a `FileAccessError` or what `source` fails with, the old
 * file stays and the temporary one goes.
 */
export async function writeRdbFile(
  location: RdbLocation,
  source: ReadableStream<Uint8Array>,
  { temporary, isWanted }: RdbWriteOptions,
): Promise<boolean> {
  let file: DataFile;
  try {
    requireRdbWrite(location);
    file = await location.files.open(temporary, "truncate");
  } catch (error) {
    await source.cancel();
    throw openError(error, temporary, location);
  }
  let former: string | null = null;
  try {
    await source.pipeTo(rdbFileSink(file));
    former = await nameFormer(location);
    if (!isWanted()) {
      removeTemporary(temporary, location);
      return false;
    }
    // Synchronous, so that nothing can come between the question and the act.
    rename(temporary, location);
  } catch (error) {
    removeTemporary(temporary, location);
    throw error;
  } finally {
    if (former !== null) await location.files.remove(former).catch(() => {});
  }
  await location.files.syncDirectory(location.directory).catch((error) => {
    throw writeError("fsyncFileDir", error);
  });
  return true;
}

/**
 * Gives the old file one more name, which is to be removed when the new file has taken its place: the system frees a file
 * with its last name, 50 MB in 46 ms, and that must happen beside the commands. Null where there is no old file, or no such
 * names: then the commands wait that long.
 */
async function nameFormer(location: RdbLocation): Promise<string | null> {
  const path = rdbPath(location);
  const name = joinPath(location.directory, `temp-${Deno.pid}-former.rdb`);
  if (![path, name].every((each) => canRead(each) && canWrite(each))) return null;
  try {
    await Deno.link(path, name);
    return name;
  } catch {
    return null;
  }
}

/** As `writeRdbFile`, without letting anything else run: SAVE. */
export function writeRdbFileSync(location: RdbLocation, chunks: Iterable<Uint8Array>): void {
  const temporary = foregroundPath(location);
  requireRdbWrite(location);
  let file: DataFile;
  try {
    file = location.files.openSync(temporary, "truncate");
  } catch (error) {
    throw openError(error, temporary, location);
  }
  try {
    try {
      for (const chunk of chunks) file.writeSync(chunk);
    } catch (error) {
      throw writeError("rdbSaveRio", error);
    }
    try {
      file.syncSync();
    } catch (error) {
      throw writeError("fsync", error);
    }
    rename(temporary, location);
  } catch (error) {
    removeTemporary(temporary, location);
    throw error;
  } finally {
    file.close();
  }
  try {
    location.files.syncDirectorySync(location.directory);
  } catch (error) {
    throw writeError("fsyncFileDir", error);
  }
}

/** Opens the file for reading; null when there is none. */
export async function openRdbFile(location: RdbLocation): Promise<OpenedFile | null> {
  const path = rdbPath(location);
  requireRead(path, "load the RDB file");
  try {
    const file = await Deno.open(path, { read: true });
    return { size: (await file.stat()).size, stream: readInTurns(file) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/**
 * The bytes of a file, read ahead into two buffers in turn: a chunk is valid until the next is asked for. The file is closed
 * at the end, or where it cannot be read.
 */
function readInTurns(file: Deno.FsFile): ReadableStream<Uint8Array> {
  const buffers = [new Uint8Array(READ_BYTES), new Uint8Array(READ_BYTES)];
  let turn = 0;
  return new ReadableStream({
    async pull(controller) {
      const buffer = buffers[turn]!;
      turn ^= 1;
      let count: number | null = null;
      try {
        count = await file.read(buffer);
      } finally {
        if (count === null) file.close();
      }
      if (count === null) controller.close();
      else controller.enqueue(buffer.subarray(0, count));
    },
    cancel() {
      file.close();
    },
  }, new CountQueuingStrategy({ highWaterMark: 1 }));
}

/** The chunks of the file, read without letting anything else run. Throws when there is none. */
export function* readRdbFileSync(location: RdbLocation): Generator<Uint8Array> {
  const path = rdbPath(location);
  requireRead(path, "load the RDB file");
  using file = Deno.openSync(path, { read: true });
  const buffer = new Uint8Array(READ_BYTES);
  for (let count = file.readSync(buffer); count !== null; count = file.readSync(buffer)) {
    yield buffer.subarray(0, count);
  }
}

/** Writes what it is given into `file`, puts it on the medium at the end, and closes it in any case. */
export function rdbFileSink(file: DataFile): WritableStream<Uint8Array> {
  return new WritableStream({
    async write(chunk) {
      try {
        await file.write(chunk);
      } catch (error) {
        file.close();
        throw writeError("rdbSaveRio", error);
      }
    },
    async close() {
      try {
        await file.sync();
      } catch (error) {
        throw writeError("fsync", error);
      } finally {
        file.close();
      }
    },
    abort() {
      file.close();
    },
  });
}

function rename(temporary: string, location: RdbLocation): void {
  try {
    location.files.renameSync(temporary, rdbPath(location));
  } catch (error) {
    throw new RdbFileError(
      `Error moving temp DB file ${baseName(temporary)} on the final destination ${location.fileName} ` +
        `(in server root dir ${location.directory}): ${systemReason(error)}`,
    );
  }
}

function openError(error: unknown, temporary: string, { directory }: RdbLocation): unknown {
  if (!(error instanceof Error) || error.name === "FileAccessError") return error;
  return new RdbFileError(
    `Failed opening the temp RDB file ${baseName(temporary)} (in server root dir ${directory}) for saving: ` +
      systemReason(error),
  );
}

function writeError(operation: string, error: unknown): RdbFileError {
  return new RdbFileError(`Write error saving DB on disk(${operation}): ${systemReason(error)}`);
}

/** The temporary file of a save that nothing runs beside. */
export function foregroundPath({ directory }: RdbLocation): string {
  return joinPath(directory, `temp-${Deno.pid}.rdb`);
}

/** A new temporary file, for one background save. */
export function backgroundPath({ directory }: RdbLocation): string {
  return joinPath(directory, `temp-${Deno.pid}-${++backgroundFiles}.rdb`);
}

/** Removes a temporary file that may or may not have been made. */
export function removeTemporary(path: string, { files }: RdbLocation): void {
  try {
    files.removeSync(path);
  } catch {
    // It may never have been made.
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
