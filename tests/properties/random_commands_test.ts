/**
 * Random commands of every family to our server and to the real redis-server: the same replies, and in the end the same
 * data and the same files. `deno task property` plays more of them.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { referenceTest, startReference } from "../support/reference.ts";
import { startRedeno } from "../support/test_server.ts";
import type { ReplyValue } from "../support/reply_reader.ts";
import { checkChance } from "./random_commands/chance_check.ts";
import { runProperty } from "./random_commands/property_run.ts";
import { isSameReply } from "./random_commands/reply_comparison.ts";
import { shrink } from "./random_commands/shrinking.ts";
import type { Comparison } from "./random_commands/draw.ts";

const OPERATIONS = 24_000;
const SEED = 20_261_121;

referenceTest("random commands leave our server and the reference with the same replies, data and files", async () => {
  await using ours = await startRedeno();
  await using theirs = await startReference({ configLines: ["crash-memcheck-enabled no"] });
  assertEquals(await runProperty({ ours, theirs }, { seed: SEED, operations: OPERATIONS }), OPERATIONS);
});

referenceTest("random commands show where two servers differ, with few commands", async () => {
  await using ours = await startReference({ configLines: ["proto-max-bulk-len 1mb", "databases 2"] });
  await using theirs = await startReference();
  const message = await runProperty({ ours, theirs }, { seed: 1, operations: 5_000 }).then(() => "", String);
  assertStringIncludes(message, "Repeat with: deno task property --seeds 1 --episode 0");
  const count = Number(/^(\d+) commands show it/m.exec(message)?.[1]);
  assertEquals(count >= 1 && count <= 3, true, message);
});

Deno.test("shrink() leaves only what a failure needs", async () => {
  const items = Array.from({ length: 500 }, (_, index) => index);
  const needs = (some: readonly number[]) => Promise.resolve(some.includes(37) && some.includes(411));
  assertEquals(await shrink(items, needs), [37, 411]);
  assertEquals(await shrink(items, () => Promise.resolve(false)), items);
});

Deno.test("isSameReply() leaves room only where a clock or a hash table decides", () => {
  const same = (comparison: Comparison, ours: string, theirs: string) =>
    isSameReply({ argv: ["COMMAND"], comparison }, ours, theirs);
  const [ab, ba, ac] = ["ab", "ba", "ac"].map((members) => `*2\r\n$1\r\n${members[0]}\r\n$1\r\n${members[1]}\r\n`);
  assertEquals(["exact", "unordered", "about"].map((kind) => same(kind as Comparison, ab!, ba!)), [false, true, false]);
  assertEquals(same("unordered", ab!, ac!), false);
  assertEquals(same("unordered", "*1\r\n$1\r\n1\r\n", "*1\r\n:1\r\n"), false);
  assertEquals([same("about", ":100\r\n", ":160\r\n"), same("about", ":-1\r\n", ":160\r\n")], [true, false]);
  assertEquals(same("about", "*2\r\n$4\r\nidle\r\n:1\r\n", "*2\r\n$4\r\nidle\r\n:9\r\n"), true);
  assertEquals(same("about", "*2\r\n$3\r\nlag\r\n:1\r\n", "*2\r\n$3\r\nlag\r\n:9\r\n"), false);
});

Deno.test("checkChance() sees what cannot have been drawn", () => {
  const check = (argv: string, reply: ReplyValue, before: ReplyValue, after = before) =>
    checkChance(argv.split(" "), { reply, before, after });
  assertEquals(check("SRANDMEMBER s 2", ["a", "c"], ["a", "b", "c"]), null);
  assertEquals(check("SRANDMEMBER s 2", ["a", "a"], ["a", "b", "c"]), "an element twice");
  assertEquals(check("SRANDMEMBER s -2", ["a", "a"], ["a", "b", "c"]), null);
  assertEquals(check("SRANDMEMBER s 2", ["a"], ["a", "b", "c"]), "1 elements in place of 2");
  assertEquals(check("SPOP s 1", ["a"], ["a", "b"], ["b"]), null);
  assertEquals(check("SPOP s 1", ["a"], ["a", "b"]), "what is left is not the rest");
  assertEquals(check("HRANDFIELD h 1 WITHVALUES", ["f", "1"], ["f", "1"]), null);
  assertEquals(check("HRANDFIELD h 1 WITHVALUES", [["f", "2"]], new Map([["f", "1"]])), '"f" was not there');
  assertEquals(check("RANDOMKEY", null, []), null);
});
