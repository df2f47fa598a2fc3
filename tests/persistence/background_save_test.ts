/**
 * A background save holds the data as of its beginning, whatever clients write meanwhile, and can be given up.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import type { Argument, RawClient } from "../support/raw_client.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";
import { dumpDataset } from "../support/dataset_dump.ts";

const KEYS = 3000;
const LIST_LENGTH = 40_000;

async function isSaving(client: RawClient): Promise<boolean> {
  return String(await client.expect("INFO", "persistence")).includes("rdb_bgsave_in_progress:1");
}

async function infoField(client: RawClient, name: string): Promise<number> {
  const text = String(await client.expect("INFO", "persistence"));
  return Number(new RegExp(`^${name}:(.*)\r$`, "m").exec(text)?.[1]);
}

/** Strings, small and large lists and sets, and streams. */
async function fill(client: RawClient, random: SeededRandom): Promise<void> {
  const requests: Argument[][] = [];
  for (let index = 0; index < KEYS; index++) requests.push(write(random, index));
  for (let count = 0; count < LIST_LENGTH; count += 1000) {
    const words = Array.from({ length: 1000 }, () => random.letters(12));
    requests.push(["RPUSH", "large:list", ...words], ["SADD", "large:set", ...words]);
  }
  requests.push(["SET", "large:string", random.letters(2_000_000)]);
  await client.pipeline(requests);
}

function write(random: SeededRandom, index = random.integer(0, KEYS)): Argument[] {
  switch (index % 5) {
    case 0:
      return ["SET", `key:${index}`, random.letters(30)];
    case 1:
      return ["RPUSH", `key:${index}`, random.letters(10)];
    case 2:
      return ["SADD", `key:${index}`, random.letters(10)];
    case 3:
      return ["XADD", `key:${index}`, "*", "field", random.letters(10)];
    default:
      return ["APPEND", `key:${index}`, random.letters(10)];
  }
}

/** Anything that changes data, large keys among it. */
function change(random: SeededRandom): Argument[] {
  switch (random.integer(0, 11)) {
    case 0:
      return ["DEL", `key:${random.integer(0, KEYS)}`];
    case 1:
      return ["RENAME", "large:string", "large:string"];
    case 2:
      return ["PEXPIRE", `key:${random.integer(0, KEYS)}`, random.integer(1, 50)];
    case 3:
      return ["COPY", `key:${random.integer(0, KEYS)}`, `key:${random.integer(0, KEYS)}`, "REPLACE"];
    case 4:
      return ["LPUSH", "large:list", "new"];
    case 5:
      return ["SPOP", "large:set", 3];
    case 6:
      return ["APPEND", "large:string", "more"];
    case 7:
      return random.chance(0.02) ? ["SWAPDB", 0, 1] : ["SET", `new:${random.integer(0, KEYS)}`, "value"];
    case 8:
      return random.chance(0.02) ? ["FLUSHDB"] : ["SELECT", random.integer(0, 1)];
    default:
      return write(random);
  }
}

async function writeUntil(server: ServerProcess, seed: number, isOver: () => boolean): Promise<number> {
  using client = await server.connect();
  const random = new SeededRandom(seed);
  let count = 0;
  while (!isOver()) {
    const requests = Array.from({ length: random.integer(1, 20) }, () => change(random));
    await client.pipeline(requests);
    count += requests.length;
  }
  return count;
}

for (const seed of [1, 2, 3]) {
  referenceTest(`BGSAVE under write load holds exactly the data of its beginning (seed ${seed})`, async () => {
    const random = new SeededRandom(seed);
    await using server = await startRedeno();
    using client = await server.connect();
    await fill(client, random);
    await client.expect("CONFIG", "SET", "rdb-key-save-delay", 100);
    // In one batch, so that nobody comes between.
    const [digest, started] = await client.pipeline([["DEBUG", "DIGEST"], ["BGSAVE"]]);
    assertEquals(started, "Background saving started");
    let isOver = false;
    const writers = [1, 2, 3].map((writer) => writeUntil(server, seed * 10 + writer, () => isOver));
    await eventually(async () => !await isSaving(client));
    isOver = true;
    const written = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0);
    assert(written > 500, `only ${written} changes were made`);
    assert(await infoField(client, "rdb_last_cow_size") > 0, "nothing was saved out of turn");

    const files = { "dump.rdb": `${server.directory}/dump.rdb` };
    await using copy = await startRedeno({ files });
    using reader = await copy.connect();
    assertEquals(await reader.expect("DEBUG", "DIGEST"), digest);
    await using theirs = await startReference({ files });
    using their = await theirs.connect();
    const options = { hasEncodings: false };
    assertEquals(await dumpDataset(their, options), await dumpDataset(reader, options));
  });
}

