/**
 * GEOSEARCH, GEOSEARCHSTORE and the four forms of GEORADIUS: the members of a sorted set inside a shape.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import type { Context } from "../../command/context.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { cellsCovering } from "../../values/geo_cover.ts";
import { GeoShape, OUTSIDE } from "../../values/geo_shape.ts";
import { type GeoPosition, readPosition, scoresOf } from "../../values/geohash.ts";
import { ListpackEntry } from "../../values/listpack.ts";
import { type ScoreTree, TreePlace } from "../../values/score_tree.ts";
import { SortedSetCursor } from "../../values/sorted_set_cursor.ts";
import { ScoreRange } from "../../values/sorted_set_range.ts";
import type { SortedSetLimits, SortedSetValue } from "../../values/sorted_set_value.ts";
import { newSortedSet, sortedSetOf, storeSortedSet } from "../sorted_set/sorted_set_keys.ts";
import { GeoMatches } from "./geo_matches.ts";
import { replyDistance, replyPosition } from "./geo_replies.ts";
import { readSearch, type SearchForm, type SearchRequest } from "./search_arguments.ts";

const matches = new GeoMatches();
const cursor = new SortedSetCursor();
const member = lasting(new ListpackEntry());
const place = new TreePlace();
const position: GeoPosition = { longitude: 0, latitude: 0 };

/** What a search was about; what it has found is in `matches`. */
interface Results {
  /** Null: there was nothing to search in. */
  readonly set: SortedSetValue | null;
  readonly request: SearchRequest;
}

/** Runs a search; `limits` are those of the sorted sets that take results. */
export function search({ db }: Context, args: Args, reply: Reply, form: SearchForm, limits: SortedSetLimits): void {
  const entry = db.lookupRead(args.at(form.source));
  const set = entry === NO_ENTRY ? null : sortedSetOf(db, entry, reply);
  if (set === null && entry !== NO_ENTRY) return;
  const request = readSearch(args, reply, form, set);
  if (request === null) return;
  try {
    if (set !== null) find(set, request);
    if (request.destination === 0) return replyResults({ set, request }, reply);
    const stored = storedResults(db, { set, request }, limits);
    const event = form.center === "option" ? "geosearchstore" : "georadiusstore";
    storeSortedSet(db, args.at(request.destination), stored, event, reply, matches.chosenCount);
  } finally {
    matches.reset();
  }
}

function find(set: SortedSetValue, request: SearchRequest): void {
  const { count, isAny, order } = request;
  const wanted = count > 0 ? count : Infinity;
  findWithin(set, new GeoShape(request.center!, request.extent!), isAny ? wanted : Infinity);
  // The first so many are those that are nearest, where any would not do.
  const isNearest = order === "none" && count > 0 && !isAny;
  matches.choose(isNearest ? "ascending" : order, wanted);
}

/** The first so many members inside a shape, cell by cell and in each by their scores. */
function findWithin(set: SortedSetValue, shape: GeoShape, limit: number): void {
  const { order } = set;
  for (const cell of cellsCovering(shape)) {
    const { min, max } = scoresOf(cell);
    const range = new ScoreRange(min, max, false, true);
    if (order === null) findInListpack(set, range, shape, limit);
    else findInOrder(order, range, max, shape, limit);
    if (matches.count === limit) return;
  }
}

function findInListpack(set: SortedSetValue, range: ScoreRange, shape: GeoShape, limit: number): void {
  cursor.seekRange(set, range);
  while (matches.count < limit && cursor.next() && cursor.isWithin(range)) {
    const { score } = cursor;
    const distanceMeters = distanceTo(shape, score);
    if (distanceMeters !== OUTSIDE) matches.add(cursor.handle, score, distanceMeters);
  }
}

/** Without a cursor: many more members are looked at here than are found. */
function findInOrder(order: ScoreTree, range: ScoreRange, max: number, shape: GeoShape, limit: number): void {
  for (order.seekFirstIn(place, range); place.leaf !== 0 && matches.count < limit; order.next(place)) {
    const score = order.scoreAt(place);
    if (score >= max) return;
    const distanceMeters = distanceTo(shape, score);
    if (distanceMeters !== OUTSIDE) matches.add(order.entryAt(place), score, distanceMeters);
  }
}

function distanceTo(shape: GeoShape, score: number): number {
  readPosition(score, position);
  return shape.distanceTo(position);
}

function replyResults({ set, request }: Results, reply: Reply): void {
  const { hasDistances, hasHashes, hasCoordinates } = request;
  const optionCount = Number(hasDistances) + Number(hasHashes) + Number(hasCoordinates);
  const { chosenCount } = matches;
  reply.array(chosenCount);
  for (let place = 0; place < chosenCount; place++) {
    if (reply.isCutOff) return;
    const index = matches.chosen(place);
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
  { set, request }: Results,
  limits: SortedSetLimits,
): SortedSetValue {
  const stored = newSortedSet(db);
  const { chosenCount } = matches;
  if (chosenCount > limits.maxListpackEntries) stored.convertToTable(chosenCount);
  for (let place = 0; place < chosenCount; place++) {
    const index = matches.chosen(place);
    set!.readHandle(matches.handle(index), member);
    const distance = matches.distanceMeters(index) / request.extent!.metersPerUnit;
    stored.put(member, request.storesDistances ? distance : matches.score(index), 0, limits);
  }
  return stored;
}
