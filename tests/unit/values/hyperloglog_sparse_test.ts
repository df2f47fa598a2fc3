import { assert, assertEquals } from "@std/assert";
import { Slice } from "../../../src/bytes/slice.ts";
import {
  EMPTY_HYPERLOGLOG,
  HEADER_BYTES,
  readCachedCount,
  REGISTER_COUNT,
  writeCachedCount,
} from "../../../src/values/hyperloglog_header.ts";
import {
  CORRUPTED,
  countSparseValues,
  describeSparse,
  mergeSparse,
  NEEDS_DENSE,
  raiseSparse,
  SPARSE_GROWTH_BYTES,
  SparseCursor,
  UNCHANGED,
} from "../../../src/values/hyperloglog_sparse.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const START = 3;
const MARK = 0xaa;
/** Bytes behind the room that are looked after. */
const GUARD_BYTES = 8;

/** A sparse string of these opcodes at an odd place, with much room. */
function stringOf(...opcodes: number[]): Slice {
  const bytes = new Uint8Array(START + 20_000);
  bytes.set(EMPTY_HYPERLOGLOG.subarray(0, HEADER_BYTES), START);
  bytes.set(opcodes, START + HEADER_BYTES);
  return new Slice(bytes, START, START + HEADER_BYTES + opcodes.length);
}

/** An opcode of zeros, in two bytes. */
function xzero(run: number): [number, number] {
  return [0x40 | (run - 1) >>> 8, (run - 1) & 0xff];
}

function zero(run: number): number {
  return run - 1;
}

function val(value: number, run: number): number {
  return 0x80 | (value - 1) << 2 | (run - 1);
}

function raise(
  string: Slice,
  index: number,
  value: number,
  maxBytes = 30_000,
  cursor: SparseCursor = new SparseCursor(),
): number {
  const { bytes, start, end } = string;
  bytes.fill(MARK, end, end + SPARSE_GROWTH_BYTES + GUARD_BYTES);
  const result = raiseSparse(bytes, start, end, index, value, maxBytes, cursor);
  if (result > 0) string.end = start + result;
  for (let i = 0; i < GUARD_BYTES; i++) assert(bytes[end + SPARSE_GROWTH_BYTES + i] === MARK, "writes beyond its room");
  return result;
}

function describe({ bytes, start, end }: Slice): string {
  return describeSparse(bytes, start, end);
}

function registersOf({ bytes, start, end }: Slice): Uint8Array | null {
  const registers = new Uint8Array(REGISTER_COUNT);
  return mergeSparse(bytes, start, end, registers) ? registers : null;
}

Deno.test("raiseSparse() splits a run of zeros into the opcodes that fit", () => {
  const cases: [number[], number, string][] = [
    [xzero(16384), 0, "v:7,1 Z:16383"],
    [xzero(16384), 16383, "Z:16383 v:7,1"],
    [xzero(16384), 64, "z:64 v:7,1 Z:16319"],
    [xzero(16384), 65, "Z:65 v:7,1 Z:16318"],
    [xzero(16384), 16319, "Z:16319 v:7,1 z:64"],
    [[zero(64), ...xzero(16320)], 0, "v:7,1 z:63 Z:16320"],
    [[zero(64), ...xzero(16320)], 63, "z:63 v:7,1 Z:16320"],
    [[zero(1), ...xzero(16383)], 0, "v:7,1 Z:16383"],
    [[...xzero(1), ...xzero(16383)], 0, "v:7,1 Z:16383"],
    [[...xzero(2), ...xzero(16382)], 1, "z:1 v:7,1 Z:16382"],
    [[...xzero(16383), zero(1)], 16383, "Z:16383 v:7,1"],
  ];
  for (const [opcodes, index, expected] of cases) {
    const string = stringOf(...opcodes);
    assertEquals(raise(string, index, 7), string.length, expected);
    assertEquals(describe(string), expected);
    assertEquals(registersOf(string)![index], 7);
  }
});

Deno.test("raiseSparse() splits and joins values", () => {
  const cases: [number[], number, number, string][] = [
    [[val(3, 1), ...xzero(16383)], 0, 4, "v:4,1 Z:16383"],
    [[val(3, 4), ...xzero(16380)], 0, 4, "v:4,1 v:3,3 Z:16380"],
    [[val(3, 4), ...xzero(16380)], 2, 4, "v:3,2 v:4,1 v:3,1 Z:16380"],
    [[val(3, 4), ...xzero(16380)], 3, 32, "v:3,3 v:32,1 Z:16380"],
    [[val(3, 1), zero(1), val(3, 1), ...xzero(16381)], 1, 3, "v:3,3 Z:16381"],
    [[val(3, 2), val(2, 1), val(3, 2), ...xzero(16379)], 2, 3, "v:3,3 v:3,2 Z:16379"],
    [[val(3, 3), val(2, 1), val(3, 1), ...xzero(16379)], 3, 3, "v:3,4 v:3,1 Z:16379"],
    // The opcodes before the one in front of the change are not looked at.
    [[val(9, 1), val(9, 1), val(1, 2), ...xzero(16380)], 3, 9, "v:9,1 v:9,1 v:1,1 v:9,1 Z:16380"],
    [[...xzero(16382), val(1, 2)], 16383, 5, "Z:16382 v:1,1 v:5,1"],
  ];
  for (const [opcodes, index, value, expected] of cases) {
    const string = stringOf(...opcodes);
    assertEquals(raise(string, index, value), string.length, expected);
    assertEquals(describe(string), expected);
  }
});

