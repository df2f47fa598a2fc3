import { assertEquals } from "@std/assert";
import { AclLog } from "../../../src/acl/acl_log.ts";
import { type Denial, denialError, lateDenialError, scriptDenialReason } from "../../../src/acl/denial.ts";
import { permissionGate } from "../../../src/acl/permission_gate.ts";
import { Permissions } from "../../../src/acl/permissions.ts";
import { ClientDescriptions } from "../../../src/clients/client_description.ts";
import { ClientRegistry } from "../../../src/clients/client_registry.ts";
import { Clock } from "../../../src/base/clock.ts";
import { keyFlags } from "../../../src/command/key_specs.ts";
import { Args } from "../../../src/resp/request_batch.ts";
import { SmallServer } from "./small_server.ts";

class Guarded extends SmallServer {
  readonly log = new AclLog(() => 128);
  isInTransaction = false;
  readonly permissions = new Permissions({
    registry: () => this.registry,
    users: this.users,
    log: this.log,
    clients: new ClientRegistry(),
    clientDescriptions: new ClientDescriptions(new Clock({ frozenAtMs: 0 })),
    isInTransaction: () => this.isInTransaction,
  });

  /** What the user is refused: "key 2" for the key at position 2; "" when nothing. */
  check(user: string, line: string): string {
    const args = Args.from(line.split(" "));
    const denial = this.permissions.check(this.users.find(user)!, this.registry.resolve(args)!, args);
    return denial === null ? "" : `${denial.reason} ${denial.position}`;
  }
}

Deno.test("check() asks for the command, then the keys, then the channels", () => {
  const server = new Guarded();
  server.user("u", "+@all -set -config|set +get %R~r* %W~w* &c*");
  const checks: Record<string, string> = {
    "get r": "",
    "GET x": "key 1",
    "get w": "key 1",
    "set w 1": "command 0",
    "mget r1 r2 x": "key 3",
    "mget x r2 y": "key 1",
    "copy r w": "",
    "copy w r": "key 1",
    "copy r r": "key 2",
    "exists w": "",
    "exists x": "key 1",
    "config set a b": "command 0",
    "config get a": "",
    "publish c1 m": "",
    "publish x c": "channel 1",
    "publish c x": "",
    "subscribe c d": "channel 2",
    "psubscribe c*": "",
    "psubscribe c1": "channel 1",
    "unsubscribe x": "",
  };
  for (const [line, expected] of Object.entries(checks)) assertEquals(server.check("u", line), expected, line);
});

Deno.test("check() lets one selector decide alone, and tells of the one that came furthest", () => {
  const server = new Guarded();
  server.user("u", "+mget ~key (+mget ~key ~other) (+publish &c)");
  assertEquals(server.check("u", "get key"), "command 0");
  assertEquals(server.check("u", "mget other x"), "key 2");
  assertEquals(server.check("u", "mget key other x"), "key 3");
  assertEquals(server.check("u", "mget key other"), "");
  assertEquals(server.check("u", "publish d m"), "channel 1");
});

Deno.test("check() allows first arguments in any case, and commands before AUTH to everybody", () => {
  const server = new Guarded();
  server.user("u", "+select|Zero");
  assertEquals(["select ZERO", "select one", "select", "auth x"].map((line) => server.check("u", line)), [
    "",
    "command 0",
    "command 0",
    "",
  ]);
});

Deno.test("deny() checks clients that may not do everything, and nobody else, and keeps a log", () => {
  const server = new Guarded();
  server.user("u", "+get ~a");
  const args = Args.of("get", "b");
  const command = server.registry.resolve(args)!;
  const deny = (origin: "client" | "master" | "aof", userName: string) => {
    const context = server.context(1, origin);
    context.userName = userName;
    return server.permissions.deny(context, command, args);
  };
  assertEquals([deny("client", "default"), deny("master", "u"), deny("aof", "u")], [null, null, null]);
  assertEquals(server.log.entries.length, 0);
  assertEquals(deny("client", "u"), { reason: "key", position: 1 });
  server.isInTransaction = true;
  deny("client", "u");
  assertEquals(server.log.entries.map(({ reason, place, object, userName }) => [reason, place, object, userName]), [
    ["key", "multi", "b", "u"],
    ["key", "toplevel", "b", "u"],
  ]);
});

Deno.test("the gate is raised for users with restrictions only", () => {
  const server = new Guarded();
  const gate = permissionGate(server.permissions);
  const context = server.context();
  assertEquals(gate.isRaised(context), false);
  server.user("default", "-get");
  assertEquals(gate.isRaised(context), true);
  server.user("u", "+@all ~* &*");
  context.userName = "u";
  assertEquals(gate.isRaised(context), false);
});

Deno.test("allowsEveryKey() wants the command and all keys of the same selector", () => {
  const server = new Guarded();
  const args = Args.of("get", "a");
  const context = server.context();
  context.userName = "u";
  const allows = (rules: string) => {
    server.user("u", `reset ${rules}`);
    return server.permissions.allowsEveryKey(context, server.registry.resolve(args)!, args, keyFlags("access"));
  };
  const rules = ["+get ~*", "+get ~a", "+get ~a %W~*", "+get %R~*", "+get ~a (%R~*)", "(+get %R~*)", "~*"];
  assertEquals(rules.map(allows), [true, false, false, true, false, true, false]);
});

Deno.test("refusals are told in Redis's words", () => {
  const server = new Guarded();
  const command = server.registry.resolve(Args.of("config", "get"))!;
  const denials: Denial[] = [
    { reason: "command", position: 0 },
    { reason: "key", position: 1 },
    { reason: "channel", position: 1 },
  ];
  assertEquals(denials.map((denial) => denialError(denial, command)), [
    "NOPERM this user has no permissions to run the 'config|get' command",
    "NOPERM this user has no permissions to access one of the keys used as arguments",
    "NOPERM this user has no permissions to access one of the channels used as arguments",
  ]);
  assertEquals(
    lateDenialError(denials[1]!),
    "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is " +
      "no longer allowed for the following reason: no permission to touch the specified keys",
  );
  assertEquals(scriptDenialReason(denials[0]!), "can't run this command or subcommand");
});
