/**
 * The code of one function while it is compiled: instructions, constants, registers and jumps.
 *
 * - Registers are a stack: the active local variables at the bottom, temporary values above them.
 * - Jumps to a place not yet known are kept in lists of instruction numbers. A jump that ends a test may carry the
 *   tested value to a register (`Op.TestSet`); it becomes a plain test where nobody wants the value.
 */

import { Op } from "./interpreter.ts";
import type { Lexer } from "./lexer.ts";
import { aOf, bOf, BX_ZERO, cOf, CONSTANT_FLAG, MAX_BX, MAX_REGISTERS, opOf, packAbc, packAbx } from "./prototype.ts";
import type { LuaValue } from "./value.ts";

/** No register: the value of a test is not wanted. */
export const NO_REGISTER = 255;

/** Emits the instructions of one function. */
export class CodeBuilder {
  readonly code: number[] = [];
  readonly lines: number[] = [];
  readonly constants: LuaValue[] = [];
  /** The lowest register that is free. */
  free = 0;
  /** Registers taken by active local variables. */
  localCount = 0;
  /** Registers that the function needs at most. */
  registerCount = 2;

  readonly #lexer: Lexer;
  readonly #constantIndexes = new Map<LuaValue, number>();
  /** Jumps to the instruction that comes next. */
  #pending: number[] = [];

  constructor(lexer: Lexer) {
    this.#lexer = lexer;
  }

  /** The number of the instruction that comes next. */
  get next(): number {
    return this.code.length;
  }

  /** Adds an instruction of three fields, and returns its number. */
  emit(op: number, a: number, b: number, c: number): number {
    return this.#append(packAbc(op, a, b, c));
  }

  /** Adds an instruction with the wide field. */
  emitWide(op: number, a: number, bx: number): number {
    return this.#append(packAbx(op, a, bx));
  }

  /** Adds a word that is no instruction. */
  emitRaw(word: number): void {
    this.#append(word);
  }

  #append(instruction: number): number {
    const pending = this.#pending;
    this.#pending = [];
    this.#patchWithoutValue(pending, this.next);
    this.lines.push(this.#lexer.lastLine);
    return this.code.push(instruction) - 1;
  }

  /** Gives the instruction before the next one another line. */
  fixLine(line: number): void {
    this.lines[this.lines.length - 1] = line;
  }

  /** Takes the last instruction back. */
  removeLast(): void {
    this.code.pop();
    this.lines.pop();
  }

  /** Makes a call the last thing that its function does. */
  makeTailCall(at: number): void {
    this.code[at] = (this.code[at]! & ~63) | Op.TailCall;
  }

  /** Whether an instruction joins strings. */
  isConcat(at: number): boolean {
    return opOf(this.code[at]!) === Op.Concat;
  }

  setA(at: number, a: number): void {
    this.code[at] = (this.code[at]! & ~(255 << 6)) | (a << 6);
  }

  setB(at: number, b: number): void {
    this.code[at] = (this.code[at]! & ~(511 << 23)) | (b << 23);
  }

  setC(at: number, c: number): void {
    this.code[at] = (this.code[at]! & ~(511 << 14)) | (c << 14);
  }

  /** The index of a constant. 0 and -0 are one, as in Lua. */
  constant(value: LuaValue): number {
    const known = this.#constantIndexes.get(value);
    if (known !== undefined) return known;
    const index = this.constants.length;
    if (index > MAX_BX) throw this.#lexer.errorAt("constant table overflow");
    this.constants.push(value);
    this.#constantIndexes.set(value, index);
    return index;
  }

  /** Makes sure that `count` more registers exist. */
  checkRegisters(count: number): void {
    const needed = this.free + count;
    if (needed <= this.registerCount) return;
    if (needed >= MAX_REGISTERS) throw this.#lexer.errorNear("function or expression too complex");
    this.registerCount = needed;
  }

  /** Takes the next `count` registers. */
  reserve(count: number): void {
    this.checkRegisters(count);
    this.free += count;
  }

  /** Gives back a temporary register; constants and local variables are left alone. */
  release(register: number): void {
    if (register < CONSTANT_FLAG && register >= this.localCount) this.free--;
  }

  /** Emits a jump to somewhere; it joins the jumps that lead to it. */
  jump(): number[] {
    const joined = this.#pending;
    this.#pending = [];
    return [this.emitWide(Op.Jump, 0, BX_ZERO), ...joined];
  }

  /** Lets jumps lead to `target`, which is known. */
  patch(jumps: readonly number[], target: number): void {
    if (target === this.next) this.patchHere(jumps);
    else this.#patchWithoutValue(jumps, target);
  }

  /** Lets jumps lead to the next instruction. */
  patchHere(jumps: readonly number[]): void {
    this.#pending = [...this.#pending, ...jumps];
  }

  /** Jumps that carry a value lead to `valueTarget` with it in `register`, the others to `otherTarget`. */
  patchValues(jumps: readonly number[], valueTarget: number, register: number, otherTarget: number): void {
    for (const jump of jumps) this.#setTarget(jump, this.#keepValue(jump, register) ? valueTarget : otherTarget);
  }

  /** Whether some jump carries no value, so that one has to be made for it. */
  needsValue(jumps: readonly number[]): boolean {
    return jumps.some((jump) => opOf(this.code[this.controlOf(jump)]!) !== Op.TestSet);
  }

  /** Makes jumps drop the values that they carry. */
  dropValues(jumps: readonly number[]): void {
    for (const jump of jumps) this.#keepValue(jump, NO_REGISTER);
  }

  /** The instruction that decides about a jump: the test before it, or the jump itself. */
  controlOf(jump: number): number {
    const before = jump > 0 ? opOf(this.code[jump - 1]!) : Op.Jump;
    const isTest = before === Op.Equal || before === Op.Less || before === Op.LessOrEqual || before === Op.Test ||
      before === Op.TestSet;
    return isTest ? jump - 1 : jump;
  }

  /** Sets the register of the value that a jump carries; false where it carries none. */
  #keepValue(jump: number, register: number): boolean {
    const at = this.controlOf(jump);
    const instruction = this.code[at]!;
    if (opOf(instruction) !== Op.TestSet) return false;
    const tested = bOf(instruction);
    if (register !== NO_REGISTER && register !== tested) this.setA(at, register);
    else this.code[at] = packAbc(Op.Test, tested, 0, cOf(instruction));
    return true;
  }

  #patchWithoutValue(jumps: readonly number[], target: number): void {
    for (const jump of jumps) {
      this.#keepValue(jump, NO_REGISTER);
      this.#setTarget(jump, target);
    }
  }

  #setTarget(jump: number, target: number): void {
    const bx = target - jump - 1 + BX_ZERO;
    if (bx < 0 || bx > MAX_BX) throw this.#lexer.errorNear("control structure too long");
    const instruction = this.code[jump]!;
    this.code[jump] = packAbx(opOf(instruction), aOf(instruction), bx);
  }
}
