/**
 * The grammar of statements, compiled while it is read.
 */

import { ExpressionParser } from "./expression_parser.ts";
import { Op } from "./interpreter.ts";
import { Operand, OperandKind } from "./operand.ts";
import { BX_ZERO, type Prototype } from "./prototype.ts";
import { Token } from "./token.ts";

const COMMA = 0x2c;
const DOT = 0x2e;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

/** Variables of one assignment: Lua's `LUAI_MAXCCALLS`. */
const MAX_TARGETS = 200;

/** Compiles a chunk: a vararg function without upvalues. Throws a `LuaSyntaxError`. */
export function compile(source: string, chunkName: string): Prototype {
  return new StatementParser(source, chunkName).mainFunction();
}

class StatementParser extends ExpressionParser {
  mainFunction(): Prototype {
    this.scope.isVararg = true;
    this.lexer.next();
    this.chunk();
    this.expect(Token.EndOfSource);
    return this.scope.finish();
  }

  protected override chunk(): void {
    this.nest(() => {
      let isLast = false;
      while (!isLast && !this.#endsBlock()) {
        isLast = this.#statement();
        this.accept(SEMICOLON);
        this.scope.builder.free = this.scope.builder.localCount;
      }
    });
  }

  #endsBlock(): boolean {
    switch (this.lexer.token) {
      case Token.Else:
      case Token.Elseif:
      case Token.End:
      case Token.EndOfSource:
      case Token.Until:
        return true;
    }
    return false;
  }

  #block(): void {
    this.scope.enterBlock(false);
    this.chunk();
    this.scope.leaveBlock();
  }

  /** Parses a statement; true for one that has to be the last of its block. */
  #statement(): boolean {
    const { lexer } = this;
    const { line } = lexer;
    switch (lexer.token) {
      case Token.If:
        this.#if(line);
        return false;
      case Token.While:
        this.#while(line);
        return false;
      case Token.Do:
        lexer.next();
        this.#block();
        this.expectMatch(Token.End, Token.Do, line);
        return false;
      case Token.For:
        this.#for(line);
        return false;
      case Token.Repeat:
        this.#repeat(line);
        return false;
      case Token.Function:
        this.#function(line);
        return false;
      case Token.Local:
        lexer.next();
        if (this.accept(Token.Function)) this.#localFunction();
        else this.#local();
        return false;
      case Token.Return:
        this.#return();
        return true;
      case Token.Break:
        lexer.next();
        this.#break();
        return true;
    }
    this.#callOrAssignment();
    return false;
  }

  /** Parses a condition; the jumps taken where it is false are returned. */
  #condition(): number[] {
    const operand = this.expression();
    if (operand.kind === OperandKind.Nil) operand.kind = OperandKind.False;
    this.scope.builder.goOnIfTrue(operand);
    return operand.falseJumps;
  }

  #if(line: number): void {
    const { builder } = this.scope;
    const toEnd: number[] = [];
    let toNext = this.#conditionalBlock();
    while (this.lexer.token === Token.Elseif) {
      toEnd.push(...builder.jump());
      builder.patchHere(toNext);
      toNext = this.#conditionalBlock();
    }
    if (this.lexer.token === Token.Else) {
      toEnd.push(...builder.jump());
      builder.patchHere(toNext);
      this.lexer.next();
      this.#block();
    } else {
      toEnd.push(...toNext);
    }
    builder.patchHere(toEnd);
    this.expectMatch(Token.End, Token.If, line);
  }

  #conditionalBlock(): number[] {
    this.lexer.next();
    const toNext = this.#condition();
    this.expect(Token.Then);
    this.#block();
    return toNext;
  }

  #while(line: number): void {
    const { builder } = this.scope;
    this.lexer.next();
    const start = builder.next;
    const exits = this.#condition();
    this.scope.enterBlock(true);
    this.expect(Token.Do);
    this.#block();
    builder.patch(builder.jump(), start);
    this.expectMatch(Token.End, Token.While, line);
    this.scope.leaveBlock();
    builder.patchHere(exits);
  }

  #repeat(line: number): void {
    const { scope } = this;
    const { builder } = scope;
    const start = builder.next;
    scope.enterBlock(true);
    scope.enterBlock(false);
    this.lexer.next();
    this.chunk();
    this.expectMatch(Token.Until, Token.Repeat, line);
    const again = this.#condition();
    if (scope.hasCaptured) {
      this.#break();
      builder.patchHere(again);
      scope.leaveBlock();
      builder.patch(builder.jump(), start);
    } else {
      scope.leaveBlock();
      builder.patch(again, start);
    }
    scope.leaveBlock();
  }

  #break(): void {
    if (!this.scope.emitBreak()) throw this.lexer.errorNear("no loop to break");
  }

  #for(line: number): void {
    this.scope.enterBlock(true);
    this.lexer.next();
    const name = this.name();
    switch (this.lexer.token) {
      case EQUALS:
        this.#numericFor(name, line);
        break;
      case COMMA:
      case Token.In:
        this.#genericFor(name);
        break;
      default:
        throw this.lexer.errorNear("'=' or 'in' expected");
    }
    this.expectMatch(Token.End, Token.For, line);
    this.scope.leaveBlock();
  }

  #numericFor(name: string, line: number): void {
    const { scope } = this;
    const { builder } = scope;
    const base = builder.free;
    for (const local of ["(for index)", "(for limit)", "(for step)", name]) scope.declare(local);
    this.expect(EQUALS);
    builder.toNextRegister(this.expression());
    this.expect(COMMA);
    builder.toNextRegister(this.expression());
    if (this.accept(COMMA)) {
      builder.toNextRegister(this.expression());
    } else {
      builder.emitWide(Op.LoadConstant, builder.free, builder.constant(1));
      builder.reserve(1);
    }
    scope.activate(3);
    this.expect(Token.Do);
    const prepare = builder.emitWide(Op.ForPrepare, base, BX_ZERO);
    this.#forBlock(1);
    builder.patchHere([prepare]);
    const loop = builder.emitWide(Op.ForLoop, base, BX_ZERO);
    builder.fixLine(line);
    builder.patch([loop], prepare + 1);
  }

  #genericFor(name: string): void {
    const { scope } = this;
    const { builder } = scope;
    const base = builder.free;
    for (const local of ["(for generator)", "(for state)", "(for control)", name]) scope.declare(local);
    let nameCount = 1;
    while (this.accept(COMMA)) {
      scope.declare(this.name());
      nameCount++;
    }
    this.expect(Token.In);
    const { line } = this.lexer;
    const { last, count } = this.expressionList();
    this.#adjust(3, count, last);
    builder.checkRegisters(3);
    scope.activate(3);
    this.expect(Token.Do);
    const prepare = builder.jump();
    this.#forBlock(nameCount);
    builder.patchHere(prepare);
    builder.emit(Op.GenericForLoop, base, 0, nameCount);
    builder.fixLine(line);
    const test = builder.emitWide(Op.GenericForTest, base, BX_ZERO);
    builder.patch([test], prepare[0]! + 1);
  }

  #forBlock(nameCount: number): void {
    const { scope } = this;
    scope.enterBlock(false);
    scope.activate(nameCount);
    scope.builder.reserve(nameCount);
    this.#block();
    scope.leaveBlock();
  }

  #function(line: number): void {
    this.lexer.next();
    const variable = this.scope.find(this.name());
    let isMethod = false;
    while (this.lexer.token === DOT) this.fieldOf(variable);
    if (this.lexer.token === COLON) {
      isMethod = true;
      this.fieldOf(variable);
    }
    const body = this.functionBody(isMethod, line);
    this.scope.builder.store(variable, body);
    this.scope.builder.fixLine(line);
  }

  #localFunction(): void {
    const { scope } = this;
    const { builder } = scope;
    scope.declare(this.name());
    const variable = new Operand(OperandKind.Local, builder.free);
    builder.reserve(1);
    scope.activate(1);
    builder.store(variable, this.functionBody(false, this.lexer.line));
    scope.restartNewest();
  }

  #local(): void {
    const { scope } = this;
    let nameCount = 0;
    do {
      scope.declare(this.name());
      nameCount++;
    } while (this.accept(COMMA));
    if (this.accept(EQUALS)) {
      const { last, count } = this.expressionList();
      this.#adjust(nameCount, count, last);
    } else {
      this.#adjust(nameCount, 0, new Operand(OperandKind.Void));
    }
    scope.activate(nameCount);
  }

  /** Makes `count` expressions, of which the last is still to be put somewhere, `wanted` values in registers. */
  #adjust(wanted: number, count: number, last: Operand): void {
    const { builder } = this.scope;
    const missing = wanted - count;
    if (last.isMultiple) {
      const results = Math.max(0, missing + 1);
      builder.takeResults(last, results);
      if (results > 1) builder.reserve(results - 1);
      return;
    }
    if (last.kind !== OperandKind.Void) builder.toNextRegister(last);
    if (missing > 0) {
      const first = builder.free;
      builder.reserve(missing);
      builder.emit(Op.LoadNil, first, first + missing - 1, 0);
    }
  }

  #return(): void {
    const { builder } = this.scope;
    this.lexer.next();
    let first = 0;
    let count = 0;
    if (!this.#endsBlock() && this.lexer.token !== SEMICOLON) {
      const list = this.expressionList();
      count = list.count;
      if (list.last.isMultiple) {
        builder.takeResults(list.last, -1);
        if (list.last.kind === OperandKind.Call && count === 1) builder.makeTailCall(list.last.info);
        first = builder.localCount;
        count = -1;
      } else if (count === 1) {
        first = builder.toAnyRegister(list.last);
      } else {
        builder.toNextRegister(list.last);
        first = builder.localCount;
      }
    }
    builder.emit(Op.Return, first, count + 1, 0);
  }

  #callOrAssignment(): void {
    const { builder } = this.scope;
    const operand = this.primaryExpression();
    if (operand.kind === OperandKind.Call) builder.setC(operand.info, 1);
    else this.#assignment([operand]);
  }

  #assignment(variables: Operand[]): void {
    const { builder } = this.scope;
    const variable = variables.at(-1)!;
    if (variable.kind < OperandKind.Local || variable.kind > OperandKind.Indexed) {
      throw this.lexer.errorNear("syntax error");
    }
    if (this.accept(COMMA)) {
      const next = this.primaryExpression();
      if (next.kind === OperandKind.Local) this.#keepOldValue(variables, next.info);
      if (variables.length > MAX_TARGETS) throw this.scope.limitError("variables in assignment", MAX_TARGETS);
      this.#assignment([...variables, next]);
    } else {
      this.expect(EQUALS);
      const { last, count } = this.expressionList();
      if (count === variables.length) {
        builder.takeOneResult(last);
        builder.store(variable, last);
        return;
      }
      this.#adjust(variables.length, count, last);
      if (count > variables.length) builder.free -= count - variables.length;
    }
    builder.store(variable, new Operand(OperandKind.Register, builder.free - 1));
  }

  /** Where a local variable that is assigned to is also the table or key of a variable before it: makes a copy. */
  #keepOldValue(variables: readonly Operand[], register: number): void {
    const { builder } = this.scope;
    const copy = builder.free;
    let isUsed = false;
    for (const variable of variables) {
      if (variable.kind !== OperandKind.Indexed) continue;
      if (variable.info === register) {
        variable.info = copy;
        isUsed = true;
      }
      if (variable.key === register) {
        variable.key = copy;
        isUsed = true;
      }
    }
    if (!isUsed) return;
    builder.emit(Op.Move, copy, register, 0);
    builder.reserve(1);
  }
}
