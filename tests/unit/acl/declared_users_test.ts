import { assertEquals } from "@std/assert";
import { DeclaredUsers, makeDeclaredUsers } from "../../../src/acl/declared_users.ts";
import { SmallServer } from "./small_server.ts";

Deno.test("declare() refuses what can be known to be wrong while the file is read", () => {
  const declared = new DeclaredUsers();
  const declare = (line: string) => declared.declare(line.split(" "));
  assertEquals(declare("a on +nothing ( +get ~x )"), null);
  assertEquals(declare("a"), {
    argumentIndex: 0,
    reason: "Duplicate user found. A user can only be defined once in config files",
  });
  assertEquals(declare("b bad"), { argumentIndex: -1, reason: "Syntax error" });
  assertEquals(declare("b on bad"), { argumentIndex: 0, reason: "Syntax error" });
  assertEquals(declare("b (+get"), { argumentIndex: -1, reason: "Unknown command or category name in ACL" });
  assertEquals(declared.list, [{ name: "a", rules: ["on", "+nothing", "( +get ~x )"] }]);
});

Deno.test("makeDeclaredUsers() makes them in order, the default one from nothing", () => {
  const { users } = new SmallServer();
  const made = makeDeclaredUsers([
    { name: "default", rules: ["on", "+get"] },
    { name: "a", rules: ["( +get ~x )"] },
  ], users);
  assertEquals(made.failure, null);
  assertEquals(made.notices, [
    "The user 'a' is disabled (there is no 'on' modifier in the user description). Make sure this is not a " +
    "configuration error.",
  ]);
  assertEquals(users.describeAll(), [
    "a off resetchannels -@all (~x resetchannels -@all +get)",
    "default on sanitize-payload resetchannels -@all +get",
  ]);
});

Deno.test("makeDeclaredUsers() stops at what is wrong", () => {
  const { users } = new SmallServer();
  const failure = (name: string, ...rules: string[]) => makeDeclaredUsers([{ name, rules }], users).failure;
  assertEquals(failure("a b"), "Spaces not allowed in ACL usernames");
  assertEquals(
    failure("a", "on", "+x"),
    "Error loading ACL rule '+x' for the user named 'a': Unknown command or category name in ACL",
  );
});
