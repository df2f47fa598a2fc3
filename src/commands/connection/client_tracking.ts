/**
 * CLIENT TRACKING, CACHING and TRACKINGINFO: client-side caching.
 */

import { ascii, equalsIgnoreCase, latin1 } from "../../bytes/ascii.ts";
import { Slice } from "../../bytes/slice.ts";
import type { Client } from "../../clients/client.ts";
import { readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { cText, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { TRACKING, type TrackingOptions, TrackingState } from "../../tracking/tracking_state.ts";
import type { Services } from "../services.ts";
import { clientOf } from "./client_of.ts";

const ON = ascii("on");
const OFF = ascii("off");
const YES = ascii("yes");
const NO = ascii("no");
const REDIRECT = ascii("redirect");
const PREFIX = ascii("prefix");
const BCAST = ascii("bcast");
const OPTIN = ascii("optin");
const OPTOUT = ascii("optout");
const NOLOOP = ascii("noloop");

const REDIRECTED_TWICE = "ERR A client can only redirect to a single other client";
const NO_SUCH_TARGET = "ERR The client ID you want redirect to does not exist";
const PREFIX_WITHOUT_BCAST = "ERR PREFIX option requires BCAST mode to be enabled";
const BCAST_SWITCHED = "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then " +
  "re-enabling it with a different mode.";
const OPTION_WITH_BCAST = "ERR OPTIN and OPTOUT are not compatible with BCAST";
const BOTH_OPTIONS = "ERR You can't specify both OPTIN mode and OPTOUT mode";
const OPTION_SWITCHED = "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then " +
  "re-enabling it with a different mode.";
const CACHING_WITHOUT_TRACKING =
  "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN " +
  "or OPTOUT mode enabled";
const CACHING_YES_WITHOUT_OPTIN = "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.";
const CACHING_NO_WITHOUT_OPTOUT = "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.";

/** What a client that has never tracked anything answers by. */
const NEVER_ON = new TrackingState();

/** The subcommands of this file. */
export function clientTrackingCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "tracking",
      group: "connection",
      since: "6.0.0",
      summary: "Enable or disable server assisted client side caching support",
      complexity: "O(1). Some options may introduce additional complexity.",
      arity: -3,
      flags: "noscript loading stale",
      acl: "connection",
      syntax: "status<ON | OFF> [REDIRECT client-id:integer] [PREFIX... prefix] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]",
      run: (context, args, reply) => clientTracking(services, context, args, reply),
    },
    {
      name: "caching",
      group: "connection",
      since: "6.0.0",
      summary: "Instruct the server about tracking or not keys in the next request",
      complexity: "O(1)",
      arity: 3,
      flags: "noscript loading stale",
      acl: "connection",
      syntax: "mode<YES | NO>",
      run: clientCaching,
    },
    {
      name: "trackinginfo",
      group: "connection",
      since: "6.2.0",
      summary: "Return information about server assisted client side caching for the current connection",
      complexity: "O(1)",
      arity: 2,
      flags: "noscript loading stale",
      acl: "connection",
      run: (context, _args, reply) => trackingInfo(TRACKING.peek(context) ?? NEVER_ON, reply),
    },
  ];
}

/** The options of a request, as they are read. */
interface Request extends TrackingOptions {
  redirectId: number;
  isBroadcast: boolean;
  isOptIn: boolean;
  isOptOut: boolean;
  isNoLoop: boolean;
  readonly prefixes: Slice[];
}

/** `CLIENT TRACKING ON | OFF [REDIRECT id] [PREFIX prefix]... [BCAST] [OPTIN] [OPTOUT] [NOLOOP]` */
function clientTracking(services: Services, context: Context, args: Args, reply: Reply): void {
  const { tracking } = services;
  const client = clientOf(services, context);
  const request = readRequest(services, args, reply);
  if (request === null) return;
  if (equalsIgnoreCase(args.at(2), OFF)) {
    tracking.disable(client);
    return reply.ok();
  }
  if (!equalsIgnoreCase(args.at(2), ON)) return reply.error(SYNTAX_ERROR);
  const refusal = refusalOf(client, request);
  if (refusal !== null) return reply.error(refusal);
  const prefixes = request.prefixes.map(({ bytes, start, end }) => latin1(bytes, start, end));
  tracking.enable(client, request, request.isBroadcast && prefixes.length === 0 ? [""] : prefixes);
  reply.ok();
}

