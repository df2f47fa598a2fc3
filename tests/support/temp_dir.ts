/**
 * A temporary directory that goes when its scope ends.
 */

/** A directory of its own, for `await using`. */
export interface TempDir extends AsyncDisposable {
  readonly path: string;
}

/** Makes an empty directory; its path is short enough for a Unix socket inside it. */
export async function makeTempDir(): Promise<TempDir> {
  const path = await Deno.makeTempDir({ prefix: "redeno_" });
  return {
    path,
    async [Symbol.asyncDispose]() {
      await Deno.remove(path, { recursive: true });
    },
  };
}
