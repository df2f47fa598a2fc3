import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { InvariantError } from "../../../src/base/invariant.ts";
import { Random } from "../../../src/base/random.ts";
import { Arena } from "../../../src/values/arena.ts";
import { CLASS_BYTES, CLASS_OF_UNITS, MAX_SMALL_BYTES, PAGE_BYTES } from "../../../src/values/size_classes.ts";

const CHUNK_BYTES = 32 * 1024 * 1024;

function fillBlock(arena: Arena, handle: number, count: number, mark: number): void {
  const start = arena.offsetOf(handle);
  arena.bytesOf(handle).fill(mark, start, start + count);
}

function holds(arena: Arena, handle: number, count: number, mark: number): boolean {
  const bytes = arena.bytesOf(handle);
  const start = arena.offsetOf(handle);
  for (let i = start; i < start + count; i++) if (bytes[i] !== mark) return false;
  return true;
}

Deno.test("the size classes rise, are multiples of 8 and waste little", () => {
  for (let i = 1; i < CLASS_BYTES.length; i++) assert(CLASS_BYTES[i]! > CLASS_BYTES[i - 1]!);
  for (const size of CLASS_BYTES) assertEquals(size % 8, 0);
  for (let size = 1; size <= MAX_SMALL_BYTES; size++) {
    const bytes = CLASS_BYTES[CLASS_OF_UNITS[(size + 7) >>> 3]!]!;
    assert(bytes >= size, `${size} bytes do not fit into ${bytes}`);
    const limit = size <= 128 ? size + 7 : size <= 4096 ? size * 1.2 : size * 1.51;
    assert(bytes <= limit, `${bytes} bytes for ${size}`);
  }
  assertEquals(CLASS_BYTES[CLASS_BYTES.length - 1], MAX_SMALL_BYTES);
});

Deno.test("allocate() gives aligned blocks that do not overlap, at every size", () => {
  const arena = new Arena();
  const handles: number[] = [];
  const sizes = [0, 1, 7, 8, 9, 100, 129, 1000, 4097, 32_767, 32_768, 32_769, 40_000, 1_000_000];
  for (let round = 0; round < 20; round++) {
    for (const size of sizes) {
      const handle = arena.allocate(size);
      assert(handle !== 0 && (handle | 0) === handle);
      assertEquals(handle < 0, size > MAX_SMALL_BYTES);
      assert(arena.capacity(handle) >= size);
      assertEquals(arena.capacity(handle), Arena.capacityFor(size));
      assertEquals(arena.offsetOf(handle) % 8, 0);
      fillBlock(arena, handle, arena.capacity(handle), handles.length & 0xff);
      handles.push(handle);
    }
  }
  for (let i = 0; i < handles.length; i++) {
    assert(holds(arena, handles[i]!, arena.capacity(handles[i]!), i & 0xff), `block ${i}`);
  }
  for (const handle of handles) arena.free(handle);
  assertEquals(arena.usedBytes, 0);
});

Deno.test("bytesOf(), wordsOf() and float64Of() show the same memory", () => {
  const arena = new Arena();
  for (const size of [24, 100_000]) {
    const handle = arena.allocate(size);
    const at = arena.offsetOf(handle);
    arena.wordsOf(handle)[(at >>> 2) + 1] = 0x04030201;
    assertEquals([...arena.bytesOf(handle).subarray(at + 4, at + 8)], [1, 2, 3, 4]);
    arena.float64Of(handle)[(at >>> 3) + 2] = 1;
    assertEquals(arena.wordsOf(handle)[(at >>> 2) + 5], 0x3ff00000);
  }
});

Deno.test("resize() stays in place while the block fits and is half full, and keeps the bytes when it moves", () => {
  const arena = new Arena();
  const handle = arena.allocate(200);
  fillBlock(arena, handle, 200, 7);
  assertEquals(arena.resize(handle, 200, arena.capacity(handle)), handle);
  assertEquals(arena.resize(handle, 100, 110), handle);
  const larger = arena.resize(handle, 200, 3000);
  assertNotEquals(larger, handle);
  assert(holds(arena, larger, 200, 7));
  const large = arena.resize(larger, 200, 100_000);
  assert(large < 0 && holds(arena, large, 200, 7));
  fillBlock(arena, large, 100_000, 9);
  const largest = arena.resize(large, 100_000, 300_000);
  assert(largest < 0 && holds(arena, largest, 100_000, 9));
  const small = arena.resize(largest, 300_000, 16);
  assert(small > 0 && holds(arena, small, 16, 9));
  assertEquals(arena.usedBytes, 16);
  const smallest = arena.resize(small, 16, 1);
  assertEquals(arena.resize(smallest, 1, 0), smallest);
});

