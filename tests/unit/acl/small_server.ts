/**
 * A few commands and the users that may or may not call them, without a server around.
 */
import { UserRegistry } from "../../../src/acl/user_registry.ts";
import type { RuleSetting } from "../../../src/acl/rule_setting.ts";
import type { User } from "../../../src/acl/user.ts";
import { Clock } from "../../../src/base/clock.ts";
import { Random } from "../../../src/base/random.ts";
import type { CommandSpec } from "../../../src/command/command_spec.ts";
import { Context, type Origin } from "../../../src/command/context.ts";
import { key, keyRange } from "../../../src/command/key_specs.ts";
import { CommandRegistry } from "../../../src/command/registry.ts";
import { Store } from "../../../src/store/store.ts";

function spec(name: string, more: Partial<CommandSpec> = {}): CommandSpec {
  return { name, group: "generic", since: "1.0.0", summary: "", arity: -1, run: () => {}, ...more };
}

/** Commands of all sorts: of several categories, with keys and channels, and a container with a subcommand of a later version. */
const SPECS = [
  spec("get", { flags: "readonly fast", acl: "string", keys: [key(1, "RO access")] }),
  spec("set", { flags: "write", acl: "string", keys: [key(1, "OW update")] }),
  spec("mget", { flags: "readonly fast", acl: "string", keys: [keyRange(1, -1, "RO access")] }),
  spec("copy", { flags: "write", acl: "keyspace", keys: [key(1, "RO access"), key(2, "OW insert")] }),
  spec("exists", { flags: "readonly fast", acl: "keyspace", keys: [keyRange(1, -1, "RO")] }),
  spec("select", { flags: "fast", acl: "connection" }),
  spec("auth", { flags: "no_auth fast", acl: "connection" }),
  spec("config", {
    subcommands: [
      spec("get", { flags: "admin" }),
      spec("set", { flags: "admin" }),
      spec("resetstat", { flags: "admin" }),
      spec("later", { unlistedBeside: "set" }),
    ],
  }),
  ...["save", "monitor", "debug", "shutdown"].map((name) => spec(name, { flags: "admin" })),
  spec("publish", { flags: "pubsub fast", channels: "publish" }),
  spec("subscribe", { flags: "pubsub", channels: "subscribe" }),
  spec("psubscribe", { flags: "pubsub", channels: "subscribe-pattern" }),
  spec("unsubscribe", { flags: "pubsub", channels: "unsubscribe" }),
];

/** The surroundings of rules, with what they warn of. */
export class SmallServer implements RuleSetting {
  readonly registry = new CommandRegistry(SPECS);
  startsWithAllChannels = false;
  readonly warnings: string[] = [];
  readonly users: UserRegistry = new UserRegistry(this);

  warn(text: string): void {
    this.warnings.push(text);
  }

  /** A user, new or not, after these rules, which are separated by blanks. Throws where one is refused. */
  user(name: string, rules: string): User {
    const draft = this.users.draft(name, rules.split(" "));
    if (typeof draft === "string") throw new Error(draft);
    this.users.adopt(draft);
    return this.users.find(name)!;
  }

  /** Somebody who runs commands. */
  context(id = 1, origin: Origin = "client"): Context {
    const store = new Store({ clock: new Clock({ frozenAtMs: 0 }), random: new Random(1), databaseCount: 1 });
    return new Context({ id, origin, store });
  }
}
