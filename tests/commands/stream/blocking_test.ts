import { assertEquals } from "@std/assert";
import { eventually } from "../../support/eventually.ts";
import type { RawClient } from "../../support/raw_client.ts";
import { referenceTest, startReference } from "../../support/reference.ts";
import type { ServerProcess } from "../../support/server_process.ts";
import { startRedeno } from "../../support/test_server.ts";

/** One of the two servers, with a client that writes and as many as are wanted that wait. */
class Stage implements Disposable {
  readonly #server: ServerProcess;
  readonly #writer: RawClient;
  readonly #readers = new Map<string, RawClient>();
  readonly #protocol: 2 | 3;
  /** The bytes of all replies, in order. */
  readonly replies: string[] = [];

  constructor(server: ServerProcess, writer: RawClient, protocol: 2 | 3) {
    this.#server = server;
    this.#writer = writer;
    this.#protocol = protocol;
  }

  /** Writes. */
  async run(...lines: string[]): Promise<void> {
    for (const line of lines) {
      this.replies.push(`${line} => ${await this.#writer.callRaw(...line.split(" "))}`);
    }
  }

  /** Lets a reader begin to wait. */
  async wait(reader: string, line: string): Promise<void> {
    const client = this.#readers.get(reader) ?? await this.#server.connect();
    if (!this.#readers.has(reader)) await client.expect("HELLO", this.#protocol);
    this.#readers.set(reader, client);
    const before = await this.#blockedClients();
    await client.send(...line.split(" "));
    await eventually(async () => await this.#blockedClients() === before + 1, { what: `${reader} to wait` });
  }

  /** Takes the reply of a reader that no longer waits. */
  async take(...readers: string[]): Promise<void> {
    for (const reader of readers) this.replies.push(`${reader} <= ${await this.#readers.get(reader)!.readRaw()}`);
  }

  /** Sees that a reader still waits. */
  async stillWaits(...readers: string[]): Promise<void> {
    assertEquals(await this.#blockedClients(), readers.length);
    for (const reader of readers) await this.#readers.get(reader)!.expectSilence(1);
  }

  [Symbol.dispose](): void {
    this.#writer.close();
    for (const reader of this.#readers.values()) reader.close();
  }

  async #blockedClients(): Promise<number> {
    const info = String(await this.#writer.expect("INFO", "clients"));
    return Number(/blocked_clients:(\d+)/.exec(info)![1]);
  }
}

/** Plays a scene on both servers; what is said must be the same. */
function sceneTest(name: string, play: (stage: Stage) => Promise<void>): void {
  referenceTest(name, async () => {
    await using ours = await startRedeno();
    await using reference = await startReference();
    for (const protocol of [2, 3] as const) {
      const said: string[][] = [];
      for (const server of [ours, reference]) {
        using stage = new Stage(server, await server.connect(), protocol);
        await stage.run("FLUSHALL");
        await play(stage);
        said.push(stage.replies);
      }
      assertEquals(said[0], said[1]);
    }
  });
}

sceneTest("xread() gives every waiting reader what is added", async (stage) => {
  await stage.run("XADD s 1-1 a 1");
  await stage.wait("ann", "XREAD BLOCK 0 STREAMS s $");
  await stage.wait("ben", "XREAD BLOCK 0 COUNT 1 STREAMS t s 0 1-1");
  await stage.wait("cyd", "XREAD BLOCK 0 STREAMS s 5-0");
  await stage.run("MULTI", "XADD s 2-1 a 2", "XADD s 2-2 b 3", "EXEC");
  await stage.take("ann", "ben");
  await stage.stillWaits("cyd");
  await stage.run("XADD s 5-0 a 1");
  await stage.stillWaits("cyd");
  await stage.run("XADD s 5-1 a 1");
  await stage.take("cyd");
});

sceneTest("xread() waits for streams that are not there, and outlives their deletion", async (stage) => {
  await stage.wait("ann", "XREAD BLOCK 0 STREAMS s s t $ 9-9 $");
  await stage.run("LPUSH s x", "DEL s", "XADD s 1-1 a 1");
  await stage.take("ann");
  await stage.wait("ann", "XREAD BLOCK 0 STREAMS s $");
  await stage.run("DEL s", "SET s x", "DEL s", "FLUSHALL");
  await stage.stillWaits("ann");
  await stage.run("XADD s 1-2 a 1");
  await stage.take("ann");
});

sceneTest("xread() sees what is added and deleted in one transaction", async (stage) => {
  await stage.wait("ann", "XREAD BLOCK 0 STREAMS s $");
  await stage.run("MULTI", "XADD s 1-1 a 1", "DEL s", "EXEC");
  await stage.stillWaits("ann");
  await stage.run("MULTI", "XADD s 1-1 a 1", "XDEL s 1-1", "EXEC");
  await stage.take("ann");
});

sceneTest("xread() gives up when its time is over", async (stage) => {
  await stage.wait("ann", "XREAD BLOCK 60 STREAMS s $");
  await stage.take("ann");
  await stage.run("XGROUP CREATE s g $ MKSTREAM");
  await stage.wait("ann", "XREADGROUP GROUP g ann BLOCK 60 STREAMS s >");
  await stage.take("ann");
  await stage.run("XADD s 1-1 a 1", "XLEN s", "XPENDING s g");
});

sceneTest("xreadgroup() serves the members in order of their arrival", async (stage) => {
  await stage.run("XGROUP CREATE s g $ MKSTREAM", "XGROUP CREATE s h $");
  await stage.wait("ann", "XREADGROUP GROUP g ann BLOCK 0 STREAMS s >");
  await stage.wait("ben", "XREADGROUP GROUP g ben BLOCK 0 COUNT 1 STREAMS s >");
  await stage.wait("cyd", "XREADGROUP GROUP h cyd BLOCK 0 NOACK STREAMS s >");
  await stage.wait("dot", "XREADGROUP GROUP g dot BLOCK 0 STREAMS s >");
  await stage.run("XADD s 1-1 a 1");
  await stage.take("ann", "cyd");
  await stage.stillWaits("ben", "dot");
  await stage.run("MULTI", "XADD s 2-1 a 2", "XADD s 2-2 a 3", "XADD s 2-3 a 4", "EXEC");
  await stage.take("ben", "dot");
  await stage.run("XPENDING s g", "XPENDING s h", "XINFO GROUPS s", "XPENDING s g - + 10 nobody");
});

sceneTest("xreadgroup() waits for several streams", async (stage) => {
  await stage.run("XGROUP CREATE s g $ MKSTREAM", "XGROUP CREATE t g $ MKSTREAM");
  await stage.wait("ann", "XREADGROUP GROUP g ann BLOCK 0 STREAMS s t > >");
  await stage.run("XADD t 1-1 a 1");
  await stage.take("ann");
  await stage.run("XADD s 1-1 a 1");
  await stage.wait("ann", "XREAD BLOCK 0 STREAMS s t $ $");
  await stage.stillWaits("ann");
  await stage.run("XADD t 2-1 a 1");
  await stage.take("ann");
});

sceneTest("xreadgroup() ends with an error when its group is gone", async (stage) => {
  await stage.run("XGROUP CREATE s g $ MKSTREAM", "XGROUP CREATE s h $");
  await stage.wait("ann", "XREADGROUP GROUP g ann BLOCK 0 STREAMS s >");
  await stage.wait("ben", "XREADGROUP GROUP h ben BLOCK 0 STREAMS s >");
  await stage.run("XGROUP DESTROY s g");
  await stage.take("ann");
  await stage.stillWaits("ben");
  await stage.run("XADD s 1-1 a 1");
  await stage.take("ben");
});

for (
  const [how, ...lines] of [
    ["DEL", "DEL s"],
    ["UNLINK", "UNLINK s"],
    ["SET", "SET s x"],
    ["FLUSHALL", "FLUSHALL"],
    ["FLUSHDB", "FLUSHDB"],
    ["a transaction that makes a list", "MULTI", "DEL s", "LPUSH s x", "EXEC"],
    ["RENAME from it", "RENAME s t"],
    ["RENAME of a string onto it", "SET x y", "RENAME x s"],
    ["RENAME of another stream onto it", "XADD x 1-1 a b", "RENAME x s"],
    ["SWAPDB", "SWAPDB 0 5"],
    ["MOVE", "MOVE s 5"],
    ["EXPIRE in the past", "PEXPIREAT s 1"],
    ["COPY over it", "SET x y", "COPY x s REPLACE"],
    ["SUNIONSTORE over it", "SADD x y", "SUNIONSTORE s x"],
  ] as const
) {
  sceneTest(`xreadgroup() ends with an error when its stream goes by ${how}`, async (stage) => {
    await stage.run("XGROUP CREATE s g $ MKSTREAM");
    await stage.wait("ann", "XREADGROUP GROUP g ann BLOCK 0 STREAMS s >");
    await stage.run(...lines);
    await stage.take("ann");
  });
}

sceneTest("xreadgroup() is told of a stream that another database brings", async (stage) => {
  await stage.run(
    "XGROUP CREATE s g $ MKSTREAM",
    "SELECT 5",
    "XGROUP CREATE s g 0 MKSTREAM",
    "XADD s 7-7 a b",
    "SELECT 0",
  );
  await stage.wait("ann", "XREADGROUP GROUP g ann BLOCK 0 STREAMS s >");
  await stage.wait("ben", "XREAD BLOCK 0 STREAMS s $");
  await stage.run("SWAPDB 0 5");
  await stage.take("ann", "ben");
});

sceneTest("xreadgroup() makes its consumer anew where it was deleted meanwhile", async (stage) => {
  await stage.run("XGROUP CREATE s g $ MKSTREAM");
  await stage.wait("ann", "XREADGROUP GROUP g ann BLOCK 0 STREAMS s >");
  await stage.run("XGROUP CREATECONSUMER s g ann", "XGROUP DELCONSUMER s g ann", "XADD s 1-1 a 1", "XINFO GROUPS s");
  await stage.take("ann");
});
