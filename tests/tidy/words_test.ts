/** Names and words that have no place in this checkout. */
import { assertNoComplaints, type CheckoutFile, checkoutFiles, sourceFiles } from "./checkout.ts";
import { codeOnly } from "./code_scan.ts";

const BANNED_NAMES = new Set(["utils", "util", "helpers", "helper", "common", "types", "misc", "index"]);
const CHANCE_AND_TIME = /\b(?:Math\.random|Date\.now|performance\.now)\b|\bnew Date\(\)/;
const BARE_REMINDER = /\b(?:TO[D]O|FIX[M]E)\b/;
const MACHINE_PATH = /(?:^|[\s"'`(=:])\/(?:work|home|root)\/\w/m;
const REGISTRY_HOST =
  /\b(?:registry|npm|deb|security|mirror|proxy)\.[a-z0-9-]+\.(?:org|io|com|net|dev)\b|\bjsr\x2eio\b/;

Deno.test("no file is named for nothing in particular", () => {
  const bad = checkoutFiles().filter(({ path }) => {
    const name = path.split("/").at(-1)!;
    const stem = name.replace(/(?:_test)?\.[a-z.]+$/, "");
    return BANNED_NAMES.has(stem) || (/\.(?:ts|js)$/.test(name) && !/^[a-z0-9_.]+$/.test(name));
  });
  assertNoComplaints(bad.map(({ path }) => path));
});

Deno.test("only src/base reads the clock and makes chance", () => {
  const outside = sourceFiles().filter(({ path }) => !path.startsWith("src/base/"));
  assertNoComplaints(matchingLines(outside.map(({ path, text }) => ({ path, text: codeOnly(text) })), CHANCE_AND_TIME));
});

Deno.test("no reminder is left in the code", () => {
  assertNoComplaints(matchingLines(checkoutFiles().filter(({ path }) => /\.(?:ts|js)$/.test(path)), BARE_REMINDER));
});

Deno.test("no file names a folder of one machine or the host of a registry", () => {
  assertNoComplaints(matchingLines(checkoutFiles(), MACHINE_PATH));
  assertNoComplaints(matchingLines(checkoutFiles(), REGISTRY_HOST));
});

function matchingLines(files: readonly CheckoutFile[], pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.split("\n").map((line, index) => ({ line, number: index + 1 }));
    const matching = lines.filter(({ line }) => pattern.test(line));
    return matching.map(({ line, number }) => `${path}:${number}: ${line.trim().slice(0, 100)}`);
  });
}
