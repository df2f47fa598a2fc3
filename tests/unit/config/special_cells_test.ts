/** The parameters with a syntax of their own, as values. */
import { assertEquals } from "@std/assert";
import { Config } from "../../../src/config/config.ts";
import { formatKeyspaceEvents, KEYSPACE_EVENTS, parseKeyspaceEvents } from "../../../src/config/keyspace_events.ts";
import { expandProcTitle } from "../../../src/config/proc_title.ts";

Deno.test("save is a list of save points", () => {
  const config = new Config();
  config.set([["save", "900 1 60 5"]]);
  assertEquals(config.cell("save").value, [{ seconds: 900, changes: 1 }, { seconds: 60, changes: 5 }]);
});

Deno.test("client-output-buffer-limit changes the classes it names", () => {
  const config = new Config();
  config.set([["client-output-buffer-limit", "slave 1kb 2 3"]]);
  const { normal, replica, pubsub } = config.cell("client-output-buffer-limit").value;
  assertEquals(replica, { hardBytes: 1024, softBytes: 2, softSeconds: 3 });
  assertEquals([normal.hardBytes, pubsub.softSeconds], [0, 60]);
});

Deno.test("bind is a list of addresses, which may be empty", () => {
  const config = new Config();
  config.set([["bind", "127.0.0.1 -::1"]]);
  assertEquals(config.cell("bind").value, ["127.0.0.1", "-::1"]);
  config.set([["bind", ""]]);
  assertEquals(config.cell("bind").value, []);
});

Deno.test("replicaof no one makes a master", () => {
  const config = new Config();
  config.assign("replicaof", ["10.0.0.1", "6379"]);
  assertEquals(config.cell("replicaof").print(), "10.0.0.1 6379");
  config.assign("slaveof", ["NO", "One"]);
  assertEquals(config.cell("replicaof").value, null);
});

Deno.test("latency-tracking-info-percentiles prints without zeros at the end", () => {
  const config = new Config();
  config.set([["latency-tracking-info-percentiles", "100 0 33.3333333 1e1"]]);
  assertEquals(config.cell("latency-tracking-info-percentiles").print(), "100 0 33.333333 10");
});

Deno.test("oom-score-adj relative is yes", () => {
  const config = new Config();
  config.set([["oom-score-adj", "relative"], ["oom-score-adj-values", "1 2 3"]]);
  assertEquals(config.enum("oom-score-adj").value, "yes");
  assertEquals(config.cell("oom-score-adj-values").value, [1, 2, 3]);
});

Deno.test("parseKeyspaceEvents() and formatKeyspaceEvents() turn letters into bits and back", () => {
  for (const letters of ["", "AKE", "AKEm", "g$lshzxetdKE", "g$lshzxetdn", "KE", "m", "lx"]) {
    const bits = parseKeyspaceEvents(letters)!;
    assertEquals(parseKeyspaceEvents(formatKeyspaceEvents(bits) + (letters.includes("n") ? "n" : "")), bits, letters);
  }
  assertEquals(formatKeyspaceEvents(parseKeyspaceEvents("EKzl")!), "lzKE");
  assertEquals(parseKeyspaceEvents("Ex"), KEYSPACE_EVENTS.keyevent | KEYSPACE_EVENTS.expired);
  assertEquals(parseKeyspaceEvents("Kq"), null);
});

Deno.test("expandProcTitle() fills in variables and trims", () => {
  const variables = {
    "title": "redeno",
    "listen-addr": "127.0.0.1:6379",
    "server-mode": "",
    "config-file": "-",
    "port": "6379",
    "tls-port": "0",
    "unixsocket": "",
  };
  assertEquals(expandProcTitle("{title} {listen-addr} {server-mode}", variables), "redeno 127.0.0.1:6379");
  assertEquals(expandProcTitle("{{{port}}", variables), "{6379}");
  for (const template of ["{", "{port", "{nope}", "a {}"]) {
    assertEquals(expandProcTitle(template, variables), null, template);
  }
});
