import { assertEquals } from "@std/assert";
import { Propagation, type PropagationSink } from "../../../src/command/propagation.ts";
import { Args } from "../../../src/resp/request_batch.ts";
import { makeStore } from "../store/test_store.ts";

/** A sink that remembers the names of the commands it got. */
function recorder(
  options: Pick<PropagationSink, "isFile"> = {},
): { readonly sink: PropagationSink; readonly names: string[] } {
  const names: string[] = [];
  return { names, sink: { ...options, feed: (dbIndex, args) => void names.push(`${dbIndex} ${args.text(0)}`) } };
}

Deno.test("several effects of a unit go out between MULTI and EXEC, one alone without", () => {
  const propagation = new Propagation(makeStore());
  const { sink, names } = recorder();
  const detach = propagation.attach(sink);
  propagation.finishWith(1, Args.of("SET", "k", "v"));
  propagation.add(0, Args.of("DEL", "k"));
  propagation.finishWith(2, Args.of("INCR", "k"));
  assertEquals(names, ["1 SET", "0 MULTI", "0 DEL", "2 INCR", "2 EXEC"]);
  detach();
  propagation.add(0, Args.of("DEL", "k"));
  propagation.finish();
  assertEquals([names.length, propagation.isActive], [5, false]);
});

Deno.test("what is for replicas alone passes a file by", () => {
  const propagation = new Propagation(makeStore());
  const [replicas, file] = [recorder(), recorder({ isFile: true })];
  for (const { sink } of [replicas, file]) propagation.attach(sink);
  propagation.finishWith(0, Args.of("PUBLISH", "c", "m"), "replicas");
  propagation.add(0, Args.of("PUBLISH", "c", "m"), "replicas");
  propagation.finishWith(0, Args.of("SET", "k", "v"));
  assertEquals(replicas.names, ["0 PUBLISH", "0 MULTI", "0 PUBLISH", "0 SET", "0 EXEC"]);
  assertEquals(file.names, ["0 MULTI", "0 SET", "0 EXEC"]);
});
