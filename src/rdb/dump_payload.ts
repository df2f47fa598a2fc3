/**
 * DUMP payloads: one value outside any file.
 *
 * ```
 * type(1 byte) value version(uint16, little endian) checksum(8 bytes)
 * ```
 *
 * - The checksum is CRC-64 over everything before it; unlike a file's it is never left out.
 */

import { ByteWriter } from "../bytes/byte_writer.ts";
import { crc64 } from "../bytes/crc64.ts";
import type { Slice } from "../bytes/slice.ts";
import { type Kind, KIND_CODES } from "../values/kind.ts";
import type { LoadContext } from "./load_context.ts";
import { CHECKSUM_BYTES, describeType, MAX_READABLE_RDB_VERSION, RDB_VERSION } from "./rdb_format.ts";
import { RdbFormatError } from "./rdb_format_error.ts";
import { RdbReader } from "./rdb_reader.ts";
import type { RdbValues } from "./rdb_visitor.ts";
import { drain, RdbWriter } from "./rdb_writer.ts";
import { kindOfType, VALUE_TYPES } from "./value_types.ts";

const VERSION_BYTES = 2;
/** Bytes of the version and the checksum at the end of a payload. */
export const DUMP_FOOTER_BYTES: number = VERSION_BYTES + CHECKSUM_BYTES;

/** A value of kind `K` as a payload held it. */
export interface DumpedValueOf<K extends Kind> {
  /** Number of the kind; comparing it narrows `value`. */
  readonly kind: (typeof KIND_CODES)[K];
  /** A slice that is valid as long as the payload is, or an aggregate that belongs to the caller. */
  readonly value: RdbValues[K];
}

/** A value of any kind as a payload held it. */
export type DumpedValue = { [K in Kind]: DumpedValueOf<K> }[Kind];

/** The payload of a value; `compression` is `rdbcompression`. */
export function dumpPayload<K extends Kind>(
  kind: K,
  value: RdbValues[K],
  compression: boolean,
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  const writer = new RdbWriter(out, { compression, checksum: false });
  const valueType = VALUE_TYPES[kind];
  writer.type(valueType.typeOf(value));
  drain(valueType.save(writer, value));
  out.uint16le(RDB_VERSION);
  out.uint64le(crc64(out.view()));
  return out.take();
}

/**
 * Whether a payload has a version that can be read and, unless `verifyChecksum` is false, the right checksum. What Redis answers
 * otherwise is "DUMP payload version or checksum are wrong".
 */
export function isIntactDumpPayload(payload: Slice, verifyChecksum = true): boolean {
  const { bytes, end } = payload;
  const footer = end - DUMP_FOOTER_BYTES;
  if (footer < payload.start) return false;
  const version = bytes[footer]! | bytes[footer + 1]! << 8;
  if (version > MAX_READABLE_RDB_VERSION) return false;
  if (!verifyChecksum) return true;
  const stored = new DataView(bytes.buffer, bytes.byteOffset + end - CHECKSUM_BYTES, CHECKSUM_BYTES);
  return stored.getBigUint64(0, true) === crc64(bytes, payload.start, end - CHECKSUM_BYTES);
}

/**
 * The value of a payload that is intact. Bytes between the value and the footer are ignored, as by Redis.
 *
 * Throws `RdbFormatError`, also for an aggregate without elements; what Redis answers then is "Bad data format".
 */
export function parseDumpPayload(payload: Slice, context: LoadContext): DumpedValue {
  const reader = new RdbReader(false);
  reader.beginChunk(payload.bytes.subarray(payload.start, payload.end - DUMP_FOOTER_BYTES));
  if (!reader.has(1)) throw RdbFormatError.shortRead(0);
  const type = reader.bytes[reader.position++]!;
  const kind = kindOfType(type);
  if (kind === null) {
    throw RdbFormatError.unsupported(`Unknown RDB encoding type ${describeType(type)}`, reader.offset);
  }
  const loader = VALUE_TYPES[kind].load(reader, type, context);
  const result = loader.next();
  if (!result.done) {
    loader.return(null as never);
    throw RdbFormatError.shortRead(reader.offset);
  }
  if (result.value === null) throw reader.corrupt("The value has no elements");
  return { kind: KIND_CODES[kind], value: result.value } as DumpedValue;
}
