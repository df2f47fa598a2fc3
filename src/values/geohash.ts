/**
 * Geohashes: positions on the earth as integers of up to 52 bits, which sorted sets keep as scores.
 *
 * - Each of the two coordinates is the number of one of 2^step equal parts of its range. Their bits alternate in the
 *   hash, from the lowest one on:
 *
 *   ```
 *   bit   ...   5    4    3    2    1    0
 *         ... lon2 lat2 lon1 lat1 lon0 lat0
 *   ```
 * - As in Redis, the very end of a range has the number 2^step and so one bit more than all others.
 * - Scores have the step 26. Any double may be read as one: ZADD stores what it is given.
 */

import { canonicalInt64, type Int64 } from "./int64.ts";

/** The step of scores: 26 bits for each coordinate. */
export const MAX_GEOHASH_STEP = 26;

/** Where longitudes end, east and west. */
export const MAX_LONGITUDE = 180;
/** Where latitudes end, north and south: those of the web's Mercator maps. */
export const MAX_LATITUDE = 85.05112878;

/** Where latitudes end in the geohashes of the rest of the world. */
const POLE_LATITUDE = 90;
const GEOHASH_ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";
/** Characters of five bits that a score has; the one that follows them has no bits left and is 0. */
const TEXT_CHARACTERS = 10;

const TWO_32 = 2 ** 32;
const TWO_63 = 2 ** 63;

/** A point on the earth in degrees. */
export interface GeoPosition {
  longitude: number;
  latitude: number;
}

/** A cell of the grid that cuts both coordinates into 2^step parts: the numbers of its parts. */
export interface GeohashCell {
  readonly longitude: number;
  readonly latitude: number;
  readonly step: number;
}

/** The bounds of a cell in degrees. */
export interface GeohashArea {
  readonly minLongitude: number;
  readonly maxLongitude: number;
  readonly minLatitude: number;
  readonly maxLatitude: number;
}

/** Whether a position can be stored. */
export function isOnGrid(longitude: number, latitude: number): boolean {
  return longitude >= -MAX_LONGITUDE && longitude <= MAX_LONGITUDE && latitude >= -MAX_LATITUDE &&
    latitude <= MAX_LATITUDE;
}

/** The cell of a position, which must be on the grid. */
export function cellAt({ longitude, latitude }: GeoPosition, step: number): GeohashCell {
  return {
    longitude: partOf(longitude, MAX_LONGITUDE, step),
    latitude: partOf(latitude, MAX_LATITUDE, step),
    step,
  };
}

/** The cell so many parts east and north of another one, beyond the end of a range from its beginning on. */
export function neighborOf(cell: GeohashCell, east: -1 | 0 | 1, north: -1 | 0 | 1): GeohashCell {
  const mask = (1 << cell.step) - 1;
  return {
    longitude: east === 0 ? cell.longitude : (cell.longitude + east) & mask,
    latitude: north === 0 ? cell.latitude : (cell.latitude + north) & mask,
    step: cell.step,
  };
}

/** The bounds of a cell. */
export function areaOf({ longitude, latitude, step }: GeohashCell): GeohashArea {
  return {
    minLongitude: degreesOf(longitude, MAX_LONGITUDE, step),
    maxLongitude: degreesOf(longitude + 1, MAX_LONGITUDE, step),
    minLatitude: degreesOf(latitude, MAX_LATITUDE, step),
    maxLatitude: degreesOf(latitude + 1, MAX_LATITUDE, step),
  };
}

/** The scores of the positions in a cell: from `min` up to, and without, `max`. */
export function scoresOf({ longitude, latitude, step }: GeohashCell): { min: number; max: number } {
  const high = interleavedHigh(latitude, longitude) * TWO_32;
  const low = interleavedLow(latitude, longitude);
  const scale = 2 ** (2 * (MAX_GEOHASH_STEP - step));
  return { min: (high + low) * scale, max: (high + (low + 1)) * scale };
}

