import { assertEquals, assertMatch } from "@std/assert";
import { latin1 } from "../../../src/bytes/ascii.ts";
import { Config } from "../../../src/config/config.ts";
import { Acceptor } from "../../../src/server/acceptor.ts";
import { CommandLoop } from "../../../src/server/command_loop.ts";
import { Server } from "../../../src/server/server.ts";

/** What a refused connection from `hostname` is told, or null when it was taken in. */
async function refusal(
  hostname: string,
  settings: readonly (readonly [string, string])[] = [],
): Promise<string | null> {
  const config = new Config();
  assertEquals(config.set(settings), null);
  const { services } = new Server({ config });
  let told = "";
  const connection = {
    remoteAddr: { transport: "tcp", hostname, port: 4000 },
    localAddr: { transport: "tcp", hostname: "10.0.0.1", port: 6379 },
    setNoDelay() {},
    setKeepAlive() {},
    read: () => Promise.resolve(null),
    write(bytes: Uint8Array) {
      told += latin1(bytes);
      return Promise.resolve(bytes.length);
    },
    closeWrite: () => Promise.resolve(),
    close() {},
  };
  new Acceptor(services, new CommandLoop(services)).accept(connection as unknown as Deno.Conn);
  await services.tasks.settled();
  services.clock.stop();
  const { acceptedCount, rejectedCount } = services.clients;
  assertEquals(acceptedCount + rejectedCount, 1);
  assertEquals(rejectedCount === 1, told !== "");
  return told === "" ? null : told;
}

Deno.test("accept() in protected mode refuses who comes from elsewhere", async () => {
  assertMatch((await refusal("10.0.0.2"))!, /^-DENIED Redis is running in protected mode because .* outside\.\r\n$/);
  assertMatch((await refusal("fe80::1"))!, /^-DENIED /);
  assertMatch((await refusal("127.0.0.2"))!, /^-DENIED /);
  assertEquals(await refusal("127.0.0.1"), null);
  assertEquals(await refusal("::1"), null);
});

Deno.test("accept() lets everybody in without protected mode or with a password", async () => {
  assertEquals(await refusal("10.0.0.2", [["protected-mode", "no"]]), null);
  assertEquals(await refusal("10.0.0.2", [["requirepass", "secret"]]), null);
});
