/**
 * The configuration of one server: a cell for every parameter, CONFIG GET and CONFIG SET over them, and the hooks that apply changes.
 *
 * - Several servers in one process have several of these; nothing here is global.
 * - CONFIG SET takes all of its pairs or none: values are set, then hooks run, and any refusal restores every value.
 */

import { ascii } from "../bytes/ascii.ts";
import { globMatches } from "../bytes/glob.ts";
import { Slice } from "../bytes/slice.ts";
import { LOADING } from "../resp/reply_errors.ts";
import type { BooleanCell } from "./boolean_cell.ts";
import { byteTextOf, type TextSource, untilNul } from "./byte_text.ts";
import type { AssignContext, AssignResult, Cell } from "./cell.ts";
import type { Declaration } from "./declaration.ts";
import type { IntegerCell } from "./integer_cell.ts";
import {
  type BooleanName,
  type CellOf,
  type EnumName,
  type FlagSetName,
  type IntegerName,
  type ParameterName,
  PARAMETERS,
  type StringName,
} from "./parameters.ts";
import type { StringCell } from "./string_cell.ts";

/** A parameter as CONFIG GET prints it. */
export interface ConfigPair {
  /** As it was asked for, if it was named in full. */
  readonly name: string;
  readonly value: Uint8Array<ArrayBuffer>;
}

/** A parameter with its value, for CONFIG REWRITE. */
export interface ConfigEntry {
  readonly name: ParameterName;
  readonly cell: Cell;
}

/** What CONFIG SET must know about the moment and the client. */
export interface SetGate {
  /** A dataset is being loaded. */
  readonly isLoading: boolean;
  /** The client is connected over loopback or a Unix socket. */
  readonly isLocalClient: boolean;
}

/** What a `Config` needs from outside; everything is optional. */
export interface ConfigOptions {
  /** Takes Redis's log line when a hook refuses a value. */
  readonly warn?: (text: string) => void;
}

interface Entry {
  /** The primary name or the alias. */
  readonly name: string;
  readonly primary: ParameterName;
  readonly declaration: Declaration;
  readonly cell: Cell;
}

interface ApplyHook {
  readonly run: () => string | void;
}

const OPEN_GATE: SetGate = { isLoading: false, isLocalClient: true };

/** The parameters of one server. */
export class Config {
  readonly #entries = new Map<string, Entry>();
  readonly #hooks = new Map<ParameterName, ApplyHook[]>();
  readonly #warn: (text: string) => void;

  constructor(options: ConfigOptions = {}) {
    this.#warn = options.warn ?? (() => {});
    for (const [name, declaration] of Object.entries<Declaration>(PARAMETERS)) {
      const primary = name as ParameterName;
      const cell = declaration.create();
      this.#entries.set(name, { name, primary, declaration, cell });
      const { alias } = declaration;
      if (alias !== undefined) this.#entries.set(alias, { name: alias, primary, declaration, cell });
    }
  }

  /** The cell of a number parameter, to be kept by whoever reads it often. */
  integer(name: IntegerName): IntegerCell {
    return this.cell(name);
  }

  /** The cell of a `yes` / `no` parameter. */
  boolean(name: BooleanName): BooleanCell {
    return this.cell(name);
  }

  /** The cell of a text parameter. */
  string(name: StringName): StringCell {
    return this.cell(name);
  }

  /** The cell of a parameter that is one word of a list. */
  enum<N extends EnumName>(name: N): CellOf<N> {
    return this.cell(name);
  }

  /** The cell of a parameter that is several words of a list. */
  flags<N extends FlagSetName>(name: N): CellOf<N> {
    return this.cell(name);
  }

  /** The cell of any parameter, such as `cell("save")`, whose value is a list of save points. */
  cell<N extends ParameterName>(name: N): CellOf<N> {
    return this.#entries.get(name)!.cell as CellOf<N>;
  }

  /** Runs `apply` after CONFIG SET changed `name`; a text that it returns refuses the change, and it runs again after the rollback. */
  onChange<N extends ParameterName>(name: N, apply: (value: CellOf<N>["value"]) => string | void): void {
    const cell: Cell = this.cell(name);
    this.#addHook(name, { run: () => apply(cell.value as CellOf<N>["value"]) });
  }

  /** As `onChange`, once for a CONFIG SET that changed any of `names`. */
  onAnyChange(names: readonly ParameterName[], apply: () => string | void): void {
    const hook = { run: apply };
    for (const name of names) this.#addHook(name, hook);
  }

  /** Whether `name` is a parameter or an alias, in any case of letters. */
  has(name: TextSource): boolean {
    return this.#find(byteTextOf(name)) !== undefined;
  }

  /** The primary name of the parameter or alias `name`, or null. */
  primaryNameOf(name: TextSource): ParameterName | null {
    return this.#find(byteTextOf(name))?.primary ?? null;
  }

  /** Whether the value of `name` must be hidden from logs, MONITOR and the slow log. */
  isSensitive(name: TextSource): boolean {
    return this.#find(byteTextOf(name))?.declaration.isSensitive ?? false;
  }

