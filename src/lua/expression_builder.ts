/**
 * Puts the values of expressions where they are wanted: into registers, variables, or nowhere but a jump.
 *
 * - An `Operand` is made late: a constant may become a field of an instruction, a comparison may end in a jump only.
 * - Which register a value goes to is as in Lua 5.1, because messages name a value after the instruction that put it
 *   into its register.
 */

import { CodeBuilder, NO_REGISTER } from "./code_builder.ts";
import { Op } from "./interpreter.ts";
import { Operand, OperandKind } from "./operand.ts";
import { aOf, bOf, cOf, CONSTANT_FLAG, opOf, packAbc } from "./prototype.ts";

/** Constants that an instruction can name in B or C. */
const MAX_FIELD_CONSTANT = 255;

/** The code of one function, by expressions. */
export class ExpressionBuilder extends CodeBuilder {
  /** Makes an operand that is no variable and no open call: its one value is in a register or still to be made. */
  discharge(operand: Operand): void {
    switch (operand.kind) {
      case OperandKind.Local:
        operand.kind = OperandKind.Register;
        return;
      case OperandKind.Upvalue:
        operand.become(OperandKind.Relocatable, this.emit(Op.GetUpvalue, 0, operand.info, 0));
        return;
      case OperandKind.Global:
        operand.become(OperandKind.Relocatable, this.emitWide(Op.GetGlobal, 0, operand.info));
        return;
      case OperandKind.Indexed:
        this.release(operand.key);
        this.release(operand.info);
        operand.become(OperandKind.Relocatable, this.emit(Op.GetTable, 0, operand.info, operand.key));
        return;
      case OperandKind.Call:
      case OperandKind.Vararg:
        this.takeOneResult(operand);
    }
  }

  /** Cuts an open list of results down to one. */
  takeOneResult(operand: Operand): void {
    if (operand.kind === OperandKind.Call) {
      operand.become(OperandKind.Register, aOf(this.code[operand.info]!));
    } else if (operand.kind === OperandKind.Vararg) {
      this.setB(operand.info, 2);
      operand.kind = OperandKind.Relocatable;
    }
  }

  /** Asks an open list for `count` results, or for all of them (-1). */
  takeResults(operand: Operand, count: number): void {
    if (operand.kind === OperandKind.Call) {
      this.setC(operand.info, count + 1);
    } else if (operand.kind === OperandKind.Vararg) {
      this.setB(operand.info, count + 1);
      this.setA(operand.info, this.free);
      this.reserve(1);
    }
  }

  /** Puts the value into the next free register. */
  toNextRegister(operand: Operand): void {
    this.discharge(operand);
    this.releaseOperand(operand);
    this.reserve(1);
    this.toRegister(operand, this.free - 1);
  }

  /** Puts the value into some register, and returns it. */
  toAnyRegister(operand: Operand): number {
    this.discharge(operand);
    if (operand.kind === OperandKind.Register) {
      if (!operand.hasJumps) return operand.info;
      if (operand.info >= this.localCount) {
        this.toRegister(operand, operand.info);
        return operand.info;
      }
    }
    this.toNextRegister(operand);
    return operand.info;
  }

  /** Makes sure that the operand is one value, in a register where jumps lead to it. */
  toValue(operand: Operand): void {
    if (operand.hasJumps) this.toAnyRegister(operand);
    else this.discharge(operand);
  }

  /** The value as field B or C: a constant where it is one and can be named, else a register. */
  toField(operand: Operand): number {
    this.toValue(operand);
    const index = operand.hasJumps ? -1 : this.#constantOf(operand);
    if (index >= 0 && index <= MAX_FIELD_CONSTANT) return index | CONSTANT_FLAG;
    return this.toAnyRegister(operand);
  }

  /** Puts the value into `register`, with all the jumps out of the expression. */
  toRegister(operand: Operand, register: number): void {
    this.#loadInto(operand, register);
    if (operand.kind === OperandKind.Jump) operand.trueJumps.push(operand.info);
    if (operand.hasJumps) {
      let loadFalse = -1;
      let loadTrue = -1;
      if (this.needsValue(operand.trueJumps) || this.needsValue(operand.falseJumps)) {
        const over = operand.kind === OperandKind.Jump ? [] : this.jump();
        loadFalse = this.emit(Op.LoadBoolean, register, 0, 1);
        loadTrue = this.emit(Op.LoadBoolean, register, 1, 0);
        this.patchHere(over);
      }
      const end = this.next;
      this.patchValues(operand.falseJumps, end, register, loadFalse);
      this.patchValues(operand.trueJumps, end, register, loadTrue);
    }
    operand.trueJumps = [];
    operand.falseJumps = [];
    operand.become(OperandKind.Register, register);
  }

  /** Assigns the value to a variable. */
  store(variable: Operand, value: Operand): void {
    switch (variable.kind) {
      case OperandKind.Local:
        this.releaseOperand(value);
        this.discharge(value);
        this.toRegister(value, variable.info);
        return;
      case OperandKind.Upvalue:
        this.emit(Op.SetUpvalue, this.toAnyRegister(value), variable.info, 0);
        break;
      case OperandKind.Global:
        this.emitWide(Op.SetGlobal, this.toAnyRegister(value), variable.info);
        break;
      default:
        this.emit(Op.SetTable, variable.info, variable.key, this.toField(value));
    }
    this.releaseOperand(value);
  }

