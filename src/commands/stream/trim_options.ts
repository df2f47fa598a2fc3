/**
 * The options of XADD and XTRIM: how to trim, whether to make the stream, and, for XADD, the id.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readClampedInteger } from "../../command/arguments.ts";
import { INVALID_STREAM_ID, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { MAX_STREAM_ID, parseStreamId, StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { isCharacter, readStrictId } from "./stream_ids.ts";

const MAXLEN = ascii("maxlen");
const MINID = ascii("minid");
const LIMIT = ascii("limit");
const NOMKSTREAM = ascii("nomkstream");
const STAR = 0x2a;
const TILDE = 0x7e;
const EQUALS = 0x3d;

/** Approximate trimming without a LIMIT removes no more than so many nodes' worth of entries. */
const DEFAULT_LIMIT_NODES = 100;
const DEFAULT_LIMIT = 10_000;
const DEFAULT_LIMIT_MAX = 1_000_000;

/** Which entries go when a stream is trimmed. */
export type TrimStrategy = "none" | "length" | "id";

/** How the id of an added entry is to be found. */
export type NewIdForm = "automatic" | "auto-sequence" | "complete";

/** What depends on who runs the command. */
export interface TrimRule {
  /** Entries of a full node: `stream-node-max-entries`. */
  readonly maxNodeEntries: number;
  /** Whether the command comes from a master or a file, whose trimming is not to be bounded. */
  readonly isObeyed: boolean;
}

/** The options of one request; one object serves all. */
export class TrimOptions {
  strategy: TrimStrategy = "none";
  isApproximate = false;
  maxLength = 0;
  readonly minId: StreamId = new StreamId();
  /** How many entries may go at most; 0 for any number. */
  limit = 0;
  /** Position of the length or the id to trim to. */
  thresholdIndex = 0;
  /** Whether the stream must exist. */
  isStreamKept = false;
  idForm: NewIdForm = "automatic";
  /** The id given: of the form `auto-sequence` its time. */
  readonly id: StreamId = new StreamId();

  /** Reads the options of XADD and returns the position of the id; 0 after an error. */
  readForAdd(args: Args, rule: TrimRule, reply: Reply): number {
    this.#reset();
    return this.#read(args, rule, true, reply);
  }

  /** Reads the options of XTRIM; false after an error. */
  readForTrim(args: Args, rule: TrimRule, reply: Reply): boolean {
    this.#reset();
    return this.#read(args, rule, false, reply) !== 0;
  }

  /** Trims `stream` as the options say, and returns how many entries went. */
  trim(stream: StreamValue): number {
    if (this.strategy === "none") return 0;
    return this.strategy === "length"
      ? stream.trimByLength(this.maxLength, this.isApproximate, this.limit)
      : stream.trimById(this.minId, this.isApproximate, this.limit);
  }

  /** Makes the arguments of an approximate trimming those of an exact one with the same result on `stream`. */
  makeExact(argv: (string | Uint8Array | number)[], stream: StreamValue): void {
    argv[this.thresholdIndex - 1] = "=";
    if (this.strategy === "length") {
      argv[this.thresholdIndex] = stream.length;
      return;
    }
    // As Redis: the first entry of the first node counts even if it is deleted.
    argv[this.thresholdIndex] = `${stream.nodes.first?.id ?? MAX_STREAM_ID}`;
  }

  #reset(): void {
    this.strategy = "none";
    this.isApproximate = false;
    this.limit = 0;
    this.thresholdIndex = 0;
    this.isStreamKept = false;
    this.idForm = "automatic";
  }

  #read(args: Args, rule: TrimRule, isAdd: boolean, reply: Reply): number {
    let isLimitGiven = false;
    let index = 2;
    for (; index < args.count; index++) {
      const option = args.at(index);
      const hasMore = index + 1 < args.count;
      if (isAdd && isCharacter(option, STAR)) break;
      if (hasMore && (equalsIgnoreCase(option, MAXLEN) || equalsIgnoreCase(option, MINID))) {
        const strategy = equalsIgnoreCase(option, MAXLEN) ? "length" : "id";
        index = this.#readThreshold(args, index, strategy, reply);
        if (index === 0) return 0;
      } else if (hasMore && equalsIgnoreCase(option, LIMIT)) {
        if (!this.#readLimit(args, ++index, reply)) return 0;
        isLimitGiven = true;
      } else if (isAdd && equalsIgnoreCase(option, NOMKSTREAM)) {
        this.isStreamKept = true;
      } else if (isAdd) {
        const form = parseStreamId(option, this.id, 0);
        if (form === "invalid") return refuse(INVALID_STREAM_ID, reply);
        this.idForm = form;
        break;
      } else {
        return refuse(SYNTAX_ERROR, reply);
      }
    }
    if (this.strategy === "none") {
      if (this.limit !== 0) {
        return refuse("ERR syntax error, LIMIT cannot be used without specifying a trimming strategy", reply);
      }
      if (!isAdd) return refuse("ERR syntax error, XTRIM must be called with a trimming strategy", reply);
    }
    return this.#settleLimit(rule, isLimitGiven, reply) ? index : 0;
  }

  /** Reads what follows MAXLEN or MINID at `index` and returns the position of its last argument; 0 after an error. */
  #readThreshold(args: Args, index: number, strategy: TrimStrategy, reply: Reply): number {
    if (this.strategy !== "none") {
      return refuse("ERR syntax error, MAXLEN and MINID options at the same time are not compatible", reply);
    }
    const operator = args.at(index + 1);
    this.isApproximate = false;
    let threshold = index + 1;
    if (index + 2 < args.count) {
      this.isApproximate = isCharacter(operator, TILDE);
      if (this.isApproximate || isCharacter(operator, EQUALS)) threshold++;
    }
    if (strategy === "length") {
      const length = readClampedInteger(args, threshold, reply);
      if (length === null) return 0;
      if (length < 0) return refuse("ERR The MAXLEN argument must be >= 0.", reply);
      this.maxLength = length;
    } else if (!readStrictId(args, threshold, this.minId, reply)) {
      return 0;
    }
    this.strategy = strategy;
    this.thresholdIndex = threshold;
    return threshold;
  }

  #readLimit(args: Args, index: number, reply: Reply): boolean {
    const limit = readClampedInteger(args, index, reply);
    if (limit === null) return false;
    if (limit < 0) return refuse("ERR The LIMIT argument must be >= 0.", reply) !== 0;
    this.limit = limit;
    return true;
  }

  #settleLimit(rule: TrimRule, isLimitGiven: boolean, reply: Reply): boolean {
    if (rule.isObeyed) {
      this.limit = 0;
    } else if (isLimitGiven) {
      if (!this.isApproximate) {
        return refuse("ERR syntax error, LIMIT cannot be used without the special ~ option", reply) !== 0;
      }
    } else if (this.isApproximate) {
      const limit = DEFAULT_LIMIT_NODES * rule.maxNodeEntries;
      this.limit = limit <= 0 ? DEFAULT_LIMIT : Math.min(limit, DEFAULT_LIMIT_MAX);
    }
    return true;
  }
}

/** Writes an error and returns 0, which is no position. */
function refuse(text: string, reply: Reply): 0 {
  reply.error(text);
  return 0;
}
