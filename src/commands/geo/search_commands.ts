/**
 * The declarations of the searches (`search.ts`).
 */

import type { CommandSpec, Handler } from "../../command/command_spec.ts";
import { key, keyAfter } from "../../command/key_specs.ts";
import type { SortedSetLimits } from "../../values/sorted_set_value.ts";
import { search } from "./search.ts";
import type { SearchForm } from "./search_arguments.ts";

const SEARCH: SearchForm = { center: "option", source: 1, destination: 0, firstOption: 2, hasStore: false };
const SEARCH_STORE: SearchForm = { center: "option", source: 2, destination: 1, firstOption: 3, hasStore: false };
const RADIUS: SearchForm = { center: "coordinates", source: 1, destination: 0, firstOption: 6, hasStore: true };
const RADIUS_READ_ONLY: SearchForm = { ...RADIUS, hasStore: false };
const RADIUS_BY_MEMBER: SearchForm = { center: "member", source: 1, destination: 0, firstOption: 5, hasStore: true };
const RADIUS_BY_MEMBER_READ_ONLY: SearchForm = { ...RADIUS_BY_MEMBER, hasStore: false };

/** GEOSEARCH, GEOSEARCHSTORE, GEORADIUS, GEORADIUS_RO, GEORADIUSBYMEMBER, GEORADIUSBYMEMBER_RO. */
export function geoSearchCommands(limits: SortedSetLimits): CommandSpec[] {
  return [...searchCommands(limits), ...radiusCommands(limits), ...radiusByMemberCommands(limits)];
}

function searcher(limits: SortedSetLimits): (form: SearchForm) => Handler {
  return (form) => (context, args, reply) => search(context, args, reply, form, limits);
}

function searchCommands(limits: SortedSetLimits): CommandSpec[] {
  const run = searcher(limits);
  return [
    {
      name: "geosearch",
      group: "geo",
      since: "6.2.0",
      summary:
        "Query a sorted set representing a geospatial index to fetch members inside an area of a box or a circle.",
      complexity:
        "O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area around the shape provided as the filter and M is the number of items inside the shape",
      arity: -7,
      flags: "readonly",
      acl: "geo",
      history: [["7.0.0", "Added support for uppercase unit names."]],
      keys: [key(1, "RO access")],
      syntax: `
        key from<FROMMEMBER member | FROMLONLAT longitude_latitude(longitude:double latitude:double)>
        by<circle(BYRADIUS radius:double unit<M | KM | FT | MI>)
        | box(BYBOX width:double height:double unit<M | KM | FT | MI>)> [order<ASC | DESC>]
        [count(COUNT count:integer [ANY])] [WITHCOORD] [WITHDIST] [WITHHASH]
      `,
      run: run(SEARCH),
    },
    {
      name: "geosearchstore",
      group: "geo",
      since: "6.2.0",
      summary:
        "Query a sorted set representing a geospatial index to fetch members inside an area of a box or a circle, and store the result in another key.",
      complexity:
        "O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area around the shape provided as the filter and M is the number of items inside the shape",
      arity: -8,
      flags: "write denyoom",
      acl: "geo",
      history: [["7.0.0", "Added support for uppercase unit names."]],
      keys: [key(1, "OW update"), key(2, "RO access")],
      syntax: `
        destination:key source:key#1 from<FROMMEMBER member
        | FROMLONLAT longitude_latitude(longitude:double latitude:double)>
        by<circle(BYRADIUS radius:double unit<M | KM | FT | MI>)
        | box(BYBOX width:double height:double unit<M | KM | FT | MI>)> [order<ASC | DESC>]
        [count(COUNT count:integer [ANY])] [STOREDIST]
      `,
      run: run(SEARCH_STORE),
    },
  ];
}

function radiusCommands(limits: SortedSetLimits): CommandSpec[] {
  const run = searcher(limits);
  return [
    {
      name: "georadius",
      group: "geo",
      since: "3.2.0",
      summary:
        "Query a sorted set representing a geospatial index to fetch members matching a given maximum distance from a point",
      complexity:
        "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.",
      arity: -6,
      flags: "write denyoom",
      acl: "geo",
      docFlags: "deprecated",
      deprecatedSince: "6.2.0",
      replacedBy: "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument",
      history: [
        ["6.2.0", "Added the `ANY` option for `COUNT`."],
        ["7.0.0", "Added support for uppercase unit names."],
      ],
      keys: [key(1, "RO access"), keyAfter("STORE", 6, "OW update"), keyAfter("STOREDIST", 6, "OW update")],
      syntax: `
        key longitude:double latitude:double radius:double unit<M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH]
        [count(COUNT count:integer [ANY@6.2.0])] [order<ASC | DESC>] [STORE key#1] [STOREDIST key#2]
      `,
      run: run(RADIUS),
    },
    {
      name: "georadius_ro",
      group: "geo",
      since: "3.2.10",
      summary: "A read-only variant for GEORADIUS",
      complexity:
        "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.",
      arity: -6,
      flags: "readonly",
      acl: "geo",
      docFlags: "deprecated",
      deprecatedSince: "6.2.0",
      replacedBy: "`GEOSEARCH` with the `BYRADIUS` argument",
      history: [["6.2.0", "Added the `ANY` option for `COUNT`."]],
      keys: [key(1, "RO access")],
      syntax: `
        key longitude:double latitude:double radius:double unit<M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH]
        [count(COUNT count:integer [ANY@6.2.0])] [order<ASC | DESC>]
      `,
      run: run(RADIUS_READ_ONLY),
    },
  ];
}

function radiusByMemberCommands(limits: SortedSetLimits): CommandSpec[] {
  const run = searcher(limits);
  return [
    {
      name: "georadiusbymember",
      group: "geo",
      since: "3.2.0",
      summary:
        "Query a sorted set representing a geospatial index to fetch members matching a given maximum distance from a member",
      complexity:
        "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.",
      arity: -5,
      flags: "write denyoom",
      acl: "geo",
      docFlags: "deprecated",
      deprecatedSince: "6.2.0",
      replacedBy: "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments",
      history: [["7.0.0", "Added support for uppercase unit names."]],
      keys: [key(1, "RO access"), keyAfter("STORE", 5, "OW update"), keyAfter("STOREDIST", 5, "OW update")],
      syntax: `
        key member radius:double unit<M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH]
        [count(COUNT count:integer [ANY])] [order<ASC | DESC>] [STORE key#1] [STOREDIST key#2]
      `,
      run: run(RADIUS_BY_MEMBER),
    },
    {
      name: "georadiusbymember_ro",
      group: "geo",
      since: "3.2.10",
      summary: "A read-only variant for GEORADIUSBYMEMBER",
      complexity:
        "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.",
      arity: -5,
      flags: "readonly",
      acl: "geo",
      docFlags: "deprecated",
      deprecatedSince: "6.2.0",
      replacedBy: "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments",
      keys: [key(1, "RO access")],
      syntax: `
        key member radius:double unit<M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH]
        [count(COUNT count:integer [ANY])] [order<ASC | DESC>]
      `,
      run: run(RADIUS_BY_MEMBER_READ_ONLY),
    },
  ];
}
