import { assert, assertEquals } from "@std/assert";
import { ascii } from "../../../src/bytes/ascii.ts";
import { SmallServer } from "./small_server.ts";

const HASH = "34344e4d60c2b6d639b7bd22e18f2b0b91bc34bf0ac5f9952744435093cfb4e6";

Deno.test("accepts() takes any of the passwords and nothing else", () => {
  const user = new SmallServer().user("u", "on");
  assertEquals(user.accepts(ascii("")), false);
  user.applyAll(">one", ">two", ">");
  const words = ["one", "two", "", "three", "one\0"];
  assertEquals(words.map((word) => user.accepts(ascii(word))), [true, true, true, false, false]);
  user.apply("off");
  assertEquals(user.accepts(ascii("one")), false);
});

Deno.test("nopass takes any password until one is added", () => {
  const user = new SmallServer().user("u", "on >one nopass");
  assertEquals([user.passwordHashes.size, user.accepts(ascii("anything"))], [0, true]);
  user.apply(">two");
  assertEquals([user.hasNoPassword, user.accepts(ascii("anything"))], [false, false]);
  user.apply("resetpass");
  assertEquals([user.hasNoPassword, user.accepts(ascii("two"))], [false, false]);
});

Deno.test("passwords come and go as text or as hashes", () => {
  const user = new SmallServer().user("u", "on");
  assertEquals(user.apply(`#${HASH}`), null);
  assert(user.accepts(ascii("passwd4")));
  assertEquals(user.apply("<passwd4"), null);
  assertEquals(user.apply("<passwd4"), "no-such-password");
  assertEquals(user.apply(`!${HASH}`), "no-such-password");
  for (const bad of ["#", `#${HASH.toUpperCase()}`, `#${HASH}0`, `!${HASH.slice(1)}`, `#${HASH.slice(1)}g`]) {
    assertEquals(user.apply(bad), "bad-hash", bad);
  }
});

Deno.test("describe() tells flags, passwords and selectors in Redis's order", () => {
  const server = new SmallServer();
  assertEquals(server.user("u", "").describe(), "off resetchannels -@all");
  assertEquals(
    server.user("u", `skip-sanitize-payload on #${HASH} ~k &c +get (+set %W~w) ()`).describe(),
    `on skip-sanitize-payload #${HASH} ~k resetchannels &c -@all +get (%W~w resetchannels -@all +set) ` +
      "(resetchannels -@all)",
  );
  assertEquals(server.user("u", "clearselectors nopass").describe().includes("("), false);
  assertEquals(server.user("u", "RESET").describe(), "off sanitize-payload resetchannels -@all");
  server.startsWithAllChannels = true;
  assertEquals(server.user("u", "reset").describe(), "off sanitize-payload &* -@all");
  assertEquals(server.user("v", "()").describe(), "off &* -@all (&* -@all)");
});

Deno.test("a rule ends at its first zero byte, a password does not", () => {
  const user = new SmallServer().user("u", "");
  assertEquals(["on\0x", ">a\0b", "+get\0x", "+@all\0"].map((rule) => user.apply(rule)), [null, null, null, null]);
  assert(user.accepts(ascii("a\0b")) && !user.accepts(ascii("a")));
  assertEquals(["~a\0b", "&a\0b"].map((rule) => user.apply(rule)), ["syntax", "syntax"]);
});

Deno.test("isUnrestricted holds for a selector that allows all, and only for that", () => {
  const server = new SmallServer();
  assert(server.user("u", "+@all ~* &*").isUnrestricted);
  assert(server.user("v", "(+@all ~* &*)").isUnrestricted);
  for (const rules of ["+@all ~*", "+@all &*", "~* &*", "+@all ~* &* -get", "+@all ~* &* -@all", "+@all ~* (&*)"]) {
    assertEquals(server.user("u", `reset ${rules}`).isUnrestricted, false, rules);
  }
});
