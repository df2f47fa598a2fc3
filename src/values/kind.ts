/**
 * The kinds of value a key can hold, by name and by number.
 *
 * - The numbers are Redis's object types (string 0, list 1, set 2, sorted set 3, hash 4, module 5, stream 6), so a
 *   column of kinds, a digest and a log line mean the same on both servers.
 * - Tables over kinds are declared `satisfies Record<Kind, ...>`: a kind that is added here without its row there
 *   does not compile.
 */

/** A kind of value, by its name in TYPE's reply. */
export type Kind = "string" | "list" | "set" | "zset" | "hash" | "stream";

/** Number of the kind "string". */
export const KIND_STRING = 0;
/** Number of the kind "list". */
export const KIND_LIST = 1;
/** Number of the kind "set". */
export const KIND_SET = 2;
/** Number of the kind "zset", the sorted sets. */
export const KIND_ZSET = 3;
/** Number of the kind "hash". */
export const KIND_HASH = 4;
/** Number of the kind "stream". */
export const KIND_STREAM = 6;

/** The number of each kind. */
export const KIND_CODES = {
  string: KIND_STRING,
  list: KIND_LIST,
  set: KIND_SET,
  zset: KIND_ZSET,
  hash: KIND_HASH,
  stream: KIND_STREAM,
} as const satisfies Record<Kind, number>;

/** The number of a kind. */
export type KindCode = (typeof KIND_CODES)[Kind];
