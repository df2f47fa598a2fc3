import { referenceTest } from "../../support/reference.ts";
import { BothServers } from "../../support/both_servers.ts";

const SICILY = "13.361389 38.115556 Palermo 15.087269 37.502669 Catania 12.758489 38.788135 edge";
const POSITIONS = ["13 38", "-180 -85.05112878", "180 85.05112878", "0 -0", "1e1 0x10"];
const NO_POSITIONS = [
  ...["181 0", "-180.5 -0", "0 85.05112879", "13 -90", "inf 0", "0 -inf", "x 1", "1 x", "nan 1", "1 nan", "1e400 1"],
  ...["200.0078125 -200.0234375", "1e21 1e300", "-1e-9 86", "-0 90", "x 91"],
];
const UNITS = ["m", "M", "km", "Km", "ft", "FT", "mi", "MI", "x", "", "kmx", "meters"];
const SHAPES = [
  ...["BYRADIUS 200 km", "byradius 0 m", "BYRADIUS -1 km", "BYRADIUS x km", "BYRADIUS -1 x", "BYRADIUS 1 x"],
  ...["BYRADIUS 1", "BYRADIUS", "BYRADIUS inf km", "BYRADIUS nan km", "BYBOX 400 400 km", "bybox 0 0 m", "BYBOX 1 1"],
  ...["BYBOX -1 1 km", "BYBOX 1 -1 km", "BYBOX x 1 km", "BYBOX 1 x km", "BYBOX 1 1 x", "BYBOX inf inf mi", "BYBOX"],
  ...["BYBOX 400 400 km BYBOX 2 2 km", "BYRADIUS 1 km BYRADIUS 200 km", "BYRADIUS 1 km BYBOX 1 1 km", ""],
  ...["BYBOX 1 1 km BYRADIUS 1 km", "BYRADIUS 400 km BYBOX"],
];
const CENTERS = [
  ...["FROMMEMBER Palermo", "frommember none", "FROMMEMBER", "FROMLONLAT 15 37", "fromlonlat 15", "FROMLONLAT"],
  ...["FROMLONLAT x 37", "FROMLONLAT 15 x", "FROMLONLAT 15 86", "FROMLONLAT 15 37 FROMMEMBER Palermo", ""],
  ...[
    "FROMMEMBER Palermo FROMLONLAT 15 37",
    "FROMMEMBER Palermo FROMMEMBER Catania",
    "FROMLONLAT 0 0 FROMLONLAT 15 37",
  ],
];
const OPTIONS = [
  ...["", "ASC", "DESC", "asc desc", "COUNT 1", "COUNT 2 DESC", "count 1 any", "ANY COUNT 2 ASC", "ANY", "COUNT 0"],
  ...["COUNT -1", "COUNT x", "COUNT", "COUNT 1.5", "COUNT 9223372036854775807", "COUNT 9223372036854775808"],
  ...["WITHDIST", "WITHHASH", "WITHCOORD", "withcoord WITHDIST withhash", "WITHCOORDS", "COUNT 1 COUNT 2"],
  ...[
    "STORE",
    "STORE to",
    "STOREDIST",
    "STOREDIST to",
    "STORE to WITHDIST",
    "STORE other STOREDIST to",
    "x",
    "LIMIT 1",
  ],
  ...["STOREDIST other STORE to COUNT 1", "WITHHASH STOREDIST to", "WITHCOORD STORE to", "STORE to ANY", "STORE g"],
  ...["ANY STOREDIST", "STORE to DESC COUNT 1", "STOREDIST to COUNT 2 ANY ASC"],
];

