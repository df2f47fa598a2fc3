/**
 * `string.gsub`.
 */

import { optionalInt32, stringArgument, typeName } from "./arguments.ts";
import { checkStringLength } from "./concatenation.ts";
import { readField } from "./field_access.ts";
import type { NativeCall } from "./native_call.ts";
import { PatternMatcher } from "./pattern.ts";
import { LuaTable } from "./table.ts";
import { LuaFunction, type LuaValue, type NativeResults, type NativeSteps } from "./value.ts";
import { plainText } from "./value_text.ts";

/** The body of `gsub`: at once where nothing is called, in steps for a function or a table with `__index`. */
export function substitute(args: readonly LuaValue[], call: NativeCall): NativeResults | NativeSteps {
  const subject = stringArgument(args, 0, call);
  const matcher = new PatternMatcher(subject, stringArgument(args, 1, call), call, true);
  const limit = optionalInt32(args, 3, subject.length + 1, call);
  const replacement = args[2];
  if (typeof replacement === "string" || typeof replacement === "number") {
    const work = new Substitution(matcher, limit);
    const template = plainText(replacement);
    while (work.findNext()) work.add(expand(template, work));
    return work.finish();
  }
  if (replacement instanceof LuaTable || replacement instanceof LuaFunction) {
    return replaceBySteps(new Substitution(matcher, limit), replacement, call);
  }
  throw call.argumentError(2, "string/function/table expected");
}

function* replaceBySteps(work: Substitution, replacement: LuaTable | LuaFunction, call: NativeCall): NativeSteps {
  while (work.findNext()) {
    const { start, end, matcher } = work;
    let value: LuaValue;
    if (replacement instanceof LuaTable) {
      value = yield* readField(replacement, matcher.capture(0, start, end), call);
    } else {
      const results = yield { callee: replacement, args: matcher.captures(start, end, true) };
      value = results[0];
    }
    if (value === undefined || value === false) work.add(matcher.subject.slice(start, end));
    else if (typeof value === "string" || typeof value === "number") work.add(plainText(value));
    else throw call.error(`invalid replacement value (a ${typeName(value)})`);
  }
  return work.finish();
}

/** The replacement text: `%1` is a capture, `%0` the match, `%` before any other character that character. */
function expand(template: string, { matcher, start, end }: Substitution): string {
  if (!template.includes("%")) return template;
  let text = "";
  for (let at = 0; at < template.length; at++) {
    const char = template[at]!;
    if (char !== "%") {
      text += char;
      continue;
    }
    const next = template[++at] ?? "\0";
    if (next === "0") text += matcher.subject.slice(start, end);
    else if (next >= "1" && next <= "9") text += plainText(matcher.capture(Number(next) - 1, start, end));
    else text += next;
  }
  return text;
}

/** The walk over a subject, match by match. */
class Substitution {
  readonly matcher: PatternMatcher;
  /** The current match. */
  start = 0;
  end = 0;
  readonly #limit: number;
  readonly #pieces: string[] = [];
  #length = 0;
  #count = 0;
  /** What is before this is in `#pieces`. */
  #done = 0;
  #next = 0;
  #isOver = false;

  constructor(matcher: PatternMatcher, limit: number) {
    this.matcher = matcher;
    this.#limit = limit;
  }

  /** Goes to the next match; false after the last. */
  findNext(): boolean {
    const { matcher } = this;
    const { subject, isAnchored } = matcher;
    while (!this.#isOver && this.#count < this.#limit) {
      const at = this.#next;
      const end = matcher.matchAt(at);
      if (end > at) this.#next = end;
      else if (at < subject.length) this.#next = at + 1;
      else this.#isOver = true;
      if (isAnchored) this.#isOver = true;
      if (end < 0) continue;
      this.#count++;
      this.start = at;
      this.end = end;
      return true;
    }
    return false;
  }

  /** Puts `text` in the place of the current match. */
  add(text: string): void {
    this.#push(this.matcher.subject.slice(this.#done, this.start));
    this.#push(text);
    this.#done = this.end;
  }

  /** The new string and the number of matches. */
  finish(): LuaValue[] {
    this.#push(this.matcher.subject.slice(this.#done));
    return [this.#pieces.join(""), this.#count];
  }

  #push(piece: string): void {
    this.#length += piece.length;
    checkStringLength(this.#length);
    this.#pieces.push(piece);
  }
}
