/**
 * The files of this checkout, as the tidy tests read them.
 */

/** One file; `path` is relative to the root of the checkout. */
export interface CheckoutFile {
  path: string;
  text: string;
}

const ROOT = new URL("../../", import.meta.url);
const SKIPPED_FOLDERS = new Set([".git", "node_modules", ".redeno_cache"]);
const TEXT_ENDINGS = /\.(?:ts|js|json|jsonc|lock|md|tsv|txt|sh|tcl|yml|yaml)$|(?:^|\/)(?:run|LICENSE|\.gitignore)$/;

/** Every text file of the checkout, sorted by path. */
export function checkoutFiles(): CheckoutFile[] {
  const files: CheckoutFile[] = [];
  walk("", files);
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** `main.ts` and the TypeScript and JavaScript files of `src/`, without declarations. */
export function sourceFiles(): CheckoutFile[] {
  return checkoutFiles().filter(({ path }) => {
    const isCode = /\.(?:ts|js)$/.test(path) && !path.endsWith(".d.ts");
    return isCode && (path === "main.ts" || path.startsWith("src/"));
  });
}

/** Fails with all the complaints, one a line. */
export function assertNoComplaints(complaints: readonly string[]): void {
  if (complaints.length > 0) throw new Error(`${complaints.length} places to mend:\n${complaints.join("\n")}`);
}

function walk(folder: string, files: CheckoutFile[]): void {
  for (const entry of Deno.readDirSync(new URL(folder, ROOT))) {
    const path = folder + entry.name;
    if (entry.isDirectory) {
      if (!SKIPPED_FOLDERS.has(entry.name)) walk(`${path}/`, files);
    } else if (entry.isFile && TEXT_ENDINGS.test(path)) {
      files.push({ path, text: Deno.readTextFileSync(new URL(path, ROOT)) });
    }
  }
}
