/**
 * GEOSEARCH, GEOSEARCHSTORE and the four forms of GEORADIUS: the members of a sorted set inside a shape.
 */

import type { Context } from "../../command/context.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { cellsCovering } from "../../values/geo_cover.ts";
import { GeoShape, OUTSIDE } from "../../values/geo_shape.ts";
import { type GeoPosition, readPosition, scoresOf } from "../../values/geohash.ts";
import { ListpackEntry } from "../../values/listpack.ts";
import { SortedSetCursor } from "../../values/sorted_set_cursor.ts";
import { ScoreRange } from "../../values/sorted_set_range.ts";
import type { SortedSetLimits, SortedSetValue } from "../../values/sorted_set_value.ts";
import { newSortedSet, sortedSetOf, storeSortedSet } from "../sorted_set/sorted_set_keys.ts";
import { GeoMatches } from "./geo_matches.ts";
import { replyDistance, replyPosition } from "./geo_replies.ts";
import { readSearch, type SearchForm, type SearchRequest } from "./search_arguments.ts";

const NO_MATCHES = new GeoMatches();
const NO_ORDER = new Int32Array(0);

const cursor = new SortedSetCursor();
const member = new ListpackEntry();
const position: GeoPosition = { longitude: 0, latitude: 0 };

/** What a search has found, and what of it is wanted in which order. */
interface Results {
  /** Null: there was nothing to search in. */
  readonly set: SortedSetValue | null;
  readonly matches: GeoMatches;
  readonly order: Int32Array;
  readonly request: SearchRequest;
}

/** Runs a search; `limits` are those of the sorted sets that take results. */
export function search({ db }: Context, args: Args, reply: Reply, form: SearchForm, limits: SortedSetLimits): void {
  const entry = db.lookupRead(args.at(form.source));
  const set = entry === NO_ENTRY ? null : sortedSetOf(db, entry, reply);
  if (set === null && entry !== NO_ENTRY) return;
  const request = readSearch(args, reply, form, set);
  if (request === null) return;
  const results = set === null ? { set, matches: NO_MATCHES, order: NO_ORDER, request } : resultsOf(set, request);
  if (request.destination === 0) return replyResults(results, reply);
  const event = form.center === "option" ? "geosearchstore" : "georadiusstore";
  storeSortedSet(
    db,
    args.at(request.destination),
    storedResults(db, results, limits),
    event,
    reply,
    results.order.length,
  );
}

function resultsOf(set: SortedSetValue, request: SearchRequest): Results {
  const { count, isAny, order } = request;
  const wanted = count > 0 ? count : Infinity;
  const matches = matchesWithin(set, new GeoShape(request.center!, request.extent!), isAny ? wanted : Infinity);
  // The first so many are those that are nearest, where any would not do.
  const isNearest = order === "none" && count > 0 && !isAny;
  return { set, matches, order: matches.inOrder(isNearest ? "ascending" : order, wanted), request };
}

/** The first so many members inside a shape, cell by cell and in each by their scores. */
function matchesWithin(set: SortedSetValue, shape: GeoShape, limit: number): GeoMatches {
  const matches = new GeoMatches();
  for (const cell of cellsCovering(shape)) {
    const { min, max } = scoresOf(cell);
    const range = new ScoreRange(min, max, false, true);
    cursor.seekRange(set, range);
    while (cursor.next() && cursor.isWithin(range)) {
      const { score } = cursor;
      readPosition(score, position);
      const distanceMeters = shape.distanceTo(position);
      if (distanceMeters === OUTSIDE) continue;
      matches.add(cursor.handle, score, distanceMeters);
      if (matches.count === limit) return matches;
    }
  }
  return matches;
}

function replyResults({ set, matches, order, request }: Results, reply: Reply): void {
  const { hasDistances, hasHashes, hasCoordinates } = request;
  const optionCount = Number(hasDistances) + Number(hasHashes) + Number(hasCoordinates);
  reply.array(order.length);
  for (const index of order) {
    if (reply.isCutOff) return;
    if (optionCount > 0) reply.array(1 + optionCount);
    set!.readHandle(matches.handle(index), member);
    reply.bulkSlice(member);
    if (hasDistances) replyDistance(matches.distanceMeters(index) / request.extent!.metersPerUnit, reply);
    if (hasHashes) reply.integer(Math.trunc(matches.score(index)));
    if (!hasCoordinates) continue;
    readPosition(matches.score(index), position);
    replyPosition(position, reply);
  }
}

/** A sorted set of the results, which belongs to no key yet. */
function storedResults(
  db: Database,
  { set, matches, order, request }: Results,
  limits: SortedSetLimits,
): SortedSetValue {
  const stored = newSortedSet(db);
  if (order.length > limits.maxListpackEntries) stored.convertToTable(order.length);
  for (const index of order) {
    set!.readHandle(matches.handle(index), member);
    const distance = matches.distanceMeters(index) / request.extent!.metersPerUnit;
    stored.put(member, request.storesDistances ? distance : matches.score(index), 0, limits);
  }
  return stored;
}
