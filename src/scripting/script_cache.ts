/**
 * The scripts that were run or loaded, by the SHA-1 of their text.
 */

import { equalBytes, latin1 } from "../bytes/ascii.ts";
import { sha1, SHA1_BYTES } from "../bytes/sha1.ts";
import type { Slice } from "../bytes/slice.ts";
import { LuaError } from "../lua/lua_error.ts";
import type { LuaState } from "../lua/state.ts";
import type { LuaFunction } from "../lua/value.ts";
import { textOf } from "./error_table.ts";
import { readScriptText, type ScriptFlags, ShebangError } from "./script_flags.ts";

const NAME_LENGTH = 2 * SHA1_BYTES;
/** What Redis counts for a script beside its text. */
const ENTRY_BYTES = 120;

/** A script that is ready to run. */
export interface CachedScript {
  /** Its SHA-1 in hexadecimal, in lower case. */
  readonly sha: string;
  readonly text: Uint8Array;
  readonly callee: LuaFunction;
  readonly flags: ScriptFlags;
}

const hash = new Uint8Array(SHA1_BYTES);

function nameOfScript({ bytes, start, end }: Slice): string {
  sha1(bytes, start, end, hash, 0);
  return hash.toHex();
}

/** The scripts of one server. */
export class ScriptCache {
  /** Bytes that the scripts take, for INFO. */
  usedBytes = 0;
  #state: LuaState | null = null;
  readonly #createState: () => LuaState;
  readonly #scripts = new Map<string, CachedScript>();
  /** The last one that was found by its text: most often it is the next one, and comparing costs less than the SHA-1. */
  #last: CachedScript | undefined = undefined;

  constructor(createState: () => LuaState) {
    this.#createState = createState;
  }

  /** Where scripts run. Made when the first one comes: a server without scripts should not pay for it. */
  get state(): LuaState {
    return this.#state ??= this.#createState();
  }

  /** Bytes of the state, by a walk over it. */
  get stateBytes(): number {
    return this.#state?.memoryBytes ?? 0;
  }

  /** Number of scripts. */
  get size(): number {
    return this.#scripts.size;
  }

  /** The script of a name in either case, or undefined. */
  find(sha: string): CachedScript | undefined {
    return this.#scripts.get(sha) ?? this.#scripts.get(sha.toLowerCase());
  }

  /** The script of a text, or undefined. */
  findText(body: Slice): CachedScript | undefined {
    const text = this.#last?.text;
    if (text !== undefined && equalBytes(text, 0, text.length, body.bytes, body.start, body.end)) return this.#last;
    return this.#last = this.#scripts.get(nameOfScript(body));
  }

  /** Whether `sha` could be the name of a script at all. */
  static isName(sha: Slice): boolean {
    return sha.length === NAME_LENGTH;
  }

  /** The script of a text, compiled if it is new; a text in its place is the error with its code. */
  load(body: Slice): CachedScript | string {
    const known = this.findText(body);
    if (known !== undefined) return known;
    try {
      const sha = nameOfScript(body);
      const { code, flags } = readScriptText(latin1(body.bytes, body.start, body.end));
      const script = { sha, text: body.copy(), flags, callee: this.state.load(code, "@user_script") };
      this.#scripts.set(sha, script);
      this.usedBytes += ENTRY_BYTES + NAME_LENGTH + body.length;
      return script;
    } catch (error) {
      if (error instanceof ShebangError) return `ERR ${error.message}`;
      if (error instanceof LuaError) return `ERR Error compiling script (new function): ${textOf(error.value)}`;
      throw error;
    }
  }

  /** Forgets all scripts, and whatever they have left in their state. */
  clear(): void {
    this.#scripts.clear();
    this.#last = undefined;
    this.#state = null;
    this.usedBytes = 0;
  }
}