function readRequest({ clients }: Services, args: Args, reply: Reply): Request | null {
  const request: Request = {
    redirectId: 0,
    isBroadcast: false,
    isOptIn: false,
    isOptOut: false,
    isNoLoop: false,
    prefixes: [],
  };
  for (let i = 3; i < args.count; i++) {
    const option = args.at(i);
    const hasValue = i + 1 < args.count;
    if (equalsIgnoreCase(option, REDIRECT) && hasValue) {
      i++;
      if (request.redirectId !== 0) {
        reply.error(REDIRECTED_TWICE);
        return null;
      }
      const id = readInteger(args, i, reply);
      if (id === null) return null;
      request.redirectId = Number(id);
      if (clients.byId(request.redirectId) === undefined) {
        reply.error(NO_SUCH_TARGET);
        return null;
      }
    } else if (equalsIgnoreCase(option, BCAST)) {
      request.isBroadcast = true;
    } else if (equalsIgnoreCase(option, OPTIN)) {
      request.isOptIn = true;
    } else if (equalsIgnoreCase(option, OPTOUT)) {
      request.isOptOut = true;
    } else if (equalsIgnoreCase(option, NOLOOP)) {
      request.isNoLoop = true;
    } else if (equalsIgnoreCase(option, PREFIX) && hasValue) {
      i++;
      request.prefixes.push(args.at(i));
    } else {
      reply.error(SYNTAX_ERROR);
      return null;
    }
  }
  return request;
}

/** Why the options do not go together, or with what the client has asked for before; null when they do. */
function refusalOf({ context }: Client, request: Request): string | null {
  const state = TRACKING.peek(context) ?? NEVER_ON;
  const { isBroadcast, isOptIn, isOptOut, prefixes } = request;
  if (!isBroadcast && prefixes.length > 0) return PREFIX_WITHOUT_BCAST;
  if (state.isOn && state.isBroadcast !== isBroadcast) return BCAST_SWITCHED;
  if (isBroadcast && (isOptIn || isOptOut)) return OPTION_WITH_BCAST;
  if (isOptIn && isOptOut) return BOTH_OPTIONS;
  if ((isOptIn && state.isOptOut) || (isOptOut && state.isOptIn)) return OPTION_SWITCHED;
  return overlapOf(prefixes, state.prefixes);
}

/**
 * Why the prefixes cannot all be had. Where an overlap among them does not concern the first, Redis 7.0 says so, goes on
 * and answers OK besides; one request has one reply here.
 */
function overlapOf(prefixes: readonly Slice[], known: ReadonlySet<string>): string | null {
  const sorted = [...known].sort();
  for (const [index, prefix] of prefixes.entries()) {
    const text = latin1(prefix.bytes, prefix.start, prefix.end);
    for (const other of sorted) {
      if (overlaps(text, other)) return overlapError(prefix, `an existing prefix '${cText(new Slice(ascii(other)))}'`);
    }
    for (const other of prefixes.slice(index + 1)) {
      if (overlaps(text, latin1(other.bytes, other.start, other.end))) {
        return overlapError(prefix, `another provided prefix '${cText(other)}'`);
      }
    }
  }
  return null;
}

function overlaps(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function overlapError(prefix: Slice, other: string): string {
  return `ERR Prefix '${cText(prefix)}' overlaps with ${other}. Prefixes for a single client must not overlap.`;
}

/** `CLIENT CACHING YES | NO` */
function clientCaching(context: Context, args: Args, reply: Reply): void {
  const state = TRACKING.peek(context);
  if (state === undefined || !state.isOn) return reply.error(CACHING_WITHOUT_TRACKING);
  if (equalsIgnoreCase(args.at(2), YES)) {
    if (!state.isOptIn) return reply.error(CACHING_YES_WITHOUT_OPTIN);
  } else if (equalsIgnoreCase(args.at(2), NO)) {
    if (!state.isOptOut) return reply.error(CACHING_NO_WITHOUT_OPTOUT);
  } else {
    return reply.error(SYNTAX_ERROR);
  }
  state.isCachingGiven = true;
  reply.ok();
}

/** `CLIENT TRACKINGINFO` */
function trackingInfo(state: TrackingState, reply: Reply): void {
  const flags = flagsOf(state);
  reply.map(3);
  reply.bulkText("flags");
  reply.set(flags.length);
  for (const flag of flags) reply.bulkText(flag);
  reply.bulkText("redirect");
  reply.integer(state.isOn ? state.redirectId : -1);
  reply.bulkText("prefixes");
  const prefixes = [...state.prefixes].sort();
  reply.array(prefixes.length);
  for (const prefix of prefixes) reply.bulkText(prefix);
}

function flagsOf(state: TrackingState): string[] {
  const flags = [state.isOn ? "on" : "off"];
  if (state.isBroadcast) flags.push("bcast");
  if (state.isOptIn) flags.push("optin");
  if (state.isOptIn && state.isCachingGiven) flags.push("caching-yes");
  if (state.isOptOut) flags.push("optout");
  if (state.isOptOut && state.isCachingGiven) flags.push("caching-no");
  if (state.isNoLoop) flags.push("noloop");
  if (state.isRedirectBroken) flags.push("broken_redirect");
  return flags;
}
