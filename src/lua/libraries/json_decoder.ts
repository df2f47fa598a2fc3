/**
 * JSON to Lua values, with the liberties that lua-cjson takes: what C's strtod reads is a number, and a NUL ends the input.
 */

import { ascii } from "../../bytes/ascii.ts";
import { parseLenientDouble } from "../../bytes/double.ts";
import type { NativeCall } from "../native_call.ts";
import { LuaTable } from "../table.ts";
import type { LuaValue } from "../value.ts";
import { JSON_NULL, type JsonConfig } from "./json_config.ts";

/** Values that the stack of a native function holds, and how many of them an array and an object take. */
const MAX_STACK = 8000;
const ARRAY_SLOTS = 2;
const OBJECT_SLOTS = 3;

const DECIMAL = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const HEXADECIMAL = /[+-]?0[xX](?:[\da-fA-F]+\.?[\da-fA-F]*|\.[\da-fA-F]+)(?:[pP][+-]?\d+)?/y;
const INFINITE = /([+-]?)inf(?:inity)?/iy;
const NOT_A_NUMBER = /[+-]?nan(?:\([0-9A-Za-z_]*\))?/iy;
/** Numbers that JSON does not have, by their first characters. */
const FOREIGN_NUMBER = /\+|-?(?:0[xX0-9]|inf|nan)/iy;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
};

const PUNCTUATION: Readonly<Record<string, string>> = {
  "{": "T_OBJ_BEGIN",
  "}": "T_OBJ_END",
  "[": "T_ARR_BEGIN",
  "]": "T_ARR_END",
  ",": "T_COMMA",
  ":": "T_COLON",
  "\0": "T_END",
};

/** Decodes one text. */
export class JsonDecoder {
  readonly #text: string;
  readonly #config: JsonConfig;
  readonly #call: NativeCall;
  #at = 0;
  /** What stands where the parser is: a name of lua-cjson, or "error". */
  #type = "";
  #value: LuaValue = undefined;
  /** Why the token is an error. */
  #error = "";
  /** Where it begins, or where its error is. */
  #tokenAt = 0;
  #depth = 0;
  #stack = 1;

  constructor(text: string, config: JsonConfig, call: NativeCall) {
    this.#text = text;
    this.#config = config;
    this.#call = call;
  }

  /** The value that the whole text spells. Throws a `LuaError`. */
  decode(): LuaValue {
    const text = this.#text;
    if (text.length >= 2 && (text[0] === "\0" || text[1] === "\0")) {
      throw this.#call.error("JSON parser does not support UTF-16 or UTF-32");
    }
    try {
      this.#next();
      const value = this.#process();
      this.#next();
      this.#expect("T_END", "the end");
      return value;
    } catch (error) {
      // Our own stack ends a little earlier than Lua's.
      if (error instanceof RangeError) throw this.#tooDeep();
      throw error;
    }
  }

