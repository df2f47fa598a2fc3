/** README.md says what is: its table of commands is the one that the declarations make. */
import { assertEquals } from "@std/assert";
import { withCommandTable } from "../../tools/readme.ts";

Deno.test("README.md lists the commands as they are declared", async () => {
  const text = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  assertEquals(text, withCommandTable(text), "run `deno task readme`");
});
