import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  areaOf,
  cellAt,
  geohashOf,
  geohashText,
  type GeoPosition,
  isOnGrid,
  MAX_GEOHASH_STEP,
  MAX_LATITUDE,
  neighborOf,
  readPosition,
  scoresOf,
} from "../../../src/values/geohash.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

function at(longitude: number, latitude: number): GeoPosition {
  return { longitude, latitude };
}

function positionOf(score: number): GeoPosition {
  const position = at(0, 0);
  readPosition(score, position);
  return position;
}

function randomPosition(random: SeededRandom): GeoPosition {
  return at(random.word() / 2 ** 32 * 360 - 180, (random.word() / 2 ** 31 - 1) * MAX_LATITUDE);
}

/** The bits of two coordinates in turn, one by one. */
function interleaved(longitude: number, latitude: number): bigint {
  let hash = 0n;
  for (let bit = 0n; bit < 32n; bit++) {
    hash |= (BigInt(latitude) >> bit & 1n) << 2n * bit;
    hash |= (BigInt(longitude) >> bit & 1n) << 2n * bit + 1n;
  }
  return hash;
}

Deno.test("geohashOf() gives the scores that Redis stores", () => {
  const cases: [number, number, bigint | number][] = [
    [-73.9454966, 40.747533, 1791875804419201],
    [-73.9733487, 40.7648057, 1791875761332224],
    [-180, -MAX_LATITUDE, 0],
    [0, 0, 3377699720527872],
    // The ends of the ranges have one bit more.
    [180, -MAX_LATITUDE, 2n ** 53n],
    [-180, MAX_LATITUDE, 2 ** 52],
    [180, MAX_LATITUDE, 3n * 2n ** 52n],
  ];
  for (const [longitude, latitude, hash] of cases) assertEquals(geohashOf(at(longitude, latitude)), hash);
});

Deno.test("geohashOf() alternates the bits of the two coordinates", () => {
  const random = new SeededRandom(41);
  for (let round = 0; round < 2000; round++) {
    const position = randomPosition(random);
    const { longitude, latitude } = cellAt(position, MAX_GEOHASH_STEP);
    assertEquals(BigInt(geohashOf(position)), interleaved(longitude, latitude), `seed 41, round ${round}`);
  }
});

Deno.test("readPosition() finds the middle of the cell", () => {
  const random = new SeededRandom(42);
  for (let round = 0; round < 2000; round++) {
    const position = randomPosition(random);
    const hash = geohashOf(position);
    const found = positionOf(Number(hash));
    assertAlmostEquals(found.longitude, position.longitude, 180 / 2 ** MAX_GEOHASH_STEP + 1e-12, `seed 42: ${hash}`);
    assertAlmostEquals(found.latitude, position.latitude, MAX_LATITUDE / 2 ** MAX_GEOHASH_STEP + 1e-12);
    assertEquals(geohashOf(found), hash);
  }
});

Deno.test("readPosition() reads scores that are no geohashes as Redis does", () => {
  // Recorded from GEOPOS of Redis 7.0.15 on x86-64.
  assertEquals(positionOf(0.5), positionOf(0));
  assertEquals(positionOf(-0.5), positionOf(0));
  assertEquals(positionOf(-1), at(180, MAX_LATITUDE));
  assertEquals(positionOf(2 ** 52), { longitude: positionOf(0).longitude, latitude: MAX_LATITUDE });
  assertEquals(positionOf(Infinity), positionOf(0));
  assertEquals(positionOf(2 ** 64), positionOf(0));
  assertEquals(positionOf(-Infinity), positionOf(-(2 ** 63)));
  assertEquals(positionOf(-1e300), positionOf(2 ** 63));
});

Deno.test("geohashText() writes the geohashes of the rest of the world", () => {
  const cases: [number, number, string][] = [[-5.6, 42.6, "ezs42e44yx0"], [10.40744, 57.64911, "u4pruydqqv0"]];
  cases.push([-180, -85, "00bh2n0p050"], [180, 0, "80000000000"], [0, 0, "s0000000000"]);
  for (const [longitude, latitude, text] of cases) assertEquals(geohashText(at(longitude, latitude)), text);
});

Deno.test("scoresOf() holds the hashes of a cell and no others", () => {
  const random = new SeededRandom(43);
  for (let round = 0; round < 500; round++) {
    const position = randomPosition(random);
    const step = random.integer(1, MAX_GEOHASH_STEP);
    const cell = cellAt(position, step);
    const { min, max } = scoresOf(cell);
    const hash = Number(geohashOf(position));
    assertEquals(hash >= min && hash < max, true, `seed 43, round ${round}`);
    assertEquals(max - min, 4 ** (MAX_GEOHASH_STEP - step));
    const area = areaOf(cell);
    assertEquals(positionOf(min).longitude >= area.minLongitude, true);
    assertEquals(positionOf(max - 1).latitude <= area.maxLatitude, true);
  }
});

Deno.test("neighborOf() goes on at the other end of the grid", () => {
  const corner = { longitude: 0, latitude: 7, step: 3 };
  assertEquals(neighborOf(corner, -1, 1), { longitude: 7, latitude: 0, step: 3 });
  assertEquals(neighborOf(corner, 1, -1), { longitude: 1, latitude: 6, step: 3 });
  assertEquals(neighborOf(corner, 0, 0), corner);
  // The position at the very end is beyond the last cell; a coordinate that is not moved keeps it.
  const end = cellAt(at(180, MAX_LATITUDE), 3);
  assertEquals(neighborOf(end, 1, 0), { longitude: 1, latitude: 8, step: 3 });
  assertEquals(neighborOf(end, 0, -1), { longitude: 8, latitude: 7, step: 3 });
});

Deno.test("isOnGrid() refuses what lies nearer to a pole and what is no longitude", () => {
  assertEquals(isOnGrid(180, MAX_LATITUDE), true);
  assertEquals(isOnGrid(-180, -MAX_LATITUDE), true);
  for (const [longitude, latitude] of [[180.0001, 0], [-181, 0], [0, 85.0512], [0, -90], [Infinity, 0]] as const) {
    assertEquals(isOnGrid(longitude, latitude), false);
  }
});
