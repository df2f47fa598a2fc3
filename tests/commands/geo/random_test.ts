import { assertAlmostEquals, assertEquals } from "@std/assert";
import { referenceTest } from "../../support/reference.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { BothServers } from "../../support/both_servers.ts";

const UNITS = ["m", "km", "ft", "mi", "KM", "Mi"];
const SHOWN = ["WITHDIST", "WITHHASH", "WITHCOORD", "withdist", "WithCoord"];
/** Scores that ZADD stores and that are no geohashes: fractions, negative ones, ones with more bits than 52. */
const STRANGE_SCORES = [
  ...["-1", "0.5", "-0.5", "1791873972053020.75", "4503599627370495.5", "4503599627370496", "9007199254740991"],
  ...["9007199254740992", "13510798882111487", "13510798882111488", "-4503599627370496", "1e17", "-1e17", "4e18"],
  ...["9223372036854775807", "9223372036854775808", "-9223372036854775808", "1.2e19", "18446744073709551615", "1e300"],
  ...["inf", "-inf", "-1e300", "18446744073709549568", "12345678901234567", "-98765432109876"],
];

/** Makes points and requests. */
class GeoRequests {
  readonly #random: SeededRandom;
  readonly #points: [longitude: number, latitude: number][] = [];

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** A GEOADD of points around a place, over the whole world, on the edges of it, and where others are already. */
  add(key: string, count: number): (string | number)[] {
    const [longitude, latitude] = this.place();
    const reach = this.#random.pick([0.01, 1, 20, 400]);
    const argv: (string | number)[] = ["GEOADD", key];
    for (let index = 0; index < count; index++) {
      const point = this.#points.length > 0 && this.#random.chance(0.25)
        ? this.#random.pick(this.#points)
        : [this.#near(longitude, reach, 180), this.#near(latitude, reach / 2, 85.05112878)] as [number, number];
      this.#points.push(point);
      argv.push(...point, this.#random.chance(0.2) ? index : `place:${index}`);
    }
    return argv;
  }

  /** Where a search begins. */
  place(): [longitude: number, latitude: number] {
    const random = this.#random;
    if (this.#points.length > 0 && random.chance(0.5)) return random.pick(this.#points);
    if (random.chance(0.1)) return [random.pick([-180, 180, 0]), random.pick([-85.05112878, 85.05112878, 0, 66, -80])];
    return [this.#near(0, 180, 180), this.#near(0, random.pick([40, 70, 85]), 85.05112878)];
  }

  /** A search with any options that can be compared to the byte. */
  search(key: string): (string | number)[] {
    const random = this.#random;
    const member = `place:${random.integer(0, 40)}`;
    const options = this.#options();
    if (random.chance(0.2)) return ["GEORADIUSBYMEMBER_RO", key, member, ...this.#circle(), ...options];
    if (random.chance(0.2)) return ["GEORADIUS", key, ...this.place(), ...this.#circle(), ...options];
    const shape = [
      random.chance(0.3) ? ["FROMMEMBER", member] : ["fromlonlat", ...this.place()],
      random.chance(0.4) ? ["BYRADIUS", ...this.#circle()] : ["ByBox", this.#length(), ...this.#circle()],
    ];
    if (random.chance(0.5)) shape.reverse();
    return ["GEOSEARCH", key, ...shape.flat(), ...options];
  }

  #near(middle: number, reach: number, end: number): number {
    const value = middle + (this.#random.word() / 2 ** 32 * 2 - 1) * reach;
    return Math.min(Math.max(value, -end), end);
  }

  #length(): number | string {
    const random = this.#random;
    if (random.chance(0.05)) return random.pick(["0", "1e-7", "inf", "1e300", "-0"]);
    return random.integer(1, 999) * 10 ** random.integer(-2, 5);
  }

  #circle(): (string | number)[] {
    return [this.#length(), this.#random.pick(UNITS)];
  }

  #options(): (string | number)[] {
    const random = this.#random;
    const options: (string | number)[][] = [];
    for (const word of SHOWN) if (random.chance(0.25)) options.push([word]);
    if (random.chance(0.4)) options.push([random.pick(["ASC", "DESC", "asc", "Desc"])]);
    if (random.chance(0.5)) {
      options.unshift(["COUNT", random.integer(1, random.pick([3, 20, 120]))]);
      if (random.chance(0.4)) options.splice(random.integer(0, options.length), 0, ["ANY"]);
    }
    return options.flat();
  }
}

for (const limits of ["zset-max-listpack-entries 128", "zset-max-listpack-entries 0"]) {
  referenceTest(`random searches answer as Redis, ${limits}`, async () => {
    await using both = await BothServers.start(limits);
    for (const [round, size] of [1, 5, 40, 100, 300, 1500].entries()) {
      const seed = 7000 + round;
      const requests = new GeoRequests(new SeededRandom(seed));
      await both.useProtocol(round % 2 === 0 ? 2 : 3);
      for (let part = 0; part < 4; part++) await both.same(requests.add("g", Math.ceil(size / (1 + part))));
      await both.same("ZRANGE g 0 -1 WITHSCORES", "OBJECT ENCODING g");
      const members = Array.from({ length: 40 }, (_, index) => `place:${index}`);
      await both.same(["GEOPOS", "g", ...members], ["GEOHASH", "g", ...members]);
      for (let search = 0; search < 250; search++) await both.same(requests.search("g"));
      await both.same("DEL g");
    }
  });
}

referenceTest("scores that are no geohashes have the positions that Redis gives them", async () => {
  await using both = await BothServers.start();
  await both.same(["ZADD", "z", ...STRANGE_SCORES.flatMap((score) => [score, `m${score}`])]);
  for (const version of [2, 3] as const) {
    await both.useProtocol(version);
    for (const score of STRANGE_SCORES) {
      const member = `m${score}`;
      await both.same(`GEOPOS z ${member}`, `GEOHASH z ${member}`, `GEODIST z ${member} m0.5 km`);
      await both.same(`GEOSEARCH z FROMMEMBER ${member} BYRADIUS 100 km WITHHASH WITHCOORD WITHDIST`);
      await both.same(`GEOSEARCH z FROMMEMBER ${member} BYBOX 30000 30000 km WITHHASH WITHCOORD`);
    }
  }
});

referenceTest("stored distances agree with those of Redis but for the rounding of the sines", async () => {
  await using both = await BothServers.start();
  using ours = await both.ours.connect();
  using reference = await both.reference.connect();
  const seed = 7100;
  const requests = new GeoRequests(new SeededRandom(seed));
  await both.same(requests.add("g", 60), requests.add("g", 60));
  for (let round = 0; round < 60; round++) {
    const argv = ["GEORADIUS", "g", ...requests.place(), 10 ** (round % 5), "km", "STOREDIST", "to", "COUNT", 50];
    await both.same(argv);
    const [stored, expected] = await Promise.all([
      ours.expect("ZRANGE", "to", 0, -1, "WITHSCORES"),
      reference.expect("ZRANGE", "to", 0, -1, "WITHSCORES"),
    ]) as [string[], string[]];
    assertEquals(stored.length, expected.length, `seed ${seed}`);
    for (let index = 0; index < stored.length; index += 2) {
      assertEquals(stored[index], expected[index], `seed ${seed}, round ${round}`);
      const distance = Number(expected[index + 1]);
      assertAlmostEquals(Number(stored[index + 1]), distance, distance * 1e-12, `seed ${seed}, round ${round}`);
    }
  }
});