Deno.test("free() twice is an invariant violation where it can be seen", () => {
  const arena = new Arena();
  const small = arena.allocate(64);
  arena.free(small);
  assertThrows(() => arena.free(small), InvariantError);
  const large = arena.allocate(64_000);
  arena.free(large);
  assertThrows(() => arena.free(large), InvariantError);
});

Deno.test("an emptied arena keeps its chunks, for any size, until they are dropped", () => {
  const arena = new Arena();
  for (const size of [16, 500, 16_384, 24, 32_768]) {
    const handles: number[] = [];
    for (let bytes = 0; bytes < 2 * CHUNK_BYTES; bytes += Arena.capacityFor(size)) handles.push(arena.allocate(size));
    assert(arena.reservedBytes >= arena.usedBytes && arena.reservedBytes <= 4 * CHUNK_BYTES);
    for (const handle of handles) arena.free(handle);
    assertEquals(arena.usedBytes, 0);
    assert(arena.reservedBytes >= 2 * CHUNK_BYTES);
  }
  arena.dropEmptyChunks();
  assertEquals(arena.reservedBytes, 0);
  arena.dropEmptyChunks();
  const handle = arena.allocate(100);
  fillBlock(arena, handle, 100, 7);
  arena.dropEmptyChunks();
  assert(holds(arena, handle, 100, 7));
  assertEquals(arena.reservedBytes, CHUNK_BYTES);
});

Deno.test("chunks that stay empty from one look to the next are dropped, others not", () => {
  const arena = new Arena();
  const fill = (chunks: number) =>
    Array.from({ length: (chunks * CHUNK_BYTES) / PAGE_BYTES }, () => [arena.allocate(32_768), arena.allocate(32_768)])
      .flat();
  const free = (handles: readonly number[]) => handles.forEach((handle) => arena.free(handle));
  const kept = fill(1);
  free(fill(4));
  arena.dropIdleChunks();
  assertEquals(arena.reservedBytes, 5 * CHUNK_BYTES);
  free(fill(3));
  arena.dropIdleChunks();
  assertEquals(arena.reservedBytes, 4 * CHUNK_BYTES);
  const again = fill(2);
  arena.dropIdleChunks();
  assertEquals(arena.reservedBytes, 3 * CHUNK_BYTES);
  free(again);
  free(kept);
  arena.dropIdleChunks();
  arena.dropIdleChunks();
  assertEquals(arena.reservedBytes, 0);
});

Deno.test("an emptied page serves another class", () => {
  const arena = new Arena();
  const handles = Array.from({ length: CHUNK_BYTES / 64 }, () => arena.allocate(64));
  assertEquals(arena.reservedBytes, CHUNK_BYTES);
  for (let i = 0; i < PAGE_BYTES / 64; i++) arena.free(handles[i]!);
  const others = Array.from({ length: PAGE_BYTES / 1024 }, () => arena.allocate(1024));
  assertEquals(arena.reservedBytes, CHUNK_BYTES);
  for (const handle of others) assertEquals(handle >>> 13, handles[0]! >>> 13);
});

Deno.test("a model of blocks under random operations keeps its bytes and the exact sum", () => {
  const seed = 77;
  const random = new Random(seed);
  const arena = new Arena();
  const blocks: { handle: number; size: number; mark: number }[] = [];
  let expected = 0;
  const randomSize = () => random.below(20) === 0 ? random.below(70_000) : random.below(1 << (3 + random.below(10)));
  for (let step = 0; step < 30_000; step++) {
    const isGrowing = Math.floor(step / 8000) % 2 === 0;
    const kind = random.below(10);
    if (blocks.length === 0 || kind < (isGrowing ? 5 : 2)) {
      const size = randomSize();
      const block = { handle: arena.allocate(size), size, mark: step & 0xff };
      fillBlock(arena, block.handle, size, block.mark);
      expected += arena.capacity(block.handle);
      blocks.push(block);
    } else {
      const place = random.below(blocks.length);
      const block = blocks[place]!;
      assert(holds(arena, block.handle, block.size, block.mark), `seed ${seed}, step ${step}`);
      expected -= arena.capacity(block.handle);
      if (kind < 9) {
        arena.free(block.handle);
        blocks[place] = blocks[blocks.length - 1]!;
        blocks.pop();
      } else {
        const size = randomSize();
        block.handle = arena.resize(block.handle, block.size, size);
        const kept = Math.min(size, block.size);
        assert(holds(arena, block.handle, kept, block.mark), `seed ${seed}, step ${step}`);
        block.size = size;
        fillBlock(arena, block.handle, block.size, block.mark);
        expected += arena.capacity(block.handle);
      }
    }
    assertEquals(arena.usedBytes, expected);
  }
  for (const block of blocks) {
    assert(holds(arena, block.handle, block.size, block.mark), `seed ${seed}`);
    arena.free(block.handle);
  }
  assertEquals(arena.usedBytes, 0);
  assert(arena.reservedBytes <= CHUNK_BYTES);
});
