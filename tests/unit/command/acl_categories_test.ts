/** ACL categories and what follows from flags. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  ACL_CATEGORIES,
  aclCategoriesOf,
  aclCategoryBit,
  aclCategoryNames,
} from "../../../src/command/acl_categories.ts";

Deno.test("aclCategoryBit() gives every category a bit of its own, in any case", () => {
  const all = ACL_CATEGORIES.reduce((bits, name) => bits | aclCategoryBit(name.toUpperCase()), 0);
  assertEquals(all, 2 ** ACL_CATEGORIES.length - 1);
  assertEquals(aclCategoryBit("all"), 0);
});

Deno.test("aclCategoriesOf() derives categories from flags and prints them in Redis's order", () => {
  const names = (flags: string, explicit: string) => aclCategoryNames(aclCategoriesOf(flags.split(" "), explicit));
  assertEquals(names("write denyoom fast", "string"), ["write", "string", "fast"]);
  assertEquals(names("readonly", "keyspace dangerous"), ["keyspace", "read", "slow", "dangerous"]);
  assertEquals(names("admin noscript", ""), ["admin", "slow", "dangerous"]);
  assertEquals(names("write blocking", "list"), ["write", "list", "slow", "blocking"]);
  assertEquals(names("pubsub loading fast", ""), ["pubsub", "fast"]);
});

Deno.test("aclCategoriesOf() keeps scripts that only read out of @read", () => {
  assertEquals(aclCategoryNames(aclCategoriesOf(["readonly"], "scripting")), ["slow", "scripting"]);
});

Deno.test("aclCategoriesOf() refuses an unknown category", () => {
  assertThrows(() => aclCategoriesOf([], "string strings"), Error, `"strings" is none of them`);
});
