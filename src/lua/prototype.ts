/**
 * A compiled function, and how its instructions are made of fields.
 *
 * ```
 *  31      23 22      14 13    6 5    0
 * [    B     |    C     |   A   |  op  ]      B and C below 256 name a register, from 256 on a constant
 * [         Bx          |   A   |  op  ]      Bx - 131071 is the distance of a jump
 * ```
 *
 * Upper fields hold the same bounds as Lua 5.1's, so that what compiles there compiles here and nothing else.
 */

import type { LuaValue } from "./value.ts";

/** The largest Bx, and what is taken from it for a signed distance. */
export const MAX_BX = 0x3ffff;
export const BX_ZERO = 0x1ffff;
/** The largest B or C that a count may have. */
export const MAX_BC = 511;
/** Set in B or C: the rest is the index of a constant. */
export const CONSTANT_FLAG = 256;
/** Registers of a function. */
export const MAX_REGISTERS = 250;

/** An instruction of three fields. */
export function packAbc(op: number, a: number, b: number, c: number): number {
  return op | (a << 6) | (c << 14) | (b << 23);
}

/** An instruction with the wide field. */
export function packAbx(op: number, a: number, bx: number): number {
  return op | (a << 6) | (bx << 14);
}

/** The opcode. */
export function opOf(instruction: number): number {
  return instruction & 63;
}

/** Field A. */
export function aOf(instruction: number): number {
  return (instruction >>> 6) & 255;
}

/** Field B. */
export function bOf(instruction: number): number {
  return instruction >>> 23;
}

/** Field C. */
export function cOf(instruction: number): number {
  return (instruction >>> 14) & 511;
}

/** Field Bx. */
export function bxOf(instruction: number): number {
  return instruction >>> 14;
}

/** The distance of a jump, from the instruction after it. */
export function distanceOf(instruction: number): number {
  return (instruction >>> 14) - BX_ZERO;
}

/** A local variable: in scope for the instructions from `start` up to `end`. */
export interface LocalScope {
  readonly name: string;
  start: number;
  end: number;
}

/** Where a closure finds an upvalue when it is made: in a register of the function around it, or among its upvalues. */
export interface UpvalueSource {
  readonly name: string;
  readonly isLocal: boolean;
  readonly index: number;
}

/** What the compiler makes of one function. */
export interface Prototype {
  readonly chunkName: string;
  /** The line of the word `function`; 0 for a chunk. */
  readonly firstLine: number;
  readonly code: Int32Array;
  readonly lines: Int32Array;
  readonly constants: readonly LuaValue[];
  /** `hashString` of the constants that are strings. */
  readonly hashes: Int32Array;
  readonly children: readonly Prototype[];
  readonly upvalues: readonly UpvalueSource[];
  readonly scopes: readonly LocalScope[];
  /** The fixed parameters; `arg` is none of them. */
  readonly parameterCount: number;
  readonly isVararg: boolean;
  /** A vararg function that never says `...` finds its arguments in the table `arg`, a local after its parameters. */
  readonly hasArgTable: boolean;
  readonly registerCount: number;
}
