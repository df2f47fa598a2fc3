/**
 * One function while it is compiled: its variables and blocks.
 */

import { ExpressionBuilder } from "./expression_builder.ts";
import { Op } from "./interpreter.ts";
import type { Lexer } from "./lexer.ts";
import { Operand, OperandKind } from "./operand.ts";
import type { LocalScope, Prototype, UpvalueSource } from "./prototype.ts";
import { hashString } from "./table.ts";

/** Lua's `LUAI_MAXVARS` and `LUAI_MAXUPVALUES`. */
const MAX_LOCALS = 200;
const MAX_UPVALUES = 60;

interface Block {
  readonly isLoop: boolean;
  readonly localCount: number;
  /** Whether a closure keeps a variable of this block. */
  hasCaptured: boolean;
  readonly breaks: number[];
}

/** A function being compiled, with the one around it. */
export class FunctionScope {
  readonly builder: ExpressionBuilder;
  readonly outer: FunctionScope | undefined;
  readonly firstLine: number;
  readonly children: Prototype[] = [];
  parameterCount = 0;
  isVararg = false;
  hasArgTable = false;

  readonly #lexer: Lexer;
  readonly #upvalues: UpvalueSource[] = [];
  readonly #scopes: LocalScope[] = [];
  /** The scopes of the variables that are active or about to be. */
  readonly #active: LocalScope[] = [];
  readonly #blocks: Block[] = [];

  constructor(lexer: Lexer, firstLine: number, outer?: FunctionScope) {
    this.#lexer = lexer;
    this.firstLine = firstLine;
    this.outer = outer;
    this.builder = new ExpressionBuilder(lexer);
  }

  /** Announces a variable; it can be seen after `activate`. */
  declare(name: string): void {
    if (this.#active.length + 1 > MAX_LOCALS) throw this.limitError("local variables", MAX_LOCALS);
    const scope: LocalScope = { name, start: 0, end: 0 };
    this.#scopes.push(scope);
    this.#active.push(scope);
  }

  /** Lets the next `count` announced variables be seen. */
  activate(count: number): void {
    const { builder } = this;
    for (let i = 0; i < count; i++) this.#active[builder.localCount++]!.start = builder.next;
  }

  /** Lets the newest variable be seen in messages from here on only: a local function, once it has its value. */
  restartNewest(): void {
    this.#active[this.builder.localCount - 1]!.start = this.builder.next;
  }

  /** The variable `name`: a local one, an upvalue or a global one. */
  find(name: string): Operand {
    return this.#findLocal(name, true) ?? new Operand(OperandKind.Global, this.builder.constant(name));
  }

  #findLocal(name: string, isOwn: boolean): Operand | undefined {
    const { builder } = this;
    for (let register = builder.localCount - 1; register >= 0; register--) {
      if (this.#active[register]!.name !== name) continue;
      if (!isOwn) this.#markCaptured(register);
      return new Operand(OperandKind.Local, register);
    }
    const found = this.outer === undefined ? undefined : this.outer.#findLocal(name, false);
    return found && new Operand(OperandKind.Upvalue, this.#upvalueIndex(name, found));
  }

  #upvalueIndex(name: string, { kind, info }: Operand): number {
    const isLocal = kind === OperandKind.Local;
    const known = this.#upvalues.findIndex((upvalue) => upvalue.index === info && upvalue.isLocal === isLocal);
    if (known >= 0) return known;
    if (this.#upvalues.length + 1 > MAX_UPVALUES) throw this.limitError("upvalues", MAX_UPVALUES);
    return this.#upvalues.push({ name, isLocal, index: info }) - 1;
  }

  #markCaptured(register: number): void {
    const block = this.#blocks.findLast(({ localCount }) => localCount <= register);
    if (block !== undefined) block.hasCaptured = true;
  }

  /** Opens a block; `break` leaves the innermost loop. */
  enterBlock(isLoop: boolean): void {
    this.#blocks.push({ isLoop, localCount: this.builder.localCount, hasCaptured: false, breaks: [] });
  }

  /** Closes the innermost block: its variables end, the jumps of its breaks lead here. */
  leaveBlock(): void {
    const block = this.#blocks.pop()!;
    const { builder } = this;
    this.#endVariables(block.localCount);
    if (block.hasCaptured) builder.emit(Op.Close, block.localCount, 0, 0);
    builder.free = builder.localCount;
    builder.patchHere(block.breaks);
  }

  /** Whether a closure keeps a variable of the innermost block. */
  get hasCaptured(): boolean {
    return this.#blocks.at(-1)!.hasCaptured;
  }

  /** Emits a jump out of the innermost loop; false where there is none. */
  emitBreak(): boolean {
    let hasCaptured = false;
    for (const block of this.#blocks.toReversed()) {
      if (block.isLoop) {
        if (hasCaptured) this.builder.emit(Op.Close, block.localCount, 0, 0);
        block.breaks.push(...this.builder.jump());
        return true;
      }
      hasCaptured ||= block.hasCaptured;
    }
    return false;
  }

  /** Ends the function: the compiled prototype. */
  finish(): Prototype {
    const { builder } = this;
    builder.emit(Op.Return, 0, 1, 0);
    this.#endVariables(0);
    return {
      chunkName: this.#lexer.chunkName,
      firstLine: this.firstLine,
      code: Int32Array.from(builder.code),
      lines: Int32Array.from(builder.lines),
      constants: builder.constants,
      hashes: Int32Array.from(builder.constants, (value) => typeof value === "string" ? hashString(value) : 0),
      children: this.children,
      upvalues: this.#upvalues,
      scopes: this.#scopes,
      parameterCount: this.parameterCount,
      isVararg: this.isVararg,
      hasArgTable: this.hasArgTable,
      registerCount: builder.registerCount,
    };
  }

  #endVariables(localCount: number): void {
    const { builder } = this;
    while (builder.localCount > localCount) this.#active[--builder.localCount]!.end = builder.next;
    this.#active.length = localCount;
  }

  /** The error of a limit of this function. */
  limitError(what: string, limit: number): Error {
    const place = this.firstLine === 0 ? "main function" : `function at line ${this.firstLine}`;
    return this.#lexer.errorAt(`${place} has more than ${limit} ${what}`);
  }
}
