/**
 * The constants of the RDB file format: versions, opcodes, value types, length and string encodings.
 *
 * ```
 * file      := "REDIS" version(4 decimal digits) section* EOF(0xFF) checksum(8 bytes, version >= 5)
 * section   := AUX       string string                  key and value of a note about the file
 *            | FUNCTION2 string                         source of a function library
 *            | SELECTDB  length                         the database of the keys that follow
 *            | RESIZEDB  length length                  keys and expires in it: a hint
 *            | SLOT_INFO length length length           slot, keys, expires: a hint (version 12)
 *            | MODULE_AUX length ...                    refused: there are no modules here
 *            | attribute* type(1 byte) string value     one key
 * attribute := EXPIRETIME_MS int64 | EXPIRETIME int32 | IDLE length | FREQ byte
 *
 * length    := 00nnnnnn                                 6 bits
 *            | 01nnnnnn nnnnnnnn                        14 bits, big endian
 *            | 10000000 nnnnnnnn x 4                    32 bits, big endian
 *            | 10000001 nnnnnnnn x 8                    64 bits, big endian
 * string    := length bytes
 *            | 11000000 int8 | 11000001 int16 | 11000010 int32      the decimal digits of that number
 *            | 11000011 length(compressed) length(original) bytes   LZF
 * ```
 *
 * - Fixed-width integers and doubles are little endian, lengths big endian.
 * - The checksum is CRC-64 (Jones) over everything before it, or 0 when the writer had `rdbchecksum no`.
 */

/** The version this server writes. */
export const RDB_VERSION = 10;
/** The newest version this server reads. */
export const MAX_READABLE_RDB_VERSION = 12;
/** The first version with a checksum after EOF. */
export const CHECKSUM_SINCE_VERSION = 5;
/** Bytes of the signature and the version. */
export const HEADER_BYTES = 9;
/** Bytes of the checksum. */
export const CHECKSUM_BYTES = 8;

/** Slot of the following keys, its keys and its expires: a hint of version 12. */
export const OPCODE_SLOT_INFO = 244;
/** A function library. */
export const OPCODE_FUNCTION2 = 245;
/** A function library as the release candidates of 7.0 wrote it. */
export const OPCODE_FUNCTION = 246;
/** Data of a module outside the keyspace. */
export const OPCODE_MODULE_AUX = 247;
/** Idle time of the next key, in seconds. */
export const OPCODE_IDLE = 248;
/** Access frequency of the next key, one byte. */
export const OPCODE_FREQ = 249;
/** A note: two strings. */
export const OPCODE_AUX = 250;
/** Keys and expires of the database that follows: a hint. */
export const OPCODE_RESIZEDB = 251;
/** Expiry of the next key in ms. */
export const OPCODE_EXPIRETIME_MS = 252;
/** Expiry of the next key in seconds. */
export const OPCODE_EXPIRETIME = 253;
/** Database of the keys that follow. */
export const OPCODE_SELECTDB = 254;
/** End of the file's content. */
export const OPCODE_EOF = 255;

/** A string. */
export const TYPE_STRING = 0;
/** A list, one string per element. */
export const TYPE_LIST = 1;
/** A set, one string per member. */
export const TYPE_SET = 2;
/** A sorted set, the scores as text. */
export const TYPE_ZSET = 3;
/** A hash, two strings per pair. */
export const TYPE_HASH = 4;
/** A sorted set, the scores as doubles. */
export const TYPE_ZSET_2 = 5;
/** A value of a module. */
export const TYPE_MODULE = 6;
/** A value of a module, readable without the module. */
export const TYPE_MODULE_2 = 7;
/** A hash in one zipmap. */
export const TYPE_HASH_ZIPMAP = 9;
/** A list in one ziplist. */
export const TYPE_LIST_ZIPLIST = 10;
/** A set in one intset. */
export const TYPE_SET_INTSET = 11;
/** A sorted set in one ziplist. */
export const TYPE_ZSET_ZIPLIST = 12;
/** A hash in one ziplist. */
export const TYPE_HASH_ZIPLIST = 13;
/** A list of ziplists. */
export const TYPE_LIST_QUICKLIST = 14;
/** A stream, as of 5.0. */
export const TYPE_STREAM_LISTPACKS = 15;
/** A hash in one listpack. */
export const TYPE_HASH_LISTPACK = 16;
/** A sorted set in one listpack. */
export const TYPE_ZSET_LISTPACK = 17;
/** A list of nodes, each a listpack or one plain element. */
export const TYPE_LIST_QUICKLIST_2 = 18;
/** A stream, as of 7.0: with first id, tombstone and counters. */
export const TYPE_STREAM_LISTPACKS_2 = 19;
/** A set in one listpack (version 11). */
export const TYPE_SET_LISTPACK = 20;
/** A stream, as of 7.2: consumers with an active time (version 11). */
export const TYPE_STREAM_LISTPACKS_3 = 21;

/** In {@linkcode TYPE_LIST_QUICKLIST_2}: the node is one element, stored as it is. */
export const CONTAINER_PLAIN = 1;
/** In {@linkcode TYPE_LIST_QUICKLIST_2}: the node is a listpack. */
export const CONTAINER_PACKED = 2;

/** First byte of a 32-bit length. */
export const LENGTH_32_BITS = 0x80;
/** First byte of a 64-bit length. */
export const LENGTH_64_BITS = 0x81;
/** Top two bits of a specially encoded string; the low six say which. */
export const ENCODED_STRING = 0xc0;
/** An 8-bit integer follows. */
export const ENCODING_INT8 = 0;
/** A 16-bit integer follows. */
export const ENCODING_INT16 = 1;
/** A 32-bit integer follows. */
export const ENCODING_INT32 = 2;
/** An LZF-compressed string follows. */
export const ENCODING_LZF = 3;

/** In a module's data: an unsigned integer follows. */
export const MODULE_OPCODE_UINT = 2;

/** The longest string that is read, in bytes: offsets into a buffer stay within 31 bits. */
export const MAX_RDB_STRING_BYTES = 0x7fffffff;
/** Strings up to this many bytes are never compressed. */
export const MIN_COMPRESSED_BYTES = 20;
const TYPE_NAMES: Readonly<Record<number, string>> = {
  22: "hash with field expiry, before 7.4",
  23: "hash with field expiry as listpack, before 7.4",
  24: "hash with field expiry",
  25: "hash with field expiry as listpack",
};

/** The text of a refused value type for an error: its number and, when known, what it is. */
export function describeType(type: number): string {
  const name = TYPE_NAMES[type];
  return name === undefined ? `${type}` : `${type} (${name})`;
}
