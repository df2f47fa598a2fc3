/**
 * The library `math`, with Redis's own random numbers.
 */

import { power } from "./arithmetic.ts";
import { int32Argument, numberArgument } from "./arguments.ts";
import { register } from "./base_library.ts";
import type { NativeCall } from "./native_call.ts";
import type { LuaState } from "./state.ts";
import { LuaTable } from "./table.ts";
import type { LuaValue, NativeBody } from "./value.ts";

/** Redis's `REDIS_LRAND48_MAX`. */
const RANDOM_MAX = 0x7fff_ffff;

const ONE_ARGUMENT: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  acos: Math.acos,
  asin: Math.asin,
  atan: Math.atan,
  ceil: Math.ceil,
  cos: Math.cos,
  cosh: Math.cosh,
  deg: (value) => value / (Math.PI / 180),
  exp: Math.exp,
  floor: Math.floor,
  log: Math.log,
  log10: Math.log10,
  rad: (value) => value * (Math.PI / 180),
  sin: Math.sin,
  sinh: Math.sinh,
  sqrt: Math.sqrt,
  tan: Math.tan,
  tanh: Math.tanh,
};

/** Opens the library in the globals of `state`. */
export function openMath(state: LuaState): void {
  const table = new LuaTable();
  for (const [name, compute] of Object.entries(ONE_ARGUMENT)) {
    register(table, { [name]: (args, call) => [compute(numberArgument(args, 0, call))] });
  }
  register(table, FUNCTIONS);
  table.set("pi", Math.PI);
  table.set("huge", Infinity);
  state.globals.set("math", table);
}

/** A function of two numbers. As the C compiler has it, the second one is looked at first. */
function ofTwo(compute: (a: number, b: number) => number): NativeBody {
  return (args, call) => {
    const second = numberArgument(args, 1, call);
    return [compute(numberArgument(args, 0, call), second)];
  };
}

const remainder = ofTwo((a, b) => a % b);

const FUNCTIONS: Readonly<Record<string, NativeBody>> = {
  atan2: ofTwo(Math.atan2),
  fmod: remainder,
  frexp: (args, call) => splitExponent(numberArgument(args, 0, call)),
  ldexp(args, call) {
    const exponent = int32Argument(args, 1, call);
    return [scale(numberArgument(args, 0, call), exponent)];
  },
  max: (args, call) => [choose(args, call, (value, best) => value > best)],
  min: (args, call) => [choose(args, call, (value, best) => value < best)],
  mod: remainder,
  modf(args, call) {
    const value = numberArgument(args, 0, call);
    const whole = Math.trunc(value);
    const fraction = Number.isFinite(value) ? Math.abs(value - whole) : value !== value ? NaN : 0;
    return [whole, value < 0 || Object.is(value, -0) ? -fraction : fraction];
  },
  pow: ofTwo(power),
  random,
  randomseed(args, call) {
    call.state.random.seed(int32Argument(args, 0, call));
  },
};

function choose(args: readonly LuaValue[], call: NativeCall, isBetter: (value: number, best: number) => boolean) {
  let best = numberArgument(args, 0, call);
  for (let index = 1; index < args.length; index++) {
    const value = numberArgument(args, index, call);
    if (isBetter(value, best)) best = value;
  }
  return best;
}

/** A fraction from 0.5 up to 1 and the power of two that it is multiplied with. */
function splitExponent(value: number): LuaValue[] {
  if (value === 0 || !Number.isFinite(value)) return [value, 0];
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(value))) + 1);
  let fraction = scale(value, -exponent);
  while (Math.abs(fraction) < 0.5) {
    fraction *= 2;
    exponent--;
  }
  while (Math.abs(fraction) >= 1) {
    fraction /= 2;
    exponent++;
  }
  return [fraction, exponent];
}

/** `value * 2^exponent`, in three factors, since one alone may be out of range. */
function scale(value: number, exponent: number): number {
  const bounded = Math.max(-2200, Math.min(2200, exponent));
  const part = Math.trunc(bounded / 3);
  return value * 2 ** part * 2 ** part * 2 ** (bounded - 2 * part);
}

function random(args: readonly LuaValue[], call: NativeCall): LuaValue[] {
  const drawn = (call.state.random.next() % RANDOM_MAX) / RANDOM_MAX;
  if (args.length === 0) return [drawn];
  if (args.length > 2) throw call.error("wrong number of arguments");
  const low = args.length === 1 ? 1 : int32Argument(args, 0, call);
  const high = int32Argument(args, args.length - 1, call);
  if (low > high) throw call.argumentError(args.length - 1, "interval is empty");
  return [Math.floor(drawn * ((high - low + 1) | 0)) + low];
}
