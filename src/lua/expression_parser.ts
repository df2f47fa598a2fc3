/**
 * The grammar of expressions, compiled while it is read.
 */

import { FunctionScope } from "./function_scope.ts";
import { Op } from "./interpreter.ts";
import { Lexer } from "./lexer.ts";
import { Operand, OperandKind } from "./operand.ts";
import { beginBinary, binaryOperator, emitUnary, endBinary, UNARY_PRIORITY, unaryOperator } from "./operators.ts";
import { MAX_BC } from "./prototype.ts";
import { FIELDS_PER_FLUSH, packSize } from "./table_size.ts";
import { Token, tokenText } from "./token.ts";

/** How deep blocks and expressions may nest: Lua's `LUAI_MAXCCALLS`. */
const MAX_NESTING = 200;

const OPEN_PAREN = 0x28;
const CLOSE_PAREN = 0x29;
const COMMA = 0x2c;
const DOT = 0x2e;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Parses expressions; statements come with the class above. */
export abstract class ExpressionParser {
  protected readonly lexer: Lexer;
  protected scope: FunctionScope;
  #nesting = 0;

  constructor(source: string, chunkName: string) {
    this.lexer = new Lexer(source, chunkName);
    this.scope = new FunctionScope(this.lexer, 0);
  }

  /** Parses statements up to the end of a block. */
  protected abstract chunk(): void;

  /** Takes the token if it is the current one. */
  protected accept(token: number): boolean {
    if (this.lexer.token !== token) return false;
    this.lexer.next();
    return true;
  }

  /** Takes a token that has to be there. */
  protected expect(token: number): void {
    if (!this.accept(token)) throw this.lexer.errorNear(`'${tokenText(token)}' expected`);
  }

  /** Takes the token that closes what `opener` opened at `line`. */
  protected expectMatch(token: number, opener: number, line: number): void {
    if (this.accept(token)) return;
    const expected = `'${tokenText(token)}' expected`;
    if (line === this.lexer.line) throw this.lexer.errorNear(expected);
    throw this.lexer.errorNear(`${expected} (to close '${tokenText(opener)}' at line ${line})`);
  }

  /** Takes a name. */
  protected name(): string {
    const { text } = this.lexer;
    this.expect(Token.Name);
    return text;
  }