Deno.test("only the writers of a large key wait for its save", async () => {
  const random = new SeededRandom(7);
  await using server = await startRedeno();
  using client = await server.connect();
  await fill(client, random);
  const length = Number(await client.expect("LLEN", "large:list"));
  await client.expect("BGSAVE");
  using writer = await server.connect();
  using script = await server.connect();
  // Sent at once: the push waits for the list, the others for nothing.
  await writer.send("LPUSH", "large:list", "new");
  await script.send("MULTI");
  await script.send("SADD", "large:set", "new");
  await script.send("LLEN", "large:list");
  await script.send("EXEC");
  assertEquals(await client.expect("LLEN", "large:list"), length);
  assertEquals(await writer.read(), length + 1);
  assertEquals([await script.read(), await script.read(), await script.read()], ["OK", "QUEUED", "QUEUED"]);
  const [added, seen] = await script.read() as number[];
  assertEquals(added, 1);
  assert(seen === length || seen === length + 1);
});

Deno.test("clients that hang up while they wait for a save leave nothing behind", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  await fill(client, new SeededRandom(8));
  const length = Number(await client.expect("LLEN", "large:list"));
  await client.expect("BGSAVE");
  for (let count = 0; count < 5; count++) {
    using writer = await server.connect();
    await writer.send("LPUSH", "large:list", "new");
  }
  await eventually(async () => !await isSaving(client));
  await eventually(async () => /^connected_clients:1\r$/m.test(String(await client.expect("INFO", "clients"))));
  // Whether a push still ran depends on when the end of its client was seen; each ran once or not at all.
  const pushed = Number(await client.expect("LLEN", "large:list")) - length;
  assert(pushed >= 0 && pushed <= 5);
  assertEquals(await client.expect("LPUSH", "large:list", "again"), length + pushed + 1);
});

Deno.test("FLUSHALL gives up the save, keeps the old file, and the server goes on", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  await fill(client, new SeededRandom(9));
  await client.expect("SAVE");
  const file = await Deno.readFile(`${server.directory}/dump.rdb`);
  await client.expect("CONFIG", "SET", "rdb-key-save-delay", 1000);
  await client.expect("SET", "one", "more");
  await client.expect("BGSAVE");
  assert(await isSaving(client));
  await client.expect("FLUSHALL");
  await eventually(async () => !await isSaving(client));
  assertStringIncludes(server.log, "Background saving terminated by signal 10");
  assertEquals(await Deno.readFile(`${server.directory}/dump.rdb`), file);
  assert(await infoField(client, "rdb_changes_since_last_save") >= KEYS);
  assertStringIncludes(String(await client.expect("INFO", "persistence")), "rdb_last_bgsave_status:ok");

  await client.expect("CONFIG", "SET", "rdb-key-save-delay", 0);
  await client.expect("SET", "key", "value");
  await client.expect("BGSAVE");
  await eventually(async () => !await isSaving(client));
  assertEquals(await infoField(client, "rdb_changes_since_last_save"), 0);
  const names = [...Deno.readDirSync(server.directory)].map(({ name }) => name).sort();
  assertEquals(names, ["dump.rdb", "redis.conf"]);
});

Deno.test("FLUSHALL with save points leaves an empty file, even when a save is nearly done", async () => {
  await using server = await startRedeno({ configLines: ["save 3600 1"] });
  using client = await server.connect();
  for (let round = 0; round < 20; round++) {
    await client.pipeline(Array.from({ length: 200 }, (_, index) => ["SET", `key:${index}`, "value"]));
    await client.pipeline([["BGSAVE"], ...Array.from({ length: round }, () => ["PING"]), ["FLUSHALL"]]);
    await eventually(async () => !await isSaving(client));
    await client.expect("DEBUG", "RELOAD", "NOSAVE");
    assertEquals(await client.expect("DBSIZE"), 0);
  }
});

Deno.test("INFO tells of the save in progress", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  await client.pipeline(Array.from({ length: 2000 }, (_, index) => ["SET", `key:${index}`, "A".repeat(500)]));
  await client.expect("CONFIG", "SET", "rdb-key-save-delay", 1000);
  await client.expect("BGSAVE");
  assertEquals(await infoField(client, "current_save_keys_total"), 2000);
  const before = await infoField(client, "current_cow_size");
  await client.pipeline(Array.from({ length: 16 }, (_, index) => ["SETRANGE", `key:${index}`, 0, "B".repeat(500)]));
  assert(await infoField(client, "current_cow_size") >= before + 4096);
  await eventually(async () => await infoField(client, "current_save_keys_processed") > 100);
  assert(await infoField(client, "current_fork_perc") > 0);
  await client.expect("FLUSHALL");
  await eventually(async () => !await isSaving(client));
  assertEquals(await infoField(client, "current_save_keys_total"), 0);
  assert(await infoField(client, "rdb_last_cow_size") >= 4096);
});
