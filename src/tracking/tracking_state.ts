/**
 * What one client has asked for with CLIENT TRACKING.
 *
 * - Hangs on the client's context (`TRACKING`) from the first CLIENT TRACKING ON; `isOn` tells whether it still holds.
 */

import type { ClientDescriber } from "../clients/client_description.ts";
import { Facet } from "../command/facet.ts";

/** What Redis counts for each node of a client's tree of prefixes. */
const PREFIX_BYTES = 32;

/** The options of CLIENT TRACKING ON. */
export interface TrackingOptions {
  /** The client that gets the invalidations; 0: the tracking client itself. */
  readonly redirectId: number;
  /** BCAST: told of all changes under its prefixes, whatever it has read. */
  readonly isBroadcast: boolean;
  /** OPTIN: only what is read right after CLIENT CACHING YES is tracked. */
  readonly isOptIn: boolean;
  /** OPTOUT: what is read right after CLIENT CACHING NO is not tracked. */
  readonly isOptOut: boolean;
  /** NOLOOP: not told of what it changes itself. */
  readonly isNoLoop: boolean;
}

/** The tracking of one client. */
export class TrackingState implements TrackingOptions {
  isOn = false;
  redirectId = 0;
  isBroadcast = false;
  isOptIn = false;
  isOptOut = false;
  isNoLoop = false;
  /** CLIENT CACHING was called for the next request. */
  isCachingGiven = false;
  /** The client to redirect to was gone when something was to be sent. */
  isRedirectBroken = false;
  /** Prefixes of a broadcasting client, one character a byte. */
  readonly prefixes = new Set<string>();

  /** Whether what the running command reads is to be tracked. */
  get remembersReads(): boolean {
    if (!this.isOn || this.isBroadcast) return false;
    if (this.isOptIn) return this.isCachingGiven;
    return !(this.isOptOut && this.isCachingGiven);
  }

  /** Takes options over. Prefixes are added to those that are there. */
  turnOn(options: TrackingOptions): void {
    this.isOn = true;
    this.isRedirectBroken = false;
    this.redirectId = options.redirectId;
    this.isBroadcast = options.isBroadcast;
    this.isOptIn = options.isOptIn;
    this.isOptOut = options.isOptOut;
    this.isNoLoop = options.isNoLoop;
  }

  /** Ends it. As in Redis, what is still to be sent goes where it was to go. */
  turnOff(): void {
    const { redirectId } = this;
    this.turnOn({ redirectId, isBroadcast: false, isOptIn: false, isOptOut: false, isNoLoop: false });
    this.isOn = false;
    this.isCachingGiven = false;
    this.prefixes.clear();
  }
}

/** The tracking of each client that has ever asked for it. */
export const TRACKING: Facet<TrackingState> = new Facet(() => new TrackingState());

/** Adds the tracking to a client's line of CLIENT LIST. */
export const describeTracking: ClientDescriber = ({ context }, facts) => {
  const state = TRACKING.peek(context);
  if (state === undefined) return;
  if (state.isRedirectBroken) facts.flags.add("R");
  if (!state.isOn) return;
  facts.flags.add("t");
  if (state.isBroadcast) facts.flags.add("B");
  facts.redirect = state.redirectId;
  if (state.prefixes.size > 0) facts.extraBytes += (state.prefixes.size + 1) * PREFIX_BYTES;
};
