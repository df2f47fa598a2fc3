/**
 * A reply that becomes a JavaScript value instead of bytes: for scripts and tests.
 *
 * - Aggregates are collected on a stack; each is handed to the one around it when its last element has come.
 * - A deferred aggregate takes everything until `endDeferred`, whose count must agree with what was written.
 */
import { ascii } from "../bytes/ascii.ts";
import { formatDouble } from "../bytes/double.ts";
import type { Slice } from "../bytes/slice.ts";
import type { DeferredToken, Reply } from "./reply.ts";
import { ReplyParser } from "./reply_parser.ts";
import {
  NIL_ARRAY,
  pairs,
  ReplyAttribute,
  ReplyBigNumber,
  ReplyDouble,
  ReplyError,
  ReplyMap,
  ReplyPush,
  ReplySet,
  type ReplyValue,
  ReplyVerbatim,
} from "./reply_value.ts";

type AggregateKind = "array" | "map" | "set" | "push" | "attribute";

interface Aggregate {
  readonly kind: AggregateKind;
  /** Values still to come, -1 while the length is deferred. */
  missing: number;
  readonly items: ReplyValue[];
}

/** Records replies as `ReplyValue`s, with the shapes of one protocol. */
export class ReplyRecorder implements Reply {
  errorCount = 0;
  readonly isCutOff = false;
  /** 2 or 3: in RESP2 maps and sets are arrays, doubles bulk strings and so on, as a RESP2 client would see them. */
  protocol: 2 | 3;
  #values: ReplyValue[] = [];
  #open: Aggregate[] = [];

  /** Records in the shapes of `protocol`. */
  constructor(protocol: 2 | 3 = 2) {
    this.protocol = protocol;
  }

  get isResp3(): boolean {
    return this.protocol === 3;
  }

  /** The complete replies so far, in order. */
  get values(): readonly ReplyValue[] {
    return this.#values;
  }

  /** Removes and returns the one reply recorded. Throws an Error when there is none, more than one, or half of one. */
  take(): ReplyValue {
    const [value] = this.#values;
    if (value === undefined || this.#values.length !== 1 || this.#open.length > 0) {
      throw new Error(
        `Expected one complete reply and recorded ${this.#values.length}, with ${this.#open.length} aggregates open`,
      );
    }
    this.#values = [];
    return value;
  }

  ok(): void {
    this.#add("OK");
  }

  queued(): void {
    this.#add("QUEUED");
  }

  simple(text: string): void {
    this.#add(text);
  }

  error(text: string): void {
    this.errorCount++;
    this.#add(new ReplyError(text.replace(/[\r\n]+$/, "").replace(/[\r\n]/g, " ")));
  }

  integer(value: number | bigint): void {
    const isSafe = typeof value === "bigint" && value === BigInt.asIntN(54, value) && value !== -(2n ** 53n);
    this.#add(isSafe ? Number(value) : value);
  }

  bulk(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.#add(bytes.slice(start, end));
  }

  bulkSlice(slice: Slice): void {
    this.#add(slice.copy());
  }

  bulkText(text: string): void {
    this.#add(ascii(text));
  }

  bulkInteger(value: number | bigint): void {
    this.bulkText(String(value));
  }

  nil(): void {
    this.#add(null);
  }

  nilArray(): void {
    this.#add(this.isResp3 ? null : NIL_ARRAY);
  }

  emptyArray(): void {
    this.array(0);
  }

  array(count: number): void {
    this.#begin("array", count);
  }

  map(count: number): void {
    this.#begin(this.isResp3 ? "map" : "array", count * 2);
  }

  set(count: number): void {
    this.#begin(this.isResp3 ? "set" : "array", count);
  }

  push(count: number): void {
    this.#begin(this.isResp3 ? "push" : "array", count);
  }

  attribute(count: number): void {
    this.#begin("attribute", count * 2 + 1);
  }

  boolean(value: boolean): void {
    this.#add(this.isResp3 ? value : Number(value));
  }

  double(value: number): void {
    this.doubleText(formatDouble(value));
  }

  doubleText(text: string): void {
    this.#add(this.isResp3 ? new ReplyDouble(text) : ascii(text));
  }

  bigNumber(text: string): void {
    this.#add(this.isResp3 ? new ReplyBigNumber(text) : ascii(text));
  }

  verbatim(format: string, text: string | Uint8Array): void {
    const bytes = typeof text === "string" ? ascii(text) : text.slice();
    this.#add(this.isResp3 ? new ReplyVerbatim(format.slice(0, 3).padEnd(3), bytes) : bytes);
  }

  deferredArray(): DeferredToken {
    return this.#begin("array", -1);
  }

  deferredMap(): DeferredToken {
    return this.#begin(this.isResp3 ? "map" : "array", -1);
  }

  deferredSet(): DeferredToken {
    return this.#begin(this.isResp3 ? "set" : "array", -1);
  }

  endDeferred(token: DeferredToken, count: number): void {
    const aggregate = this.#open[token];
    if (aggregate === undefined || token !== this.#open.length - 1 || aggregate.missing !== -1) {
      throw new Error("Deferred replies must end in the reverse order of their beginning");
    }
    const written = aggregate.items.length;
    if (written !== count && written !== count * 2) {
      throw new Error(`A deferred reply announces ${count} elements and has ${written}`);
    }
    this.#open.pop();
    this.#finish(aggregate);
  }

  mark(): number {
    return this.#open.length;
  }

  /** Aggregates that were begun since and are not complete are dropped; complete values stay. */
  rewind(mark: number): void {
    this.#open.length = Math.min(this.#open.length, mark);
  }

  raw(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    const parser = new ReplyParser();
    parser.push(bytes.subarray(start, end));
    for (let value = parser.next(); value !== undefined; value = parser.next()) this.#add(value);
  }

  #begin(kind: AggregateKind, count: number): DeferredToken {
    const aggregate: Aggregate = { kind, missing: count, items: [] };
    if (count === 0) this.#finish(aggregate);
    else this.#open.push(aggregate);
    return this.#open.length - 1;
  }

  #add(value: ReplyValue): void {
    const around = this.#open.at(-1);
    if (around === undefined) {
      this.#values.push(value);
      return;
    }
    around.items.push(value);
    if (around.missing > 0 && --around.missing === 0) {
      this.#open.pop();
      this.#finish(around);
    }
  }

  #finish({ kind, items }: Aggregate): void {
    if (kind === "map") this.#add(new ReplyMap(pairs(items)));
    else if (kind === "set") this.#add(new ReplySet(items));
    else if (kind === "push") this.#add(new ReplyPush(items));
    else if (kind === "attribute") this.#add(new ReplyAttribute(pairs(items), items.at(-1)!));
    else this.#add(items);
  }
}
