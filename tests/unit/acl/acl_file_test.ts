import { assertEquals } from "@std/assert";
import { parseAclFile } from "../../../src/acl/acl_file.ts";
import { latin1 } from "../../../src/bytes/ascii.ts";
import { SmallServer } from "./small_server.ts";

const NO_CHANGE = "WARNING: ACL errors detected, no change to the previously active ACL rules was performed";

function parse(text: string): string[] | string {
  const content = parseAclFile(text, "users.acl", new SmallServer().users);
  if ("errors" in content) return content.errors;
  return Array.from(content.users.values(), (user) => `${user.name} ${user.describe()}`);
}

Deno.test("parseAclFile() reads a line for each user", () => {
  assertEquals(parse(""), []);
  assertEquals(parse("\n \r\n\tuser a on  +get\t\r\n\nuser b ( +set ~x )  nopass"), [
    "a on resetchannels -@all +get",
    "b off nopass resetchannels -@all (~x resetchannels -@all +set)",
  ]);
  assertEquals(parse("user a on\0 off\n +get\nuser b\n"), [
    "a on resetchannels -@all +get",
    "b off resetchannels -@all",
  ]);
});

Deno.test("parseAclFile() reads back what is saved", () => {
  const server = new SmallServer();
  server.user("\xe9", "on >secret %R~r* &c +@string -get (+config|get ~*)");
  server.user("default", "-@all nopass");
  assertEquals(parse(latin1(server.users.fileBytes())), server.users.describeAll());
});

Deno.test("parseAclFile() gathers all that is wrong", () => {
  const errors: Record<string, string> = {
    "# comment": "users.acl:1 should start with user keyword followed by the username. ",
    "user": "users.acl:1 should start with user keyword followed by the username. ",
    "\nUSER a": "users.acl:2 should start with user keyword followed by the username. ",
    "user a\tb on": "'users.acl:1: username 'a\tb' contains invalid characters. ",
    "user a\nuser a": "WARNING: Duplicate user 'a' found on line 2. ",
    "user a (+get": "users.acl:1: Unmatched parenthesis in selector definition.",
    "user a +x -y bad worse ~* ~a": "users.acl:1: Error in applying operation '+x': Unknown command or category name " +
      "in ACL. users.acl:1: Error in applying operation '-y': Unknown command or category name in ACL. users.acl:1: " +
      "Syntax error. ",
    "user a bad\nuser b bad": "users.acl:1: Syntax error. users.acl:2: Syntax error. ",
  };
  for (const [text, expected] of Object.entries(errors)) assertEquals(parse(text), expected + NO_CHANGE, text);
});
