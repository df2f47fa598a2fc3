/**
 * RDB files on disk: written whole under a temporary name and then renamed, so that the old file stays until the new one is
 * complete and on the medium; read as a web stream.
 */

import { requireRead, requireWrite } from "../base/file_access.ts";

/** Bytes read from a file at a time. */
const READ_BYTES = 64 * 1024;

/** Where the RDB file is. */
export interface RdbLocation {
  readonly directory: string;
  readonly fileName: string;
}

/** The path of the file. */
export function rdbPath(location: RdbLocation): string {
  return joinPath(location.directory, location.fileName);
}

/** Writes `source` to the file atomically. On failure the old file stays and the temporary one goes. */
export async function writeRdbFile(location: RdbLocation, source: ReadableStream<Uint8Array>): Promise<void> {
  const temporary = temporaryPath(location);
  let file: Deno.FsFile;
  try {
    requireWrite(temporary, "write the RDB file");
    file = await Deno.open(temporary, { write: true, create: true, truncate: true });
  } catch (error) {
    await source.cancel();
    throw error;
  }
  try {
    await source.pipeTo(fileSink(file));
    await Deno.rename(temporary, rdbPath(location));
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** As `writeRdbFile`, without letting anything else run: SAVE. */
export function writeRdbFileSync(location: RdbLocation, chunks: Iterable<Uint8Array>): void {
  const temporary = temporaryPath(location);
  requireWrite(temporary, "write the RDB file");
  const file = Deno.openSync(temporary, { write: true, create: true, truncate: true });
  try {
    try {
      for (const chunk of chunks) for (let at = 0; at < chunk.length;) at += file.writeSync(chunk.subarray(at));
      file.syncSync();
    } finally {
      file.close();
    }
    Deno.renameSync(temporary, rdbPath(location));
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

/** Opens the file for reading; null when there is none. */
export async function openRdbFile(
  location: RdbLocation,
): Promise<{ stream: ReadableStream<Uint8Array>; size: number } | null> {
  const path = rdbPath(location);
  requireRead(path, "load the RDB file");
  try {
    const file = await Deno.open(path, { read: true });
    return { size: (await file.stat()).size, stream: file.readable };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
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

function fileSink(file: Deno.FsFile): WritableStream<Uint8Array> {
  return new WritableStream({
    async write(chunk) {
      for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
    },
    async close() {
      await file.sync();
      file.close();
    },
    abort() {
      file.close();
    },
  });
}

function temporaryPath(location: RdbLocation): string {
  return joinPath(location.directory, `temp-${Deno.pid}.rdb`);
}

function joinPath(directory: string, name: string): string {
  return directory === "" || directory === "." ? name : `${directory.replace(/\/$/, "")}/${name}`;
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It may never have been made.
  }
}
