/**
 * What scripts may configure of `cjson`, and its null.
 */

import { LuaUserdata } from "../value.ts";

/** What JSON's null is to scripts. */
export const JSON_NULL: LuaUserdata = new LuaUserdata("NULL");

/** How to encode and to decode. */
export interface JsonConfig {
  /** Whether arrays with too many holes become objects; else they are errors. */
  convertsSparseArrays: boolean;
  /** How many times as long as its elements an array may be; 0: without limit. */
  sparseRatio: number;
  /** Up to this length an array may have any holes. */
  sparseSafe: number;
  encodeMaxDepth: number;
  decodeMaxDepth: number;
  /** What becomes of NaN and infinity: an error, themselves, or null. */
  invalidNumbers: InvalidNumbers;
  /** Whether NaN, infinity and hexadecimal numbers are understood. */
  decodesInvalidNumbers: boolean;
  precision: number;
  /** Without effect here. */
  keepsBuffer: boolean;
}

type InvalidNumbers = "off" | "on" | "null";
