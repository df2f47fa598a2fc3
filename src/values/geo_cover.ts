/**
 * The cells of the geohash grid in which the positions of a shape lie: a cell and those of its eight neighbours that
 * the shape may reach.
 *
 * - A search visits them in this order, and its unsorted results are in the order of the visits: both are Redis's.
 * - Near the poles, and for shapes that reach over them, the cover is an estimate: Redis may miss members there.
 */

import {
  areaOf,
  cellAt,
  type GeohashArea,
  type GeohashCell,
  type GeoPosition,
  MAX_GEOHASH_STEP,
  neighborOf,
} from "./geohash.ts";
import { degreesOf, EARTH_RADIUS_METERS, type GeoExtent, type GeoShape, radiansOf } from "./geo_shape.ts";

/** Half of the equator on the map. */
const MERCATOR_MAX_METERS = 20037726.37;
/** Beyond these latitudes a cell is so much narrower that it counts as one, or two, steps smaller. */
const NARROW_LATITUDE = 66;
const NARROWEST_LATITUDE = 80;

/** The neighbours in the order of their visits, each as the steps east and north. */
const NEIGHBORS = [[0, 1], [0, -1], [1, 0], [-1, 0], [1, 1], [-1, 1], [1, -1], [-1, -1]] as const;

/** The cells that cover a shape, in the order in which they are to be visited. */
export function cellsCovering({ center, extent }: GeoShape): GeohashCell[] {
  const bounds = boundsOf(center, extent);
  let step = estimatedStep(reachOf(extent), center.latitude);
  if (step > 1 && isTooSmall(cellAt(center, step), bounds)) step--;
  const middle = cellAt(center, step);
  const area = areaOf(middle);
  const cells = [middle];
  for (const [east, north] of NEIGHBORS) {
    if (step >= 2 && !reaches(bounds, area, east, north)) continue;
    const cell = neighborOf(middle, east, north);
    // The grid of step 1 is so coarse that neighbours coincide. As in Redis, only with the one visited last, and never
    // with the middle.
    if (cells.length > 1 && isSame(cell, cells.at(-1)!)) continue;
    cells.push(cell);
  }
  return cells;
}

/** From the middle to the farthest point, in metres. */
function reachOf(extent: GeoExtent): number {
  if (extent.kind === "circle") return extent.radius * extent.metersPerUnit;
  const { width, height, metersPerUnit } = extent;
  return Math.sqrt((width / 2) * (width / 2) + (height / 2) * (height / 2)) * metersPerUnit;
}

/** The smallest cells of which a cell and its neighbours hold all within `meters`. */
function estimatedStep(meters: number, latitude: number): number {
  if (meters === 0) return MAX_GEOHASH_STEP;
  let step = -1;
  for (let reach = meters; reach < MERCATOR_MAX_METERS; reach *= 2) step++;
  if (Math.abs(latitude) > NARROW_LATITUDE) step--;
  if (Math.abs(latitude) > NARROWEST_LATITUDE) step--;
  return Math.min(Math.max(step, 1), MAX_GEOHASH_STEP);
}

/** The box of longitudes and latitudes around a shape. The widest side counts: the one nearer to a pole. */
function boundsOf({ longitude, latitude }: GeoPosition, extent: GeoExtent): GeohashArea {
  const { metersPerUnit } = extent;
  const height = metersPerUnit * (extent.kind === "circle" ? extent.radius : extent.height / 2);
  const width = metersPerUnit * (extent.kind === "circle" ? extent.radius : extent.width / 2);
  const north = degreesOf(height / EARTH_RADIUS_METERS);
  const polewards = latitude < 0 ? latitude - north : latitude + north;
  const east = degreesOf(width / EARTH_RADIUS_METERS / Math.cos(radiansOf(polewards)));
  return {
    minLongitude: longitude - east,
    maxLongitude: longitude + east,
    minLatitude: latitude - north,
    maxLatitude: latitude + north,
  };
}

/** Whether the bounds go beyond the neighbours of a cell. */
function isTooSmall(cell: GeohashCell, bounds: GeohashArea): boolean {
  return areaOf(neighborOf(cell, 0, 1)).maxLatitude < bounds.maxLatitude ||
    areaOf(neighborOf(cell, 0, -1)).minLatitude > bounds.minLatitude ||
    areaOf(neighborOf(cell, 1, 0)).maxLongitude < bounds.maxLongitude ||
    areaOf(neighborOf(cell, -1, 0)).minLongitude > bounds.minLongitude;
}

/** Whether the bounds go beyond a cell towards one of its neighbours. */
function reaches(bounds: GeohashArea, cell: GeohashArea, east: number, north: number): boolean {
  if (north < 0 && cell.minLatitude < bounds.minLatitude) return false;
  if (north > 0 && cell.maxLatitude > bounds.maxLatitude) return false;
  if (east < 0 && cell.minLongitude < bounds.minLongitude) return false;
  return !(east > 0 && cell.maxLongitude > bounds.maxLongitude);
}

function isSame(a: GeohashCell, b: GeohashCell): boolean {
  return a.longitude === b.longitude && a.latitude === b.latitude;
}
