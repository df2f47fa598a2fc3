import { assertEquals } from "@std/assert";
import { latin1 } from "../../../src/bytes/ascii.ts";
import { Slowlog, SLOWLOG_ENTRY_MAX_ARGC } from "../../../src/metrics/slowlog.ts";
import { Args } from "../../../src/resp/request_batch.ts";

function add(slowlog: Slowlog, argv: readonly string[], redacted: readonly number[] = []): void {
  slowlog.add({
    args: Args.from(argv),
    redacted,
    durationUs: 12,
    nowMs: 5_999,
    address: "127.0.0.1:1",
    clientName: "me",
  });
}

function argvOf(slowlog: Slowlog): string[] {
  return slowlog.newest(1)[0]!.argv.map((argument) => latin1(argument));
}

Deno.test("add() numbers entries on, also after a reset", () => {
  const slowlog = new Slowlog();
  add(slowlog, ["a"]);
  slowlog.reset();
  assertEquals(slowlog.length, 0);
  add(slowlog, ["b"]);
  const [entry] = slowlog.newest(10);
  assertEquals([entry!.id, entry!.timeSeconds, entry!.durationUs, entry!.address], [1, 5, 12, "127.0.0.1:1"]);
});

Deno.test("add() keeps the newest up to the maximum", () => {
  const slowlog = new Slowlog();
  slowlog.maxLength = 2;
  for (const name of ["a", "b", "c"]) add(slowlog, [name]);
  assertEquals(slowlog.newest(10).map(({ argv }) => latin1(argv[0]!)), ["c", "b"]);
  slowlog.maxLength = 1;
  slowlog.trim();
  assertEquals(slowlog.length, 1);
});

Deno.test("add() cuts long arguments and says how much is missing", () => {
  const slowlog = new Slowlog();
  add(slowlog, ["x".repeat(128), "y".repeat(129)]);
  assertEquals(argvOf(slowlog), ["x".repeat(128), `${"y".repeat(128)}... (1 more bytes)`]);
});

Deno.test("add() keeps 32 arguments, the last of which counts the rest", () => {
  const slowlog = new Slowlog();
  const argv = Array.from({ length: 33 }, (_, index) => String(index));
  add(slowlog, argv);
  assertEquals(argvOf(slowlog), [...argv.slice(0, SLOWLOG_ENTRY_MAX_ARGC - 1), "... (2 more arguments)"]);
  add(slowlog, argv.slice(1));
  assertEquals(argvOf(slowlog), argv.slice(1));
});

Deno.test("add() hides redacted arguments", () => {
  const slowlog = new Slowlog();
  add(slowlog, ["auth", "secret"], [1]);
  assertEquals(argvOf(slowlog), ["auth", "(redacted)"]);
});
