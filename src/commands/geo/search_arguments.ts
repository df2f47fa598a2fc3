/**
 * The arguments of GEOSEARCH, GEOSEARCHSTORE and the four forms of GEORADIUS.
 *
 * - The source is looked up before the arguments are read: where it is missing, members and what stands beside them are
 *   not looked at, but the options still decide between an empty array and 0.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readClampedInteger } from "../../command/arguments.ts";
import type { Reply } from "../../resp/reply.ts";
import { cText, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { GeoExtent } from "../../values/geo_shape.ts";
import type { GeoPosition } from "../../values/geohash.ts";
import type { SortedSetValue } from "../../values/sorted_set_value.ts";
import { positionOf, readBox, readCircle, readCoordinates } from "./geo_arguments.ts";

/** What a command fixes. */
export interface SearchForm {
  /** Whether the middle stands at position 2, as coordinates or as a member, or among the options. */
  readonly center: "coordinates" | "member" | "option";
  /** Position of the source key. */
  readonly source: number;
  /** Position of the destination key, or 0. */
  readonly destination: number;
  /** Position of the first option. */
  readonly firstOption: number;
  /** Whether STORE and STOREDIST with a key are among the options. */
  readonly hasStore: boolean;
}

/** What is asked for. */
export interface SearchRequest {
  /** Null only where the source is missing. */
  center: GeoPosition | null;
  /** Null only where the source is missing. */
  extent: GeoExtent | null;
  hasDistances: boolean;
  hasHashes: boolean;
  hasCoordinates: boolean;
  order: "none" | "ascending" | "descending";
  /** At most so many results; 0: all. */
  count: number;
  /** Any results will do, not only the nearest or the farthest ones. */
  isAny: boolean;
  /** Position of the key that takes the results, or 0. */
  destination: number;
  /** Whether the results are stored with their distances as scores. */
  storesDistances: boolean;
}

const OPTIONS = [
  ...["fromlonlat", "frommember", "byradius", "bybox", "asc", "desc", "count", "any"],
  ...["withcoord", "withdist", "withhash", "store", "storedist"],
].map((name) => ({ name, word: ascii(name) }));

const NO_MEMBER = "ERR could not decode requested zset member";
const COUNT_BELOW_1 = "ERR COUNT must be > 0";
const ANY_WITHOUT_COUNT = "ERR the ANY argument requires COUNT argument";

/** One request while it is read. */
interface Reading {
  readonly args: Args;
  readonly reply: Reply;
  readonly form: SearchForm;
  readonly set: SortedSetValue | null;
  readonly request: SearchRequest;
  /** The option that gave the middle. */
  centerOption: "none" | "member" | "coordinates";
}

/** Reads the arguments of a search in `set`, null for a missing source; null after the error reply. */
export function readSearch(
  args: Args,
  reply: Reply,
  form: SearchForm,
  set: SortedSetValue | null,
): SearchRequest | null {
  const request: SearchRequest = {
    center: null,
    extent: null,
    hasDistances: false,
    hasHashes: false,
    hasCoordinates: false,
    order: "none",
    count: 0,
    isAny: false,
    destination: form.destination,
    storesDistances: false,
  };
  const reading: Reading = { args, reply, form, set, request, centerOption: "none" };
  if (!readFixedShape(reading)) return null;
  for (let index = form.firstOption; index < args.count;) {
    index = readOption(reading, index);
    if (index === 0) return null;
  }
  const conflict = conflictOf(reading);
  if (conflict === null) return request;
  reply.error(conflict);
  return null;
}

/** Reads the circle that GEORADIUS has before its options; false after the error reply. */
function readFixedShape({ args, reply, form, set, request }: Reading): boolean {
  if (form.center === "option" || (form.center === "member" && set === null)) return true;
  if (form.center === "coordinates") request.center = readCoordinates(args, 2, reply);
  else request.center = readMember(set!, args, 2, reply);
  if (request.center === null) return false;
  request.extent = readCircle(args, form.firstOption - 2, reply);
  return request.extent !== null;
}

