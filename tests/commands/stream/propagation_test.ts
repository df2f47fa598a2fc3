/**
 * What stream commands propagate: ours as a sink receives it, the reference's as its AOF has it.
 */
import { assertEquals } from "@std/assert";
import { Clock } from "../../../src/base/clock.ts";
import { Context } from "../../../src/command/context.ts";
import { ReplyRecorder } from "../../../src/resp/reply_recorder.ts";
import { Args } from "../../../src/resp/request_batch.ts";
import { Server } from "../../../src/server/server.ts";
import { eventually } from "../../support/eventually.ts";
import { textOfBytes } from "../../support/byte_text.ts";
import { readReply } from "../../support/reply_reader.ts";
import { referenceTest, startReference } from "../../support/reference.ts";

const NOW = 1_700_000_000_000;

/** Ids and times of today differ from one server to the other. */
function masked(line: string): string {
  return line.replace(/\b1[6-9]\d{11}(-\d+)?\b/g, "<now>");
}

/** What a server did: its effects in order, and how many changes it counts. */
interface Outcome {
  readonly effects: string[];
  readonly changes: number;
}

/** A line may begin with the name of a client that waits for what the following lines bring. */
const WAITER = /^(\w+): (.*)$/;

/** Runs the commands without a network. */
function runOurs(lines: readonly string[]): Outcome {
  const server = new Server({ clock: new Clock({ frozenAtMs: NOW }) });
  const { services } = server;
  services.config.integer("stream-node-max-entries").assign(["3"]);
  const effects: string[] = [];
  services.propagation.attach({
    feed: (_dbIndex, args) => {
      effects.push(masked(Array.from({ length: args.count }, (_, index) => args.text(index)).join(" ")));
    },
  });
  const context = new Context({ id: 1, origin: "client", store: services.store });
  for (const [index, line] of lines.entries()) {
    const waiter = WAITER.exec(line);
    const caller = waiter === null ? context : new Context({ id: 2 + index, origin: "client", store: services.store });
    services.executor.beginBatch(caller);
    services.executor.execute(caller, Args.from((waiter?.[2] ?? line).split(" ")), new ReplyRecorder());
  }
  return { effects, changes: services.store.stats.dirty };
}

/** Runs the commands on the reference, whose AOF has the effects. */
async function runReference(lines: readonly string[]): Promise<Outcome> {
  const configLines = ["appendonly yes", "appendfsync always", "stream-node-max-entries 3"];
  await using reference = await startReference({ configLines });
  using client = await reference.connect();
  using waiting = new DisposableStack();
  let waiterCount = 0;
  for (const line of lines) {
    const waiter = WAITER.exec(line);
    if (waiter === null) {
      await client.call(...line.split(" "));
      continue;
    }
    const other = waiting.use(await reference.connect());
    await other.send(...waiter[2]!.split(" "));
    const expected = `blocked_clients:${++waiterCount}\r`;
    await eventually(async () => String(await client.expect("INFO", "clients")).includes(expected));
  }
  const info = String(await client.expect("INFO", "persistence"));
  const changes = Number(/rdb_changes_since_last_save:(\d+)/.exec(info)![1]);
  const bytes = Deno.readFileSync(`${reference.directory}/appendonlydir/appendonly.aof.1.incr.aof`);
  const effects: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const reply = readReply(bytes, at);
    if (typeof reply === "symbol") throw new Error(`Cannot read the AOF: ${textOfBytes(bytes.subarray(at))}`);
    const argv = reply.value as string[];
    if (argv[0] !== "SELECT") effects.push(masked(argv.join(" ")));
    at = reply.end;
  }
  return { effects, changes };
}

function effectsTest(name: string, lines: readonly string[]): void {
  referenceTest(name, async () => {
    assertEquals(runOurs(lines), await runReference(lines));
  });
}

effectsTest("xadd() and xtrim() propagate the id and an exact bound", [
  "XADD s * a b",
  "DEL s",
  "XADD s 1-1 a b",
  "XADD s 1-* a b",
  "xadd s nomkstream 5-* a b",
  "XADD s MAXLEN 10 6-1 a b",
  "XADD s MAXLEN = 10 6-2 a b",
  "XADD s MAXLEN ~ 4 LIMIT 100 6-* a b",
  "XADD s MAXLEN ~ 100 7-1 a b",
  "XADD s MAXLEN ~ 2 7-2 a b",
  "XADD s MINID ~ 6-2 LIMIT 3 7-3 a b",
  "XADD s MINID 7-1 7-4 a b",
  "XADD s 1-1 a b",
  "XADD none NOMKSTREAM 1-1 a b",
  "XDEL s 7-1 9-9",
  "XDEL s 9-9",
  "XTRIM s MINID ~ 7-3",
  "XTRIM s MAXLEN ~ 1 LIMIT 3",
  "XTRIM s MAXLEN ~ 1 LIMIT 1",
  "XADD s 8-1 a b",
  "XADD s 8-2 a b",
  "XADD s 8-3 a b",
  "XTRIM s MAXLEN 2",
  "XTRIM s MAXLEN 2",
  "XTRIM s MINID ~ 100",
  "XADD s 9-1 a b",
  "XTRIM s MAXLEN ~ 0",
  "XADD s MINID ~ 100 9-2 a b",
  "XSETID s 10-1",
  "XSETID s 10-1 ENTRIESADDED 100 MAXDELETEDID 5",
  "XSETID s 1-1 MAXDELETEDID 5",
]);