  /** Every parameter under its primary name, in declared order. */
  *entries(): Generator<ConfigEntry> {
    for (const { name, primary, cell } of this.#entries.values()) {
      if (name === primary) yield { name: primary, cell };
    }
  }

  /**
   * The parameters that CONFIG GET prints for `patterns`, each once, aliases as parameters of their own. Hidden parameters match their full
   * name only.
   */
  get(patterns: readonly TextSource[]): ConfigPair[] {
    const matches = new Map<string, ConfigPair>();
    for (const source of patterns) {
      const pattern = byteTextOf(source);
      const terminated = untilNul(pattern);
      if (!/[[*?]/.test(terminated)) {
        const key = pattern.toLowerCase();
        const entry = this.#find(pattern);
        if (entry !== undefined && !matches.has(key)) matches.set(key, pairOf(pattern, entry));
        continue;
      }
      const glob = new Slice(ascii(terminated));
      for (const [key, entry] of this.#entries) {
        if (entry.declaration.isHidden || matches.has(key)) continue;
        if (globMatches(glob, new Slice(ascii(key)), true)) matches.set(key, pairOf(key, entry));
      }
    }
    return [...matches.values()];
  }

  /**
   * Sets every pair or none, as CONFIG SET does.
   *
   * Returns null, or the error reply with its code word (`ERR ...` or `LOADING ...`), as byte text.
   */
  set(pairs: readonly (readonly [name: TextSource, value: TextSource])[], gate: SetGate = OPEN_GATE): string | null {
    const entries: Entry[] = [];
    for (const [source] of pairs) {
      const name = byteTextOf(source);
      const shownName = untilNul(name);
      const entry = this.#find(name);
      if (entry === undefined) return `ERR Unknown option or number of arguments for CONFIG SET - '${shownName}'`;
      const { isImmutable, isProtected, isDeniedWhileLoading } = entry.declaration;
      if (isImmutable) return setError(shownName, "can't set immutable config");
      if (isProtected && !this.#allowsProtected(gate)) return setError(shownName, "can't set protected config");
      if (gate.isLoading && isDeniedWhileLoading) return LOADING;
      if (entries.includes(entry)) return setError(shownName, "duplicate parameter");
      entries.push(entry);
    }
    return this.#setAll(entries, pairs.map(([, value]) => byteTextOf(value)));
  }

  /**
   * Gives `name` the arguments of a redis.conf line, without gates, hooks or rollback: for what is read before the server runs.
   *
   * Returns null, or Redis's reason for refusing them.
   */
  assign(name: TextSource, args: readonly TextSource[], isReadingFile = false): string | null {
    const entry = this.#find(byteTextOf(name));
    if (entry === undefined) return "Bad directive or wrong number of arguments";
    const result = entry.cell.assign(args.map(byteTextOf), this.#assignContext(isReadingFile));
    return "error" in result ? result.error : null;
  }

  #setAll(entries: readonly Entry[], values: readonly string[]): string | null {
    const restores = entries.map(({ cell }) => cell.capture());
    const hooks = new Map<ApplyHook, Entry>();
    for (const [index, entry] of entries.entries()) {
      const result = this.#setOne(entry, values[index]!);
      if ("error" in result) {
        for (const restore of restores) restore();
        return setError(entry.name, result.error);
      }
      if (!result.changed && !entry.declaration.isVolatile) continue;
      for (const hook of this.#hooks.get(entry.primary) ?? []) {
        if (!hooks.has(hook)) hooks.set(hook, entry);
      }
    }
    return this.#applyAll(hooks, restores);
  }

  #setOne({ cell }: Entry, value: string): AssignResult {
    const args = !cell.takesManyArguments ? [value] : value === "" ? [] : value.split(" ");
    return cell.assign(args, this.#assignContext(false));
  }

  #applyAll(hooks: ReadonlyMap<ApplyHook, Entry>, restores: readonly (() => void)[]): string | null {
    for (const [hook, { name }] of hooks) {
      const error = hook.run();
      if (typeof error !== "string") continue;
      this.#warn(
        `Failed applying new configuration. Possibly related to new ${name} setting. Restoring previous settings.`,
      );
      for (const restore of restores) restore();
      for (const other of hooks.keys()) {
        const failure = other.run();
        if (typeof failure === "string") {
          this.#warn(`Failed applying restored failed CONFIG SET command: ${failure}`);
        }
      }
      return setError(name, error);
    }
    return null;
  }

  #assignContext(isReadingFile: boolean): AssignContext {
    return { isReadingFile, printed: (name) => this.#find(name)!.cell.print() };
  }

  #allowsProtected(gate: SetGate): boolean {
    const { value } = this.enum("enable-protected-configs");
    return value === "yes" || (value === "local" && gate.isLocalClient);
  }

  #addHook(name: ParameterName, hook: ApplyHook): void {
    const hooks = this.#hooks.get(name);
    if (hooks === undefined) this.#hooks.set(name, [hook]);
    else hooks.push(hook);
  }

  #find(name: string): Entry | undefined {
    return this.#entries.get(name.toLowerCase());
  }
}

function pairOf(name: string, { cell }: Entry): ConfigPair {
  return { name, value: ascii(cell.print()) };
}

function setError(name: string, reason: string): string {
  return `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
}