function readMember(set: SortedSetValue, args: Args, index: number, reply: Reply): GeoPosition | null {
  const position = positionOf(set, args.at(index));
  if (position === null) reply.error(NO_MEMBER);
  return position;
}

/** Reads one option, and returns where the next begins; 0 after the error reply. */
function readOption(reading: Reading, index: number): number {
  const { args, reply, form, request } = reading;
  const left = args.count - index - 1;
  const option = optionAt(args, index);
  switch (option) {
    case "withdist":
      request.hasDistances = true;
      return index + 1;
    case "withhash":
      request.hasHashes = true;
      return index + 1;
    case "withcoord":
      request.hasCoordinates = true;
      return index + 1;
    case "any":
      request.isAny = true;
      return index + 1;
    case "asc":
      request.order = "ascending";
      return index + 1;
    case "desc":
      request.order = "descending";
      return index + 1;
    case "count":
      if (left < 1) break;
      return readCount(reading, index);
    case "store":
      if (left < 1 || !form.hasStore) break;
      request.destination = index + 1;
      request.storesDistances = false;
      return index + 2;
    case "storedist":
      return readStoreDistances(reading, index, left);
    case "frommember":
    case "fromlonlat":
    case "byradius":
    case "bybox":
      if (form.center !== "option") break;
      return readShapeOption(reading, option, index, left);
  }
  reply.error(SYNTAX_ERROR);
  return 0;
}

/** The option at `index`, found without making a string; empty for another word. */
function optionAt(args: Args, index: number): string {
  const word = args.at(index);
  for (const option of OPTIONS) if (equalsIgnoreCase(word, option.word)) return option.name;
  return "";
}

function readCount({ args, reply, request }: Reading, index: number): number {
  const count = readClampedInteger(args, index + 1, reply);
  if (count === null) return 0;
  if (count <= 0) {
    reply.error(COUNT_BELOW_1);
    return 0;
  }
  request.count = count;
  return index + 2;
}

/** STOREDIST has a key in GEORADIUS and none in GEOSEARCHSTORE. */
function readStoreDistances({ reply, form, request }: Reading, index: number, left: number): number {
  if (form.destination !== 0 || (form.hasStore && left >= 1)) {
    request.storesDistances = true;
    if (form.destination !== 0) return index + 1;
    request.destination = index + 1;
    return index + 2;
  }
  reply.error(SYNTAX_ERROR);
  return 0;
}

/** FROMMEMBER, FROMLONLAT, BYRADIUS, BYBOX: each may be repeated, but not be joined by its alternative. */
function readShapeOption(reading: Reading, option: string, index: number, left: number): number {
  const { args, reply, set, request } = reading;
  const shape = request.extent?.kind;
  if (option === "frommember" && left >= 1 && reading.centerOption !== "coordinates") {
    reading.centerOption = "member";
    if (set === null) return index + 2;
    request.center = readMember(set, args, index + 1, reply);
    return request.center === null ? 0 : index + 2;
  }
  if (option === "fromlonlat" && left >= 2 && reading.centerOption !== "member") {
    reading.centerOption = "coordinates";
    request.center = readCoordinates(args, index + 1, reply);
    return request.center === null ? 0 : index + 3;
  }
  if (option === "byradius" && left >= 2 && shape !== "box") {
    request.extent = readCircle(args, index + 1, reply);
    return request.extent === null ? 0 : index + 3;
  }
  if (option === "bybox" && left >= 3 && shape !== "circle") {
    request.extent = readBox(args, index + 1, reply);
    return request.extent === null ? 0 : index + 4;
  }
  reply.error(SYNTAX_ERROR);
  return 0;
}

/** The error of options that do not go together or are missing, or null. */
function conflictOf({ args, form, request, centerOption }: Reading): string | null {
  const isShown = request.hasDistances || request.hasHashes || request.hasCoordinates;
  if (request.destination !== 0 && isShown) {
    const what = form.destination !== 0 ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS";
    return `ERR ${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`;
  }
  if (form.center === "option") {
    const name = cText(args.at(0));
    if (centerOption === "none") return `ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`;
    if (request.extent === null) return `ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`;
  }
  return request.isAny && request.count === 0 ? ANY_WITHOUT_COUNT : null;
}
