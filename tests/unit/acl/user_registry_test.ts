import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { ascii, latin1 } from "../../../src/bytes/ascii.ts";
import { SmallServer } from "./small_server.ts";

Deno.test("admit() and mustAuthenticate() follow the default user's password", () => {
  const server = new SmallServer();
  const { users } = server;
  const early = server.context();
  users.admit(early);
  users.setDefaultPassword(ascii("secret"));
  const late = server.context();
  users.admit(late);
  assertEquals([users.mustAuthenticate(early), users.mustAuthenticate(late)], [false, true]);
  assertEquals(users.authenticate(late, "default", ascii("wrong")), false);
  assertEquals(users.authenticate(late, "nobody", ascii("secret")), false);
  assertEquals(users.authenticate(late, "default", ascii("secret")), true);
  assertEquals(users.mustAuthenticate(late), false);
  const last = server.context();
  users.admit(last);
  users.setDefaultPassword(new Uint8Array(0));
  assertEquals([users.mustAuthenticate(last), last.isAuthenticated], [false, false]);
});

Deno.test("draft() changes nothing until it is adopted, and nothing when a rule is refused", () => {
  const { users } = new SmallServer();
  assertEquals(
    users.draft("u", ["on", "+nothing"]),
    "Error in ACL SETUSER modifier '+nothing': Unknown command or " +
      "category name in ACL",
  );
  assertEquals(users.draft("u", ["on", "(+get", "~a"]), "Unmatched parenthesis in acl selector starting at '(+get'.");
  assertEquals(users.find("u"), undefined);
  const draft = users.draft("u", ["on", "(", "+get", ")"]);
  if (typeof draft === "string") throw new Error(draft);
  assertEquals(users.find("u"), undefined);
  users.adopt(draft);
  const user = users.find("u")!;
  const next = users.draft("u", ["off"]);
  if (typeof next === "string") throw new Error(next);
  assertEquals(user.describe(), "on resetchannels -@all (resetchannels -@all +get)");
  users.adopt(next);
  assertStrictEquals(users.find("u"), user);
  assertEquals(user.describe(), "off resetchannels -@all (resetchannels -@all +get)");
});

Deno.test("users are told by name, in the order of bytes", () => {
  const server = new SmallServer();
  for (const name of ["b", "B", "\xff", "a", ""]) server.user(name, "");
  assertEquals(server.users.describeAll().map((line) => line.split(" ")[0]), ["", "B", "a", "b", "default", "\xff"]);
  assertEquals(latin1(server.users.fileBytes()).split("\n")[4], "user default on nopass ~* &* +@all");
});

Deno.test("delete() leaves the default user", () => {
  const server = new SmallServer();
  const user = server.user("u", "");
  assertStrictEquals(server.users.delete("u"), user);
  assertEquals([server.users.delete("u"), server.users.delete("default"), server.users.size], [
    undefined,
    undefined,
    1,
  ]);
});

Deno.test("replaceAll() keeps the object of the default user, and gives it all rights where it is not among them", () => {
  const { users } = new SmallServer();
  const { defaultUser } = users;
  const other = users.newUser("other");
  const fresh = users.newUser("default");
  fresh.apply("+get");
  users.replaceAll([other, fresh]);
  assertStrictEquals(users.find("default"), defaultUser);
  assert(defaultUser !== fresh);
  assertEquals(users.describeAll(), ["default off resetchannels -@all +get", "other off resetchannels -@all"]);
  users.replaceAll([]);
  assertEquals(users.describeAll(), ["default on nopass ~* &* +@all"]);
});
