import { assertEquals } from "@std/assert";
import { humanBytes, InfoSections, safeInfoText } from "../../../src/metrics/info_sections.ts";

function sections(): InfoSections {
  const info = new InfoSections();
  info.add("keyspace", () => ({ db0: "keys=1" }));
  info.add("commandstats", () => ({ cmdstat_get: "calls=1" }));
  info.add("server", () => ({ redis_version: "7.0.15", hz: 10 }));
  info.add("modules", () => ({}));
  return info;
}

Deno.test("text() has Redis's order and leaves out what is not default", () => {
  const expected = "# Server\r\nredis_version:7.0.15\r\nhz:10\r\n\r\n# Modules\r\n\r\n# Keyspace\r\ndb0:keys=1\r\n";
  assertEquals(sections().text([]), expected);
  assertEquals(sections().text(["default"]), expected);
});

Deno.test("text() prints named sections once, in any case of letters", () => {
  assertEquals(sections().text(["KEYSPACE", "keyspace", "nosuch"]), "# Keyspace\r\ndb0:keys=1\r\n");
  assertEquals(sections().text(["nosuch"]), "");
  assertEquals(sections().text(["module_list"]), "# Modules\r\n");
});

Deno.test("text() adds named sections to the default ones", () => {
  const titles = sections().text(["default", "commandstats"]).match(/^# .*/gm);
  assertEquals(titles, ["# Server", "# Modules", "# Commandstats", "# Keyspace"]);
});

Deno.test("text() prints every section for all and everything", () => {
  for (const word of ["all", "everything"]) assertEquals(sections().text([word]).match(/^# /gm)!.length, 4);
});

Deno.test("supply() overwrites fields where they stand", () => {
  const info = sections();
  info.supply("server", () => ({ redis_version: "x", extra: 1 }));
  info.supply("server", () => ({ extra: 2 }));
  assertEquals(Object.entries(info.fields("server")!), [["redis_version", "x"], ["hz", 10], ["extra", 2]]);
});

Deno.test("fields() of a section that nobody lays out is null", () => {
  const info = new InfoSections();
  info.supply("stats", () => ({ a: 1 }));
  assertEquals(info.fields("stats"), null);
  info.add("stats", () => null);
  assertEquals(info.text([]), "");
});

Deno.test("humanBytes() has two decimals", () => {
  const texts = [0, 1023, 1024, 1536, 1024 ** 2, 1.5 * 1024 ** 3, 1024 ** 4, 1024 ** 5].map(humanBytes);
  assertEquals(texts, ["0B", "1023B", "1.00K", "1.50K", "1.00M", "1.50G", "1.00T", "1.00P"]);
});

Deno.test("safeInfoText() replaces what would break a line", () => {
  assertEquals(safeInfoText("a:b#c\r\nd|e"), "a_b_c__d|e");
});
