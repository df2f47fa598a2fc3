import { assert, assertEquals } from "@std/assert";
import { startServer } from "../../src/mod.ts";
import { eventually } from "../support/eventually.ts";
import { RawClient } from "../support/raw_client.ts";
import { ServerProcess } from "../support/server_process.ts";
import { redenoCommand } from "../support/test_server.ts";

/** Room for the program's own files and for some connections, not for all of them. */
const DESCRIPTOR_LIMIT = 80;
const CONNECTIONS = 120;

Deno.test("running out of descriptors slows the server down and does not stop it", async () => {
  const limited = ["bash", "-c", `ulimit -n ${DESCRIPTOR_LIMIT}; exec "$@"`, "limited", ...redenoCommand()];
  await using server = await ServerProcess.start({ command: limited });
  using first = await server.connect();
  const others: Deno.Conn[] = [];
  for (let i = 0; i < CONNECTIONS; i++) others.push(await Deno.connect({ hostname: "127.0.0.1", port: server.port }));
  await eventually(() => server.log.includes("Accepting client connection:"), { what: "a refused accept" });
  assertEquals(await first.call("PING"), "PONG");
  for (const connection of others) connection.close();
  await eventually(async () => {
    using late = await server.connect({ timeoutMs: 500 });
    return await late.call("PING") === "PONG";
  });
  const warnings = server.log.split("Accepting client connection:").length - 1;
  assert(warnings < 100, `${warnings} log lines about one lack of descriptors`);
});

Deno.test("client list numbers connections with the lowest number that is free", async () => {
  await using server = await startServer();
  const clients = await Promise.all([1, 2, 3].map(() => RawClient.connect({ port: server.port })));
  const numberOf = async (client: RawClient) =>
    Number(/fd=(\d+)/.exec(String(await client.call("CLIENT", "INFO")))![1]);
  const [low, middle, high] = await Promise.all(clients.map(numberOf)).then((numbers) =>
    numbers.toSorted((a, b) => a - b)
  );
  assertEquals([middle! - low!, high! - low!], [1, 2]);
  clients[1]!.close();
  await eventually(async () => String(await clients[0]!.call("CLIENT", "LIST")).trim().split("\n").length === 2);
  const again = await RawClient.connect({ port: server.port });
  assert([low, middle, high].includes(await numberOf(again)));
  for (const client of [clients[0]!, clients[2]!, again]) client.close();
});
