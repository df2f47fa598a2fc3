/** Random commands on places. */
import type { Draw, WeightedMaker } from "./draw.ts";

const PLACES = ["Palermo", "Catania", "Agrigento", "Oslo", "Lima", "Suva", "pole", "edge", "p1", "p2", "p3", ""];
const UNITS = ["m", "km", "mi", "ft", "KM", "M", "yd"];
const EDGE_COORDINATES = [
  "180",
  "-180",
  "85.05112878",
  "-85.05112878",
  "181",
  "86",
  "0",
  "nan",
  "inf",
  "x",
  "",
  "1e-300",
];

function coordinate(draw: Draw, limit: number): string {
  if (draw.chance(0.06)) return draw.pick(EDGE_COORDINATES);
  // Many places close together, some anywhere.
  if (draw.chance(0.6)) return (13 + draw.random.word() / 2 ** 32 * 3).toFixed(draw.random.integer(0, 6));
  return ((draw.random.word() / 2 ** 31 - 1) * limit).toFixed(draw.random.integer(0, 12));
}

function position(draw: Draw): string[] {
  return [coordinate(draw, 180), coordinate(draw, 85)];
}

function place(draw: Draw): string {
  return draw.chance(0.1) ? draw.field() : draw.pick(PLACES);
}

function distance(draw: Draw): string {
  return draw.pick(["0", "1", "10.5", "200", "400", "3000", "7000", "20000", "1e7", "-1", "nan", "inf", "x", ""]);
}

function wanted(draw: Draw): string[] {
  return [
    ...draw.maybe(0.3, draw.pick(["ASC", "DESC"])),
    ...(draw.chance(0.3) ? ["COUNT", draw.count(), ...draw.maybe(0.3, "ANY")] : []),
  ];
}

function extras(draw: Draw): string[] {
  return [...draw.maybe(0.3, "WITHCOORD"), ...draw.maybe(0.3, "WITHDIST"), ...draw.maybe(0.2, "WITHHASH")];
}

function area(draw: Draw): string[] {
  const center = draw.pick([["FROMLONLAT", ...position(draw)], ["FROMMEMBER", place(draw)]]);
  const shape = draw.pick([["BYRADIUS", distance(draw)], ["BYBOX", distance(draw), distance(draw)]]);
  return [...center, ...draw.maybe(0.02, "FROMMEMBER", "p1"), ...shape, draw.pick(UNITS)];
}

function georadius(draw: Draw): string[] {
  const isReadOnly = draw.chance(0.3);
  const [name, center] = draw.pick([["GEORADIUS", position(draw)], ["GEORADIUSBYMEMBER", [place(draw)]]] as const);
  return [
    name + (isReadOnly ? "_RO" : ""),
    draw.key("g"),
    ...center,
    distance(draw),
    draw.pick(UNITS),
    ...extras(draw),
    ...wanted(draw),
    ...draw.maybe(0.15, draw.pick(["STORE", "STOREDIST"]), draw.key("g")),
  ];
}

/** Commands on places. */
export const GEO_COMMANDS: readonly WeightedMaker[] = [
  [6, (d) => [
    "GEOADD",
    d.key("g"),
    ...d.maybe(0.1, d.pick(["NX", "XX"])),
    ...d.maybe(0.1, "CH"),
    ...Array.from({ length: d.random.integer(1, 4) }, () => [...position(d), place(d)]).flat(),
    ...d.maybe(0.02, "odd"),
  ]],
  [2, (d) => [d.pick(["GEOPOS", "GEOHASH"]), d.key("g"), ...d.several(0, 3, () => place(d))]],
  [2, (d) => ["GEODIST", d.key("g"), place(d), place(d), ...d.maybe(0.5, d.pick(UNITS))]],
  [4, (d) => ["GEOSEARCH", d.key("g"), ...area(d), ...wanted(d), ...extras(d)]],
  [2, (d) => [
    "GEOSEARCHSTORE",
    d.key("g"),
    d.key("g"),
    ...area(d),
    ...wanted(d),
    ...d.maybe(0.3, "STOREDIST"),
    ...d.maybe(0.03, "WITHDIST"),
  ]],
  [2, georadius],
  [0.5, (d) => ["ZREM", d.key("g"), place(d), place(d)]],
  [1, (d) => ["ZRANGE", d.key("g"), "0", "-1", "WITHSCORES"]],
];
