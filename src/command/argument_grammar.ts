/**
 * The notation in which a declaration writes its arguments, and the tree that `COMMAND DOCS` prints of it.
 *
 * ```
 * key value [condition@2.6.12<NX | XX>] [GET@6.2.0] [expiration<EX seconds:integer@2.6.12 | KEEPTTL@6.0.0>]
 * ```
 *
 * - `name` is a string, `name:integer` has that type, `key` alone (or `name:key`) is a key.
 * - `TOKEN`, a word in capitals or any text in single quotes, is a pure token named by itself in lower case;
 *   `change=CH` names it differently. `TOKEN name` is an argument introduced by a token.
 * - `name(a b)` is a block, `name<a | b>` one of several.
 * - Marks after the name, in this order: `#1` key spec (a key has `#0` without being told), `@6.2.0` since, `!2.8.12` deprecated since.
 * - `[...]` around an argument: optional. `...` after it: may repeat; after its token instead: the token repeats with it.
 */

/** The types of arguments that `COMMAND DOCS` knows. */
export type ArgumentType =
  | "string"
  | "integer"
  | "double"
  | "key"
  | "pattern"
  | "unix-time"
  | "pure-token"
  | "oneof"
  | "block";

/** One argument of a command. */
export interface ArgumentSpec {
  name: string;
  type: ArgumentType;
  keySpecIndex?: number;
  token?: string;
  since?: string;
  deprecatedSince?: string;
  optional?: boolean;
  multiple?: boolean;
  multipleToken?: boolean;
  /** The parts of a block, the choices of a oneof. */
  arguments?: ArgumentSpec[];
}

/** Reads the notation. Throws an `Error` with the text and the place where it makes no sense. */
export function parseSyntax(text: string): ArgumentSpec[] {
  const reader = new SyntaxReader(text);
  const specs = reader.sequence();
  reader.end();
  return specs;
}

const WORD = /[^\s[\]()<>|@!#'=.]+/y;
const QUOTED = /'[^']*'/y;
const CAPITALS = /^[A-Z][A-Z0-9]*$/;
const TYPED = /^(.+):(string|integer|double|key|pattern|unix-time|pure-token)$/;
const INDEX = /#\d+/y;
const SINCE = /@\d+\.\d+\.\d+/y;
const DEPRECATED = /!\d+\.\d+\.\d+/y;
const BLANKS = /\s*/y;

/** Recursive descent over the notation; one method for each rule. */
class SyntaxReader {
  readonly #text: string;
  #place = 0;

  constructor(text: string) {
    this.#text = text;
    this.#take(BLANKS);
  }

  /** Arguments one after the other, until something closes them. */
  sequence(): ArgumentSpec[] {
    const specs: ArgumentSpec[] = [];
    while (this.#place < this.#text.length && !/[\])>|]/.test(this.#text[this.#place]!)) specs.push(this.#argument());
    return specs;
  }

  /** Checks that everything is read. */
  end(): void {
    if (this.#place < this.#text.length) this.#fail("an argument");
  }

  #argument(): ArgumentSpec {
    if (!this.#accept("[")) return this.#element(false);
    const spec = this.#element(true);
    this.#expect("]");
    return spec;
  }

  #element(isOptional: boolean): ArgumentSpec {
    const token = this.#token();
    const isTokenMultiple = token !== null && this.#accept("...");
    const hasName = token === null || this.#startsName();
    const spec = hasName ? this.#named(token) : this.#pureToken(token.toLowerCase(), token);
    if (isOptional) spec.optional = true;
    if (this.#accept("...") || isTokenMultiple) spec.multiple = true;
    if (isTokenMultiple) spec.multipleToken = true;
    return spec;
  }

  /** A token, if one comes next: a word in capitals or a quoted text, but not the name in `NAME=TOKEN`. */
  #token(): string | null {
    const start = this.#place;
    const quoted = this.#take(QUOTED);
    if (quoted !== null) return quoted.slice(1, -1);
    const word = this.#take(WORD);
    if (word !== null && CAPITALS.test(word) && this.#text[this.#place] !== "=") return word;
    this.#place = start;
    return null;
  }

  /** Whether a name comes next, which the token just read then introduces. */
  #startsName(): boolean {
    const start = this.#place;
    const isName = this.#token() === null && this.#take(WORD) !== null;
    const isRenamed = isName && this.#text[this.#place] === "=";
    this.#place = start;
    return isName && !isRenamed;
  }

  #named(token: string | null): ArgumentSpec {
    const word = this.#take(WORD) ?? this.#fail("a name");
    if (token === null && this.#accept("=")) return this.#pureToken(word, this.#token() ?? this.#fail("a token"));
    const typed = TYPED.exec(word);
    const name = typed?.[1] ?? word;
    const type = (typed?.[2] ?? (name === "key" ? "key" : "string")) as ArgumentType;
    const spec: ArgumentSpec = { name, type };
    if (token !== null) spec.token = token;
    const index = this.#take(INDEX);
    if (index !== null || type === "key") spec.keySpecIndex = Number(index?.slice(1) ?? 0);
    this.#versions(spec);
    this.#parts(spec);
    return spec;
  }

  #pureToken(name: string, token: string): ArgumentSpec {
    const spec: ArgumentSpec = { name, type: "pure-token", token };
    this.#versions(spec);
    return spec;
  }

  #versions(spec: ArgumentSpec): void {
    const since = this.#take(SINCE);
    if (since !== null) spec.since = since.slice(1);
    const deprecatedSince = this.#take(DEPRECATED);
    if (deprecatedSince !== null) spec.deprecatedSince = deprecatedSince.slice(1);
  }

  #parts(spec: ArgumentSpec): void {
    if (this.#accept("(")) {
      spec.type = "block";
      spec.arguments = this.sequence();
      this.#expect(")");
    } else if (this.#accept("<")) {
      spec.type = "oneof";
      spec.arguments = [this.#argument()];
      while (this.#accept("|")) spec.arguments.push(this.#argument());
      this.#expect(">");
    } else {
      return;
    }
    delete spec.keySpecIndex;
  }

  /** What a sticky pattern matches here, or null; skips blanks after it. */
  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#place;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#place = pattern.lastIndex;
    BLANKS.lastIndex = this.#place;
    this.#place += BLANKS.exec(this.#text)![0].length;
    return match[0];
  }

  #accept(mark: string): boolean {
    if (!this.#text.startsWith(mark, this.#place)) return false;
    this.#place += mark.length;
    this.#take(BLANKS);
    return true;
  }

  #expect(mark: string): void {
    if (!this.#accept(mark)) this.#fail(`"${mark}"`);
  }

  #fail(expected: string): never {
    const rest = this.#text.slice(this.#place);
    throw new Error(`Cannot read the syntax "${this.#text}": expected ${expected} at "${rest}"`);
  }
}
