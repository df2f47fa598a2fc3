import { assertEquals } from "@std/assert";
import { assertSameEffects } from "../../support/effects.ts";
import type { RawClient } from "../../support/raw_client.ts";
import { referenceTest } from "../../support/reference.ts";
import { BothServers } from "../../support/both_servers.ts";

for (const limits of ["zset-max-listpack-entries 128", "zset-max-listpack-entries 0"]) {
  referenceTest(`geo commands notify and propagate as in Redis, ${limits}`, async () => {
    await assertSameEffects(async (players) => {
      await players.call("a", "GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania");
      await players.call(
        "a",
        "GEOADD g 13.361389 38.115556 Palermo",
        "GEOADD g XX CH 13 38 Palermo",
        "GeoAdd g nx 1 1 a",
      );
      await players.call("a", "GEOADD g XX 1 1 none", "GEOADD none XX 1 1 a", "GEOADD g 1 1 b x 1 c", "GEOADD g 1 1");
      // The ends of the ranges: hashes of more bits than a double holds.
      await players.call("a", "GEOADD ends 180 85.05112878 ne 180 -70.123 e -180 -85.05112878 sw 180 1 x 179.99 85 y");
      await players.call("a", "SET s x", "GEOADD s 1 1 a", "GEOSEARCHSTORE s none FROMMEMBER a BYRADIUS 1 km");
      await players.call("a", "GEOSEARCHSTORE to g FROMLONLAT 15 37 BYRADIUS 200 km");
      await players.call("a", "geosearchstore to g FROMMEMBER Palermo BYBOX 400 400 km COUNT 1 ANY", "ZRANGE to 0 -1");
      await players.call(
        "a",
        "GEOSEARCHSTORE to g FROMMEMBER none BYRADIUS 1 km",
        "GEOSEARCHSTORE to g BYRADIUS 1 km FROMLONLAT 50 50",
      );
      await players.call("a", "GEOSEARCHSTORE to g FROMLONLAT 50 50 BYRADIUS 1 km", "SET to x");
      await players.call(
        "a",
        "GEORADIUS g 15 37 200 km STORE to",
        "GEORADIUS g 15 37 200 km",
        "GEORADIUS g 50 50 1 km STORE to",
      );
      await players.call(
        "a",
        "GEORADIUSBYMEMBER g Palermo 200 km STOREDIST to",
        "GEORADIUSBYMEMBER none a x y STORE to",
      );
      await players.call("a", "GEORADIUSBYMEMBER none a 1 km STORE to", "GEORADIUS_RO g 15 37 200 km", "GEOPOS none a");
      await players.call(
        "a",
        "GEORADIUS g 15 37 200 km STORE g",
        "GEOHASH none a",
        "GEODIST none a b",
        "GEOSEARCH none FROMMEMBER a BYRADIUS 1 m",
      );
      await players.call(
        "a",
        "MULTI",
        "GEOADD m 1 1 a",
        "GEORADIUS m 1 1 1 km STORE n",
        "GEORADIUS m 9 9 1 km STORE n",
        "EXEC",
      );
      // Who waits for members of a sorted set gets those of geo commands too.
      await players.block("b", "BZPOPMIN queue 0");
      await players.call("a", "GEOADD queue 1 1 first 2 2 second");
      await players.reply("b");
      await players.block("b", "BZPOPMAX stored 0");
      await players.call("a", "GEOSEARCHSTORE stored queue FROMLONLAT 2 2 BYRADIUS 1 km STOREDIST");
      await players.reply("b");
    }, limits);
  });
}

referenceTest("geo commands count as many changes as in Redis", async () => {
  await using both = await BothServers.start();
  using ours = await both.ours.connect();
  using reference = await both.reference.connect();
  const requests = [
    "GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania",
    "GEOADD g 13.361389 38.115556 Palermo",
    "GEOADD g XX CH 13 38 Palermo",
    "GEOSEARCHSTORE to g FROMLONLAT 15 37 BYRADIUS 400 km",
    "GEORADIUS g 15 37 400 km STOREDIST to COUNT 1",
    "GEORADIUS g 50 50 1 km STORE to",
    "GEORADIUS none 50 50 1 km STORE to",
    "GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 400 km",
  ];
  for (const request of requests) {
    await both.same(request);
    assertEquals(await changesOf(ours), await changesOf(reference), request);
  }
});

async function changesOf(client: RawClient): Promise<string> {
  return /rdb_changes_since_last_save:(\d+)/.exec(String(await client.expect("INFO", "persistence")))![1]!;
}
