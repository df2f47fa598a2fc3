/**
 * FUNCTION DUMP payloads: libraries outside any file.
 *
 * ```
 * (FUNCTION2 string)* version(uint16, little endian) checksum(8 bytes)
 * ```
 *
 * - What stands at the end is as in the payload of a value; `isIntactDumpPayload` checks it.
 */

import { ByteWriter } from "../bytes/byte_writer.ts";
import { crc64 } from "../bytes/crc64.ts";
import type { Slice } from "../bytes/slice.ts";
import { DUMP_FOOTER_BYTES } from "./dump_payload.ts";
import { OPCODE_FUNCTION2, RDB_VERSION } from "./rdb_format.ts";
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
  reader.beginChunk(payload.bytes.subarray(payload.start, payload.end - DUMP_FOOTER_BYTES));
  const sources: Uint8Array[] = [];
  while (reader.has(1)) {
    if (reader.bytes[reader.position++] !== OPCODE_FUNCTION2) return "given type is not a function";
    if (!reader.tryString(reader.text)) return "Failed loading library payload";
    sources.push(reader.text.copy());
  }
  return sources;
}
