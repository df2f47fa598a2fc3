/**
 * Running programs from the tools.
 */

/** What a program that ran to its end left behind. */
export interface ProgramOutput {
  code: number;
  stdout: string;
  stderr: string;
}

/** Where and in what surroundings a program runs. */
export interface ProgramOptions {
  cwd?: string;
  env?: Record<string, string>;
}

/** Runs a program to its end; throws `Deno.errors.NotFound` where it is not installed. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramOutput> {
  const output = await new Deno.Command(program, { args: [...args], stdin: "null", ...options }).output();
  const decoder = new TextDecoder();
  return { code: output.code, stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
}

/** The path of an installed program, or null. */
export async function findProgram(name: string): Promise<string | null> {
  if (name.includes("/")) return await isFile(name) ? name : null;
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${folder}/${name}`;
    if (folder !== "" && await isFile(path)) return path;
  }
  return null;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}
