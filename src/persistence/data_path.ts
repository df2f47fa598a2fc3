/**
 * Paths of data files.
 */

/** The path of `name` in a directory; "" and "." are the working directory. */
export function joinPath(directory: string, name: string): string {
  return directory === "" || directory === "." ? name : `${directory.replace(/\/$/, "")}/${name}`;
}
