/**
 * Lua patterns: matching at one place of a subject.
 *
 * - A pattern ends at its first zero byte, as in Lua 5.1; `%z` stands for one.
 * - Repetitions are loops and only what follows one is matched by a nested call, so the depth is bounded by the pattern;
 *   it is limited, since JavaScript's stack is.
 */

import { LuaError } from "./lua_error.ts";
import type { NativeCall } from "./native_call.ts";
import type { LuaValue } from "./value.ts";

/** Lua's `LUA_MAXCAPTURES`. */
const MAX_CAPTURES = 32;
const MAX_DEPTH = 1000;

/** The length of a capture that is not closed yet, and of one that stands for its position. */
const UNFINISHED = -1;
const POSITION = -2;

const PERCENT = 0x25;
const OPEN_PAREN = 0x28;
const CLOSE_PAREN = 0x29;
const STAR = 0x2a;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const QUESTION = 0x3f;
const DOLLAR = 0x24;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const CARET = 0x5e;
const LOWER_B = 0x62;
const LOWER_F = 0x66;

/** A pattern on a subject. */
export class PatternMatcher {
  readonly subject: string;
  /** Whether the pattern matches only at the start. */
  readonly isAnchored: boolean;
  readonly #pattern: string;
  readonly #call: Pick<NativeCall, "error">;
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  #level = 0;
  #depth = 0;

  constructor(subject: string, pattern: string, call: Pick<NativeCall, "error">, allowsAnchor: boolean) {
    const zero = pattern.indexOf("\0");
    const text = zero < 0 ? pattern : pattern.slice(0, zero);
    this.isAnchored = allowsAnchor && text.startsWith("^");
    this.subject = subject;
    this.#pattern = this.isAnchored ? text.slice(1) : text;
    this.#call = call;
  }

  /** Where the match that begins at `start` ends, or -1. */
  matchAt(start: number): number {
    this.#level = 0;
    this.#depth = 0;
    return this.#match(start, 0);
  }

  /** The captures of the last match, which went from `start` to `end`; `withWhole` gives all of it if it has none. */
  captures(start: number, end: number, withWhole: boolean): LuaValue[] {
    const count = this.#level === 0 && withWhole ? 1 : this.#level;
    return Array.from({ length: count }, (_, index) => this.capture(index, start, end));
  }

  /** One capture of the last match; the first is all of it if it has none. */
  capture(index: number, start: number, end: number): LuaValue {
    if (index >= this.#level) {
      if (index !== 0) throw this.#call.error("invalid capture index");
      return this.subject.slice(start, end);
    }
    const length = this.#lengths[index]!;
    const from = this.#starts[index]!;
    if (length === UNFINISHED) throw this.#call.error("unfinished capture");
    return length === POSITION ? from + 1 : this.subject.slice(from, from + length);
  }