  #tooDeep(): Error {
    return this.#call.error(`Found too many nested data structures (${this.#depth}) at character ${this.#at}`);
  }

  #process(): LuaValue {
    switch (this.#type) {
      case "T_STRING":
      case "T_NUMBER":
      case "T_BOOLEAN":
      case "T_NULL":
        return this.#value;
      case "T_OBJ_BEGIN":
        return this.#object();
      case "T_ARR_BEGIN":
        return this.#array();
      default:
        throw this.#unexpected("value");
    }
  }

  #object(): LuaTable {
    this.#descend(OBJECT_SLOTS);
    const table = new LuaTable();
    this.#next();
    while (this.#type !== "T_OBJ_END") {
      this.#expect("T_STRING", "object key string");
      const key = this.#value;
      this.#next();
      this.#expect("T_COLON", "colon");
      this.#next();
      // The table and the key lie below the value.
      this.#stack += 2;
      table.set(key, this.#process());
      this.#stack -= 2;
      this.#next();
      if (this.#type === "T_OBJ_END") break;
      this.#expect("T_COMMA", "comma or object end");
      this.#next();
      this.#expect("T_STRING", "object key string");
    }
    this.#depth--;
    return table;
  }

  #array(): LuaTable {
    this.#descend(ARRAY_SLOTS);
    const table = new LuaTable();
    this.#next();
    if (this.#type !== "T_ARR_END") {
      for (let index = 1;; index++) {
        this.#stack++;
        table.set(index, this.#process());
        this.#stack--;
        this.#next();
        if (this.#type === "T_ARR_END") break;
        this.#expect("T_COMMA", "comma or array end");
        this.#next();
      }
    }
    this.#depth--;
    return table;
  }

  #descend(slots: number): void {
    this.#depth++;
    if (this.#depth <= this.#config.decodeMaxDepth && this.#stack + slots <= MAX_STACK) return;
    throw this.#tooDeep();
  }

  #expect(type: string, what: string): void {
    if (this.#type !== type) throw this.#unexpected(what);
  }

  #unexpected(what: string): Error {
    const found = this.#type === "error" ? this.#error : this.#type;
    return this.#call.error(`Expected ${what} but found ${found} at character ${this.#tokenAt + 1}`);
  }

  #next(): void {
    const text = this.#text;
    while (this.#at < text.length && " \t\n\r".includes(text[this.#at]!)) this.#at++;
    this.#tokenAt = this.#at;
    const character = text[this.#at] ?? "\0";
    const punctuation = PUNCTUATION[character];
    if (punctuation !== undefined) {
      this.#type = punctuation;
      if (character !== "\0") this.#at++;
    } else if (character === '"') this.#string();
    else if (character === "-" || (character >= "0" && character <= "9")) {
      if (!this.#config.decodesInvalidNumbers && this.#isForeignNumber()) this.#fail("invalid number");
      else this.#number();
    } else if (text.startsWith("true", this.#at)) this.#word("T_BOOLEAN", 4, true);
    else if (text.startsWith("false", this.#at)) this.#word("T_BOOLEAN", 5, false);
    else if (text.startsWith("null", this.#at)) this.#word("T_NULL", 4, JSON_NULL);
    else if ("+iInN".includes(character) && this.#config.decodesInvalidNumbers && this.#isForeignNumber()) {
      this.#number();
    } else this.#fail("invalid token");
  }

  #word(type: string, length: number, value: LuaValue): void {
    this.#type = type;
    this.#value = value;
    this.#at += length;
  }

  #fail(error: string): void {
    this.#type = "error";
    this.#error = error;
    this.#tokenAt = this.#at;
  }

  #isForeignNumber(): boolean {
    FOREIGN_NUMBER.lastIndex = this.#at;
    return FOREIGN_NUMBER.test(this.#text);
  }

  #number(): void {
    const hexadecimal = this.#match(HEXADECIMAL);
    if (hexadecimal !== null) {
      const bytes = ascii(hexadecimal[0]);
      return this.#word("T_NUMBER", bytes.length, parseLenientDouble(bytes, 0, bytes.length) ?? 0);
    }
    const decimal = this.#match(DECIMAL);
    if (decimal !== null) return this.#word("T_NUMBER", decimal[0].length, Number(decimal[0]));
    const infinite = this.#match(INFINITE);
    if (infinite !== null) {
      return this.#word("T_NUMBER", infinite[0].length, infinite[1] === "-" ? -Infinity : Infinity);
    }
    const notANumber = this.#match(NOT_A_NUMBER);
    if (notANumber !== null) return this.#word("T_NUMBER", notANumber[0].length, NaN);
    this.#fail("invalid number");
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text);
  }

  #string(): void {
    const text = this.#text;
    let value = "";
    this.#at++;
    for (;;) {
      const start = this.#at;
      while (this.#at < text.length && !'"\\\0'.includes(text[this.#at]!)) this.#at++;
      value += text.slice(start, this.#at);
      const character = text[this.#at] ?? "\0";
      if (character === "\0") return this.#fail("unexpected end of string");
      if (character === '"') break;
      const escaped = text[this.#at + 1] ?? "\0";
      if (escaped === "u") {
        const unicode = this.#unicodeEscape();
        if (unicode === null) return this.#fail("invalid unicode escape code");
        value += unicode;
      } else {
        const plain = ESCAPES[escaped];
        if (plain === undefined) return this.#fail("invalid escape code");
        value += plain;
        this.#at += 2;
      }
    }
    this.#at++;
    this.#type = "T_STRING";
    this.#value = value;
  }

  /** The UTF-8 of the escape that begins here, as bytes, or null. */
  #unicodeEscape(): string | null {
    const high = this.#hex4(this.#at + 2);
    if (high < 0) return null;
    if ((high & 0xf800) !== 0xd800) {
      this.#at += 6;
      return utf8Of(high);
    }
    if ((high & 0x400) !== 0 || !this.#text.startsWith("\\u", this.#at + 6)) return null;
    const low = this.#hex4(this.#at + 8);
    if (low < 0 || (low & 0xfc00) !== 0xdc00) return null;
    this.#at += 12;
    return utf8Of((((high & 0x3ff) << 10) | (low & 0x3ff)) + 0x10000);
  }

  #hex4(at: number): number {
    const digits = this.#text.slice(at, at + 4);
    return /^[\da-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
  }
}

function utf8Of(codepoint: number): string {
  if (codepoint <= 0x7f) return String.fromCharCode(codepoint);
  const last = (codepoint & 0x3f) | 0x80;
  if (codepoint <= 0x7ff) return String.fromCharCode((codepoint >> 6) | 0xc0, last);
  const third = ((codepoint >> 6) & 0x3f) | 0x80;
  if (codepoint <= 0xffff) return String.fromCharCode((codepoint >> 12) | 0xe0, third, last);
  return String.fromCharCode((codepoint >> 18) | 0xf0, ((codepoint >> 12) & 0x3f) | 0x80, third, last);
}
