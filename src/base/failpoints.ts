/**
 * Failpoints: places before each act on a data file where a test has the act fail, be torn, wait, or the process die.
 *
 * ```
 * plan := entry (" " entry)*                        aof-write@3=torn:kill base-rename=EIO aof-sync@1-=wait:200
 * entry := point ["@" first ["-" [last]]] "=" ["torn:"] ("kill" | "ENOSPC" | "EIO" | "wait:" ms)
 * ```
 *
 * - Off unless a plan is given, and then each costs one look at a field.
 * - Where the server goes on meanwhile it waits asynchronously; elsewhere "wait" does nothing.
 */

/** The kinds of files that are written; `aof` are the increments, and a replica's copy of its master's data is an `rdb` too. */
export const FILE_KINDS = ["rdb", "aof", "base", "manifest", "config", "acl"] as const;

/** What is done to a file; `truncate` cuts a part off that is not whole. */
export const FILE_ACTS = ["open", "write", "sync", "rename", "directory-sync", "truncate", "remove"] as const;

/** A kind of files. */
export type FileKind = typeof FILE_KINDS[number];

/** What is done to a file of any kind. */
export type FileAct = typeof FILE_ACTS[number];

/** A place to fail. */
export type Failpoint = `${FileKind}-${FileAct}`;

/** What happens in place of the act, or before it ("wait"). A torn write happens by half before. */
export type FailpointAction =
  | { readonly kind: "kill"; readonly isTorn?: boolean }
  | { readonly kind: "fail"; readonly reason: keyof typeof SYSTEM_REASONS; readonly isTorn?: boolean }
  | { readonly kind: "wait"; readonly ms: number };

/** Asked each time a place is passed: what is to happen there, or null. */
export type FailpointPlan = (point: Failpoint) => FailpointAction | null;

/** A plan that cannot be understood. */
export class FailpointSyntaxError extends Error {
  override readonly name = "FailpointSyntaxError";
}

/** The exit status of a process that died at a failpoint: that of one killed by SIGKILL. */
export const KILLED_STATUS = 137;

const ENVIRONMENT_VARIABLE = "REDENO_FAILPOINTS";
const SYSTEM_REASONS = {
  ENOSPC: "No space left on device (os error 28)",
  EIO: "Input/output error (os error 5)",
};
const ENTRY = /^([a-z-]+)(?:@(\d+)(-)?(\d+)?)?=(?:(torn:)?(?:(kill)|(ENOSPC|EIO))|wait:(\d+))$/;

/** The failpoints of one server. */
export class Failpoints {
  /** Those of a server that is not tested. */
  static readonly OFF: Failpoints = new Failpoints(null);

  readonly #plan: FailpointPlan | null;
  /** What is to follow the first half of a write. */
  #torn: FailpointAction | null = null;

  constructor(plan: FailpointPlan | null) {
    this.#plan = plan;
  }

  /** Those of a written plan. Throws a `FailpointSyntaxError`. */
  static parse(text: string): Failpoints {
    return new Failpoints(parsePlan(text));
  }

  /** Those of the plan in `REDENO_FAILPOINTS`, where the environment may be read. Throws a `FailpointSyntaxError`. */
  static ofEnvironment(): Failpoints {
    const permission = { name: "env", variable: ENVIRONMENT_VARIABLE } as const;
    const isReadable = Deno.permissions.querySync(permission).state === "granted";
    const text = isReadable ? Deno.env.get(ENVIRONMENT_VARIABLE) : undefined;
    return text === undefined ? Failpoints.OFF : Failpoints.parse(text);
  }

  /** To be called before an act. Throws what the system would, or ends the process. */
  pass(kind: FileKind, act: FileAct): void {
    if (this.#plan === null) return;
    const action = this.#plan(`${kind}-${act}`);
    if (action !== null) perform(action);
  }

  /** As `pass`, where the server goes on while the act is under way. */
  async enter(kind: FileKind, act: FileAct): Promise<void> {
    if (this.#plan === null) return;
    const action = this.#plan(`${kind}-${act}`);
    if (action?.kind === "wait") await new Promise((resolve) => setTimeout(resolve, action.ms));
    else if (action !== null) perform(action);
  }

  /** To be called before `count` bytes are written: how many of them may be. */
  admit(kind: FileKind, count: number): number {
    if (this.#plan === null) return count;
    const torn = this.#torn;
    this.#torn = null;
    if (torn !== null) perform(torn);
    const action = this.#plan(`${kind}-write`);
    if (action === null) return count;
    if (action.kind === "wait" || !action.isTorn || count < 2) {
      perform(action);
      return count;
    }
    this.#torn = action;
    return count >> 1;
  }
}

function perform(action: FailpointAction): void {
  if (action.kind === "wait") return;
  if (action.kind === "fail") throw new Error(SYSTEM_REASONS[action.reason]);
  Deno.exit(KILLED_STATUS);
}

interface PlannedEntry {
  readonly first: number;
  readonly last: number;
  readonly action: FailpointAction;
}

function parsePlan(text: string): FailpointPlan {
  const entries = new Map<string, PlannedEntry[]>();
  for (const word of text.split(/\s+/).filter((word) => word !== "")) {
    const { point, ...entry } = parseEntry(word);
    entries.set(point, [...entries.get(point) ?? [], entry]);
  }
  const passes = new Map<Failpoint, number>();
  return (point) => {
    const count = (passes.get(point) ?? 0) + 1;
    passes.set(point, count);
    return entries.get(point)?.find(({ first, last }) => count >= first && count <= last)?.action ?? null;
  };
}

function parseEntry(word: string): PlannedEntry & { readonly point: string } {
  const match = ENTRY.exec(word);
  const point = match?.[1] ?? "";
  if (match === null || !isFailpoint(point)) throw new FailpointSyntaxError(`Cannot plan the failpoint '${word}'`);
  const [, , firstText, dash, lastText, torn, kill, reason, ms] = match;
  const first = Number(firstText ?? 1);
  const last = dash === undefined ? first : Number(lastText ?? Infinity);
  const isTorn = torn !== undefined;
  if (ms !== undefined) return { point, first, last, action: { kind: "wait", ms: Number(ms) } };
  if (kill !== undefined) return { point, first, last, action: { kind: "kill", isTorn } };
  return { point, first, last, action: { kind: "fail", reason: reason as keyof typeof SYSTEM_REASONS, isTorn } };
}

function isFailpoint(text: string): boolean {
  return FILE_KINDS.some((kind) => FILE_ACTS.some((act) => text === `${kind}-${act}`));
}
