/**
 * An expression that the compiler has read but not yet put into a register.
 */

/** Where the value of an operand is, or how it is made. */
export const enum OperandKind {
  /** An empty list of expressions. */
  Void,
  Nil,
  True,
  False,
  /** `info`: a constant. */
  Constant,
  /** `number`. */
  Number,
  /** `info`: a register that is a local variable. */
  Local,
  /** `info`: an upvalue. */
  Upvalue,
  /** `info`: the constant of its name. */
  Global,
  /** `info`: the register of the table; `key`: register or constant. */
  Indexed,
  /** `info`: the jump of a comparison. */
  Jump,
  /** `info`: an instruction whose A is still free. */
  Relocatable,
  /** `info`: the register. */
  Register,
  /** `info`: the call. */
  Call,
  /** `info`: the instruction. */
  Vararg,
}

/** A read expression. `trueJumps` and `falseJumps` are the jumps that leave it early with such a value. */
export class Operand {
  kind: OperandKind;
  info: number;
  key = 0;
  number = 0;
  trueJumps: number[] = [];
  falseJumps: number[] = [];

  constructor(kind: OperandKind, info = 0) {
    this.kind = kind;
    this.info = info;
  }

  /** Takes on another kind; the jumps stay. */
  become(kind: OperandKind, info = 0): void {
    this.kind = kind;
    this.info = info;
  }

  /** A literal number that nothing jumps out of. */
  get isNumeral(): boolean {
    return this.kind === OperandKind.Number && !this.hasJumps;
  }

  /** Whether some jump leaves this expression early. */
  get hasJumps(): boolean {
    return this.trueJumps.length > 0 || this.falseJumps.length > 0;
  }

  /** Whether the number of values is open: a call or `...`. */
  get isMultiple(): boolean {
    return this.kind === OperandKind.Call || this.kind === OperandKind.Vararg;
  }
}
