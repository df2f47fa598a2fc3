/**
 * Redis 7.0.15's own test suite, out of Debian's source package `redis`.
 *
 * - The package is found through the apt sources that the machine already has, with lists of its own: the machine's
 *   apt configuration is only read.
 * - It is unpacked once into a cache directory.
 */
import { runProgram } from "./child_process.ts";
import { listSentinelUnits } from "./sentinel_units.ts";

const VERSION = "7.0.15";
const SOURCE_LISTS = [
  "/etc/apt/sources.list.d/debian.sources",
  "/etc/apt/sources.list.d/debian.list",
  "/etc/apt/sources.list",
];

/** The directory of the unpacked suite; fetches it where it is not there yet. */
export async function ensureSuite(): Promise<string> {
  const directory = `${cacheDirectory()}/redis-suite-${VERSION}`;
  if (await exists(`${directory}/tests/test_helper.tcl`)) return directory;
  const scratch = await Deno.makeTempDir({ prefix: "redeno_suite_" });
  try {
    const archive = await downloadSource(scratch);
    const unpacked = `${scratch}/unpacked`;
    await Deno.mkdir(unpacked);
    await must("tar", ["-xzf", archive, "-C", unpacked, "--strip-components=1"]);
    await Deno.mkdir(cacheDirectory(), { recursive: true });
    // Copied beside its place and then renamed: an interrupted run leaves no half of a suite.
    const incoming = `${directory}.${Deno.pid}`;
    await must("cp", ["-r", unpacked, incoming]);
    await Deno.rename(incoming, directory);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
  return directory;
}

/** Every unit of the suite's default list, and those of Sentinel. */
export async function listUnits(suite: string, tclsh: string): Promise<string[]> {
  const { stdout } = await runProgram(tclsh, ["tests/test_helper.tcl", "--list-tests"], { cwd: suite });
  return [...stdout.split("\n").filter((line) => line !== ""), ...await listSentinelUnits(suite)];
}

function cacheDirectory(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? (Deno.env.get("HOME") ?? "/tmp") + "/.cache";
  return `${base}/redeno`;
}

async function downloadSource(scratch: string): Promise<string> {
  await Deno.mkdir(`${scratch}/sources.d`);
  await Deno.mkdir(`${scratch}/lists/partial`, { recursive: true });
  for (const path of SOURCE_LISTS) {
    const text = await readIfThere(path);
    if (text === "") continue;
    const ending = path.endsWith(".sources") ? "sources" : "list";
    const name = path.replaceAll("/", "_").replace(/\.[a-z]+$/, "");
    await Deno.writeTextFile(`${scratch}/sources.d/${name}.${ending}`, asSourceLists(text));
  }
  const options = [
    ...["-qq", "-o", "Dir::Etc::sourcelist=/dev/null", "-o", `Dir::Etc::sourceparts=${scratch}/sources.d`],
    ...["-o", `Dir::State::Lists=${scratch}/lists`, "-o", "APT::Sandbox::User=root"],
  ];
  await must("apt-get", [...options, "update"]);
  await must("apt-get", [...options, "source", "--download-only", "redis"], scratch);
  const archive = `${scratch}/redis_${VERSION}.orig.tar.gz`;
  if (await exists(archive)) return archive;
  throw new Error(`Cannot fetch Redis's suite: the source package of this Debian is not version ${VERSION}`);
}

/** The same repositories, asked for sources in place of packages. */
function asSourceLists(text: string): string {
  return text.replace(/^Types:.*$/gm, "Types: deb-src").replace(/^deb /gm, "deb-src ");
}

async function must(program: string, args: readonly string[], cwd?: string): Promise<void> {
  const { code, stderr } = await runProgram(program, args, cwd === undefined ? {} : { cwd });
  if (code !== 0) throw new Error(`Cannot fetch Redis's suite: ${program} exited with code ${code}: ${stderr.trim()}`);
}

async function readIfThere(path: string): Promise<string> {
  return await exists(path) ? await Deno.readTextFile(path) : "";
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
