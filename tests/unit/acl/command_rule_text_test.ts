import { assertEquals } from "@std/assert";
import { Selector } from "../../../src/acl/selector.ts";
import { SmallServer } from "./small_server.ts";

function described(rules: string): string {
  const selector = new Selector(new SmallServer());
  for (const rule of rules.split(" ")) assertEquals(selector.apply(rule), null, rule);
  return selector.describeCommands();
}

Deno.test("describeCommandRules() prints the shortest rules, not those that were given", () => {
  assertEquals(described("+get -get"), "-@all");
  assertEquals(described("+@all -@all allcommands"), "+@all");
  assertEquals(described("+get +set +mget"), "-@all +@string");
  assertEquals(described("+@string -mget"), "-@all +@string -mget");
  assertEquals(described("+@all -get -set -mget"), "+@all -@string");
  assertEquals(described("+@all -@string +get"), "+@all -@string +get");
  assertEquals(described("nocommands +copy"), "-@all +copy");
});

Deno.test("describeCommandRules() tells containers and subcommands apart", () => {
  assertEquals(described("+config"), "-@all +config");
  assertEquals(described("+config -config|set"), "-@all +config -config|set");
  assertEquals(described("+config|set"), "-@all +config|set");
  assertEquals(described("+@all -config +config|get"), "+@all -config +config|get");
  assertEquals(described("+save +monitor +debug +shutdown"), "-@all +@admin -config|get -config|set -config|resetstat");
});
