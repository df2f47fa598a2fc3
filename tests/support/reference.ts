/**
 * The real redis-server as the oracle of a test.
 *
 * - Where it is not installed, a test that needs it is ignored under a name that says so; in CI (`CI=true`) it fails.
 */
import { ServerProcess } from "./server_process.ts";

/** How to start the reference server. */
export interface ReferenceOptions {
  configLines?: readonly string[];
  args?: readonly string[];
  /** Files to copy into its directory before it starts: name there, then path of the original. */
  files?: Readonly<Record<string, string>>;
}

type TestBody = (context: Deno.TestContext) => void | Promise<void>;

const PROGRAM = "redis-server";

const availability = new Map<string, boolean>();

/** True where `redis-server` is installed. */
export function referenceAvailable(): boolean {
  return isAvailable(PROGRAM);
}

/** Starts the real redis-server on a free loopback port in a temporary directory, with DEBUG commands allowed. */
export function startReference(options: ReferenceOptions = {}): Promise<ServerProcess> {
  const { configLines = [], args = [], files = {} } = options;
  return ServerProcess.start({
    command: [PROGRAM],
    configLines: ["enable-debug-command yes", ...configLines],
    args,
    files,
  });
}

/** Registers a test that needs the real redis-server. */
export function referenceTest(name: string, fn: TestBody): void {
  programTest(name, [PROGRAM], fn);
}

/** Registers a test that needs programs. */
export function programTest(name: string, programs: readonly string[], fn: TestBody): void {
  const missing = programs.find((program) => !isAvailable(program));
  if (missing === undefined) {
    Deno.test(name, fn);
    return;
  }
  const isCi = Deno.env.get("CI") === "true";
  Deno.test({
    name: `${name} (${missing} is not installed)`,
    ignore: !isCi,
    fn() {
      throw new Error(`Cannot run the test: ${missing} is not installed`);
    },
  });
}

function isAvailable(program: string): boolean {
  const known = availability.get(program) ?? canRun(program);
  availability.set(program, known);
  return known;
}

function canRun(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
