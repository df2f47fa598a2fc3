/** `Config`: reads, CONFIG GET, CONFIG SET with its gates, hooks and rollback. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { Slice } from "../../../src/bytes/slice.ts";
import { Config } from "../../../src/config/config.ts";
import { PARAMETERS } from "../../../src/config/parameters.ts";
import { LOADING } from "../../../src/resp/reply_errors.ts";

const DECODER = new TextDecoder();

function shown(config: Config, ...patterns: string[]): Record<string, string> {
  return Object.fromEntries(config.get(patterns).map(({ name, value }) => [name, DECODER.decode(value)]));
}

Deno.test("integer(), boolean(), string(), enum(), flags() and cell() hand out the same cell each time", () => {
  const config = new Config();
  const maxmemory = config.integer("maxmemory");
  const policy = config.enum("maxmemory-policy");
  const flags = config.flags("shutdown-on-sigterm");
  assertEquals(
    config.set([["maxmemory", "1gb"], ["maxmemory-policy", "ALLKEYS-LRU"], ["shutdown-on-sigterm", "now SAVE"]]),
    null,
  );
  assertEquals(maxmemory.value, 1024 ** 3);
  assertEquals(policy.value, "allkeys-lru");
  assertEquals(flags.value, ["save", "now"]);
  assertStrictEquals(config.integer("maxmemory"), maxmemory);
  assertEquals(config.boolean("replica-read-only").value, true);
  assertEquals(config.string("dbfilename").value, "dump.rdb");
  assertEquals(config.cell("save").value.length, 3);
});

Deno.test("two configurations share nothing", () => {
  const first = new Config();
  const second = new Config();
  first.set([["hz", "50"]]);
  assertEquals(second.integer("hz").value, 10);
});

Deno.test("entries() lists every parameter once", () => {
  assertEquals([...new Config().entries()].map(({ name }) => String(name)), Object.keys(PARAMETERS));
});

Deno.test("get() names a parameter as it was asked for, and each once", () => {
  const config = new Config();
  assertEquals(shown(config, "MaxMemory", "maxmemory", "maxmemor?"), { MaxMemory: "0" });
  assertEquals(shown(config, "*of"), { replicaof: "", slaveof: "" });
  assertEquals(shown(config, "key-load*"), {});
  assertEquals(shown(config, "key-load-delay"), { "key-load-delay": "0" });
  assertEquals(shown(config, "no-such-parameter"), {});
});

Deno.test("get() prints the defaults of the parameters with a syntax of their own", () => {
  assertEquals(
    shown(
      new Config(),
      "save",
      "bind",
      "client-output-buffer-limit",
      "oom-score-adj-values",
      "notify-*",
      "latency-tracking-*",
    ),
    {
      "save": "3600 1 300 100 60 10000",
      "bind": "* -::*",
      "client-output-buffer-limit": "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
      "oom-score-adj-values": "0 200 800",
      "notify-keyspace-events": "",
      "latency-tracking-info-percentiles": "50 99 99.9",
    },
  );
});

Deno.test("set() and get() take slices of a request", () => {
  const request = new TextEncoder().encode("..requirepass..p\u00fc..");
  const config = new Config();
  const name = new Slice(request, 2, 13);
  assertEquals(config.set([[name, new Slice(request, 15, 18)]]), null);
  assertEquals(config.string("requirepass").value, "pü");
  assertEquals(config.get([name])[0]!.value, new Uint8Array([0x70, 0xc3, 0xbc]));
});

Deno.test("set() keeps every byte of a password and ends other texts at a zero byte", () => {
  const config = new Config();
  const value = new Uint8Array([0x61, 0, 0xff]);
  assertEquals(config.set([["requirepass", value], ["masteruser", value]]), null);
  assertEquals(config.string("requirepass").bytes, value);
  assertEquals(config.string("masteruser").bytes, new Uint8Array([0x61]));
});

Deno.test("set() takes all pairs or none", () => {
  const config = new Config();
  config.set([["maxmemory", "10000002"]]);
  const before = shown(config, "*");
  const error = config.set([
    ["maxmemory", "10000001"],
    ["save", "1 1"],
    ["requirepass", "secret"],
    ["slowlog-log-slower-than", "9223372036854775807"],
    ["maxmemory-clients", "200%"],
    ["client-query-buffer-limit", "invalid"],
  ]);
  assertEquals(
    error,
    "ERR CONFIG SET failed (possibly related to argument 'maxmemory-clients') - percentage argument must be less or equal to 100",
  );
  assertEquals(shown(config, "*"), before);
});

Deno.test("set() refuses unknown, immutable, protected and repeated parameters", () => {
  const config = new Config();
  const failed = (name: string, reason: string) =>
    `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
  assertEquals(
    config.set([["nothing", "1"], ["daemonize", "yes"]]),
    "ERR Unknown option or number of arguments for CONFIG SET - 'nothing'",
  );
  assertEquals(config.set([["Daemonize", "yes"]]), failed("Daemonize", "can't set immutable config"));
  assertEquals(config.set([["dir", "/tmp"]]), failed("dir", "can't set protected config"));
  assertEquals(config.set([["hz", "1"], ["HZ", "2"]]), failed("HZ", "duplicate parameter"));
});

Deno.test("set() lets local clients only set protected parameters if it is told so", () => {
  const config = new Config();
  config.assign("enable-protected-configs", ["local"]);
  assertEquals(config.set([["dbfilename", "a.rdb"]], { isLoading: false, isLocalClient: true }), null);
  assertEquals(
    config.set([["dbfilename", "b.rdb"]], { isLoading: false, isLocalClient: false }),
    "ERR CONFIG SET failed (possibly related to argument 'dbfilename') - can't set protected config",
  );
});

Deno.test("set() answers LOADING for what a load depends on", () => {
  const gate = { isLoading: true, isLocalClient: true };
  assertEquals(new Config().set([["appendonly", "yes"]], gate), LOADING);
  assertEquals(new Config().set([["hz", "20"]], gate), null);
});

Deno.test("onChange() hears of new values only, after all are set", () => {
  const config = new Config();
  const heard: unknown[] = [];
  config.onChange("hz", (value) => void heard.push(["hz", value, config.integer("timeout").value]));
  config.set([["hz", "10"], ["timeout", "5"]]);
  assertEquals(heard, []);
  config.set([["hz", "20"], ["timeout", "7"]]);
  assertEquals(heard, [["hz", 20, 7]]);
});

Deno.test("onChange() hears of a volatile parameter that is set to the text it has", () => {
  const config = new Config();
  let count = 0;
  config.onChange("tls-cert-file", () => void count++);
  config.onChange("tls-protocols", () => void count++);
  config.set([["tls-cert-file", ""], ["tls-protocols", ""]]);
  assertEquals(count, 1);
});

Deno.test("onChange() hears of a change made under the alias", () => {
  const config = new Config();
  const heard: number[] = [];
  config.onChange("replica-priority", (value) => void heard.push(value));
  config.set([["slave-priority", "1"]]);
  assertEquals(heard, [1]);
});

Deno.test("onAnyChange() runs once for several parameters", () => {
  const config = new Config();
  let count = 0;
  config.onAnyChange(["min-replicas-to-write", "min-replicas-max-lag"], () => void count++);
  config.set([["min-replicas-to-write", "1"], ["min-replicas-max-lag", "5"]]);
  assertEquals(count, 1);
});

Deno.test("a hook that refuses restores every value, and every hook runs again", () => {
  const warnings: string[] = [];
  const config = new Config({ warn: (text) => warnings.push(text) });
  const heard: string[] = [];
  config.onChange("maxmemory", (value) => void heard.push(`maxmemory ${value}`));
  config.onChange("port", (value) => {
    heard.push(`port ${value}`);
    return value === 1 ? "Unable to listen on this port. Check server logs." : undefined;
  });
  config.onChange("hz", (value) => void heard.push(`hz ${value}`));
  const error = config.set([["maxmemory", "10mb"], ["port", "1"], ["hz", "50"], ["requirepass", "x"]]);
  assertEquals(
    error,
    "ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port. Check server logs.",
  );
  assertEquals(heard, ["maxmemory 10485760", "port 1", "maxmemory 0", "port 6379", "hz 10"]);
  assertEquals(shown(config, "maxmemory", "port", "hz", "requirepass"), {
    maxmemory: "0",
    port: "6379",
    hz: "10",
    requirepass: "",
  });
  assertEquals(warnings, [
    "Failed applying new configuration. Possibly related to new port setting. Restoring previous settings.",
  ]);
});

Deno.test("a refused change leaves the working directory again", () => {
  const config = new Config();
  const entered: string[] = [];
  config.assign("enable-protected-configs", ["yes"]);
  config.cell("dir").value = "/old";
  config.cell("dir").enter = (path) => {
    entered.push(path);
    return path === "/missing" ? { error: "No such file or directory" } : { directory: path };
  };
  config.set([["dir", "/new"], ["hz", "x"]]);
  assertEquals(entered, ["/new", "/old"]);
  assertEquals(config.cell("dir").value, "/old");
  assertEquals(
    config.set([["dir", "/missing"]]),
    "ERR CONFIG SET failed (possibly related to argument 'dir') - No such file or directory",
  );
});

Deno.test("isSensitive(), has() and primaryNameOf() know names in any case, and aliases", () => {
  const config = new Config();
  assertEquals(["RequirePass", "masterauth", "masteruser", "port", "nothing"].map((name) => config.isSensitive(name)), [
    true,
    true,
    true,
    false,
    false,
  ]);
  assertEquals(config.has("SLAVEOF"), true);
  assertEquals(config.primaryNameOf("SLAVEOF"), "replicaof");
  assertEquals(config.primaryNameOf("nothing"), null);
});
