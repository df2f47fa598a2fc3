/** Finding commands by the words of a request, renaming them, and what a command derives from its declaration. */
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ascii } from "../../../src/bytes/ascii.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import type { CommandSpec } from "../../../src/command/command_spec.ts";
import { key, keyCount } from "../../../src/command/key_specs.ts";
import { CommandRegistry } from "../../../src/command/registry.ts";
import { Args } from "../../../src/resp/request_batch.ts";

function spec(name: string, more: Partial<CommandSpec> = {}): CommandSpec {
  return { name, group: "generic", since: "1.0.0", summary: "", arity: -1, run: () => {}, ...more };
}

const SPECS = [
  spec("get", { arity: 2, flags: "readonly fast", acl: "string", keys: [key(1, "RO access")] }),
  spec("config", { arity: -2, subcommands: [spec("get", { arity: -3, flags: "admin" }), spec("set", { arity: -4 })] }),
  spec("eval", { arity: -3, flags: "noscript may_replicate no_mandatory_keys", keys: [keyCount(2, "RW access")] }),
];

Deno.test("find() finds names in any case and nothing like them", () => {
  const registry = new CommandRegistry(SPECS);
  for (const text of ["get", "GET", "gEt"]) {
    assertEquals(registry.find(new Slice(ascii(`x${text}x`), 1, 4))?.name, "get");
  }
  for (const text of ["", "ge", "gett", "get ", "g\x45\x54\0", "\x07et", "config|get"]) {
    assertEquals(registry.find(new Slice(ascii(text))), null, text);
  }
});

Deno.test("find() finds each of many commands, and tells bytes that differ in bit 5 apart", () => {
  const names = Array.from({ length: 500 }, (_, index) => `command_${index}`);
  const registry = new CommandRegistry([...names, "a[", "a{"].map((name) => spec(name)));
  for (const name of names) assertEquals(registry.find(new Slice(ascii(name.toUpperCase())))?.name, name.toLowerCase());
  assertEquals(registry.find(new Slice(ascii("A[")))?.name, "a[");
  assertEquals(registry.find(new Slice(ascii("A{")))?.name, "a{");
  assertEquals(registry.size, 502);
});

Deno.test("resolve() goes to the subcommand of a container", () => {
  const registry = new CommandRegistry(SPECS);
  assertEquals(registry.resolve(Args.of("CONFIG", "GET", "x"))?.fullName, "config|get");
  assertEquals(registry.resolve(Args.of("CONFIG"))?.fullName, "config");
  assertEquals(registry.resolve(Args.of("get", "config"))?.fullName, "get");
  assertEquals(registry.resolve(Args.of("config", "nothing")), null);
  assertEquals(registry.resolve(Args.of("command", "getkeys", "config", "set"), 2)?.fullName, "config|set");
});

Deno.test("unknownCommandText() quotes the request as Redis does", () => {
  const registry = new CommandRegistry(SPECS);
  assertEquals(
    registry.unknownCommandText(Args.of("nothing", "a", "b c")),
    "ERR unknown command 'nothing', with args beginning with: 'a' 'b c' ",
  );
  assertEquals(
    registry.unknownCommandText(Args.of("Config", "No\0pe", "x")),
    "ERR unknown subcommand 'No'. Try CONFIG HELP.",
  );
  const long = "x".repeat(200);
  assertEquals(
    registry.unknownCommandText(Args.of(long, "ab", long, "never")),
    `ERR unknown command '${"x".repeat(128)}', with args beginning with: 'ab' '${"x".repeat(123)}' `,
  );
});

Deno.test("byName() knows full names", () => {
  const registry = new CommandRegistry(SPECS);
  assertEquals(registry.byName("Config|Set")?.fullName, "config|set");
  assertEquals(registry.byName("config")?.fullName, "config");
  for (const name of ["", "nothing", "config|nothing", "get|x", "config|get|x"]) {
    assertEquals(registry.byName(name), null, name);
  }
});

