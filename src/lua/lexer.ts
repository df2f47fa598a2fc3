/**
 * The lexer: a source, one character per byte, into tokens.
 *
 * - The current token is in `token`, with its value in `text` or `number`; `next()` moves on, `peek()` looks one ahead.
 * - Errors are Lua 5.1's own texts, with the line and what stands near.
 */

import { shownChunkName, SYNTAX_NAME_SIZE } from "./chunk_name.ts";
import { LuaSyntaxError } from "./lua_error.ts";
import { parseNumber } from "./number_text.ts";
import { Token, tokenText, wordToken } from "./token.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;
const TILDE = 0x7e;

/** Lines of a source: Lua's `MAX_INT` less two. */
const MAX_LINES = 0x7fff_fffd;

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

function isWordStart(code: number): boolean {
  const letter = code | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || code === 0x5f;
}

function isWordPart(code: number): boolean {
  return isWordStart(code) || isDigit(code);
}

/** Reads the tokens of one chunk. */
export class Lexer {
  /** The current token: a character's code, or a `Token`. */
  token: number = Token.EndOfSource;
  /** The value of a name or string. */
  text = "";
  /** The value of a number. */
  number = 0;
  line = 1;
  /** The line of the token before the current one. */
  lastLine = 1;
  readonly chunkName: string;

  readonly #source: string;
  #at = 0;
  /** Where the token that was read last begins, for messages. */
  #tokenStart = 0;
  #peeked: { token: number; text: string; number: number } | null = null;

  constructor(source: string, chunkName: string) {
    this.#source = source;
    this.chunkName = chunkName;
  }

  /** Moves on to the next token. */
  next(): void {
    this.lastLine = this.line;
    const peeked = this.#peeked;
    if (peeked !== null) {
      this.token = peeked.token;
      this.text = peeked.text;
      this.number = peeked.number;
      this.#peeked = null;
    } else {
      this.token = this.#read();
    }
  }

  /** The token after the current one. */
  peek(): number {
    const { token, text, number } = this;
    const next = this.#read();
    this.#peeked = { token: next, text: this.text, number: this.number };
    this.token = token;
    this.text = text;
    this.number = number;
    return next;
  }

  /** An error at the current token. */
  errorNear(message: string): LuaSyntaxError {
    return this.errorAt(message, this.token);
  }

  /** An error at the current line; near `token`, where one is given. */
  errorAt(message: string, token?: number): LuaSyntaxError {
    return this.#error(message, token === undefined ? undefined : this.#shown(token));
  }