  /** Runs `parse` one level deeper. */
  protected nest<T>(parse: () => T): T {
    if (++this.#nesting > MAX_NESTING) throw this.lexer.errorAt("chunk has too many syntax levels");
    const result = parse();
    this.#nesting--;
    return result;
  }

  /** Parses one expression. */
  protected expression(): Operand {
    return this.#subexpression(0);
  }

  /** Parses expressions separated by commas: all but the last are in registers. */
  protected expressionList(): { last: Operand; count: number } {
    let last = this.expression();
    let count = 1;
    while (this.accept(COMMA)) {
      this.scope.builder.toNextRegister(last);
      last = this.expression();
      count++;
    }
    return { last, count };
  }

  /** Parses a variable, a call, or what leads to one. */
  protected primaryExpression(): Operand {
    const operand = this.#prefixExpression();
    const { builder } = this.scope;
    for (;;) {
      switch (this.lexer.token) {
        case DOT:
          this.fieldOf(operand);
          break;
        case OPEN_BRACKET: {
          builder.toAnyRegister(operand);
          builder.index(operand, this.#bracketedKey());
          break;
        }
        case COLON: {
          this.lexer.next();
          builder.selectMethod(operand, this.#constantName());
          this.#callArguments(operand);
          break;
        }
        case OPEN_PAREN:
        case Token.String:
        case OPEN_BRACE:
          builder.toNextRegister(operand);
          this.#callArguments(operand);
          break;
        default:
          return operand;
      }
    }
  }

  /** Parses `.name` or `:name` behind a table. */
  protected fieldOf(table: Operand): void {
    const { builder } = this.scope;
    builder.toAnyRegister(table);
    this.lexer.next();
    builder.index(table, this.#constantName());
  }

  /** Parses parameters and body of a function; `firstLine` is that of its first word. */
  protected functionBody(isMethod: boolean, firstLine: number): Operand {
    const scope = new FunctionScope(this.lexer, firstLine, this.scope);
    this.scope = scope;
    this.expect(OPEN_PAREN);
    if (isMethod) {
      scope.declare("self");
      scope.activate(1);
    }
    this.#parameters(isMethod ? 1 : 0);
    this.expect(CLOSE_PAREN);
    this.chunk();
    this.expectMatch(Token.End, Token.Function, firstLine);
    this.scope = scope.outer!;
    const { builder } = this.scope;
    this.scope.children.push(scope.finish());
    return new Operand(OperandKind.Relocatable, builder.emitWide(Op.Closure, 0, this.scope.children.length - 1));
  }

  #parameters(selfCount: number): void {
    const { scope } = this;
    let count = 0;
    if (this.lexer.token !== CLOSE_PAREN) {
      do {
        if (this.lexer.token === Token.Name) {
          scope.declare(this.name());
          count++;
        } else if (this.accept(Token.Dots)) {
          scope.declare("arg");
          scope.hasArgTable = true;
          scope.isVararg = true;
        } else {
          throw this.lexer.errorNear("<name> or '...' expected");
        }
      } while (!scope.isVararg && this.accept(COMMA));
    }
    const argCount = scope.isVararg ? 1 : 0;
    scope.activate(count + argCount);
    scope.parameterCount = selfCount + count;
    scope.builder.reserve(scope.builder.localCount);
  }

  #subexpression(limit: number): Operand {
    return this.nest(() => {
      const unary = unaryOperator(this.lexer.token);
      let left: Operand;
      if (unary === undefined) {
        left = this.#simpleExpression();
      } else {
        this.lexer.next();
        left = this.#subexpression(UNARY_PRIORITY);
        emitUnary(this.scope.builder, unary, left);
      }
      for (;;) {
        const operator = binaryOperator(this.lexer.token);
        if (operator === undefined || operator.left <= limit) return left;
        this.lexer.next();
        beginBinary(this.scope.builder, operator, left);
        const right = this.#subexpression(operator.right);
        endBinary(this.scope.builder, operator, left, right);
      }
    });
  }

  #simpleExpression(): Operand {
    const { lexer, scope } = this;
    const { builder } = scope;
    let operand: Operand;
    switch (lexer.token) {
      case Token.Number:
        operand = new Operand(OperandKind.Number);
        operand.number = lexer.number;
        break;
      case Token.String:
        operand = new Operand(OperandKind.Constant, builder.constant(lexer.text));
        break;
      case Token.Nil:
        operand = new Operand(OperandKind.Nil);
        break;
      case Token.True:
        operand = new Operand(OperandKind.True);
        break;
      case Token.False:
        operand = new Operand(OperandKind.False);
        break;
      case Token.Dots:
        if (!scope.isVararg) throw lexer.errorNear("cannot use '...' outside a vararg function");
        scope.hasArgTable = false;
        operand = new Operand(OperandKind.Vararg, builder.emit(Op.Vararg, 0, 1, 0));
        break;
      case OPEN_BRACE:
        return this.#tableConstructor();
      case Token.Function:
        lexer.next();
        return this.functionBody(false, lexer.line);
      default:
        return this.primaryExpression();
    }
    lexer.next();
    return operand;
  }

  #prefixExpression(): Operand {
    const { lexer } = this;
    if (lexer.token === Token.Name) return this.scope.find(this.name());
    if (lexer.token !== OPEN_PAREN) throw lexer.errorNear("unexpected symbol");
    const { line } = lexer;
    lexer.next();
    const operand = this.expression();
    this.expectMatch(CLOSE_PAREN, OPEN_PAREN, line);
    this.scope.builder.discharge(operand);
    return operand;
  }

