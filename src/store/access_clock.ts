/**
 * The 24 bits of each key that tell how recently (LRU) or how often (LFU) it was used, as Redis's evict.c keeps them.
 *
 * ```
 * LRU   24 bits  seconds, modulo 2^24
 * LFU   16 bits  minutes of the last decrement, modulo 2^16 | 8 bits logarithmic counter
 * ```
 */

import type { Random } from "../base/random.ts";

/** Counter that a new key starts with: Redis's `LFU_INIT_VAL`. */
export const LFU_INIT_VAL = 5;

const LRU_CLOCK_MAX = (1 << 24) - 1;
const MINUTES_MASK = 0xffff;

/** How the LFU counter rises and decays, and which of the two clocks is in use. */
export interface AccessPolicy {
  /** True while `maxmemory-policy` is one of the LFU policies. */
  isLfu: boolean;
  /** `lfu-log-factor`. */
  lfuLogFactor: number;
  /** `lfu-decay-time` in minutes. */
  lfuDecayMinutes: number;
}

/** Makes and reads the access bits. */
export class AccessClock {
  readonly policy: AccessPolicy = { isLfu: false, lfuLogFactor: 10, lfuDecayMinutes: 1 };
  readonly #random: Random;
  #lastMs = NaN;
  #lastSeconds = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The bits of a key that was made at `nowMs`. */
  initial(nowMs: number): number {
    return this.policy.isLfu ? (minutes(nowMs) << 8) | LFU_INIT_VAL : seconds(nowMs);
  }

  /** The bits of a key that had `bits` and is used at `nowMs`. */
  touched(bits: number, nowMs: number): number {
    if (!this.policy.isLfu) return nowMs === this.#lastMs ? this.#lastSeconds : this.#lruClock(nowMs);
    const counter = this.frequency(bits, nowMs);
    return (minutes(nowMs) << 8) | this.#increased(counter);
  }

  /** The LFU counter after decay. */
  frequency(bits: number, nowMs: number): number {
    const counter = bits & 0xff;
    const decay = this.policy.lfuDecayMinutes;
    if (decay === 0) return counter;
    const periods = Math.floor(((minutes(nowMs) - (bits >>> 8)) & MINUTES_MASK) / decay);
    return Math.max(0, counter - periods);
  }

  /** Seconds since the key was last used, as far as 24 bits tell. */
  idleSeconds(bits: number, nowMs: number): number {
    return (seconds(nowMs) - bits) & LRU_CLOCK_MAX;
  }

  /** The bits for a key that has been idle for `idle` seconds: an RDB file tells that. */
  fromIdleSeconds(idle: number, nowMs: number): number {
    return (seconds(nowMs) - idle) & LRU_CLOCK_MAX;
  }

  /** The bits for a key with an LFU counter of `frequency`. */
  fromFrequency(frequency: number, nowMs: number): number {
    return (minutes(nowMs) << 8) | frequency;
  }

  /** `seconds`, kept: it is asked for by every lookup of the same millisecond. */
  #lruClock(nowMs: number): number {
    this.#lastMs = nowMs;
    return this.#lastSeconds = seconds(nowMs);
  }

  #increased(counter: number): number {
    if (counter === 255) return 255;
    const base = Math.max(0, counter - LFU_INIT_VAL);
    return this.#random.double() < 1 / (base * this.policy.lfuLogFactor + 1) ? counter + 1 : counter;
  }
}

function seconds(nowMs: number): number {
  return Math.floor(nowMs / 1000) & LRU_CLOCK_MAX;
}

function minutes(nowMs: number): number {
  return Math.floor(nowMs / 60000) & MINUTES_MASK;
}
