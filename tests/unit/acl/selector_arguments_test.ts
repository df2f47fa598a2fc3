import { assertEquals } from "@std/assert";
import { mergeSelectorArguments } from "../../../src/acl/selector_arguments.ts";

Deno.test("mergeSelectorArguments() puts selectors together and leaves the rest", () => {
  const merged = (line: string) => {
    const result = mergeSelectorArguments(line.split("_"));
    return "rules" in result ? result.rules.join("_") : result.openIndex;
  };
  assertEquals(merged("on_(+get ~a)_+set"), "on_(+get ~a)_+set");
  assertEquals(merged("on_(_+get_~a)_+set_()"), "on_( +get ~a)_+set_()");
  assertEquals(merged("(_+get__~a_)_)"), "( +get  ~a )_)");
  assertEquals(merged("on_(a_(b_c)_d"), "on_(b c)_d");
  assertEquals(merged("on_(a_b_off"), 1);
  assertEquals(merged("(_a\0b_)"), "( a )");
});