  #constantName(): Operand {
    return new Operand(OperandKind.Constant, this.scope.builder.constant(this.name()));
  }

  /** Whether the current token is this one; a call, so that the compiler forgets what the token was before. */
  #isNext(token: number): boolean {
    return this.lexer.token === token;
  }

  #bracketedKey(): Operand {
    this.lexer.next();
    const key = this.expression();
    this.scope.builder.toValue(key);
    this.expect(CLOSE_BRACKET);
    return key;
  }

  #callArguments(callee: Operand): void {
    const { lexer } = this;
    const { builder } = this.scope;
    const { line } = lexer;
    let args = new Operand(OperandKind.Void);
    if (lexer.token === OPEN_PAREN) {
      if (line !== lexer.lastLine) throw lexer.errorNear("ambiguous syntax (function call x new statement)");
      lexer.next();
      if (!this.#isNext(CLOSE_PAREN)) {
        args = this.expressionList().last;
        if (args.isMultiple) builder.takeResults(args, -1);
      }
      this.expectMatch(CLOSE_PAREN, OPEN_PAREN, line);
    } else if (lexer.token === OPEN_BRACE) {
      args = this.#tableConstructor();
    } else if (lexer.token === Token.String) {
      args = new Operand(OperandKind.Constant, builder.constant(lexer.text));
      lexer.next();
    } else {
      throw lexer.errorNear("function arguments expected");
    }
    const base = callee.info;
    let count = -1;
    if (!args.isMultiple) {
      if (args.kind !== OperandKind.Void) builder.toNextRegister(args);
      count = builder.free - base - 1;
    }
    callee.become(OperandKind.Call, builder.emit(Op.Call, base, count + 1, 2));
    builder.fixLine(line);
    builder.free = base + 1;
  }

  #tableConstructor(): Operand {
    const { lexer } = this;
    const { builder } = this.scope;
    const { line } = lexer;
    const at = builder.emit(Op.NewTable, 0, 0, 0);
    const table = new Operand(OperandKind.Relocatable, at);
    builder.toNextRegister(table);
    let item = new Operand(OperandKind.Void);
    let itemCount = 0;
    let storedCount = 0;
    let fieldCount = 0;
    this.expect(OPEN_BRACE);
    while (lexer.token !== CLOSE_BRACE) {
      if (item.kind !== OperandKind.Void) {
        builder.toNextRegister(item);
        item = new Operand(OperandKind.Void);
        if (itemCount - storedCount === FIELDS_PER_FLUSH) {
          this.#storeItems(table.info, itemCount, itemCount - storedCount);
          storedCount = itemCount;
        }
      }
      const isNamed = lexer.token === Token.Name && lexer.peek() === EQUALS;
      if (isNamed || lexer.token === OPEN_BRACKET) {
        this.#namedField(table.info);
        fieldCount++;
      } else {
        item = this.expression();
        itemCount++;
      }
      if (!this.accept(COMMA) && !this.accept(SEMICOLON)) break;
    }
    this.expectMatch(CLOSE_BRACE, OPEN_BRACE, line);
    const arraySize = this.#storeLastItems(table.info, item, itemCount, storedCount);
    builder.setB(at, packSize(arraySize));
    builder.setC(at, packSize(fieldCount));
    return table;
  }

  #namedField(table: number): void {
    const { builder } = this.scope;
    const { free } = builder;
    const key = this.lexer.token === Token.Name ? this.#constantName() : this.#bracketedKey();
    this.expect(EQUALS);
    const keyField = builder.toField(key);
    const value = this.expression();
    builder.emit(Op.SetTable, table, keyField, builder.toField(value));
    builder.free = free;
  }

  /** Stores the items that are still in registers; returns how many items are known to come. */
  #storeLastItems(table: number, item: Operand, itemCount: number, storedCount: number): number {
    const { builder } = this.scope;
    if (itemCount === storedCount) return itemCount;
    if (item.isMultiple) {
      builder.takeResults(item, -1);
      this.#storeItems(table, itemCount, -1);
      return itemCount - 1;
    }
    if (item.kind !== OperandKind.Void) builder.toNextRegister(item);
    this.#storeItems(table, itemCount, itemCount - storedCount);
    return itemCount;
  }

  #storeItems(table: number, itemCount: number, count: number): void {
    const { builder } = this.scope;
    const batch = Math.floor((itemCount - 1) / FIELDS_PER_FLUSH) + 1;
    if (batch <= MAX_BC) {
      builder.emit(Op.SetList, table, count + 1, batch);
    } else {
      builder.emit(Op.SetList, table, count + 1, 0);
      builder.emitRaw(batch);
    }
    builder.free = table + 1;
  }
}
