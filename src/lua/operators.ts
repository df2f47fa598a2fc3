/**
 * The code of Lua's operators, with literal numbers computed at once.
 */

import { calculate } from "./arithmetic.ts";
import type { ExpressionBuilder } from "./expression_builder.ts";
import { Op } from "./interpreter.ts";
import { Operand, OperandKind } from "./operand.ts";
import { Token } from "./token.ts";

/** How tightly an operator binds to what is left and right of it; the right one lower makes it right associative. */
export interface BinaryOperator {
  readonly left: number;
  readonly right: number;
  readonly op: Op;
  /** For comparisons: whether the sides change places, and the outcome that counts as true. */
  readonly isSwapped?: boolean;
  readonly outcome?: number;
}

/** How tightly `not`, `-` and `#` bind. */
export const UNARY_PRIORITY = 8;

const code = (char: string) => char.charCodeAt(0);

const BINARY = new Map<number, BinaryOperator>([
  [code("+"), { left: 6, right: 6, op: Op.Add }],
  [code("-"), { left: 6, right: 6, op: Op.Subtract }],
  [code("*"), { left: 7, right: 7, op: Op.Multiply }],
  [code("/"), { left: 7, right: 7, op: Op.Divide }],
  [code("%"), { left: 7, right: 7, op: Op.Modulo }],
  [code("^"), { left: 10, right: 9, op: Op.Power }],
  [Token.Concat, { left: 5, right: 4, op: Op.Concat }],
  [Token.NotEqual, { left: 3, right: 3, op: Op.Equal, outcome: 0 }],
  [Token.Equal, { left: 3, right: 3, op: Op.Equal, outcome: 1 }],
  [code("<"), { left: 3, right: 3, op: Op.Less, outcome: 1 }],
  [Token.LessOrEqual, { left: 3, right: 3, op: Op.LessOrEqual, outcome: 1 }],
  [code(">"), { left: 3, right: 3, op: Op.Less, outcome: 1, isSwapped: true }],
  [Token.GreaterOrEqual, { left: 3, right: 3, op: Op.LessOrEqual, outcome: 1, isSwapped: true }],
  [Token.And, { left: 2, right: 2, op: Op.Test }],
  [Token.Or, { left: 1, right: 1, op: Op.TestSet }],
]);

const UNARY = new Map<number, Op>([[Token.Not, Op.Not], [code("-"), Op.Negate], [code("#"), Op.Length]]);

/** The binary operator that a token is. `and` goes by `Op.Test`, `or` by `Op.TestSet`. */
export function binaryOperator(token: number): BinaryOperator | undefined {
  return BINARY.get(token);
}

/** The unary operator that a token is. */
export function unaryOperator(token: number): Op | undefined {
  return UNARY.get(token);
}

/** Emits a unary operator. */
export function emitUnary(builder: ExpressionBuilder, op: Op, operand: Operand): void {
  if (op === Op.Not) {
    builder.negate(operand);
    return;
  }
  if (op === Op.Length || !operand.isNumeral) builder.toAnyRegister(operand);
  emitArithmetic(builder, op, operand, numeral(0));
}

/** Prepares the left side before the right one is read. */
export function beginBinary(builder: ExpressionBuilder, { op }: BinaryOperator, left: Operand): void {
  if (op === Op.Test) builder.goOnIfTrue(left);
  else if (op === Op.TestSet) builder.goOnIfFalse(left);
  else if (op === Op.Concat) builder.toNextRegister(left);
  else if (op === Op.Equal || op === Op.Less || op === Op.LessOrEqual || !left.isNumeral) builder.toField(left);
}

/** Emits a binary operator; the result is in `left`. */
export function endBinary(builder: ExpressionBuilder, operator: BinaryOperator, left: Operand, right: Operand): void {
  switch (operator.op) {
    case Op.Test:
      builder.discharge(right);
      right.falseJumps.push(...left.falseJumps);
      replace(left, right);
      return;
    case Op.TestSet:
      builder.discharge(right);
      right.trueJumps.push(...left.trueJumps);
      replace(left, right);
      return;
    case Op.Concat:
      emitConcat(builder, left, right);
      return;
    case Op.Equal:
    case Op.Less:
    case Op.LessOrEqual:
      emitComparison(builder, operator, left, right);
      return;
    default:
      emitArithmetic(builder, operator.op, left, right);
  }
}

function numeral(value: number): Operand {
  const operand = new Operand(OperandKind.Number);
  operand.number = value;
  return operand;
}

function replace(target: Operand, source: Operand): void {
  target.become(source.kind, source.info);
  target.key = source.key;
  target.number = source.number;
  target.trueJumps = source.trueJumps;
  target.falseJumps = source.falseJumps;
}

/** `a .. (b .. c)` becomes one instruction over three registers. */
function emitConcat(builder: ExpressionBuilder, left: Operand, right: Operand): void {
  builder.toValue(right);
  const isChain = right.kind === OperandKind.Relocatable && builder.isConcat(right.info);
  if (isChain) {
    builder.releaseOperand(left);
    builder.setB(right.info, left.info);
    left.become(OperandKind.Relocatable, right.info);
  } else {
    builder.toNextRegister(right);
    emitArithmetic(builder, Op.Concat, left, right);
  }
}

function emitArithmetic(builder: ExpressionBuilder, op: Op, left: Operand, right: Operand): void {
  if (fold(op, left, right)) return;
  const isUnary = op === Op.Negate || op === Op.Length;
  const c = isUnary ? 0 : builder.toField(right);
  const b = builder.toField(left);
  releaseBoth(builder, left, right, b > c);
  left.become(OperandKind.Relocatable, builder.emit(op, 0, b, c));
}

function emitComparison(
  builder: ExpressionBuilder,
  { op, outcome, isSwapped }: BinaryOperator,
  left: Operand,
  right: Operand,
): void {
  const b = builder.toField(left);
  const c = builder.toField(right);
  builder.releaseOperand(right);
  builder.releaseOperand(left);
  if (isSwapped) builder.emit(op, outcome!, c, b);
  else builder.emit(op, outcome!, b, c);
  left.become(OperandKind.Jump, builder.jump()[0]!);
}

/** Gives both registers back, the higher one first. */
function releaseBoth(builder: ExpressionBuilder, left: Operand, right: Operand, isLeftHigher: boolean): void {
  if (isLeftHigher) {
    builder.releaseOperand(left);
    builder.releaseOperand(right);
  } else {
    builder.releaseOperand(right);
    builder.releaseOperand(left);
  }
}

/** Computes what is known; not what C would trap or what has no number as its result. */
function fold(op: Op, left: Operand, right: Operand): boolean {
  if (!left.isNumeral || !right.isNumeral || op === Op.Length || op === Op.Concat) return false;
  if ((op === Op.Divide || op === Op.Modulo) && right.number === 0) return false;
  const value = calculate(op, left.number, right.number);
  if (value !== value) return false;
  left.number = value;
  return true;
}