Deno.test("raiseSparse() leaves a register that is no lower and the count in the header alone", () => {
  const string = stringOf(val(3, 2), ...xzero(16382));
  writeCachedCount(string.bytes, string.start, 2);
  const before = string.copy();
  assertEquals(raise(string, 1, 3), UNCHANGED);
  assertEquals(raise(string, 0, 1), UNCHANGED);
  assertEquals(string.view(), before);
  raise(string, 0, 4);
  assertEquals(readCachedCount(string.bytes, string.start), null);
});

Deno.test("raiseSparse() asks for the dense representation without a change", () => {
  const string = stringOf(...xzero(16384));
  const before = string.copy();
  assertEquals(raise(string, 100, 33), NEEDS_DENSE);
  assertEquals(raise(string, 100, 32, 20), NEEDS_DENSE);
  assertEquals(raise(string, 0, 32, 18), NEEDS_DENSE);
  assertEquals(string.view(), before);
  assertEquals(raise(string, 100, 32, 21), 21);
  // What does not grow is not refused, however long it is.
  assertEquals(raise(stringOf(val(1, 1), ...xzero(16383)), 0, 2, 0), 19);
  assertEquals(raise(stringOf(...xzero(1), ...xzero(16383)), 0, 2, 0), 19);
});

Deno.test("random raises leave the registers of a naive model", () => {
  const random = new SeededRandom(1414);
  for (
    const { span, valueMax, count } of [
      { span: 16_384, valueMax: 12, count: 2000 },
      { span: 300, valueMax: 3, count: 3000 },
      { span: 20, valueMax: 2, count: 200 },
      { span: 70, valueMax: 32, count: 2000 },
    ]
  ) {
    const offset = random.integer(0, REGISTER_COUNT - span);
    const string = stringOf(...xzero(16384));
    const model = new Uint8Array(REGISTER_COUNT);
    for (let round = 0; round < count; round++) {
      const index = offset + random.integer(0, span - 1);
      const value = random.integer(1, valueMax);
      const length = string.length;
      const result = raise(string, index, value);
      assertEquals(result, value > model[index]! ? string.length : UNCHANGED, `round ${round}`);
      assert(string.length - length <= SPARSE_GROWTH_BYTES);
      model[index] = Math.max(model[index]!, value);
      if (round % 100 === 0) assertEquals(registersOf(string), model);
    }
    assertEquals(registersOf(string), model);
    const histogram = new Int32Array(64);
    assert(countSparseValues(string.bytes, string.start, string.end, histogram));
    const expected = new Int32Array(64);
    for (const value of model) expected[value]!++;
    assertEquals(histogram, expected);
  }
});

Deno.test("a cursor that is kept makes no difference to the bytes", () => {
  const random = new SeededRandom(1515);
  for (
    const { span, valueMax, count } of [
      { span: 16_384, valueMax: 12, count: 1500 },
      { span: 300, valueMax: 2, count: 3000 },
      { span: 30, valueMax: 3, count: 300 },
    ]
  ) {
    for (const isOrdered of [false, true]) {
      const indexes = Array.from({ length: count }, () => random.integer(0, span - 1));
      if (isOrdered) indexes.sort((a, b) => a - b);
      const kept = stringOf(...xzero(16384));
      const fresh = stringOf(...xzero(16384));
      const cursor = new SparseCursor();
      for (const index of indexes) {
        const value = random.integer(1, valueMax);
        assertEquals(raise(kept, index, value, 2500, cursor), raise(fresh, index, value, 2500));
        if (random.chance(0.05)) assertEquals(kept.view(), fresh.view());
      }
      assertEquals(kept.view(), fresh.view());
    }
  }
});

Deno.test("a corrupted string is told from a sound one", () => {
  const isCounted = ({ bytes, start, end }: Slice) => countSparseValues(bytes, start, end, new Int32Array(64));
  const corrupted = [
    stringOf(),
    stringOf(0x7f),
    stringOf(...xzero(16383)),
    stringOf(...xzero(16384), zero(1)),
    stringOf(...xzero(16383), val(2, 2)),
    stringOf(...xzero(16383), val(2, 1), val(3, 1)),
    stringOf(...xzero(16384), ...xzero(16384), val(1, 1)),
  ];
  for (const string of corrupted) {
    assertEquals(registersOf(string), null);
    assertEquals(isCounted(string), false);
  }
  // An XZERO without its second byte is one with a zero there: 16,128 + 1 registers.
  const cut = stringOf(...Array.from({ length: 255 }, () => zero(1)), 0x7f);
  assert(registersOf(cut) !== null && isCounted(cut));
});

Deno.test("raiseSparse() of a corrupted string stays within its room", () => {
  assertEquals(raise(stringOf(), 0, 1), CORRUPTED);
  assertEquals(raise(stringOf(...xzero(100)), 100, 1), CORRUPTED);
  const cut = stringOf(zero(64), 0x41);
  assertEquals(describe(cut), "z:64 Z:257");
  assertEquals(raise(cut, 200, 5), HEADER_BYTES + 5);
  assertEquals(describe(cut), "z:64 Z:136 v:5,1 Z:1");
  const single = stringOf(zero(64), 0x40);
  assertEquals(raise(single, 64, 5), HEADER_BYTES + 1);
  assertEquals(describe(single), "z:64");
  const random = new SeededRandom(99);
  for (let round = 0; round < 3000; round++) {
    const string = stringOf(...Array.from({ length: random.integer(0, 40) }, () => random.word() & 0xff));
    const cursor = new SparseCursor();
    for (let i = 0; i < 10; i++) {
      raise(string, random.integer(0, random.pick([300, 16383])), random.integer(1, 40), 30_000, cursor);
    }
  }
});
