/**
 * GEOADD: ZADD with the geohashes of positions as the scores.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args, ArgumentSource } from "../../resp/request_batch.ts";
import { geohashOf } from "../../values/geohash.ts";
import type { Int64 } from "../../values/int64.ts";
import { PUT_EXISTING, PUT_NEW, type SortedSetLimits } from "../../values/sorted_set_value.ts";
import type { Services } from "../services.ts";
import { addMembers, COUNT_CHANGED, optionBit } from "../sorted_set/add.ts";
import { readCoordinates } from "./geo_arguments.ts";

/** Longitude, latitude, member. */
const POINT_ARGUMENTS = 3;
const BOTH_CONDITIONS = PUT_NEW | PUT_EXISTING;
/** The options of ZADD that GEOADD has too. */
const OPTIONS = BOTH_CONDITIONS | COUNT_CHANGED;

function geoadd(services: Services, context: Context, args: Args, reply: Reply, limits: SortedSetLimits): void {
  let first = 2;
  let rules = 0;
  for (let bit = 0; first < args.count && ((bit = optionBit(args, first)) & OPTIONS) !== 0; first++) rules |= bit;
  const count = (args.count - first) / POINT_ARGUMENTS;
  if (count === 0 || !Number.isInteger(count) || (rules & BOTH_CONDITIONS) === BOTH_CONDITIONS) {
    return reply.error(SYNTAX_ERROR);
  }
  const hashes: Int64[] = [];
  for (let index = first; index < args.count; index += POINT_ARGUMENTS) {
    const position = readCoordinates(args, index, reply);
    if (position === null) return;
    hashes.push(geohashOf(position));
  }
  if (services.propagation.isActive) context.propagateAs(asZadd(args, first, hashes));
  const scores = Float64Array.from(hashes, Number);
  addMembers(context, args, reply, { rules, first: first + 2, stride: POINT_ARGUMENTS, count, scores, limits });
}

/** The ZADD that does the same. */
function asZadd(args: Args, first: number, hashes: readonly Int64[]): ArgumentSource[] {
  const argv: ArgumentSource[] = ["zadd"];
  for (let index = 1; index < first; index++) argv.push(args.at(index).view());
  for (const [point, hash] of hashes.entries()) argv.push(hash, args.at(first + POINT_ARGUMENTS * point + 2).view());
  return argv;
}

/** GEOADD. */
export function geoAddCommands(services: Services, limits: SortedSetLimits): CommandSpec[] {
  return [
    {
      name: "geoadd",
      group: "geo",
      since: "3.2.0",
      summary: "Add one or more geospatial items in the geospatial index represented using a sorted set",
      complexity: "O(log(N)) for each item added, where N is the number of elements in the sorted set.",
      arity: -5,
      flags: "write denyoom",
      acl: "geo",
      history: [["6.2.0", "Added the `CH`, `NX` and `XX` options."]],
      keys: [key(1, "RW update")],
      syntax: `
      key [condition@6.2.0<NX | XX>] [change=CH@6.2.0]
      longitude_latitude_member(longitude:double latitude:double member)...
    `,
      run: (context, args, reply) => geoadd(services, context, args, reply, limits),
    },
  ];
}
