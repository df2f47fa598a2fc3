/**
 * `table.sort`.
 *
 * - Where the order is that of numbers or strings there is one result, and JavaScript's sort finds it.
 * - With a function or metamethods, what is compared with what shows in the result (equal elements, orders that are
 *   none), so the steps are those of Lua 5.1: a quicksort with the median of three, the smaller part first.
 */

import { functionArgument, tableArgument } from "./arguments.ts";
import { orderErrorText, orderRequest, rawOrder } from "./arithmetic.ts";
import { checkWritable } from "./base_library.ts";
import type { PartialSteps } from "./field_access.ts";
import { LuaError } from "./lua_error.ts";
import type { NativeCall } from "./native_call.ts";
import type { LuaTable } from "./table.ts";
import {
  type CallRequest,
  type LuaFunction,
  type LuaValue,
  NativeFunction,
  type NativeResults,
  type NativeSteps,
} from "./value.ts";

/** The body of `sort`. */
export function sort(args: readonly LuaValue[], call: NativeCall): NativeResults | NativeSteps {
  const table = tableArgument(args, 0, call);
  const count = table.length();
  const order = args[1] === undefined ? undefined : functionArgument(args, 1, call);
  if (count < 2) return [];
  checkWritable(table);
  if (order === undefined && sortPlainly(table, count)) return [];
  return new Sorting(table, order ?? LESS, call).sort(count);
}

/** The order of elements where no function is given. */
const LESS = new NativeFunction("<", ([left, right], call) => {
  const outcome = rawOrder(left, right, true);
  return outcome === undefined ? lessByMetamethod(left, right, call) : [outcome];
});

function* lessByMetamethod(left: LuaValue, right: LuaValue, call: NativeCall): NativeSteps {
  const request = orderRequest(left, right, true, call.state);
  if (request === undefined) throw new LuaError(orderErrorText(left, right));
  return yield { callee: request.handler, args: request.args };
}

/** Sorts numbers or strings; false where there is anything else. */
function sortPlainly(table: LuaTable, count: number): boolean {
  const values: LuaValue[] = [];
  for (let at = 1; at <= count; at++) values.push(table.getNumber(at));
  if (values.every((value) => typeof value === "number" && value === value)) {
    (values as number[]).sort((a, b) => a - b);
  } else if (values.every((value) => typeof value === "string")) {
    values.sort();
  } else {
    return false;
  }
  for (let at = 1; at <= count; at++) table.set(at, values[at - 1]);
  return true;
}

class Sorting {
  readonly #table: LuaTable;
  readonly #order: LuaFunction;
  readonly #call: NativeCall;

  constructor(table: LuaTable, order: LuaFunction, call: NativeCall) {
    this.#table = table;
    this.#order = order;
    this.#call = call;
  }

  /** Sorts the elements from 1 to `count`. The parts that wait are a list: nested generators would pass on each step. */
  *sort(count: number): NativeSteps {
    const waiting: [number, number][] = [[1, count]];
    for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
      const [low, high] = part;
      if (low >= high) continue;
      if (isTrue(yield this.#compare(this.#at(high), this.#at(low)))) this.#swap(low, high);
      if (high - low === 1) continue;
      const middle = (low + high) >> 1;
      if (isTrue(yield this.#compare(this.#at(middle), this.#at(low)))) this.#swap(middle, low);
      else if (isTrue(yield this.#compare(this.#at(high), this.#at(middle)))) this.#swap(middle, high);
      if (high - low === 2) continue;
      const pivotPlace = yield* this.#partition(low, high, middle);
      const below: [number, number] = [low, pivotPlace - 1];
      const above: [number, number] = [pivotPlace + 1, high];
      if (pivotPlace - low < high - pivotPlace) waiting.push(above, below);
      else waiting.push(below, above);
    }
  }

  /** Brings what is less than the middle element to its left and what is greater to its right; its new place. */
  *#partition(low: number, high: number, middle: number): PartialSteps<number> {
    const pivot = this.#at(middle);
    this.#swap(middle, high - 1);
    let left = low;
    let right = high - 1;
    for (;;) {
      while (isTrue(yield this.#compare(this.#at(++left), pivot))) {
        if (left > high) throw this.#call.error("invalid order function for sorting");
      }
      while (isTrue(yield this.#compare(pivot, this.#at(--right)))) {
        if (right < low) throw this.#call.error("invalid order function for sorting");
      }
      if (right < left) break;
      this.#swap(left, right);
    }
    this.#swap(high - 1, left);
    return left;
  }

  #compare(left: LuaValue, right: LuaValue): CallRequest {
    return { callee: this.#order, args: [left, right] };
  }

  #at(index: number): LuaValue {
    return this.#table.getNumber(index);
  }

  #swap(a: number, b: number): void {
    const value = this.#at(a);
    this.#table.set(a, this.#at(b));
    this.#table.set(b, value);
  }
}

function isTrue([value]: readonly LuaValue[]): boolean {
  return value !== undefined && value !== false;
}