/** The geohash of a position on the grid, at the step of scores: its score is the nearest double. */
export function geohashOf(position: GeoPosition): Int64 {
  const { latitude, longitude } = cellAt(position, MAX_GEOHASH_STEP);
  const high = interleavedHigh(latitude, longitude);
  const low = interleavedLow(latitude, longitude);
  const hash = high * TWO_32 + low;
  return Number.isSafeInteger(hash) ? hash : canonicalInt64((BigInt(high) << 32n) | BigInt(low));
}

/** Reads the position of a score into `position`: the middle of its cell, or the end of the range beyond that. */
export function readPosition(score: number, position: GeoPosition): void {
  let low = 0;
  let high = 0;
  // What has no 64-bit integer becomes what the conversion of x86-64 makes of it.
  if (score < -TWO_63) high = TWO_63 / TWO_32;
  else if (score < 2 * TWO_63) {
    // Both take the value modulo 2^32, of negative ones too.
    low = score >>> 0;
    high = Math.floor(Math.trunc(score) / TWO_32) >>> 0;
  }
  position.longitude = middleOf(evenBits(low >>> 1) | evenBits(high >>> 1) << 16, MAX_LONGITUDE);
  position.latitude = middleOf(evenBits(low) | evenBits(high) << 16, MAX_LATITUDE);
}

/**
 * The geohash of a position as the rest of the world writes it: 11 characters, of which the last is always 0.
 *
 * @example
 * ```ts
 * import { geohashText } from "./geohash.ts";
 * console.log(geohashText({ longitude: -5.6, latitude: 42.6 })); // ezs42e44yx0
 * ```
 */
export function geohashText({ longitude, latitude }: GeoPosition): string {
  const longitudePart = partOf(longitude, MAX_LONGITUDE, MAX_GEOHASH_STEP);
  const latitudePart = partOf(latitude, POLE_LATITUDE, MAX_GEOHASH_STEP);
  const hash = interleavedHigh(latitudePart, longitudePart) * TWO_32 + interleavedLow(latitudePart, longitudePart);
  let text = "";
  for (let index = 1; index <= TEXT_CHARACTERS; index++) {
    text += GEOHASH_ALPHABET[Math.floor(hash / 2 ** (2 * MAX_GEOHASH_STEP - 5 * index)) % 32];
  }
  return text + "0";
}

/** The number of the part of the range from -`end` to `end` that holds `degrees`. */
function partOf(degrees: number, end: number, step: number): number {
  return Math.trunc((degrees + end) / (2 * end) * (1 << step));
}

/** Where a part begins. */
function degreesOf(part: number, end: number, step: number): number {
  return -end + part / (1 << step) * (2 * end);
}

/** The middle of a part of a score, which may have up to 32 bits. */
function middleOf(part: number, end: number): number {
  const min = degreesOf(part >>> 0, end, MAX_GEOHASH_STEP);
  // The one after the last of 32 bits is the first.
  const max = degreesOf((part + 1) >>> 0, end, MAX_GEOHASH_STEP);
  const middle = (min + max) / 2;
  if (middle > end) return end;
  return middle < -end ? -end : middle;
}

/** The lower 32 bits of the hash of two parts. */
function interleavedLow(latitude: number, longitude: number): number {
  return (spread(latitude & 0xffff) | spread(longitude & 0xffff) << 1) >>> 0;
}

/** The upper 32 bits of the hash of two parts. */
function interleavedHigh(latitude: number, longitude: number): number {
  return (spread(latitude >>> 16) | spread(longitude >>> 16) << 1) >>> 0;
}

/** 16 bits moved to the even places of 32. */
function spread(bits: number): number {
  let spaced = (bits | bits << 8) & 0x00ff00ff;
  spaced = (spaced | spaced << 4) & 0x0f0f0f0f;
  spaced = (spaced | spaced << 2) & 0x33333333;
  return (spaced | spaced << 1) & 0x55555555;
}

/** The 16 bits in the even places of 32. */
function evenBits(bits: number): number {
  let gathered = bits & 0x55555555;
  gathered = (gathered | gathered >>> 1) & 0x33333333;
  gathered = (gathered | gathered >>> 2) & 0x0f0f0f0f;
  gathered = (gathered | gathered >>> 4) & 0x00ff00ff;
  return (gathered | gathered >>> 8) & 0xffff;
}
