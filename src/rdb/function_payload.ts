/**
 * FUNCTION DUMP payloads: libraries outside any file.
 *
 * ```
 * (FUNCTION2 string)* version(uint16, little endian) checksum(8 bytes)
 * ```
 *
 * - Libraries as the release candidates of 7.0 wrote them are read, too.
 * - What stands at the end is as in the payload of a value; `isIntactDumpPayload` checks it.
 */

import { ByteWriter } from "../bytes/byte_writer.ts";
import { crc64 } from "../bytes/crc64.ts";
import type { Slice } from "../bytes/slice.ts";
import { CandidateFunction } from "./candidate_function.ts";
import { DUMP_FOOTER_BYTES } from "./dump_payload.ts";
import { OPCODE_FUNCTION, OPCODE_FUNCTION2, RDB_VERSION } from "./rdb_format.ts";
import { RdbFormatError } from "./rdb_format_error.ts";
import { RdbReader } from "./rdb_reader.ts";
import { RdbWriter } from "./rdb_writer.ts";

/** The payload of libraries; `compression` is `rdbcompression`. */
export function dumpFunctions(sources: readonly Uint8Array[], compression: boolean): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  const writer = new RdbWriter(out, { compression, checksum: false });
  for (const source of sources) writer.functionLibrary(source);
  out.uint16le(RDB_VERSION);
  out.uint64le(crc64(out.view()));
  return out.take();
}

/** The sources of a payload that is intact, or what is wrong with it in Redis's words. */
export function parseFunctions(payload: Slice): Uint8Array[] | string {
  const reader = new RdbReader(false);
  // As in Redis, a library that is cut off reads on in what stands at the end.
  reader.beginChunk(payload.view());
  const sources: Uint8Array[] = [];
  while (reader.has(DUMP_FOOTER_BYTES + 1)) {
    const opcode = reader.bytes[reader.position++];
    if (opcode !== OPCODE_FUNCTION && opcode !== OPCODE_FUNCTION2) return "given type is not a function";
    const candidate = opcode === OPCODE_FUNCTION ? new CandidateFunction() : null;
    const source = readWhole(candidate?.read(reader, reader.text) ?? readSource(reader));
    if (source === null) return `Failed loading ${candidate?.part ?? "library payload"}`;
    sources.push(source);
  }
  return sources;
}

function* readSource(reader: RdbReader): Generator<void, Uint8Array> {
  while (!reader.tryString(reader.text)) yield;
  return reader.text.copy();
}

/** Null where the payload ends too early, or is no such thing. */
function readWhole(source: Generator<void, Uint8Array>): Uint8Array | null {
  try {
    const step = source.next();
    return step.done ? step.value : null;
  } catch (error) {
    if (error instanceof RdbFormatError) return null;
    throw error;
  }
}
