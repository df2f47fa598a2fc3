import { assertEquals, assertThrows } from "@std/assert";
import { Failpoints, FailpointSyntaxError, type FileAct, type FileKind } from "../../../src/base/failpoints.ts";

/** What the calls of `pass` do, one after the other: "-" nothing, otherwise the error's text. */
function passes(failpoints: Failpoints, point: string, count: number): string[] {
  const [kind, act] = point.split("-") as [FileKind, FileAct];
  return Array.from({ length: count }, () => {
    try {
      failpoints.pass(kind, act);
      return "-";
    } catch (error) {
      return (error as Error).message;
    }
  });
}

const FULL = "No space left on device (os error 28)";
const BROKEN = "Input/output error (os error 5)";

Deno.test("Failpoints.parse() fails the passes that the plan counts", () => {
  const failpoints = Failpoints.parse("rdb-sync=EIO aof-write@2-3=ENOSPC  base-rename@2-=EIO");
  assertEquals(passes(failpoints, "rdb-sync", 2), [BROKEN, "-"]);
  assertEquals(passes(failpoints, "aof-write", 4), ["-", FULL, FULL, "-"]);
  assertEquals(passes(failpoints, "base-rename", 3), ["-", BROKEN, BROKEN]);
  assertEquals(passes(failpoints, "manifest-rename", 1), ["-"]);
});

Deno.test("Failpoints.admit() lets half of a torn write through before it fails", () => {
  const failpoints = Failpoints.parse("aof-write@2=torn:ENOSPC");
  assertEquals([failpoints.admit("aof", 9), failpoints.admit("aof", 9)], [9, 4]);
  assertThrows(() => failpoints.admit("aof", 5), Error, FULL);
  assertEquals(failpoints.admit("aof", 5), 5);
});

Deno.test("Failpoints.enter() waits, and pass() does not", async () => {
  const failpoints = Failpoints.parse("aof-sync@1-=wait:20");
  failpoints.pass("aof", "sync");
  const startMs = performance.now();
  await failpoints.enter("aof", "sync");
  assertEquals(performance.now() - startMs >= 19, true);
});

Deno.test("Failpoints.parse() refuses what is no plan", () => {
  for (const text of ["aof-write", "aof-wrote=kill", "aof-write=EPERM", "aof-write@x=kill", "aof-sync=wait", "=kill"]) {
    assertThrows(() => Failpoints.parse(text), FailpointSyntaxError);
  }
});

Deno.test("Failpoints.OFF lets everything through", () => {
  assertEquals(passes(Failpoints.OFF, "rdb-write", 1), ["-"]);
  assertEquals(Failpoints.OFF.admit("rdb", 7), 7);
});
