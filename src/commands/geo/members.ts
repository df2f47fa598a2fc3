/**
 * GEOPOS, GEOHASH and GEODIST: members one by one.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { distanceBetween } from "../../values/geo_shape.ts";
import { geohashText, type GeoPosition } from "../../values/geohash.ts";
import { readSortedSet, replyNil, sortedSetOf } from "../sorted_set/sorted_set_keys.ts";
import { positionOf, readUnit } from "./geo_arguments.ts";
import { replyDistance, replyPosition } from "./geo_replies.ts";

/** Replies with an array: for each member of the request its position as `replyFound` prints it, or what is missing. */
function replyEach(
  { db }: Context,
  args: Args,
  reply: Reply,
  replyFound: (position: GeoPosition, reply: Reply) => void,
  replyMissing: (reply: Reply) => void,
): void {
  const entry = db.lookupRead(args.at(1));
  const set = entry === NO_ENTRY ? null : sortedSetOf(db, entry, reply);
  if (set === null && entry !== NO_ENTRY) return;
  reply.array(args.count - 2);
  for (let index = 2; index < args.count; index++) {
    const position = set === null ? null : positionOf(set, args.at(index));
    if (position === null) replyMissing(reply);
    else replyFound(position, reply);
  }
}

function geopos(context: Context, args: Args, reply: Reply): void {
  replyEach(context, args, reply, replyPosition, (each) => each.nilArray());
}

function geohash(context: Context, args: Args, reply: Reply): void {
  replyEach(context, args, reply, (position, each) => each.bulkText(geohashText(position)), replyNil);
}

function geodist({ db }: Context, args: Args, reply: Reply): void {
  if (args.count > 5) return reply.error(SYNTAX_ERROR);
  const metersPerUnit = args.count === 5 ? readUnit(args, 4, reply) : 1;
  if (metersPerUnit === null) return;
  const set = readSortedSet(db, args.at(1), reply, replyNil);
  if (set === null) return;
  const from = positionOf(set, args.at(2));
  const to = positionOf(set, args.at(3));
  if (from === null || to === null) reply.nil();
  else replyDistance(distanceBetween(from, to) / metersPerUnit, reply);
}

/** GEODIST, GEOHASH, GEOPOS. */
export const geoMemberCommands: CommandSpec[] = [
  {
    name: "geodist",
    group: "geo",
    since: "3.2.0",
    summary: "Returns the distance between two members of a geospatial index",
    complexity: "O(log(N))",
    arity: -4,
    flags: "readonly",
    acl: "geo",
    keys: [key(1, "RO access")],
    syntax: "key member1 member2 [unit<M | KM | FT | MI>]",
    run: geodist,
  },
  {
    name: "geohash",
    group: "geo",
    since: "3.2.0",
    summary: "Returns members of a geospatial index as standard geohash strings",
    complexity: "O(log(N)) for each member requested, where N is the number of elements in the sorted set.",
    arity: -2,
    flags: "readonly",
    acl: "geo",
    keys: [key(1, "RO access")],
    syntax: "key member...",
    run: geohash,
  },
  {
    name: "geopos",
    group: "geo",
    since: "3.2.0",
    summary: "Returns longitude and latitude of members of a geospatial index",
    complexity: "O(N) where N is the number of members requested.",
    arity: -2,
    flags: "readonly",
    acl: "geo",
    keys: [key(1, "RO access")],
    syntax: "key member...",
    run: geopos,
  },
];
