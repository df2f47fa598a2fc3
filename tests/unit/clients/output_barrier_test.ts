import { assertEquals } from "@std/assert";
import { latin1 } from "../../../src/bytes/ascii.ts";
import { ClientOutput } from "../../../src/clients/client_output.ts";
import { OutputBarrier } from "../../../src/clients/output_barrier.ts";
import { Traffic } from "../../../src/metrics/traffic.ts";

function newOutput(barrier: OutputBarrier): { output: ClientOutput; sent: string[] } {
  const sent: string[] = [];
  const sink = {
    write(bytes: Uint8Array): Promise<number> {
      sent.push(latin1(bytes));
      return Promise.resolve(bytes.length);
    },
  };
  return { output: new ClientOutput(sink, new Traffic(), barrier), sent };
}

function say(output: ClientOutput, text: string): void {
  output.prepare();
  output.buffer.text(text);
  output.flush();
}

Deno.test("a raised barrier holds back what is flushed, and holds up who has something to send", async () => {
  const barrier = new OutputBarrier();
  const { output, sent } = newOutput(barrier);
  barrier.isRaised = true;
  say(output, "one ");
  say(output, "two");
  const drained = output.drained();
  assertEquals([sent, drained === null, output.pendingBytes], [[], false, 7]);
  barrier.lower();
  await drained;
  assertEquals([sent, output.drained()], [["one two"], null]);
});

Deno.test("prepare() asks for a raised barrier to be lowered, and what is flushed then goes at once", () => {
  const barrier = new OutputBarrier();
  const { output, sent } = newOutput(barrier);
  let asked = 0;
  barrier.onWanted = () => {
    asked++;
    barrier.lower();
  };
  barrier.prepare();
  barrier.isRaised = true;
  barrier.prepare();
  say(output, "one");
  assertEquals([asked, sent], [1, ["one"]]);
});

Deno.test("take() lets a group go later, and others wait for the next one", () => {
  const barrier = new OutputBarrier();
  const first = newOutput(barrier);
  const second = newOutput(barrier);
  barrier.isRaised = true;
  say(first.output, "first");
  const group = barrier.take();
  say(second.output, "second");
  for (const output of group) output.release();
  assertEquals([first.sent, second.sent], [["first"], []]);
  barrier.lower();
  assertEquals(second.sent, ["second"]);
});

Deno.test("what was said after an output was held waits for the next group", async () => {
  const barrier = new OutputBarrier();
  const { output, sent } = newOutput(barrier);
  barrier.isRaised = true;
  say(output, "first");
  const group = barrier.take();
  say(output, " second");
  for (const held of group) held.release();
  assertEquals([sent, output.pendingBytes], [["first"], 12]);
  await Promise.resolve();
  assertEquals(sent, ["first"]);
  barrier.lower();
  await output.finished();
  assertEquals(sent, ["first", " second"]);
});

Deno.test("release() of a client that is gone sends nothing, and who waits for it goes on", async () => {
  const barrier = new OutputBarrier();
  const { output, sent } = newOutput(barrier);
  barrier.isRaised = true;
  say(output, "lost");
  const finished = output.finished();
  output.close();
  await finished;
  barrier.lower();
  assertEquals(sent, []);
});

Deno.test("send() is held like what is flushed, and goes when it is released though the barrier is up again", async () => {
  const barrier = new OutputBarrier();
  const { output, sent } = newOutput(barrier);
  barrier.isRaised = true;
  const finished = output.send(new TextEncoder().encode("piece"));
  await Promise.resolve();
  await Promise.resolve();
  const group = barrier.take();
  assertEquals([group.length, sent], [1, []]);
  for (const held of group) held.release();
  await finished;
  assertEquals([sent, barrier.isRaised], [["piece"], true]);
});

Deno.test("an output with nothing to send is not held", () => {
  const barrier = new OutputBarrier();
  const { output } = newOutput(barrier);
  barrier.isRaised = true;
  output.flush();
  assertEquals([barrier.take().length, output.drained()], [0, null]);
});