for (const limits of ["zset-max-listpack-entries 128", "zset-max-listpack-entries 0"]) {
  referenceTest(`GEOADD answers as Redis, ${limits}`, async () => {
    await using both = await BothServers.start(limits);
    await both.same("SET string x", "GEOADD", "GEOADD g 1 1", "GEOADD g 1 1 a 2", "GEOADD g 1 1 a 2 2");
    for (const version of [2, 3] as const) {
      await both.useProtocol(version);
      for (const position of [...POSITIONS, ...NO_POSITIONS]) {
        await both.same(`GEOADD g ${position} m`, `GEOADD g 1 1 n ${position} m`, `GEOADD string ${position} m`);
        await both.same("ZRANGE g 0 -1 WITHSCORES", "GEOPOS g m n", "GEOHASH g m n", "GEODIST g m n", "DEL g");
      }
      for (
        const options of ["NX", "XX", "CH", "nx ch", "XX CH", "CH CH xx", "NX XX", "GT", "LT", "INCR", "FOO", "NX GT"]
      ) {
        for (const points of ["1 1 a", "9 9 a", "1 1 new 9 9 a 3 3 b", "1 1", "", "x 1 a", "1 1 a 1"]) {
          await both.same("DEL g", "GEOADD g 1 1 a 2 2 b", `GEOADD g ${options} ${points}`.trim());
          await both.same("ZRANGE g 0 -1 WITHSCORES", `GEOADD none ${options} ${points}`.trim(), "DEL none");
        }
      }
    }
  });

  referenceTest(`GEOPOS, GEOHASH and GEODIST answer as Redis, ${limits}`, async () => {
    await using both = await BothServers.start(limits);
    await both.same("SET string x", `GEOADD g ${SICILY}`);
    for (const version of [2, 3] as const) {
      await both.useProtocol(version);
      for (const command of ["GEOPOS", "GEOHASH"]) {
        for (const members of ["", " Palermo", " Palermo none Catania", " none", " Palermo Palermo"]) {
          await both.same(`${command} g${members}`, `${command} none${members}`, `${command} string${members}`);
        }
        await both.same(command);
      }
      for (const unit of UNITS) {
        for (const members of ["Palermo Catania", "Catania Palermo", "edge edge", "Palermo none", "none Palermo"]) {
          await both.same(["GEODIST", "g", ...members.split(" "), unit]);
        }
        await both.same(["GEODIST", "none", "a", "b", unit], ["GEODIST", "string", "a", "b", unit]);
      }
      await both.same("GEODIST", "GEODIST g Palermo", "GEODIST g Palermo Catania", "GEODIST g Palermo Catania km x");
      await both.same("GEODIST none a b", "GEODIST string a b", "GEODIST string a b x", "GEODIST string a b m x");
    }
  });

  referenceTest(`GEOSEARCH and GEOSEARCHSTORE answer as Redis, ${limits}`, async () => {
    await using both = await BothServers.start(limits);
    await both.same("SET string x", `GEOADD g ${SICILY}`, "GEOSEARCH", "GEOSEARCHSTORE", "GEOSEARCH g BYRADIUS 1 km");
    for (const version of [2, 3] as const) {
      await both.useProtocol(version);
      for (const key of ["g", "none", "string"]) {
        for (const center of CENTERS) {
          for (const shape of SHAPES) {
            const options = shape === SHAPES[0] && center === CENTERS[0] ? OPTIONS : ["", "COUNT 1 ANY"];
            for (const option of options) {
              await both.same(words(`GeoSearch ${key} ${center} ${shape} ${option}`));
              await both.same(words(`GEOSEARCH ${key} ${option} ${shape} ${center}`));
              await both.same(words(`GEOSEARCHSTORE to ${key} ${center} ${shape} ${option}`));
              await both.same(words(`GEOSEARCHSTORE to ${key} ${option} ${center} ${shape}`));
            }
            await both.same("ZRANGE to 0 -1", "OBJECT ENCODING to", "DEL to other");
          }
        }
      }
      await both.same("GEOSEARCHSTORE string g FROMMEMBER Palermo BYRADIUS 200 km", "TYPE string", "SET string x");
      await both.same("GEOSEARCHSTORE string none FROMMEMBER Palermo BYRADIUS 200 km", "EXISTS string", "SET string x");
      await both.same("GEOSEARCHSTORE g g FROMMEMBER Palermo BYRADIUS 200 km", "ZRANGE g 0 -1 WITHSCORES");
      await both.same("EXPIRE to 100", "GEOSEARCHSTORE to g FROMLONLAT 15 37 BYRADIUS 200 km", "TTL to");
      await both.same("ZRANGE to 0 -1 WITHSCORES", "GEOSEARCHSTORE to g FROMLONLAT 0 0 BYRADIUS 1 m", "EXISTS to");
      await both.same("DEL g", `GEOADD g ${SICILY}`);
    }
  });

  referenceTest(`the forms of GEORADIUS answer as Redis, ${limits}`, async () => {
    await using both = await BothServers.start(limits);
    await both.same("SET string x", `GEOADD g ${SICILY}`);
    const circles = ["200 km", "0 m", "-1 km", "x km", "1 x", "100", "inf mi"];
    for (const version of [2, 3] as const) {
      await both.useProtocol(version);
      for (const key of ["g", "none", "string"]) {
        for (const suffix of ["", "_RO"]) {
          for (const circle of circles) {
            for (const option of circle === circles[0] ? OPTIONS : ["", "STORE to", "x"]) {
              await both.same(words(`GEORADIUS${suffix} ${key} 15 37 ${circle} ${option}`));
              await both.same(
                "ZRANGE to 0 -1",
                "DEL to other",
                words(`GEORADIUSBYMEMBER${suffix} ${key} Palermo ${circle} ${option}`),
              );
              await both.same("ZRANGE to 0 -1", "OBJECT ENCODING to", "DEL to other");
              if (key === "g") await both.same("DEL g", `GEOADD g ${SICILY}`);
            }
          }
          await both.same(`GEORADIUS${suffix} ${key} x 37 1 km`, `GEORADIUS${suffix} ${key} 15 86 1 km`);
          await both.same(`GEORADIUSBYMEMBER${suffix} ${key} none 1 km`, `GEORADIUSBYMEMBER${suffix} ${key} none x y`);
          await both.same(`GEORADIUS${suffix} ${key} 15 37 1`, `GEORADIUSBYMEMBER${suffix} ${key} Palermo 1`);
        }
      }
    }
  });
}

referenceTest("the keys of geo commands are found as Redis does", async () => {
  await using both = await BothServers.start();
  await both.same("COMMAND GETKEYS GEOADD k 1 1 a", "COMMAND GETKEYS GEOSEARCHSTORE d s FROMMEMBER m BYRADIUS 1 km");
  for (const start of ["GEORADIUS k 1 1 1 km", "GEORADIUSBYMEMBER k m 1 km", "GEORADIUS_RO k 1 1 1 km"]) {
    for (
      const options of ["", "STORE d", "STOREDIST d", "STORE a STOREDIST b", "STOREDIST a STORE b", "STORE", "store d"]
    ) {
      await both.same(
        words(`COMMAND GETKEYS ${start} ${options}`),
        words(`COMMAND GETKEYSANDFLAGS ${start} ${options}`),
      );
    }
    await both.same(`COMMAND GETKEYS ${start} COUNT STORE STORE d`, `COMMAND GETKEYS ${start} STORE a STORE b`);
  }
  await both.same(
    "COMMAND GETKEYS GEORADIUS STORE 1 1 1 km",
    "COMMAND GETKEYS GEORADIUSBYMEMBER k STORE 1 km STORE STORE",
  );
});

/** Where an option is empty, its blank goes too. */
function words(line: string): string[] {
  return line.split(" ").filter((word) => word !== "");
}
