/** Users, what is told of them, and what they may do, request by request as the reference. */
import { assertEquals, assertMatch } from "@std/assert";
import { Server } from "../../../src/server/server.ts";
import { BothServers } from "../../support/both_servers.ts";
import type { Argument } from "../../support/raw_client.ts";
import { referenceTest } from "../../support/reference.ts";
import { ErrorReply, type ReplyValue } from "../../support/reply_reader.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const HASH = "34344e4d60c2b6d639b7bd22e18f2b0b91bc34bf0ac5f9952744435093cfb4e6";
const SEED = 42;
const DRY_RUNS = 4_000;
const DRY_USERS = [
  ["all", "+@all ~* &*"],
  ["keys", "+@all %R~r* %W~w* ~b* &c*"],
  ["some", "+@read +@pubsub ~r* -get +select|1 (+@write %W~w*) (+copy %R~r* ~w*)"],
  ["none", ""],
  ["sub", "+@all -config -client +config|get +client|id ~* &*"],
] as const;
/** What random requests are made of: numbers, keys and the words that key specs and key finders look for. */
const WORDS =
  "0 1 2 3 -1 r1 r2 w1 w2 b1 c1 x get GET store STREAMS streams keys storedist set limit incrby copy auth2 id"
    .split(" ").concat("count", "block", "group", "help", "u8", "");

referenceTest("acl setuser, getuser, list, users, deluser and whoami answer as the reference", async () => {
  await using both = await BothServers.start();
  for (const protocol of [2, 3] as const) {
    await both.useProtocol(protocol);
    await both.same(
      "ACL WHOAMI",
      "ACL USERS",
      "ACL LIST",
      "ACL GETUSER default",
      "ACL GETUSER nobody",
      "ACL SETUSER a",
      "ACL GETUSER a",
      ["ACL", "SETUSER", "a", "on", ">one", "#" + HASH, "~k*", "%R~r", "&c", "+get", "(+set ~x)", "(", "%W~*", ")"],
      "ACL GETUSER a",
      "acl setuser b on nopass skip-sanitize-payload +@all -@dangerous +@all -flushall ~* &*",
      "ACL LIST",
      "ACL USERS",
      ["ACL", "SETUSER", "a b", "on"],
      ["ACL", "SETUSER", "a\0b", "on"],
      ["ACL", "SETUSER", "\xff\xfe", "on", "~\xff", "+select|0", "+select|1"],
      ["ACL", "GETUSER", "\xff\xfe"],
      ["ACL", "SETUSER", "", "on"],
      ["ACL", "SETUSER", "c", "on", "a\r\nb"],
      ["ACL", "SETUSER", "c", "on", "+x\0y"],
      "ACL SETUSER c (+get ~x",
      "ACL SETUSER c ( +get ~x",
      "ACL SETUSER c )",
      "ACL SETUSER c (on)",
      "ACL SETUSER c <nothing",
      "ACL GETUSER c",
      "ACL DELUSER a nobody default",
      "ACL DELUSER a nobody b",
      ["ACL", "DELUSER", "\xff\xfe", ""],
      "ACL USERS",
      "ACL",
      "ACL NOTHING",
      "ACL SETUSER",
      "ACL DELUSER",
      "ACL GETUSER",
      "ACL GETUSER a b",
      "ACL LIST x",
      "ACL WHOAMI x",
      "ACL HELP",
      "ACL HELP x",
      "ACL LOAD",
      "ACL SAVE",
      "ACL LOAD x",
    );
  }
});

referenceTest("acl cat and genpass answer as the reference", async () => {
  await using both = await BothServers.start();
  await both.same("ACL CAT", "ACL CAT nothing", ["ACL", "CAT", "x\0y"], ["ACL", "CAT", "x".repeat(200)], "ACL CAT a b");
  using ours = await both.ours.connect();
  using reference = await both.reference.connect();
  for (const category of ["transaction", "GEO", "hyperloglog", "bitmap", "stream"]) {
    const names = async (client: typeof ours) => (await client.expect("ACL", "CAT", category) as string[]).sort();
    assertEquals(await names(ours), await names(reference), category);
  }
  await both.same("ACL GENPASS 0", "ACL GENPASS -5", "ACL GENPASS 4097", "ACL GENPASS x", "ACL GENPASS 1 2");
  await both.same(`ACL GENPASS ${2n ** 63n}`, `ACL GENPASS ${2n ** 63n - 1n}`);
  for (const [bits, digits] of [[1, 1], [4, 1], [5, 2], [4096, 1024]]) {
    assertMatch(String(await ours.expect("ACL", "GENPASS", bits!)), new RegExp(`^[0-9a-f]{${digits}}$`));
  }
  assertMatch(String(await ours.expect("ACL", "GENPASS")), /^[0-9a-f]{64}$/);
});

referenceTest("acl dryrun answers as the reference for random requests", async (context) => {
  await using both = await BothServers.start();
  using ours = await both.ours.connect();
  using reference = await both.reference.connect();
  for (const [name, rules] of DRY_USERS) await both.same(["ACL", "SETUSER", name, ...rules.split(" ")]);
  await both.same(
    "ACL DRYRUN nobody get x",
    "ACL DRYRUN all nothing x",
    "ACL DRYRUN all config nothing",
    "ACL DRYRUN all config",
    "ACL DRYRUN all get",
    "ACL DRYRUN all config get",
    "ACL DRYRUN all",
    ["ACL", "DRYRUN", "keys", "get", "x\0y"],
  );
  const commands = [...new Server().services.registry.listed()];
  const random = new SeededRandom(SEED);
  const requests = Array.from({ length: DRY_RUNS }, (): Argument[] => {
    const { fullName, arity } = random.pick(commands);
    const words = fullName.split("|");
    const count = Math.max(0, Math.abs(arity) - words.length) + (arity < 0 ? random.integer(0, 5) : 0);
    const rest = Array.from({ length: count }, () => random.pick(WORDS));
    return ["ACL", "DRYRUN", random.pick(DRY_USERS)[0], ...words, ...rest];
  });
  await context.step(`seed ${SEED}`, async () => {
    const [own, expected] = await Promise.all([ours.pipeline(requests), reference.pipeline(requests)]);
    for (const [index, request] of requests.entries()) {
      assertEquals(told(own[index]!), told(expected[index]!), request.join(" "));
    }
  });
});

function told(reply: ReplyValue): ReplyValue {
  return reply instanceof ErrorReply ? reply.text : reply;
}
