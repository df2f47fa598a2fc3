/**
 * How geo commands print coordinates and distances.
 */

import { formatFixedPoint, formatHumanDouble } from "../../bytes/double.ts";
import type { Reply } from "../../resp/reply.ts";
import type { GeoPosition } from "../../values/geohash.ts";

/** Digits after the point of a distance. */
const DISTANCE_DIGITS = 4;

/** An array of the longitude and the latitude. */
export function replyPosition({ longitude, latitude }: GeoPosition, reply: Reply): void {
  reply.array(2);
  reply.doubleText(formatHumanDouble(longitude));
  reply.doubleText(formatHumanDouble(latitude));
}

/** A distance: a bulk string in RESP3 too. */
export function replyDistance(distance: number, reply: Reply): void {
  reply.bulkText(formatFixedPoint(distance, DISTANCE_DIGITS));
}
