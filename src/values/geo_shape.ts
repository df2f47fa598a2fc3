/**
 * Shapes on the earth: circles, and boxes whose sides run along the compass; which positions they hold, at which
 * distance from the middle.
 *
 * - Distances are in metres, on a sphere (the haversine formula).
 * - Each step of a formula is taken in Redis's order, so the results agree with it as far as the sines do. V8 rounded all
 *   of 400,000 sines, cosines and arc sines correctly, glibc 2.36 missed the last bit of one in 1,000, and of others on
 *   processors without fused multiplication: seen only in the 16th digit of a distance that STOREDIST keeps.
 */

import type { GeoPosition } from "./geohash.ts";

/** How far a shape reaches from its middle, in units of `metersPerUnit`. */
export type GeoExtent = GeoCircle | GeoBox;

/** A circle. */
export interface GeoCircle {
  readonly kind: "circle";
  readonly radius: number;
  readonly metersPerUnit: number;
}

/** A box. */
export interface GeoBox {
  readonly kind: "box";
  /** From west to east. */
  readonly width: number;
  /** From south to north. */
  readonly height: number;
  readonly metersPerUnit: number;
}

/** The radius of the earth, taken as a sphere. */
export const EARTH_RADIUS_METERS = 6372797.560856;

/** What `distanceTo` returns for a position that is not in the shape. */
export const OUTSIDE = -1;

const RADIANS_PER_DEGREE = Math.PI / 180;
/** So much more than its bound is surely beyond it: rounding errors are a hundred times smaller, and more. */
const SURELY = 1 + 1e-6;
/** A tenth of a millimetre on the equator, for bounds that may be zero. */
const TINY_DEGREES = 1e-9;

/** A circle that stays so far from the poles, as a latitude in radians, has an easternmost point. */
const POLEWARDS_MAX = 1.57;

/** Degrees in radians. */
export function radiansOf(degrees: number): number {
  return degrees * RADIANS_PER_DEGREE;
}

/** Radians in degrees. */
export function degreesOf(radians: number): number {
  return radians / RADIANS_PER_DEGREE;
}

/** The distance between two positions in metres. */
export function distanceBetween(from: GeoPosition, to: GeoPosition): number {
  const a = radiansOf(from.latitude);
  const b = radiansOf(to.latitude);
  const v = Math.sin((radiansOf(to.longitude) - radiansOf(from.longitude)) / 2);
  if (v === 0) return distanceAlongMeridian(a, b);
  const u = Math.sin((b - a) / 2);
  return distanceOf(haversine(u, v, Math.cos(a), Math.cos(b)));
}

/** A shape around its middle, ready to be asked about many positions. */
export class GeoShape {
  readonly center: GeoPosition;
  readonly extent: GeoExtent;
  readonly #longitude: number;
  readonly #latitude: number;
  readonly #cosine: number;
  /** No position so far to the north or south is in the shape. */
  readonly #maxNorthward: number;
  /** Of a box: half of its width. */
  readonly #maxEastward: number;
  /** Of a circle: its radius. */
  readonly #maxDistance: number;
  /** The haversine of a distance that surely is beyond that. */
  readonly #maxHaversine: number;
  /** No position with a longitude so many degrees away, either way round, is in the shape. */
  readonly #maxDegreesEast: number;

  constructor(center: GeoPosition, extent: GeoExtent) {
    this.center = center;
    this.extent = extent;
    this.#longitude = radiansOf(center.longitude);
    this.#latitude = radiansOf(center.latitude);
    this.#cosine = Math.cos(this.#latitude);
    if (extent.kind === "circle") {
      this.#maxDistance = extent.radius * extent.metersPerUnit;
      this.#maxNorthward = this.#maxDistance * SURELY;
      this.#maxEastward = Infinity;
      const half = this.#maxDistance / EARTH_RADIUS_METERS / 2;
      this.#maxHaversine = half < Math.PI / 2 ? Math.sin(half) ** 2 * SURELY : Infinity;
      this.#maxDegreesEast = circleDegreesEast(this.#maxDistance / EARTH_RADIUS_METERS, this.#latitude);
    } else {
      this.#maxDistance = Infinity;
      this.#maxNorthward = extent.height * extent.metersPerUnit / 2;
      this.#maxEastward = extent.width * extent.metersPerUnit / 2;
      this.#maxHaversine = Infinity;
      this.#maxDegreesEast = Infinity;
    }
  }

  /** The distance of a position from the middle in metres, or `OUTSIDE`. */
  distanceTo({ longitude, latitude }: GeoPosition): number {
    const b = radiansOf(latitude);
    const northward = distanceAlongMeridian(this.#latitude, b);
    if (northward > this.#maxNorthward) return OUTSIDE;
    // Spares most of those that lie beside a circle the sines.
    const eastward = Math.abs(longitude - this.center.longitude);
    if (eastward > this.#maxDegreesEast && eastward < 360 - this.#maxDegreesEast) return OUTSIDE;
    const v = Math.sin((radiansOf(longitude) - this.#longitude) / 2);
    if (v === 0) return northward > this.#maxDistance ? OUTSIDE : northward;
    const cosine = Math.cos(b);
    if (this.#maxEastward < Infinity && distanceOf(haversine(0, v, cosine, cosine)) > this.#maxEastward) return OUTSIDE;
    const h = haversine(Math.sin((b - this.#latitude) / 2), v, this.#cosine, cosine);
    if (h > this.#maxHaversine) return OUTSIDE;
    const meters = distanceOf(h);
    return meters > this.#maxDistance ? OUTSIDE : meters;
  }
}

/** How far a circle reaches to the east or west, in degrees that surely are enough; infinite where it may hold a pole. */
function circleDegreesEast(radius: number, latitude: number): number {
  const polewards = Math.abs(latitude) + radius;
  // The longitude at which a meridian touches the circle.
  if (polewards >= POLEWARDS_MAX) return Infinity;
  return degreesOf(Math.asin(Math.sin(radius) / Math.cos(latitude))) * SURELY + TINY_DEGREES;
}

/** The square of the sine of half the angle between two positions. */
function haversine(u: number, v: number, cosineA: number, cosineB: number): number {
  return u * u + cosineA * cosineB * v * v;
}

function distanceOf(haversine: number): number {
  return 2 * EARTH_RADIUS_METERS * Math.asin(Math.sqrt(haversine));
}

/** Between two latitudes in radians. */
function distanceAlongMeridian(a: number, b: number): number {
  return EARTH_RADIUS_METERS * Math.abs(b - a);
}
