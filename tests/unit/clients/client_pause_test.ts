import { assertEquals } from "@std/assert";
import { Clock } from "../../../src/base/clock.ts";
import { ClientPause } from "../../../src/clients/client_pause.ts";

Deno.test("pause() ends by itself one millisecond after its end", () => {
  const clock = new Clock({ frozenAtMs: 1000 });
  const pause = new ClientPause(clock);
  const modes: string[] = [];
  pause.onChange.subscribe((mode) => modes.push(mode));
  pause.pause("command", 1500, "write");
  assertEquals([pause.mode, pause.endMs], ["write", 1500]);
  clock.advance(500);
  assertEquals(pause.mode, "write");
  clock.advance(1);
  assertEquals([pause.mode, pause.endMs], ["off", 0]);
  assertEquals(modes, ["write", "off"]);
});

Deno.test("the strictest purpose counts, and whoever waits hears of each milder mode", async () => {
  const clock = new Clock({ frozenAtMs: 1000 });
  const pause = new ClientPause(clock);
  pause.pause("failover", 9000, "write");
  pause.pause("command", 5000, "all");
  assertEquals([pause.mode, pause.endMs], ["all", 5000]);
  const milder = pause.whenMilder();
  pause.unpause("command");
  await milder;
  assertEquals([pause.mode, pause.endMs], ["write", 9000]);
  const off = pause.whenMilder();
  clock.advance(8001);
  await off;
  assertEquals(pause.mode, "off");
  pause.unpause("failover");
  assertEquals(pause.mode, "off");
});

Deno.test("a pause of the same purpose is only made longer and stricter", () => {
  const clock = new Clock({ frozenAtMs: 1000 });
  const pause = new ClientPause(clock);
  pause.pause("command", 5000, "all");
  pause.pause("command", 2000, "write");
  assertEquals([pause.mode, pause.endMs], ["all", 5000]);
  pause.pause("command", 7000, "write");
  assertEquals([pause.mode, pause.endMs], ["all", 7000]);
});