const ENTRIES = ["XADD s 1-1 a b", "XADD s 1-2 a b", "XADD s 2-1 a b", "XADD s 3-1 a b", "XADD s 3-2 a b"];

effectsTest("xreadgroup() propagates what the group remembers", [
  ...ENTRIES,
  "XGROUP CREATE s g 0",
  "XGROUP CREATE t g $ MKSTREAM ENTRIESREAD 3",
  "XADD t 1-1 a b",
  "XREAD STREAMS s 0",
  "XREADGROUP GROUP g ann COUNT 1 STREAMS s >",
  "XREADGROUP GROUP g ann COUNT 1 STREAMS s t > >",
  "XREADGROUP GROUP g ben NOACK COUNT 1 STREAMS s >",
  "XREADGROUP GROUP g ben NOACK COUNT 1 STREAMS s >",
  "XREADGROUP GROUP g ann STREAMS s 0",
  "XREADGROUP GROUP g cyd STREAMS s 0",
  "XREADGROUP GROUP g dot NOACK STREAMS s 0",
  "XREADGROUP GROUP g dot STREAMS t >",
  "XGROUP SETID s g 0 ENTRIESREAD 0",
  "XREADGROUP GROUP g dot NOACK STREAMS s >",
  "XGROUP SETID s g 0",
  "XREADGROUP GROUP g dot COUNT 3 STREAMS s >",
  "XREADGROUP GROUP none dot COUNT 3 STREAMS s >",
  "MULTI",
  "XREADGROUP GROUP g dot STREAMS s >",
  "XACK s g 1-1",
  "XREADGROUP GROUP g dot BLOCK 0 STREAMS s >",
  "EXEC",
]);

effectsTest("xreadgroup() propagates at the end of its wait", [
  "XGROUP CREATE s g $ MKSTREAM",
  "XGROUP CREATE s h $",
  "ann: XREADGROUP GROUP g ann BLOCK 0 COUNT 1 STREAMS s >",
  "ben: XREADGROUP GROUP g ben BLOCK 0 NOACK STREAMS s >",
  "cyd: XREADGROUP GROUP h cyd BLOCK 0 NOACK STREAMS s >",
  "dot: XREADGROUP GROUP h dot BLOCK 0 STREAMS s >",
  "MULTI",
  "XADD s 1-1 a b",
  "XADD s 1-2 a b",
  "XADD s 1-3 a b",
  "EXEC",
  "XGROUP DESTROY s h",
]);

effectsTest("xclaim() and xautoclaim() propagate each entry they change", [
  ...ENTRIES,
  "XGROUP CREATE s g 0",
  "XREADGROUP GROUP g ann COUNT 4 STREAMS s >",
  "XCLAIM s g ben 0 1-1",
  "XCLAIM s g ben 0 1-1 1-2 TIME 1000 RETRYCOUNT 5 JUSTID",
  "XCLAIM s g ben 100000000 3-1",
  "XCLAIM s g cyd 0 3-2",
  "XCLAIM s g cyd 0 3-2 FORCE LASTID 3-2",
  "XCLAIM s g cyd 0 9-9 LASTID 5-0",
  "XCLAIM s g cyd 0 9-9 LASTID 4-0",
  "XDEL s 1-2 2-1",
  "XCLAIM s g cyd 0 1-2 3-1",
  "XCLAIM s g cyd 0 1 FORCE",
  "XAUTOCLAIM s g dot 0 0",
  "XAUTOCLAIM s g dot 0 0 JUSTID COUNT 1",
  "XAUTOCLAIM s g dot 100000000 0",
  "XAUTOCLAIM s g eve 0 9-9",
  "XPENDING s g",
]);

effectsTest("xgroup() and xack() propagate as they were sent where they change something", [
  ...ENTRIES,
  "XGROUP CREATE s g $",
  "xgroup create s g $",
  "XGROUP CREATE n g $ MKSTREAM",
  "XGROUP SETID s g 0 ENTRIESREAD 5",
  "XGROUP CREATECONSUMER s g ann",
  "XGROUP CREATECONSUMER s g ann",
  "XREADGROUP GROUP g ann COUNT 2 STREAMS s >",
  "XACK s g 9-9",
  "XACK s g 1-1 9-9",
  "XGROUP DELCONSUMER s g nobody",
  "XGROUP DELCONSUMER s g ann",
  "XGROUP DESTROY s g",
  "XGROUP DESTROY s g",
]);
