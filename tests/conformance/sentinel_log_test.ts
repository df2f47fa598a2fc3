/** What the suite prints about a unit of Sentinel is read test by test. */
import { assertEquals } from "@std/assert";
import { parseSentinelLog } from "../../tools/conformance/sentinel_units.ts";

Deno.test("parseSentinelLog() finds the outcome of a test behind what the suite says meanwhile", () => {
  const log = `Starting redis #4 at port 21340
Testing unit: 00-base.tcl
12:57:34> (init) Restart killed instances: redis/0 sentinel/1 OK
[skip]: left out
12:57:35> Failover works: Waiting for process 4242 to exit...
OK
12:57:58> New master 127.0.0.1:30003 role matches: OK
12:57:59> Slow one: Waiting for process 4343 to exit...
FAILED: Sentinel 1 is late
(Jumping to next unit after error)
FAILED: caught an error in the test 
Cleaning up...
WARNING 1 test(s) failed.
`;
  assertEquals(parseSentinelLog(log), [
    { outcome: "ok", name: "(init) Restart killed instances", detail: "" },
    { outcome: "skipped", name: "left out", detail: "" },
    { outcome: "ok", name: "Failover works", detail: "" },
    { outcome: "ok", name: "New master 127.0.0.1:# role matches", detail: "" },
    { outcome: "err", name: "Slow one", detail: "    Sentinel 1 is late\n" },
  ]);
});

Deno.test("parseSentinelLog() tells what ends a unit from a failing test", () => {
  const log = `Testing unit: 05-manual.tcl
FAILED: caught an error in the test couldn't open socket
12:57:34> Broken one: FAILED: caught an error in the test can't read "x": no such variable
    while executing
WARNING: Aborting the test.
>>>>>>>> Problems starting redis #1
ERROR: Sentinel has leaked fds to scripts:
*** Crash report found in redis_0/log.txt ***
`;
  assertEquals(parseSentinelLog(log), [
    { outcome: "exception", name: "couldn't open socket", detail: "" },
    { outcome: "err", name: "Broken one", detail: '    can\'t read "x": no such variable\n' },
    { outcome: "exception", name: "Problems starting redis #1", detail: "" },
    { outcome: "exception", name: "ERROR: Sentinel has leaked fds to scripts:", detail: "" },
    { outcome: "exception", name: "Crash report found in redis_0/log.txt", detail: "" },
  ]);
});