  /** Prepares `object:name(...)`: the function and the object in two registers. */
  selectMethod(object: Operand, name: Operand): void {
    this.toAnyRegister(object);
    this.releaseOperand(object);
    const register = this.free;
    this.reserve(2);
    this.emit(Op.Self, register, object.info, this.toField(name));
    this.releaseOperand(name);
    object.become(OperandKind.Register, register);
  }

  /** Makes a table and a key into a variable. */
  index(table: Operand, key: Operand): void {
    table.key = this.toField(key);
    table.kind = OperandKind.Indexed;
  }

  /** Goes on where the value is true; the jumps taken where it is false are left in `falseJumps`. */
  goOnIfTrue(operand: Operand): void {
    this.discharge(operand);
    let jumps: number[] = [];
    if (operand.kind === OperandKind.Jump) {
      this.#invert(operand.info);
      jumps = [operand.info];
    } else if (!this.#isAlways(operand, true)) {
      jumps = this.#jumpIf(operand, false);
    }
    operand.falseJumps.push(...jumps);
    this.patchHere(operand.trueJumps);
    operand.trueJumps = [];
  }

  /** Goes on where the value is false; the jumps taken where it is true are left in `trueJumps`. */
  goOnIfFalse(operand: Operand): void {
    this.discharge(operand);
    let jumps: number[] = [];
    if (operand.kind === OperandKind.Jump) jumps = [operand.info];
    else if (!this.#isAlways(operand, false)) jumps = this.#jumpIf(operand, true);
    operand.trueJumps.push(...jumps);
    this.patchHere(operand.falseJumps);
    operand.falseJumps = [];
  }

  /** Negates the value. */
  negate(operand: Operand): void {
    this.discharge(operand);
    switch (operand.kind) {
      case OperandKind.Nil:
      case OperandKind.False:
        operand.kind = OperandKind.True;
        break;
      case OperandKind.Constant:
      case OperandKind.Number:
      case OperandKind.True:
        operand.kind = OperandKind.False;
        break;
      case OperandKind.Jump:
        this.#invert(operand.info);
        break;
      default: {
        const register = this.#toScratch(operand);
        this.releaseOperand(operand);
        operand.become(OperandKind.Relocatable, this.emit(Op.Not, 0, register, 0));
      }
    }
    const { trueJumps, falseJumps } = operand;
    operand.trueJumps = falseJumps;
    operand.falseJumps = trueJumps;
    this.dropValues(operand.trueJumps);
    this.dropValues(operand.falseJumps);
  }

  /** Gives back the register of a value that nobody needs any more. */
  releaseOperand(operand: Operand): void {
    if (operand.kind === OperandKind.Register) this.release(operand.info);
  }

  #constantOf(operand: Operand): number {
    switch (operand.kind) {
      case OperandKind.Nil:
        return this.constant(undefined);
      case OperandKind.True:
        return this.constant(true);
      case OperandKind.False:
        return this.constant(false);
      case OperandKind.Number:
        return this.constant(operand.number);
      case OperandKind.Constant:
        return operand.info;
    }
    return -1;
  }

  #loadInto(operand: Operand, register: number): void {
    this.discharge(operand);
    switch (operand.kind) {
      case OperandKind.Void:
      case OperandKind.Jump:
        return;
      case OperandKind.Nil:
        this.emit(Op.LoadNil, register, register, 0);
        break;
      case OperandKind.True:
      case OperandKind.False:
        this.emit(Op.LoadBoolean, register, operand.kind === OperandKind.True ? 1 : 0, 0);
        break;
      case OperandKind.Constant:
      case OperandKind.Number:
        this.emitWide(Op.LoadConstant, register, this.#constantOf(operand));
        break;
      case OperandKind.Relocatable:
        this.setA(operand.info, register);
        break;
      default:
        if (operand.info !== register) this.emit(Op.Move, register, operand.info, 0);
    }
    operand.become(OperandKind.Register, register);
  }

  #toScratch(operand: Operand): number {
    if (operand.kind !== OperandKind.Register) {
      this.reserve(1);
      this.#loadInto(operand, this.free - 1);
    }
    return operand.info;
  }

  #isAlways(operand: Operand, value: boolean): boolean {
    switch (operand.kind) {
      case OperandKind.True:
      case OperandKind.Constant:
      case OperandKind.Number:
        return value;
      case OperandKind.Nil:
      case OperandKind.False:
        return !value;
    }
    return false;
  }

  #invert(jump: number): void {
    const at = this.controlOf(jump);
    const instruction = this.code[at]!;
    this.code[at] = packAbc(opOf(instruction), aOf(instruction) ^ 1, bOf(instruction), cOf(instruction));
  }

  #jumpIf(operand: Operand, condition: boolean): number[] {
    const test = condition ? 1 : 0;
    if (operand.kind === OperandKind.Relocatable && opOf(this.code[operand.info]!) === Op.Not) {
      const register = bOf(this.code[operand.info]!);
      this.removeLast();
      this.emit(Op.Test, register, 0, 1 - test);
      return this.jump();
    }
    this.#toScratch(operand);
    this.releaseOperand(operand);
    this.emit(Op.TestSet, NO_REGISTER, operand.info, test);
    return this.jump();
  }
}
