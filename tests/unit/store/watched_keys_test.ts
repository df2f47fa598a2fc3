import { assertEquals } from "@std/assert";
import { ascii } from "../../../src/bytes/ascii.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { type KeyState, WatchedKeys } from "../../../src/store/watched_keys.ts";

const KEY = new Slice(ascii("key"));
const OTHER = new Slice(ascii("other"));

/** Whether a watcher that came when the key was expired, or not, is dirty after a change that leaves `after`. */
function isDirtyAfterTouch(wasExpired: boolean, after: KeyState): boolean {
  const watched = new WatchedKeys();
  const watcher = { isDirty: false };
  watched.watch(0, KEY, watcher, wasExpired);
  watched.touch(0, KEY, () => after);
  return watcher.isDirty;
}

Deno.test("touch() makes the watchers of that key in that database dirty", () => {
  const watched = new WatchedKeys();
  const [here, there] = [{ isDirty: false }, { isDirty: false }];
  watched.watch(0, KEY, here);
  watched.watch(1, KEY, there);
  watched.touch(0, OTHER, () => "alive");
  assertEquals([here.isDirty, there.isDirty], [false, false]);
  watched.touch(0, KEY, () => "missing");
  assertEquals([here.isDirty, there.isDirty], [true, false]);
});

Deno.test("touch() overlooks that the remains of a key are removed which had expired when it was watched", () => {
  const states = ["missing", "expired", "alive"] as const;
  assertEquals(states.map((after) => isDirtyAfterTouch(true, after)), [false, false, true]);
  assertEquals(states.map((after) => isDirtyAfterTouch(false, after)), [true, true, true]);
});

Deno.test("touch() counts changes after the remains were removed", () => {
  const watched = new WatchedKeys();
  const watcher = { isDirty: false };
  watched.watch(0, KEY, watcher, true);
  watched.touch(0, KEY, () => "missing");
  assertEquals(watched.keysOf(watcher)[0]!.wasExpired, false);
  watched.touch(0, KEY, () => "alive");
  assertEquals(watcher.isDirty, true);
});

Deno.test("touchReplaced() compares what there was with what comes", () => {
  const dirtyBy = (wasExpired: boolean, before: KeyState, after: KeyState) => {
    const watched = new WatchedKeys();
    const watcher = { isDirty: false };
    watched.watch(0, KEY, watcher, wasExpired);
    watched.touchReplaced(0, () => before, () => after);
    return watcher.isDirty;
  };
  assertEquals(dirtyBy(false, "missing", "missing"), false);
  assertEquals(dirtyBy(false, "missing", "expired"), false);
  assertEquals(dirtyBy(false, "missing", "alive"), true);
  assertEquals(dirtyBy(false, "alive", "missing"), true);
  assertEquals(dirtyBy(false, "alive", "expired"), true);
  assertEquals(dirtyBy(true, "expired", "missing"), false);
  assertEquals(dirtyBy(true, "expired", "expired"), false);
  assertEquals(dirtyBy(true, "expired", "alive"), true);
});

Deno.test("unwatch() forgets all keys of one watcher", () => {
  const watched = new WatchedKeys();
  const [one, two] = [{ isDirty: false }, { isDirty: false }];
  for (const watcher of [one, two]) watched.watch(0, KEY, watcher);
  watched.watch(0, OTHER, one);
  watched.watch(0, OTHER, one);
  assertEquals([watched.size, watched.keysOf(one).length], [2, 2]);
  watched.unwatch(one);
  assertEquals([watched.size, watched.keysOf(one).length, watched.isEmpty], [1, 0, false]);
  watched.touch(0, KEY, () => "alive");
  assertEquals([one.isDirty, two.isDirty], [false, true]);
  watched.unwatch(two);
  assertEquals(watched.isEmpty, true);
});
