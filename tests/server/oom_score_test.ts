/**
 * `oom-score-adj` on Linux, where the tests may write the score of the process they start.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startRedeno } from "../support/test_server.ts";

const IS_LINUX = Deno.build.os === "linux";
const REFUSAL = "Failed to set current oom_score_adj. Check server logs.";

Deno.test({
  name: "oom-score-adj follows the values, the mode and the role, and goes back",
  ignore: !IS_LINUX,
  async fn() {
    await using server = await startRedeno({
      permissions: ["-A"],
      configLines: ["oom-score-adj yes", "oom-score-adj-values 10 20 30"],
    });
    using client = await server.connect();
    const base = await scoreOf("self");
    const scores = [await scoreOf(server.pid) - base];
    for (
      const line of [
        "oom-score-adj-values|15 25 30",
        "oom-score-adj|absolute",
        "oom-score-adj-values|1999 2000 0",
        "oom-score-adj|no",
        "oom-score-adj-values|5 6 7",
        "oom-score-adj|relative",
      ]
    ) {
      await client.expect("CONFIG", "SET", ...line.split("|"));
      scores.push(await scoreOf(server.pid) - (line.endsWith("absolute") || line.includes("1999") ? 0 : base));
    }
    assertEquals(scores, [10, 15, 15, 1000, 0, 0, 5]);
    await client.expect("REPLICAOF", "127.0.0.1", 1);
    assertEquals(await scoreOf(server.pid), base + 6);
    await client.expect("REPLICAOF", "NO", "ONE");
    assertEquals(await scoreOf(server.pid), base + 5);
  },
});

Deno.test({
  name: "oom-score-adj is refused, and stays off, where /proc may not be written",
  ignore: !IS_LINUX,
  async fn() {
    await using server = await startRedeno();
    using client = await server.connect();
    const reply = await client.callRaw("CONFIG", "SET", "oom-score-adj", "yes");
    assertEquals(reply, `-ERR CONFIG SET failed (possibly related to argument 'oom-score-adj') - ${REFUSAL}\r\n`);
    assertEquals(await client.expect("CONFIG", "GET", "oom-score-adj"), ["oom-score-adj", "no"]);
    assertStringIncludes(server.log, "Unable to read oom_score_adj: ");
    await client.expect("CONFIG", "SET", "oom-score-adj-values", "1 2 3");
  },
});

/** Read by another program: Deno opens such a file with `--allow-all` alone. */
async function scoreOf(pid: number | string): Promise<number> {
  const { stdout } = await new Deno.Command("cat", { args: [`/proc/${pid}/oom_score_adj`] }).output();
  return Number(new TextDecoder().decode(stdout));
}
