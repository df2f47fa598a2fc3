import { assertEquals } from "@std/assert";
import { Selector } from "../../../src/acl/selector.ts";
import { ascii } from "../../../src/bytes/ascii.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { keyFlags } from "../../../src/command/key_specs.ts";
import { SmallServer } from "./small_server.ts";

function slice(text: string): Slice {
  return new Slice(ascii(text));
}

Deno.test("apply() refuses what Redis refuses, for its reasons", () => {
  const refusals: Record<string, string | null> = {
    "": "syntax",
    "on": "syntax",
    "+": "unknown-command",
    "-": "unknown-command",
    "+nothing": "unknown-command",
    "+@nothing": "unknown-command",
    "-config|nothing": "unknown-command",
    "+config|nothing": "unknown-command",
    "+config|later": "unknown-command",
    "-config|later": "unknown-command",
    "-select|0": "unknown-command",
    "+nothing|": "unknown-command",
    "+config|": "syntax",
    "+select|": "syntax",
    "+config|get|x": "first-argument-of-subcommand",
    "+get|a|b": "unknown-command",
    "~a b": "syntax",
    "~a\tb": "syntax",
    "%~a": "syntax",
    "%": "syntax",
    "%RR~a": "syntax",
    "%RX~a": "syntax",
    "%r": null,
    "%Wr~a": null,
    "~": null,
    "&": null,
    "+CONFIG|GET": null,
    "AllKeys": null,
  };
  for (const [rule, refusal] of Object.entries(refusals)) {
    assertEquals(new Selector(new SmallServer()).apply(rule), refusal, rule);
  }
});

Deno.test("patterns cannot be added to all of them", () => {
  const selector = new Selector(new SmallServer());
  assertEquals(["~*", "&*"].map((rule) => selector.apply(rule)), [null, null]);
  assertEquals(["~a", "%R~a", "%~a", "&a"].map((rule) => selector.apply(rule)), [
    "key-after-all-keys",
    "key-after-all-keys",
    "key-after-all-keys",
    "channel-after-all-channels",
  ]);
  assertEquals(["resetkeys", "resetchannels", "~a", "&a"].map((rule) => selector.apply(rule)), [
    null,
    null,
    null,
    null,
  ]);
  assertEquals([selector.describeKeys(), selector.describeChannels()], ["~a", "&a"]);
});

Deno.test("rights to the same pattern add up", () => {
  const selector = new Selector(new SmallServer());
  for (const rule of ["%R~a", "%W~b", "%W~a", "~b", "%RW~c", "%R~d", "&x", "&x"]) selector.apply(rule);
  assertEquals(selector.describe(), "~a ~b ~c %R~d resetchannels &x -@all");
});

Deno.test("allowsKey() asks one pattern for all rights that a key needs", () => {
  const selector = new Selector(new SmallServer());
  for (const rule of ["%R~read*", "%W~write*", "~rw*"]) selector.apply(rule);
  const allowed = (flags: string) => {
    return ["read1", "write1", "rw1", "other"].filter((key) => selector.allowsKey(slice(key), keyFlags(flags)));
  };
  assertEquals(allowed("RO access"), ["read1", "rw1"]);
  assertEquals(allowed("OW update"), ["write1", "rw1"]);
  assertEquals(allowed("RM delete"), ["write1", "rw1"]);
  assertEquals(allowed("RW insert"), ["write1", "rw1"]);
  assertEquals(allowed("RW access update"), ["rw1"]);
  assertEquals(allowed("RO"), ["read1", "write1", "rw1"]);
  assertEquals(selector.allowsEveryKey(keyFlags("access")), false);
  selector.apply("%R~*");
  assertEquals([selector.allowsEveryKey(keyFlags("access")), selector.allowsEveryKey(keyFlags("update"))], [
    true,
    false,
  ]);
});

Deno.test("allowsChannel() takes patterns to subscribe to literally", () => {
  const selector = new Selector(new SmallServer());
  for (const rule of ["&news.*", "&a"]) selector.apply(rule);
  assertEquals(["news.x", "a", "b"].map((name) => selector.allowsChannel(slice(name), false)), [true, true, false]);
  assertEquals(["news.*", "news.x", "*"].map((name) => selector.allowsChannel(slice(name), true)), [
    true,
    false,
    false,
  ]);
});

Deno.test("parse() splits quoted rules, and is empty where they cannot be split", () => {
  const server = new SmallServer();
  const described = (text: string) => {
    const selector = Selector.parse(text, server);
    return typeof selector === "string" ? selector : selector.describe();
  };
  assertEquals(described(' "+get"  ~a\\ '), "~a\\ resetchannels -@all +get");
  assertEquals(described('+get "~a'), "resetchannels -@all");
  assertEquals([described("on"), described('""'), described("&* &a")], [
    "syntax",
    "syntax",
    "channel-after-all-channels",
  ]);
});

Deno.test("first arguments are allowed of commands without subcommands, with a warning", () => {
  const server = new SmallServer();
  const selector = new Selector(server);
  for (const rule of ["+select|0", "+SELECT|Foo", "+select|foo"]) assertEquals(selector.apply(rule), null);
  assertEquals(selector.describeCommands(), "-@all +select|0 +select|Foo");
  assertEquals(server.warnings.length, 3);
  assertEquals(server.warnings[1]?.endsWith("(offender: +SELECT|Foo)"), true);
  selector.apply("-@fast");
  assertEquals(selector.describeCommands(), "-@all");
});
