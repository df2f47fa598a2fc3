/**
 * `bind-source-addr`: the address that a replica connects from. Only Linux has all of 127/8 on its loopback.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startServer } from "../../src/mod.ts";
import { connectOut } from "../../src/replication/outgoing_connection.ts";
import { eventually } from "../support/eventually.ts";
import { RawClient } from "../support/raw_client.ts";

const ignore = Deno.build.os !== "linux";
const SOURCE = "127.0.0.2";

Deno.test({
  name: "a replica connects from bind-source-addr and replicates",
  ignore,
  async fn() {
    await using master = await startServer({ config: { "protected-mode": "no", "repl-diskless-sync-delay": "0" } });
    await using replica = await startServer({ config: { "bind-source-addr": SOURCE } });
    using toMaster = await RawClient.connect({ port: master.port });
    using toReplica = await RawClient.connect({ port: replica.port });
    const value = "x".repeat(300_000);
    await toMaster.expect("SET", "before", value);
    await toReplica.expect("REPLICAOF", "127.0.0.1", master.port);
    await eventually(async () =>
      String(await toReplica.expect("INFO", "replication")).includes("master_link_status:up")
    );
    assertStringIncludes(String(await toMaster.expect("INFO", "replication")), `slave0:ip=${SOURCE},`);
    await toMaster.expect("SET", "after", value);
    await eventually(async () => await toReplica.expect("EXISTS", "before", "after") === 2);
    assertEquals(await toReplica.expect("GET", "after"), value);
    await toReplica.expect("REPLICAOF", "NO", "ONE");
  },
});

Deno.test("connectOut() takes any address where the one that is asked for cannot be had", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const accepted = listener.accept();
  const connection = await connectOut({ host: "127.0.0.1", port, sourceAddress: "192.0.2.1" });
  using peer = await accepted;
  assertEquals((peer.remoteAddr as Deno.NetAddr).hostname, "127.0.0.1");
  assertEquals(await connection.write(new Uint8Array([1, 2])), 2);
  connection.close();
});

Deno.test({
  name: "connectOut() from an address of choice reads and writes until the peer is gone",
  ignore,
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const accepted = listener.accept();
    const connection = await connectOut({ host: "127.0.0.1", port, sourceAddress: SOURCE });
    const peer = await accepted;
    assertEquals([connection.localAddr.hostname, connection.remoteAddr.port], [SOURCE, port]);
    await peer.write(new Uint8Array([1, 2, 3, 4, 5]));
    const target = new Uint8Array(3);
    assertEquals([await connection.read(target), [...target]], [3, [1, 2, 3]]);
    assertEquals([await connection.read(target), [...target.subarray(0, 2)]], [2, [4, 5]]);
    assertEquals(await connection.write(new Uint8Array([9])), 1);
    assertEquals([await peer.read(target), target[0]], [1, 9]);
    peer.close();
    assertEquals(await connection.read(target), null);
    connection.close();
  },
});
