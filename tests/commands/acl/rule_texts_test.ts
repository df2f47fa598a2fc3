/**
 * Thousands of rules in random order, against the real server: the same refusals, and the same texts of what came of them.
 *
 * - The rules are read with the reference's own commands, so the result does not depend on which of them we have.
 * - Redis prints single commands in the order of a randomly seeded hash table: they are compared in the order of names.
 */
import { assertEquals } from "@std/assert";
import { UserRegistry } from "../../../src/acl/user_registry.ts";
import { ACL_CATEGORIES } from "../../../src/command/acl_categories.ts";
import type { CommandSpec } from "../../../src/command/command_spec.ts";
import { CommandRegistry } from "../../../src/command/registry.ts";
import { RawClient } from "../../support/raw_client.ts";
import { referenceTest, startReference } from "../../support/reference.ts";
import { ErrorReply, type ReplyValue } from "../../support/reply_reader.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const SEED = 2_700;
const SEQUENCES = 500;
const HASH = "34344e4d60c2b6d639b7bd22e18f2b0b91bc34bf0ac5f9952744435093cfb4e6";
const FIXED_RULES = [
  ...["on", "off", "nopass", "resetpass", "reset", "clearselectors", "sanitize-payload", "skip-sanitize-payload"],
  ...[
    "allkeys",
    "resetkeys",
    "allchannels",
    "resetchannels",
    "allcommands",
    "nocommands",
    "~*",
    "&*",
    "+@all",
    "-@all",
  ],
  ...[
    ">secret",
    "<secret",
    ">",
    "<other",
    `#${HASH}`,
    `!${HASH}`,
    "#abc",
    `!${HASH}0`,
    "",
    "bad",
    "+",
    "-",
    "+@",
    "~",
    "&",
  ],
  ...[
    "%",
    "%~a",
    "%R",
    "%x~a",
    "%RR~a",
    "%W~",
    "%RW~a:*",
    "~a b",
    "&a\tb",
    "+select|0",
    "+SELECT|Nine",
    "+get|x|y",
    "+config|get|x",
  ],
  ...[
    "+debug|object",
    "-debug|object",
    "+nothing",
    "-config|nothing",
    "+config|",
    "+nothing|",
    "()",
    "(on)",
    "(+@all ~* &*)",
  ],
];

referenceTest("random rules come to the same as at the reference", async (context) => {
  await using reference = await startReference();
  using client = await reference.connect();
  const registry = new CommandRegistry((await client.expect("COMMAND") as ReplyValue[]).map(specOf));
  const users = new UserRegistry({ registry, startsWithAllChannels: false, warn: () => {} });
  const random = new SeededRandom(SEED);
  const words = [...registry.listed()].map(({ fullName }) => fullName);
  await context.step(`seed ${SEED}`, async () => {
    for (let index = 0; index < SEQUENCES; index++) {
      // Now and then a user begins anew; else rules come on top of what others have left.
      const rules = Array.from({ length: random.integer(1, 8) }, () => randomRule(random, words, true));
      const name = `u${index % 50}`;
      const expected = await client.call("ACL", "SETUSER", name, ...rules);
      const draft = users.draft(name, rules);
      const refusal = expected instanceof ErrorReply ? expected.text : "";
      assertEquals(typeof draft === "string" ? `ERR ${draft}` : "", refusal, rules.join(" "));
      if (typeof draft !== "string") users.adopt(draft);
      const description = users.find(name)?.describe() ?? "";
      assertEquals(ordered(description), ordered(await describedBy(client, name)), `${name} ${rules.join(" ")}`);
    }
  });
});

function randomRule(random: SeededRandom, words: readonly string[], isRoot: boolean): string {
  const kind = random.integer(0, 9);
  if (kind < 2) return random.pick(FIXED_RULES);
  const sign = random.pick(["+", "-"]);
  if (kind < 4) return `${sign}@${inRandomCase(random, random.pick(ACL_CATEGORIES))}`;
  if (kind < 7) return sign + inRandomCase(random, random.pick(words));
  if (kind < 8) return random.pick(["~", "%R~", "%W~", "%rw~"]) + random.pick(["a", "b", "a*", "\xff"]);
  if (kind < 9 || !isRoot) return `&${random.pick(["a", "b", "a*"])}`;
  const inner = Array.from({ length: random.integer(1, 4) }, () => randomRule(random, words, false));
  return `(${inner.filter((rule) => !/[ \t()]/.test(rule)).join(" ")})`;
}

function inRandomCase(random: SeededRandom, text: string): string {
  return random.chance(0.2) ? text.toUpperCase() : text;
}

/** What ACL LIST tells of a user; empty when there is none. */
async function describedBy(client: RawClient, name: string): Promise<string> {
  const lines = await client.expect("ACL", "LIST") as string[];
  const prefix = `user ${name} `;
  return lines.find((line) => line.startsWith(prefix))?.slice(prefix.length) ?? "";
}

/** A description with the single commands of each selector in the order of names, containers before their subcommands. */
function ordered(description: string): string {
  return description.replace(/[+-](?!@)[a-z][^ )]*(?: [+-](?!@)[a-z][^ )]*)*/g, (commands) => {
    return commands.split(" ").sort((a, b) => sortKey(a) < sortKey(b) ? -1 : 1).join(" ");
  });
}

function sortKey(rule: string): string {
  return rule.slice(1).replace("|", "\0");
}

/** The part of a declaration that rules are about, from COMMAND INFO. */
function specOf(info: ReplyValue): CommandSpec {
  const [name, , flags, , , , categories, , , subcommands] = info as [string, ...ReplyValue[]];
  const inner = (subcommands as ReplyValue[]).map(specOf);
  return {
    name: name.split("|").at(-1)!,
    group: "generic",
    since: "1.0.0",
    summary: "",
    arity: -1,
    flags: (flags as string[]).filter((flag) => flag !== "movablekeys").join(" "),
    acl: (categories as string[]).map((category) => category.slice(1)).join(" "),
    ...(inner.length > 0 ? { subcommands: inner } : {}),
  };
}
