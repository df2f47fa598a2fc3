/**
 * Writers whose data tell how far they came: after a crash the number of operations that were kept can be read from the data,
 * and every key must be as exactly that many operations leave it.
 */

import { assertEquals } from "@std/assert";
import type { Argument, RawClient } from "../../support/raw_client.ts";
import { ErrorReply, type ReplyValue } from "../../support/reply_reader.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";

/**
 * What `everysec` may lose of what it acknowledged: a write waits for a sync that is under way, as in Redis; its reply does
 * not.
 */
export const EVERYSEC_LOSS_MS = 1_000;

/** A writer with keys of its own. */
export abstract class Journal {
  /** Operations sent: all of these may have been kept. */
  sent = 0;
  /** When operations were answered, and how many of them by then. */
  #answers = [{ atMs: -Infinity, acknowledged: 0 }];

  /** The requests of the operation `number`, which counts from 1; the last one's reply acknowledges it. */
  protected abstract requests(number: number): Argument[][];

  /** How many operations the server has kept. Throws an `AssertionError` when its data are not those of any number of them. */
  abstract read(client: RawClient): Promise<number>;

  /** Operations sent at once. */
  protected abstract readonly maxDepth: number;

  /** Writes until the connection breaks. Throws when the server refuses something. */
  async write(client: RawClient, random: SeededRandom): Promise<void> {
    for (;;) {
      const depth = random.integer(1, this.maxDepth);
      const requests: Argument[][] = [];
      for (let index = 0; index < depth; index++) requests.push(...this.requests(++this.sent));
      let replies: ReplyValue[];
      try {
        replies = await client.pipeline(requests);
      } catch {
        return;
      }
      const refusal = replies.flat().find((reply) => reply instanceof ErrorReply);
      if (refusal !== undefined) throw new Error(`The server refused a write: ${(refusal as ErrorReply).text}`);
      this.#answers.push({ atMs: performance.now(), acknowledged: this.acknowledged + depth });
    }
  }

  /** Goes on behind what the server has kept. */
  resume(kept: number): void {
    this.sent = kept;
    this.#answers = [{ atMs: -Infinity, acknowledged: kept }];
  }

  /** Operations that the server has answered. */
  get acknowledged(): number {
    return this.#answers.at(-1)!.acknowledged;
  }

  /** When the last operation was answered: `performance.now()`. */
  get lastAnswerMs(): number {
    return this.#answers.at(-1)!.atMs;
  }

  /** Operations that the server had answered by then. */
  acknowledgedBy(timeMs: number): number {
    return this.#answers.findLast(({ atMs }) => atMs <= timeMs)!.acknowledged;
  }
}

/** Counts with single commands, many at a time. */
export class CounterJournal extends Journal {
  protected override readonly maxDepth = 20;
  readonly #key: string;

  constructor(name: string) {
    super();
    this.#key = `${name}:counter`;
  }

  protected override requests(): Argument[][] {
    return [["INCR", this.#key]];
  }

  override async read(client: RawClient): Promise<number> {
    return Number(await client.expect("GET", this.#key) ?? 0);
  }
}

const LIST_LENGTH = 100;
const HASH_LENGTH = 64;
const SET_LENGTH = 50;
const STREAM_LENGTH = 30;
/** The large string changes each time so many operations are done. */
const BIG_EVERY = 20;

/** Changes one key of every type within a transaction. */
export class TransactionJournal extends Journal {
  protected override readonly maxDepth = 3;
  readonly #name: string;

  constructor(name: string) {
    super();
    this.#name = name;
  }

  protected override requests(number: number): Argument[][] {
    const key = (suffix: string) => `${this.#name}:${suffix}`;
    return [
      ["MULTI"],
      ["SET", key("number"), number],
      ["RPUSH", key("list"), number],
      ["LTRIM", key("list"), -LIST_LENGTH, -1],
      ["HSET", key("hash"), `f${number % HASH_LENGTH}`, number],
      ["SADD", key("set"), number],
      ["SREM", key("set"), number - SET_LENGTH],
      ["ZADD", key("zset"), number, `m${number % HASH_LENGTH}`],
      ["XADD", key("stream"), "MAXLEN", STREAM_LENGTH, `${number}-1`, "number", number],
      ["INCRBYFLOAT", key("float"), "0.5"],
      number % 2 === 1 ? ["SET", key("odd"), number, "EX", 100_000] : ["DEL", key("odd")],
      ...(number % BIG_EVERY === 0 ? [["SET", key("big"), bigValue(number)]] : []),
      ["EXEC"],
    ];
  }

  override async read(client: RawClient): Promise<number> {
    const key = (suffix: string) => `${this.#name}:${suffix}`;
    const replies = await client.pipeline([
      ["GET", key("number")],
      ["LRANGE", key("list"), 0, -1],
      ["HGETALL", key("hash")],
      ["SMEMBERS", key("set")],
      ["ZRANGE", key("zset"), 0, -1, "WITHSCORES"],
      ["XRANGE", key("stream"), "-", "+"],
      ["GET", key("float")],
      ["GET", key("odd")],
      ["GET", key("big")],
    ]);
    const number = Number(replies[0] ?? 0);
    assertEquals(sortedReplies(replies), stateAfter(number), `${this.#name} after ${number} operations`);
    return number;
  }
}

/** What is read after `number` operations, in the order of `read`. */
function stateAfter(number: number): unknown[] {
  const texts = (count: number) => lastNumbers(number, count).map(String);
  const fields = lastNumbers(number, HASH_LENGTH);
  const big = number - number % BIG_EVERY;
  return [
    number === 0 ? null : String(number),
    texts(LIST_LENGTH),
    fields.map((value) => [`f${value % HASH_LENGTH}`, String(value)]).sort(),
    texts(SET_LENGTH).sort(),
    fields.map((value) => [`m${value % HASH_LENGTH}`, String(value)]).sort(),
    lastNumbers(number, STREAM_LENGTH).map((value) => [`${value}-1`, ["number", String(value)]]),
    number === 0 ? null : String(number / 2),
    number % 2 === 1 ? String(number) : null,
    big === 0 ? null : bigValue(big),
  ];
}

/** Replies of `read` with what has no order put in order. */
function sortedReplies(replies: readonly ReplyValue[]): unknown[] {
  const [number, list, hash, set, zset, ...rest] = replies;
  return [number, list, pairs(hash!).sort(), (set as string[]).toSorted(), pairs(zset!).sort(), ...rest];
}

function pairs(reply: ReplyValue): string[][] {
  const items = reply as string[];
  return Array.from({ length: items.length / 2 }, (_, index) => items.slice(2 * index, 2 * index + 2));
}

function lastNumbers(last: number, count: number): number[] {
  const first = Math.max(1, last - count + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function bigValue(number: number): string {
  return String(number).padEnd(1 + number * 997 % 20_000, "x");
}