  #code(at: number): number {
    return at < this.#pattern.length ? this.#pattern.charCodeAt(at) : -1;
  }

  #match(start: number, patternStart: number): number {
    if (++this.#depth > MAX_DEPTH) throw new LuaError("pattern too complex");
    const end = this.#matchItems(start, patternStart);
    this.#depth--;
    return end;
  }

  #matchItems(start: number, patternStart: number): number {
    let s = start;
    let p = patternStart;
    while (p < this.#pattern.length) {
      const code = this.#code(p);
      if (code === OPEN_PAREN) return this.#openCapture(s, p);
      if (code === CLOSE_PAREN) return this.#closeCapture(s, p + 1);
      if (code === DOLLAR && p + 1 === this.#pattern.length) return s === this.subject.length ? s : -1;
      if (code === PERCENT && this.#isSpecial(p + 1)) {
        s = this.#matchSpecial(s, p);
        if (s < 0) return -1;
        p = this.#afterSpecial(p);
        continue;
      }
      const next = this.#itemEnd(p);
      switch (this.#code(next)) {
        case QUESTION: {
          const end = this.#matchesOne(s, p, next) ? this.#match(s + 1, next + 1) : -1;
          if (end >= 0) return end;
          p = next + 1;
          continue;
        }
        case STAR:
          return this.#matchMost(s, p, next, 0);
        case PLUS:
          return this.#matchMost(s, p, next, 1);
        case MINUS:
          return this.#matchLeast(s, p, next);
      }
      if (!this.#matchesOne(s, p, next)) return -1;
      s++;
      p = next;
    }
    return s;
  }

  #isSpecial(at: number): boolean {
    const code = this.#code(at);
    return code === LOWER_B || code === LOWER_F || (code >= 0x30 && code <= 0x39);
  }

  /** Matches `%b`, `%f` or a capture that was made before; where it ends, or -1. */
  #matchSpecial(s: number, p: number): number {
    const code = this.#code(p + 1);
    if (code === LOWER_B) return this.#matchBalance(s, p + 2);
    if (code === LOWER_F) return this.#isFrontier(s, p + 2) ? s : -1;
    return this.#matchCapture(s, code);
  }

  #afterSpecial(p: number): number {
    const code = this.#code(p + 1);
    if (code === LOWER_B) return p + 4;
    return code === LOWER_F ? this.#itemEnd(p + 2) : p + 2;
  }

  #openCapture(s: number, p: number): number {
    const isPosition = this.#code(p + 1) === CLOSE_PAREN;
    if (this.#level >= MAX_CAPTURES) throw this.#call.error("too many captures");
    this.#starts[this.#level] = s;
    this.#lengths[this.#level] = isPosition ? POSITION : UNFINISHED;
    this.#level++;
    const end = this.#match(s, isPosition ? p + 2 : p + 1);
    if (end < 0) this.#level--;
    return end;
  }

  #closeCapture(s: number, p: number): number {
    let index = this.#level - 1;
    while (index >= 0 && this.#lengths[index] !== UNFINISHED) index--;
    if (index < 0) throw this.#call.error("invalid pattern capture");
    this.#lengths[index] = s - this.#starts[index]!;
    const end = this.#match(s, p);
    if (end < 0) this.#lengths[index] = UNFINISHED;
    return end;
  }

  #matchCapture(s: number, digit: number): number {
    const index = digit - 0x31;
    const length = index >= 0 && index < this.#level ? this.#lengths[index]! : UNFINISHED;
    if (length === UNFINISHED) throw this.#call.error("invalid capture index");
    if (length < 0) return -1;
    const from = this.#starts[index]!;
    return this.subject.startsWith(this.subject.slice(from, from + length), s) ? s + length : -1;
  }

  #matchBalance(s: number, p: number): number {
    if (p + 1 >= this.#pattern.length) throw this.#call.error("unbalanced pattern");
    const { subject } = this;
    const open = this.#code(p);
    const close = this.#code(p + 1);
    if (s >= subject.length || subject.charCodeAt(s) !== open) return -1;
    let nesting = 1;
    for (let at = s + 1; at < subject.length; at++) {
      const code = subject.charCodeAt(at);
      if (code === close) {
        if (--nesting === 0) return at + 1;
      } else if (code === open) {
        nesting++;
      }
    }
    return -1;
  }

  #isFrontier(s: number, p: number): boolean {
    if (this.#code(p) !== OPEN_BRACKET) throw this.#call.error("missing '[' after '%f' in pattern");
    const end = this.#itemEnd(p);
    const { subject } = this;
    const before = s === 0 ? 0 : subject.charCodeAt(s - 1);
    const after = s < subject.length ? subject.charCodeAt(s) : 0;
    return !this.#isInSet(before, p, end - 1) && this.#isInSet(after, p, end - 1);
  }

  #matchMost(s: number, p: number, next: number, least: number): number {
    let count = 0;
    while (this.#matchesOne(s + count, p, next)) count++;
    for (; count >= least; count--) {
      const end = this.#match(s + count, next + 1);
      if (end >= 0) return end;
    }
    return -1;
  }

  #matchLeast(start: number, p: number, next: number): number {
    for (let s = start;; s++) {
      const end = this.#match(s, next + 1);
      if (end >= 0) return end;
      if (!this.#matchesOne(s, p, next)) return -1;
    }
  }

  /** Where the single item that begins at `p` ends. */
  #itemEnd(p: number): number {
    const code = this.#code(p);
    if (code === PERCENT) {
      if (p + 1 >= this.#pattern.length) throw this.#call.error("malformed pattern (ends with '%')");
      return p + 2;
    }
    if (code !== OPEN_BRACKET) return p + 1;
    let at = p + 1;
    if (this.#code(at) === CARET) at++;
    do {
      if (at >= this.#pattern.length) throw this.#call.error("malformed pattern (missing ']')");
      const isEscape = this.#code(at) === PERCENT && at + 1 < this.#pattern.length;
      at += isEscape ? 2 : 1;
    } while (this.#code(at) !== CLOSE_BRACKET);
    return at + 1;
  }

  #matchesOne(s: number, p: number, next: number): boolean {
    if (s >= this.subject.length) return false;
    const code = this.subject.charCodeAt(s);
    switch (this.#code(p)) {
      case DOT:
        return true;
      case PERCENT:
        return isInClass(code, this.#code(p + 1));
      case OPEN_BRACKET:
        return this.#isInSet(code, p, next - 1);
    }
    return this.#code(p) === code;
  }

  /** Whether a character is in the set from the bracket at `open` to the one at `close`. */
  #isInSet(code: number, open: number, close: number): boolean {
    let at = open + 1;
    const isInverted = this.#code(at) === CARET;
    if (isInverted) at++;
    for (; at < close; at++) {
      const first = this.#code(at);
      if (first === PERCENT) {
        at++;
        if (isInClass(code, this.#code(at))) return !isInverted;
      } else if (this.#code(at + 1) === MINUS && at + 2 < close) {
        if (first <= code && code <= this.#code(at + 2)) return !isInverted;
        at += 2;
      } else if (first === code) {
        return !isInverted;
      }
    }
    return isInverted;
  }
}

/** Whether a character is of the class that a letter names; the large letter names all others. */
function isInClass(code: number, letter: number): boolean {
  const lower = letter | 0x20;
  const isLetter = lower >= 0x61 && lower <= 0x7a && letter >= 0x41;
  const isIn = isLetter ? isOfKind(code, lower) : undefined;
  if (isIn === undefined) return letter === code;
  return letter === lower ? isIn : !isIn;
}

function isOfKind(code: number, kind: number): boolean | undefined {
  const lower = code | 0x20;
  const isAlpha = lower >= 0x61 && lower <= 0x7a && code < 0x80;
  const isDigit = code >= 0x30 && code <= 0x39;
  switch (String.fromCharCode(kind)) {
    case "a":
      return isAlpha;
    case "c":
      return code < 0x20 || code === 0x7f;
    case "d":
      return isDigit;
    case "l":
      return isAlpha && code === lower;
    case "p":
      return code > 0x20 && code < 0x7f && !isAlpha && !isDigit;
    case "s":
      return code === 0x20 || (code >= 0x09 && code <= 0x0d);
    case "u":
      return isAlpha && code !== lower;
    case "w":
      return isAlpha || isDigit;
    case "x":
      return isDigit || (lower >= 0x61 && lower <= 0x66 && code < 0x80);
    case "z":
      return code === 0;
  }
  return undefined;
}
