/**
 * `deno task compile`: makes the single binary `redeno` with `deno compile`.
 *
 * - Permissions and V8 flags are baked in: a compiled program reads neither from its surroundings, and without
 *   `--no-prompt` it would ask.
 * - Deno downloads the base of the binary at first use. Where it cannot, one line says so and the exit code is 0:
 *   nothing is wrong with the program.
 */

const OUTPUT = "redeno";
const FLAGS = [
  "--no-prompt",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  // Values live in buffers off the heap; the heap holds the objects of large collections.
  "--v8-flags=--max-old-space-size=8192",
];
const NO_BASE_BINARY = "Setting up base binary";

/** Compiles and returns the exit code. */
async function main(): Promise<number> {
  const root = decodeURIComponent(new URL("..", import.meta.url).pathname);
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["compile", "--frozen", ...FLAGS, "--output", OUTPUT, "main.ts", ...Deno.args],
    cwd: root,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(output.stderr).trim();
  if (output.success) {
    const { size } = await Deno.stat(root + OUTPUT);
    console.log(`Compiled ${OUTPUT}, ${(size / 1e6).toFixed(0)} MB`);
    return 0;
  }
  if (text.includes(NO_BASE_BINARY)) {
    console.log(`Not compiled: the base binary of Deno ${Deno.version.deno} cannot be downloaded here`);
    return 0;
  }
  console.error(text);
  return output.code;
}

Deno.exit(await main());
