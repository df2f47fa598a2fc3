/**
 * Libraries of functions: those of the server, or those of a payload before they join them.
 *
 * - Names of libraries differ by case, names of functions across libraries do not.
 */

import type { LuaFunction } from "../lua/value.ts";
import { SCRIPT_FLAGS, type ScriptFlag } from "./script_flags.ts";

/** What Redis counts for a library and for a function beside their texts. */
const LIBRARY_BYTES = 96;
const FUNCTION_BYTES = 120;

/** A function of a library. */
export interface ScriptFunction {
  readonly name: string;
  readonly description: string | null;
  readonly flags: ReadonlySet<ScriptFlag>;
  readonly callee: LuaFunction;
}

/** A library; texts have one character per byte. */
export interface FunctionLibrary {
  readonly name: string;
  /** All of it, with its first line. */
  readonly source: string;
  readonly functions: ReadonlyMap<string, ScriptFunction>;
}

/** What cannot be done with libraries; the message is the error's text without its code. */
export class FunctionError extends Error {
  override readonly name = "FunctionError";
}

/** A number of libraries whose functions can be called. */
export class FunctionSet {
  /** Bytes that the libraries take, for INFO. */
  usedBytes = 0;
  readonly #libraries = new Map<string, FunctionLibrary>();
  readonly #functions = new Map<string, ScriptFunction>();

  /** The libraries in the order in which they came. */
  get libraries(): IterableIterator<FunctionLibrary> {
    return this.#libraries.values();
  }

  /** Number of libraries. */
  get libraryCount(): number {
    return this.#libraries.size;
  }

  /** Number of functions. */
  get functionCount(): number {
    return this.#functions.size;
  }

  /** The library of that name. */
  library(name: string): FunctionLibrary | undefined {
    return this.#libraries.get(name);
  }

  /** The function of that name, in either case. */
  find(name: string): ScriptFunction | undefined {
    return this.#functions.get(name.toLowerCase());
  }

  /**
   * Adds a library, in place of the one of its name if there is one. Throws a `FunctionError` for a function that another
   * library has; then nothing has changed.
   */
  add(library: FunctionLibrary): void {
    const old = this.#libraries.get(library.name);
    if (old !== undefined) this.#unlink(old);
    try {
      this.#refuseKnown([library]);
    } catch (error) {
      if (old !== undefined) this.#link(old);
      throw error;
    }
    this.#link(library);
  }

  /** Takes a library away; false where there is none of that name. */
  delete(name: string): boolean {
    const library = this.#libraries.get(name);
    if (library !== undefined) this.#unlink(library);
    return library !== undefined;
  }

  /** Adds all libraries of another set. Throws a `FunctionError` where names collide; then nothing has changed. */
  join(other: FunctionSet, mayReplace: boolean): void {
    const added = [...other.libraries];
    const replaced: FunctionLibrary[] = [];
    try {
      for (const { name } of added) {
        const old = this.#libraries.get(name);
        if (old === undefined) continue;
        if (!mayReplace) throw new FunctionError(`Library ${name} already exists`);
        this.#unlink(old);
        replaced.push(old);
      }
      this.#refuseKnown(added);
    } catch (error) {
      for (const old of replaced) this.#link(old);
      throw error;
    }
    for (const library of added) this.#link(library);
  }

  /** Takes the libraries of another set in place of its own. */
  replaceBy(other: FunctionSet): void {
    this.clear();
    for (const library of other.libraries) this.#link(library);
  }

  /** Takes all libraries away. */
  clear(): void {
    this.#libraries.clear();
    this.#functions.clear();
    this.usedBytes = 0;
  }

  #refuseKnown(libraries: readonly FunctionLibrary[]): void {
    for (const { functions } of libraries) {
      for (const name of functions.keys()) {
        if (this.find(name) !== undefined) throw new FunctionError(`Function ${name} already exists`);
      }
    }
  }

  #link(library: FunctionLibrary): void {
    this.#libraries.set(library.name, library);
    for (const known of library.functions.values()) this.#functions.set(known.name.toLowerCase(), known);
    this.usedBytes += sizeOf(library);
  }

  #unlink(library: FunctionLibrary): void {
    this.#libraries.delete(library.name);
    for (const name of library.functions.keys()) this.#functions.delete(name.toLowerCase());
    this.usedBytes -= sizeOf(library);
  }
}

/** The flags of a function in the order in which they are shown. */
export function orderedFlags({ flags }: ScriptFunction): ScriptFlag[] {
  return SCRIPT_FLAGS.filter((flag) => flags.has(flag));
}

function sizeOf({ name, source, functions }: FunctionLibrary): number {
  let bytes = LIBRARY_BYTES + name.length + source.length;
  for (const { name, description } of functions.values()) {
    bytes += FUNCTION_BYTES + name.length + (description?.length ?? 0);
  }
  return bytes;
}
