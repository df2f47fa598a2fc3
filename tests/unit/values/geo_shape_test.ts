import { assertAlmostEquals, assertEquals } from "@std/assert";
import { cellsCovering } from "../../../src/values/geo_cover.ts";
import { distanceBetween, type GeoExtent, GeoShape, OUTSIDE } from "../../../src/values/geo_shape.ts";
import { cellAt, geohashOf, type GeoPosition, MAX_GEOHASH_STEP, scoresOf } from "../../../src/values/geohash.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const PALERMO = { longitude: 13.361389, latitude: 38.115556 };
const CATANIA = { longitude: 15.087269, latitude: 37.502669 };

function circle(radius: number, metersPerUnit = 1): GeoExtent {
  return { kind: "circle", radius, metersPerUnit };
}

function box(width: number, height: number, metersPerUnit = 1): GeoExtent {
  return { kind: "box", width, height, metersPerUnit };
}

Deno.test("distanceBetween() is the way along a great circle", () => {
  assertAlmostEquals(distanceBetween(PALERMO, CATANIA), 166274, 1);
  assertEquals(distanceBetween(PALERMO, PALERMO), 0);
  const halfWay = Math.PI * 6372797.560856;
  assertAlmostEquals(distanceBetween({ longitude: 0, latitude: 0 }, { longitude: 180, latitude: 0 }), halfWay, 0.01);
  assertAlmostEquals(distanceBetween({ longitude: 9, latitude: 45 }, { longitude: 9, latitude: -45 }), halfWay / 2, 1);
});

Deno.test("distanceTo() tells what is in a circle", () => {
  assertAlmostEquals(new GeoShape(PALERMO, circle(167, 1000)).distanceTo(CATANIA), 166274, 1);
  assertEquals(new GeoShape(PALERMO, circle(166, 1000)).distanceTo(CATANIA), OUTSIDE);
  assertEquals(new GeoShape(PALERMO, circle(0)).distanceTo(PALERMO), 0);
  assertEquals(new GeoShape(PALERMO, circle(Infinity)).distanceTo(CATANIA) > 0, true);
});

Deno.test("distanceTo() agrees with distanceBetween() on what is in a circle, near the poles and the date line too", () => {
  const random = new SeededRandom(52);
  const within = (reach: number) => (random.word() / 2 ** 31 - 1) * reach;
  let inside = 0;
  for (let round = 0; round < 20_000; round++) {
    const center = { longitude: random.chance(0.5) ? within(180) : 180 - Math.abs(within(1)), latitude: within(85) };
    const radius = 10 ** random.integer(1, 6) * random.integer(1, 9);
    const degrees = radius / 80_000 / Math.cos(center.latitude / 57.3);
    const east = center.longitude + within(degrees);
    const longitude = east > 180 ? east - 360 : Math.max(east, -180);
    const latitude = Math.max(-85, Math.min(85, center.latitude + within(radius / 110_000)));
    const distance = distanceBetween(center, { longitude, latitude });
    const found = new GeoShape(center, circle(radius)).distanceTo({ longitude, latitude });
    assertEquals(found, distance > radius ? OUTSIDE : distance, `seed 52, round ${round}`);
    if (found !== OUTSIDE) inside++;
  }
  assertEquals(inside > 5000, true);
});

Deno.test("distanceTo() measures a box along its sides", () => {
  // 151 km to the east, 68 km to the south.
  assertAlmostEquals(new GeoShape(PALERMO, box(310, 140, 1000)).distanceTo(CATANIA), 166274, 1);
  assertEquals(new GeoShape(PALERMO, box(290, 140, 1000)).distanceTo(CATANIA), OUTSIDE);
  assertEquals(new GeoShape(PALERMO, box(310, 130, 1000)).distanceTo(CATANIA), OUTSIDE);
});

Deno.test("cellsCovering() covers every position of a shape away from the poles", () => {
  const random = new SeededRandom(51);
  const place = (reach: number): GeoPosition => ({
    longitude: (random.word() / 2 ** 31 - 1) * 180,
    latitude: (random.word() / 2 ** 31 - 1) * reach,
  });
  let inside = 0;
  for (let round = 0; round < 300; round++) {
    const center = place(60);
    const reachMeters = 10 ** random.integer(1, 5) * random.integer(1, 9);
    const extent = random.chance(0.5) ? circle(reachMeters) : box(reachMeters, random.integer(1, 9) * reachMeters);
    const shape = new GeoShape(center, extent);
    const ranges = cellsCovering(shape).map(scoresOf);
    assertEquals(ranges.length <= 9, true);
    const degrees = reachMeters / 100_000;
    for (let point = 0; point < 60; point++) {
      const longitude = center.longitude + (random.word() / 2 ** 31 - 1) * degrees;
      const latitude = center.latitude + (random.word() / 2 ** 31 - 1) * degrees;
      if (Math.abs(longitude) > 180 || Math.abs(latitude) > 70) continue;
      if (shape.distanceTo({ longitude, latitude }) === OUTSIDE) continue;
      inside++;
      const hash = Number(geohashOf({ longitude, latitude }));
      assertEquals(ranges.some(({ min, max }) => hash >= min && hash < max), true, `seed 51, round ${round}`);
    }
  }
  assertEquals(inside > 3000, true);
});

Deno.test("cellsCovering() leaves out the neighbours that a shape does not reach", () => {
  const center = { longitude: 10.001, latitude: 20.001 };
  assertEquals(cellsCovering(new GeoShape(center, circle(0))), [cellAt(center, MAX_GEOHASH_STEP)]);
  assertEquals(cellsCovering(new GeoShape(center, circle(1))).length < 9, true);
});

Deno.test("cellsCovering() visits each cell of the coarsest grid once", () => {
  const cells = cellsCovering(new GeoShape({ longitude: 1, latitude: 1 }, circle(50_000, 1000)));
  assertEquals(cells.map(({ longitude, latitude, step }) => [longitude, latitude, step]), [
    [1, 1, 1],
    [1, 0, 1],
    [0, 1, 1],
    [0, 0, 1],
  ]);
});
