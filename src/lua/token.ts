/**
 * Tokens of Lua: single characters count as their code, all others have names here.
 */

/** Kinds of token beyond single characters. The reserved words come first. */
export const enum Token {
  And = 257,
  Break,
  Do,
  Else,
  Elseif,
  End,
  False,
  For,
  Function,
  If,
  In,
  Local,
  Nil,
  Not,
  Or,
  Repeat,
  Return,
  Then,
  True,
  Until,
  While,
  Concat,
  Dots,
  Equal,
  GreaterOrEqual,
  LessOrEqual,
  NotEqual,
  Number,
  EndOfSource,
  Name,
  String,
}

const RESERVED_WORDS = [
  ...["and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local", "nil", "not"],
  ...["or", "repeat", "return", "then", "true", "until", "while"],
];
const OTHERS = ["..", "...", "==", ">=", "<=", "~=", "<number>", "<eof>", "<name>", "<string>"];
const SPELLINGS = [...RESERVED_WORDS, ...OTHERS];

const WORDS = new Map(RESERVED_WORDS.map((word, index) => [word, Token.And + index]));

/** The token of a word: a reserved word's own, else `Token.Name`. */
export function wordToken(word: string): number {
  return WORDS.get(word) ?? Token.Name;
}

/** A kind of token as messages show it. */
export function tokenText(token: number): string {
  if (token >= Token.And) return SPELLINGS[token - Token.And]!;
  return token < 0x20 || token === 0x7f ? `char(${token})` : String.fromCharCode(token);
}
