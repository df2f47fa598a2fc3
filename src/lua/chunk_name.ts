/**
 * How the name of a chunk is shown before a line number.
 */

/** Characters of each kind of name that fit into Lua's `LUA_IDSIZE` of 60 with what is put around them. */
const MAX_PLAIN = 59;
const MAX_FILE = 52;
const MAX_SOURCE = 43;

/**
 * `chunkName` as messages show it: "=x" and "@x" as x, any other as [string "its first line"].
 *
 * A name too long loses its end; that of a file, its beginning.
 */
export function shownChunkName(chunkName: string): string {
  const rest = chunkName.slice(1);
  if (chunkName.startsWith("=")) return rest.slice(0, MAX_PLAIN);
  if (chunkName.startsWith("@")) return rest.length > MAX_FILE ? "..." + rest.slice(-MAX_FILE) : rest;
  const ends = ["\n", "\r", "\0"].map((end) => chunkName.indexOf(end)).filter((at) => at >= 0);
  const length = Math.min(...ends, chunkName.length, MAX_SOURCE);
  const isCut = length < chunkName.length && chunkName[length] !== "\0";
  return `[string "${chunkName.slice(0, length)}${isCut ? "..." : ""}"]`;
}
