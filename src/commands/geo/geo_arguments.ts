/**
 * The arguments of geo commands: positions, members, distances, units.
 *
 * - A reader that finds its argument wrong writes the error reply and returns null.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { formatSixPlaces } from "../../bytes/double.ts";
import type { Slice } from "../../bytes/slice.ts";
import { readFloat } from "../../command/arguments.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { GeoBox, GeoCircle } from "../../values/geo_shape.ts";
import { type GeoPosition, isOnGrid, readPosition } from "../../values/geohash.ts";
import type { SortedSetValue } from "../../values/sorted_set_value.ts";

const UNITS = [
  { word: ascii("m"), meters: 1 },
  { word: ascii("km"), meters: 1000 },
  { word: ascii("ft"), meters: 0.3048 },
  { word: ascii("mi"), meters: 1609.34 },
];

const UNKNOWN_UNIT = "ERR unsupported unit provided. please use M, KM, FT, MI";
const RADIUS_NOT_A_FLOAT = "ERR need numeric radius";
const RADIUS_NEGATIVE = "ERR radius cannot be negative";
const WIDTH_NOT_A_FLOAT = "ERR need numeric width";
const HEIGHT_NOT_A_FLOAT = "ERR need numeric height";
const SIDE_NEGATIVE = "ERR height or width cannot be negative";

/** The longitude at `index` and the latitude after it. */
export function readCoordinates(args: Args, index: number, reply: Reply): GeoPosition | null {
  const longitude = readFloat(args, index, reply);
  if (longitude === null) return null;
  const latitude = readFloat(args, index + 1, reply);
  if (latitude === null) return null;
  if (isOnGrid(longitude, latitude)) return { longitude, latitude };
  reply.error(`ERR invalid longitude,latitude pair ${formatSixPlaces(longitude)},${formatSixPlaces(latitude)}`);
  return null;
}

/** The position of a member, or null if it is none. */
export function positionOf(set: SortedSetValue, member: Slice): GeoPosition | null {
  const handle = set.find(member);
  if (handle === 0) return null;
  const position = { longitude: 0, latitude: 0 };
  readPosition(set.scoreOf(handle), position);
  return position;
}

/** The metres of a unit. */
export function readUnit(args: Args, index: number, reply: Reply): number | null {
  const name = args.at(index);
  for (const { word, meters } of UNITS) if (equalsIgnoreCase(name, word)) return meters;
  reply.error(UNKNOWN_UNIT);
  return null;
}

/** The radius at `index` and its unit. */
export function readCircle(args: Args, index: number, reply: Reply): GeoCircle | null {
  const radius = readFloat(args, index, reply, RADIUS_NOT_A_FLOAT);
  if (radius === null) return null;
  if (radius < 0) {
    reply.error(RADIUS_NEGATIVE);
    return null;
  }
  const metersPerUnit = readUnit(args, index + 1, reply);
  return metersPerUnit === null ? null : { kind: "circle", radius, metersPerUnit };
}

/** The width at `index`, the height and their unit. */
export function readBox(args: Args, index: number, reply: Reply): GeoBox | null {
  const width = readFloat(args, index, reply, WIDTH_NOT_A_FLOAT);
  if (width === null) return null;
  const height = readFloat(args, index + 1, reply, HEIGHT_NOT_A_FLOAT);
  if (height === null) return null;
  if (width < 0 || height < 0) {
    reply.error(SIDE_NEGATIVE);
    return null;
  }
  const metersPerUnit = readUnit(args, index + 2, reply);
  return metersPerUnit === null ? null : { kind: "box", width, height, metersPerUnit };
}
