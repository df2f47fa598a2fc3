/**
 * The library `string`, and with it the metatable of strings.
 */

import { functionArgument, int32Argument, integerArgument, optionalInteger, stringArgument } from "./arguments.ts";
import { register } from "./base_library.ts";
import { LuaClosure } from "./closure.ts";
import { checkStringLength } from "./concatenation.ts";
import type { NativeCall } from "./native_call.ts";
import { PatternMatcher } from "./pattern.ts";
import type { LuaState } from "./state.ts";
import { substitute } from "./string_substitution.ts";
import { formatString } from "./string_format.ts";
import { LuaTable } from "./table.ts";
import { type LuaValue, type NativeBody, NativeFunction } from "./value.ts";

/** Values that a native function may return: Lua's `LUAI_MAXCSTACK`. */
const MAX_RESULTS = 8000;

/** Functions have no binary form here, and Redis loads none: what `loadstring` refuses anyway is as good as any. */
const BINARY_CHUNK = "\x1bLuaQ";

const SPECIAL_CHARACTERS = /[\^$*+?.([%-]/;

/** Opens the library in the globals of `state`. */
export function openString(state: LuaState): void {
  const table = new LuaTable();
  register(table, FUNCTIONS);
  table.set("gfind", table.get("gmatch"));
  state.globals.set("string", table);
  state.stringMetatable = new LuaTable();
  state.stringMetatable.set("__index", table);
}

const FUNCTIONS: Readonly<Record<string, NativeBody>> = {
  byte(args, call) {
    const text = stringArgument(args, 0, call);
    const start = fromEnd(optionalInteger(args, 1, 1, call), text.length);
    const first = Math.max(1, start);
    const last = Math.min(fromEnd(optionalInteger(args, 2, start, call), text.length), text.length);
    if (last - first + 1 + args.length > MAX_RESULTS) throw call.error("stack overflow (string slice too long)");
    const codes: number[] = [];
    for (let at = first; at <= last; at++) codes.push(text.charCodeAt(at - 1));
    return codes;
  },
  char(args, call) {
    let text = "";
    for (let index = 0; index < args.length; index++) {
      const code = int32Argument(args, index, call);
      if ((code & 255) !== code) throw call.argumentError(index, "invalid value");
      text += String.fromCharCode(code);
    }
    return [text];
  },
  dump(args, call) {
    if (functionArgument(args, 0, call) instanceof LuaClosure) return [BINARY_CHUNK];
    throw call.error("unable to dump given function");
  },
  find: (args, call) => search(args, call, true),
  format: (args, call) => [formatString(args, call)],
  gmatch: allMatches,
  gsub: substitute,
  len: (args, call) => [stringArgument(args, 0, call).length],
  lower: (args, call) => [changeCase(stringArgument(args, 0, call), /[A-Z]+/g, (part) => part.toLowerCase())],
  match: (args, call) => search(args, call, false),
  rep(args, call) {
    const text = stringArgument(args, 0, call);
    const count = Math.max(0, int32Argument(args, 1, call));
    checkStringLength(text.length * count);
    return [text.repeat(count)];
  },
  reverse(args, call) {
    const text = stringArgument(args, 0, call);
    const pieces: string[] = [];
    for (let at = text.length - 1; at >= 0; at--) pieces.push(text[at]!);
    return [pieces.join("")];
  },
  sub(args, call) {
    const text = stringArgument(args, 0, call);
    const start = fromEnd(integerArgument(args, 1, call), text.length);
    const end = fromEnd(optionalInteger(args, 2, -1, call), text.length);
    return [start > end ? "" : text.slice(Math.max(0, start - 1), end)];
  },
  upper: (args, call) => [changeCase(stringArgument(args, 0, call), /[a-z]+/g, (part) => part.toUpperCase())],
};

/** A position that counts from the end where it is negative; not below 0. */
function fromEnd(position: number, length: number): number {
  return Math.max(0, position < 0 ? position + length + 1 : position);
}

/** Only the letters of ASCII have two cases here. */
function changeCase(text: string, letters: RegExp, change: (part: string) => string): string {
  return text.replace(letters, change);
}

function search(args: readonly LuaValue[], call: NativeCall, isFind: boolean): LuaValue[] {
  const text = stringArgument(args, 0, call);
  const pattern = stringArgument(args, 1, call);
  const start = Math.min(Math.max(0, fromEnd(optionalInteger(args, 2, 1, call), text.length) - 1), text.length);
  const isPlain = args[3] !== undefined && args[3] !== false;
  if (isFind && (isPlain || !SPECIAL_CHARACTERS.test(visible(pattern)))) {
    const at = text.indexOf(pattern, start);
    return at < 0 ? [undefined] : [at + 1, at + pattern.length];
  }
  const matcher = new PatternMatcher(text, pattern, call, true);
  for (let at = start; at <= text.length; at++) {
    const end = matcher.matchAt(at);
    if (end >= 0) {
      const captures = matcher.captures(at, end, !isFind);
      return isFind ? [at + 1, end, ...captures] : captures;
    }
    if (matcher.isAnchored) break;
  }
  return [undefined];
}

/** What C sees of a pattern. */
function visible(pattern: string): string {
  const zero = pattern.indexOf("\0");
  return zero < 0 ? pattern : pattern.slice(0, zero);
}

function allMatches(args: readonly LuaValue[], call: NativeCall): LuaValue[] {
  const matcher = new PatternMatcher(stringArgument(args, 0, call), stringArgument(args, 1, call), call, false);
  let next = 0;
  const step = () => {
    for (let at = next; at <= matcher.subject.length; at++) {
      const end = matcher.matchAt(at);
      if (end < 0) continue;
      next = end === at ? end + 1 : end;
      return matcher.captures(at, end, true);
    }
    next = matcher.subject.length + 1;
    return [];
  };
  return [new NativeFunction("gmatch", step)];
}
