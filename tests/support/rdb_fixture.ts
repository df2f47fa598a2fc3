/**
 * The RDB files of `rdb_fixtures/`, each saved by the real redis-server, with what they hold.
 *
 * - Beside `NAME.rdb` stands `NAME.tsv`: one key a line with database, key, type, encoding after a load, expiry
 *   in Unix milliseconds (or -1), and value. Key and value are JSON, one character per byte; a long value is
 *   `sha256:` and the digest of its JSON.
 * - Lines `#config NAME VALUE` name the settings under which the encodings are true.
 */
import { type DatasetEntry, digestOfValue } from "./dataset_dump.ts";

/** One fixture. */
export interface RdbFixture {
  name: string;
  rdbPath: string;
  /** Configuration lines for the server that loads it. */
  configLines: string[];
  /** The lines of `manifestLine()`, sorted as a dump is. */
  manifest: string[];
}

/** The folder of the fixtures. */
export const RDB_FIXTURE_FOLDER = decodeURIComponent(new URL("../../rdb_fixtures/", import.meta.url).pathname);

const MAX_VALUE_LENGTH = 200;

/** Reads every fixture's manifest. */
export function rdbFixtures(): RdbFixture[] {
  const names = [...Deno.readDirSync(RDB_FIXTURE_FOLDER)].map(({ name }) => name).filter((name) =>
    name.endsWith(".rdb")
  );
  return names.sort().map((file) => {
    const name = file.slice(0, -".rdb".length);
    const lines = Deno.readTextFileSync(`${RDB_FIXTURE_FOLDER}${name}.tsv`).split("\n").filter((line) => line !== "");
    return {
      name,
      rdbPath: RDB_FIXTURE_FOLDER + file,
      configLines: lines.filter((line) => line.startsWith("#config ")).map((line) => line.slice("#config ".length)),
      manifest: lines.filter((line) => !line.startsWith("#")),
    };
  });
}

/** The line of a manifest that stands for a key. */
export async function manifestLine(entry: DatasetEntry): Promise<string> {
  const json = asciiJson(entry.value);
  const value = json.length <= MAX_VALUE_LENGTH ? json : `sha256:${await digestOfValue(entry.value)}`;
  const { database, key, type, encoding, expireAtMs } = entry;
  return [database, asciiJson(key), type, encoding, expireAtMs, value].join("\t");
}

function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\x7f-\uffff]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