  #error(message: string, spelling: string | undefined): LuaSyntaxError {
    const zero = spelling?.indexOf("\0") ?? -1;
    const near = spelling === undefined ? "" : ` near '${zero < 0 ? spelling : spelling.slice(0, zero)}'`;
    const name = shownChunkName(this.chunkName, SYNTAX_NAME_SIZE);
    return new LuaSyntaxError(`${name}:${this.line}: ${message}${near}`);
  }

  #shown(token: number): string {
    const isSpelled = token === Token.Name || token === Token.String || token === Token.Number;
    return isSpelled ? this.#source.slice(this.#tokenStart, this.#at) : tokenText(token);
  }

  #peekCode(ahead = 0): number {
    const at = this.#at + ahead;
    return at < this.#source.length ? this.#source.charCodeAt(at) : -1;
  }

  #read(): number {
    for (;;) {
      const code = this.#peekCode();
      if (code < 0) return Token.EndOfSource;
      this.#tokenStart = this.#at;
      if (code === NEWLINE || code === RETURN) this.#skipNewline();
      else if (code === 0x20 || (code >= 0x09 && code <= 0x0c)) this.#at++;
      else if (code === MINUS && this.#peekCode(1) === MINUS) this.#skipComment();
      else if (isWordStart(code)) return this.#readWord();
      else if (isDigit(code) || (code === DOT && isDigit(this.#peekCode(1)))) return this.#readNumber();
      else return this.#readSymbol(code);
    }
  }

  #skipNewline(): void {
    const first = this.#peekCode();
    const second = this.#peekCode(1);
    const isPair = (second === NEWLINE || second === RETURN) && second !== first;
    this.#at += isPair ? 2 : 1;
    if (++this.line >= MAX_LINES) throw this.errorNear("chunk has too many lines");
  }

  #skipComment(): void {
    this.#at += 2;
    if (this.#peekCode() === OPEN) {
      const level = this.#longBracketLevel(OPEN);
      if (level >= 0) {
        this.#readLongText(level, "unfinished long comment");
        return;
      }
    }
    for (let code = this.#peekCode(); code >= 0 && code !== NEWLINE && code !== RETURN; code = this.#peekCode()) {
      this.#at++;
    }
  }

  #readWord(): number {
    const start = this.#at;
    while (isWordPart(this.#peekCode())) this.#at++;
    const word = this.#source.slice(start, this.#at);
    this.text = word;
    return wordToken(word);
  }

  #readNumber(): number {
    const start = this.#at;
    while (isDigit(this.#peekCode()) || this.#peekCode() === DOT) this.#at++;
    if ((this.#peekCode() | 0x20) === 0x65) {
      this.#at++;
      if (this.#peekCode() === MINUS || this.#peekCode() === 0x2b) this.#at++;
    }
    while (isWordPart(this.#peekCode())) this.#at++;
    const value = parseNumber(this.#source.slice(start, this.#at));
    if (value === undefined) throw this.errorAt("malformed number", Token.Number);
    this.number = value;
    return Token.Number;
  }

  #readSymbol(code: number): number {
    switch (code) {
      case DOUBLE_QUOTE:
      case SINGLE_QUOTE:
        return this.#readString(code);
      case OPEN:
        return this.#readOpenBracket();
      case EQUALS:
        return this.#withEquals(code, Token.Equal);
      case LESS:
        return this.#withEquals(code, Token.LessOrEqual);
      case GREATER:
        return this.#withEquals(code, Token.GreaterOrEqual);
      case TILDE:
        return this.#withEquals(code, Token.NotEqual);
      case DOT:
        return this.#readDots();
    }
    this.#at++;
    return code;
  }

  #withEquals(single: number, double: number): number {
    const isDouble = this.#peekCode(1) === EQUALS;
    this.#at += isDouble ? 2 : 1;
    return isDouble ? double : single;
  }

  #readDots(): number {
    if (this.#peekCode(1) !== DOT) {
      this.#at++;
      return DOT;
    }
    const isThree = this.#peekCode(2) === DOT;
    this.#at += isThree ? 3 : 2;
    return isThree ? Token.Dots : Token.Concat;
  }

  #readOpenBracket(): number {
    const level = this.#longBracketLevel(OPEN);
    if (level >= 0) {
      this.text = this.#readLongText(level, "unfinished long string");
      return Token.String;
    }
    if (level === -1) {
      this.#at++;
      return OPEN;
    }
    this.#at -= level;
    throw this.errorAt("invalid long string delimiter", Token.String);
  }

  /** The number of "=" between two brackets from here on; -1 for a bracket alone, -1 - n for one with n "=". */
  #longBracketLevel(bracket: number): number {
    let count = 0;
    while (this.#peekCode(1 + count) === EQUALS) count++;
    return this.#peekCode(1 + count) === bracket ? count : -1 - count;
  }

  #readLongText(level: number, unfinished: string): string {
    this.#at += level + 2;
    if (this.#peekCode() === NEWLINE || this.#peekCode() === RETURN) this.#skipNewline();
    const pieces: string[] = [];
    let start = this.#at;
    for (;;) {
      const code = this.#peekCode();
      if (code < 0) throw this.errorAt(unfinished, Token.EndOfSource);
      if (code === CLOSE && this.#longBracketLevel(CLOSE) === level) {
        pieces.push(this.#source.slice(start, this.#at));
        this.#at += level + 2;
        return pieces.join("");
      }
      if (code === NEWLINE || code === RETURN) {
        pieces.push(this.#source.slice(start, this.#at), "\n");
        this.#skipNewline();
        start = this.#at;
      } else {
        this.#at++;
      }
    }
  }

  #readString(quote: number): number {
    const pieces: string[] = [];
    this.#at++;
    let start = this.#at;
    for (;;) {
      const code = this.#peekCode();
      if (code === quote) break;
      if (code < 0) throw this.errorAt("unfinished string", Token.EndOfSource);
      if (code === NEWLINE || code === RETURN) {
        pieces.push(this.#source.slice(start, this.#at));
        throw this.#error("unfinished string", String.fromCharCode(quote) + pieces.join(""));
      }
      if (code !== BACKSLASH) {
        this.#at++;
        continue;
      }
      pieces.push(this.#source.slice(start, this.#at));
      const escape = this.#readEscape();
      if (escape === undefined) {
        throw this.#error("escape sequence too large", String.fromCharCode(quote) + pieces.join(""));
      }
      pieces.push(escape);
      start = this.#at;
    }
    pieces.push(this.#source.slice(start, this.#at));
    this.#at++;
    this.text = pieces.join("");
    return Token.String;
  }

  /** What an escape sequence stands for; undefined for a number above 255. */
  #readEscape(): string | undefined {
    this.#at++;
    const code = this.#peekCode();
    if (code < 0) return "";
    if (code === NEWLINE || code === RETURN) {
      this.#skipNewline();
      return "\n";
    }
    if (!isDigit(code)) {
      this.#at++;
      const char = String.fromCharCode(code);
      return ESCAPES[char] ?? char;
    }
    let value = 0;
    for (let count = 0; count < 3 && isDigit(this.#peekCode()); count++) {
      value = value * 10 + this.#peekCode() - ZERO;
      this.#at++;
    }
    return value > 255 ? undefined : String.fromCharCode(value);
  }
}
