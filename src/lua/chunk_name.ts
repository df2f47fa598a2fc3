/**
 * How the name of a chunk is shown before a line number.
 */

/** Room for a shown name, with the zero that C puts behind it: Lua's `LUA_IDSIZE`. */
const LUA_IDSIZE = 60;
/** The same in messages about syntax: Lua's `MAXSRC`. */
export const SYNTAX_NAME_SIZE = 80;

/** What is put around the three kinds of names, as C counts it. */
const PLAIN_EXTRA = 1;
const FILE_EXTRA = 8;
const SOURCE_EXTRA = 17;

/**
 * `chunkName` as messages show it: "=x" and "@x" as x, any other as [string "its first line"].
 *
 * A name too long loses its end; that of a file, its beginning.
 */
export function shownChunkName(chunkName: string, size: number = LUA_IDSIZE): string {
  const rest = chunkName.slice(1);
  if (chunkName.startsWith("=")) return rest.slice(0, size - PLAIN_EXTRA);
  if (chunkName.startsWith("@")) {
    return rest.length > size - FILE_EXTRA ? "..." + rest.slice(FILE_EXTRA - size) : rest;
  }
  const ends = ["\n", "\r", "\0"].map((end) => chunkName.indexOf(end)).filter((at) => at >= 0);
  const length = Math.min(...ends, chunkName.length, size - SOURCE_EXTRA);
  const isCut = length < chunkName.length && chunkName[length] !== "\0";
  return `[string "${chunkName.slice(0, length)}${isCut ? "..." : ""}"]`;
}
