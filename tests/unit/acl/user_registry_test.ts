import { assertEquals } from "@std/assert";
import { User } from "../../../src/acl/user.ts";
import { UserRegistry } from "../../../src/acl/user_registry.ts";
import { Clock } from "../../../src/base/clock.ts";
import { Random } from "../../../src/base/random.ts";
import { ascii } from "../../../src/bytes/ascii.ts";
import { Context } from "../../../src/command/context.ts";
import { Store } from "../../../src/store/store.ts";

function newContext(): Context {
  const store = new Store({ clock: new Clock({ frozenAtMs: 0 }), random: new Random(), databaseCount: 1 });
  return new Context({ id: 1, origin: "client", store });
}

Deno.test("accepts() takes any of the passwords and nothing else", () => {
  const user = new User("u");
  assertEquals(user.accepts(ascii("")), false);
  user.addPassword(ascii("one"));
  user.addPassword(ascii("two"));
  assertEquals(["one", "two", "three", "", "one\0"].map((word) => user.accepts(ascii(word))), [
    true,
    true,
    false,
    false,
    false,
  ]);
  user.isEnabled = false;
  assertEquals(user.accepts(ascii("one")), false);
});

Deno.test("setNoPassword() takes any password until one is added", () => {
  const user = new User("u");
  user.addPassword(ascii("one"));
  user.setNoPassword();
  assertEquals(user.passwordHashes.size, 0);
  assertEquals(user.accepts(ascii("anything")), true);
  user.addPassword(ascii("two"));
  assertEquals([user.hasNoPassword, user.accepts(ascii("anything"))], [false, false]);
  user.resetPasswords();
  assertEquals([user.hasNoPassword, user.accepts(ascii("two"))], [false, false]);
});

Deno.test("removePasswordHash() tells whether the user had it", () => {
  const user = new User("u");
  user.addPassword(ascii("one"));
  const [hash] = user.passwordHashes;
  assertEquals([user.removePasswordHash(hash!), user.removePasswordHash(hash!)], [true, false]);
});

Deno.test("admit() and mustAuthenticate() follow the default user's password", () => {
  const users = new UserRegistry();
  const early = newContext();
  users.admit(early);
  users.setDefaultPassword(ascii("secret"));
  const late = newContext();
  users.admit(late);
  assertEquals([users.mustAuthenticate(early), users.mustAuthenticate(late)], [false, true]);
  assertEquals(users.authenticate(late, "default", ascii("wrong")), false);
  assertEquals(users.authenticate(late, "nobody", ascii("secret")), false);
  assertEquals(users.authenticate(late, "default", ascii("secret")), true);
  assertEquals(users.mustAuthenticate(late), false);
  const last = newContext();
  users.admit(last);
  users.setDefaultPassword(new Uint8Array(0));
  assertEquals([users.mustAuthenticate(last), last.isAuthenticated], [false, false]);
});