Deno.test("rename() moves a command, takes it away, and refuses what cannot be", () => {
  const registry = new CommandRegistry(SPECS);
  assertEquals(registry.rename("CONFIG", "secret"), null);
  assertEquals(registry.byName("config"), null);
  assertEquals(registry.resolve(Args.of("SECRET", "get", "x"))?.fullName, "config|get");
  assertEquals(registry.originalByName("config|get")?.fullName, "config|get");
  assertEquals(registry.rename("eval", ""), null);
  assertEquals(registry.find(new Slice(ascii("eval"))), null);
  assertEquals(registry.size, 2);
  assertEquals(registry.rename("config", "x"), "No such command in rename-command");
  assertEquals(registry.rename("get", "secret"), "Target command name already exists");
});

Deno.test("all() lists every declared command in the order of dense ids", () => {
  const registry = new CommandRegistry(SPECS);
  const commands = [...registry.all()];
  assertEquals(commands.map(({ fullName }) => fullName), ["get", "config", "config|get", "config|set", "eval"]);
  assertEquals(commands.map(({ id }) => id), [0, 1, 2, 3, 4]);
  assertEquals(registry.idCount, 5);
  assertEquals([...registry].map(({ fullName }) => fullName), ["get", "config", "eval"]);
});

Deno.test("a command beside another is found, not listed, and allowed as that one", () => {
  const client = (...subcommands: CommandSpec[]) => new CommandRegistry([spec("client", { subcommands })]);
  const later = spec("later", { unlistedBeside: "setname" });
  const registry = client(spec("setname", {}), later);
  const command = registry.byName("client|later")!;
  assertEquals(command.aclId, registry.byName("client|setname")!.id);
  assertEquals(registry.originalByName("client|later"), null);
  assertEquals([...registry.listed()].map(({ fullName }) => fullName), ["client", "client|setname"]);
  assertEquals([...registry.all()].length, 3);
  assertThrows(() => client(later), Error, 'Cannot declare a command beside "setname"');
});

Deno.test("a command derives flags, categories, arity and its container", () => {
  const registry = new CommandRegistry(SPECS);
  const get = registry.byName("get")!;
  assert(get.isReadOnly && get.isFast && !get.isWrite && get.hasKeys);
  assert(get.acceptsCount(2) && !get.acceptsCount(1) && !get.acceptsCount(3));
  const script = registry.byName("eval")!;
  assert(script.mayReplicate && script.noScript && script.flags.has("movablekeys"));
  assert(script.acceptsCount(3) && script.acceptsCount(9) && !script.acceptsCount(2));
  const configGet = registry.byName("config|get")!;
  assert(configGet.admin && !configGet.hasKeys);
  assertStrictEquals(configGet.parent, registry.byName("config")!);
});

Deno.test("resetStats() sets all counters of a command to zero", () => {
  const command = new CommandRegistry(SPECS).byName("get")!;
  Object.assign(command.stats, { calls: 1, microseconds: 2, rejected: 3, failed: 4 });
  command.histogram = { record: () => {} };
  command.resetStats();
  assertEquals(command.stats, { calls: 0, microseconds: 0, rejected: 0, failed: 0 });
  assertEquals(command.histogram, null);
});

Deno.test("keysOf() collects the keys of a request", () => {
  const registry = new CommandRegistry(SPECS);
  const keys = registry.keysOf(registry.byName("eval")!, Args.of("eval", "script", 2, "a", "b", "c"));
  assertEquals(keys.positions.slice(0, keys.count), [3, 4]);
});

Deno.test("a registry refuses a name declared twice and words it does not know", () => {
  assertThrows(() => new CommandRegistry([spec("a"), spec("A")]), Error, "its name is taken");
  assertThrows(() => new CommandRegistry([spec("a", { flags: "write quick" })]), Error, `"quick" is none of them`);
  assertThrows(() => new CommandRegistry([spec("a", { acl: "@string" })]), Error, `"@string" is none of them`);
});
