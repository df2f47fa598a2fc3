/** Random commands on bitmaps and HyperLogLogs, which are strings. */
import type { Draw, WeightedMaker } from "./draw.ts";

function bitFieldOperations(draw: Draw): string[] {
  const field = () => [
    draw.pick(["u1", "u3", "u8", "i5", "i8", "i16", "u31", "i64", "u63", "u64", "i0", "i65", "x8", "u"]),
    draw.chance(0.3) ? `#${draw.integer(0, 5)}` : draw.bitOffset(),
  ];
  return Array.from({ length: draw.random.integer(0, 4) }, () => {
    switch (draw.random.integer(0, 4)) {
      case 0:
      case 1:
        return ["GET", ...field()];
      case 2:
        return ["SET", ...field(), draw.delta()];
      case 3:
        return ["INCRBY", ...field(), draw.delta()];
      default:
        return ["OVERFLOW", draw.pick(["WRAP", "SAT", "FAIL", "sat", "none"])];
    }
  }).flat();
}

/** Commands on bitmaps. */
export const BITMAP_COMMANDS: readonly WeightedMaker[] = [
  [5, (d) => ["SETBIT", d.key("b"), d.bitOffset(), d.pick(["0", "1", "1", "2", "x"])]],
  [2, (d) => ["GETBIT", d.key("b"), d.bitOffset()]],
  [2, (d) => [
    "BITCOUNT",
    d.key("b"),
    ...d.maybe(0.6, d.index(), d.index()),
    ...d.maybe(0.3, d.pick(["BIT", "BYTE", "bits"])),
  ]],
  [3, (d) => [
    "BITPOS",
    d.key("b"),
    d.pick(["0", "1", "2"]),
    ...d.maybe(0.5, d.index()),
    ...d.maybe(0.4, d.index()),
    ...d.maybe(0.2, d.pick(["BIT", "BYTE"])),
  ]],
  [3, (d) => [
    "BITOP",
    d.pick(["AND", "OR", "XOR", "NOT", "xor", "NAND"]),
    d.key("b"),
    ...d.several(1, 4, () => d.key(d.chance(0.2) ? "s" : "b")),
  ]],
  [4, (d) => ["BITFIELD", d.key("b"), ...bitFieldOperations(d)]],
  [2, (d) => ["BITFIELD_RO", d.key("b"), ...bitFieldOperations(d)]],
];

/** Commands on HyperLogLogs, and edits of the bytes that they are made of. */
export const HYPERLOGLOG_COMMANDS: readonly WeightedMaker[] = [
  [6, (d) => ["PFADD", d.key("p"), ...d.several(0, 8, () => d.chance(0.8) ? d.integer(0, 5000) : d.value())]],
  [0.3, (d) => ["PFADD", d.key("p"), ...d.several(100, 300, () => d.integer(0, 100_000))]],
  [4, (d) => ["PFCOUNT", ...d.several(1, 3, () => d.key("p"))]],
  [2, (d) => ["PFMERGE", d.key("p"), ...d.several(0, 3, () => d.key("p"))]],
  [1, (d) => ["GETRANGE", d.key("p"), d.integer(0, 20), d.integer(10, 400)]],
  [0.7, (d) => ["GET", d.key("p")]],
  // What is no HyperLogLog any more is told by its head; the registers behind it would be read as they are.
  [0.2, (d) => ["SETRANGE", d.key("p"), d.integer(0, 4), d.random.binary(1)]],
  [0.3, (d) => ["DEL", d.key("p")]],
];
