/**
 * A reply that becomes a JavaScript value, as a client would see it.
 */
import { ascii } from "../bytes/ascii.ts";
import { formatDouble } from "../bytes/double.ts";
import type { Slice } from "../bytes/slice.ts";
import { type Aggregate, type AggregateKind, ReplyCollector } from "./reply_collector.ts";
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

interface OpenAggregate extends Aggregate {
  readonly items: ReplyValue[];
}

/** Records replies as `ReplyValue`s, with the shapes of one protocol. */
export class ReplyRecorder extends ReplyCollector<ReplyValue, OpenAggregate> {
  #values: ReplyValue[] = [];

  /** Records in the shapes of `protocol`. */
  constructor(protocol: 2 | 3 = 2) {
    super(protocol);
  }

  /** The complete replies so far, in order. */
  get values(): readonly ReplyValue[] {
    return this.#values;
  }

  /** Removes and returns the one reply recorded. Throws an Error when there is none, more than one, or half of one. */
  take(): ReplyValue {
    const [value] = this.#values;
    if (value === undefined || this.#values.length !== 1 || this.openCount > 0) {
      throw new Error(
        `Expected one complete reply and recorded ${this.#values.length}, with ${this.openCount} aggregates open`,
      );
    }
    this.#values = [];
    return value;
  }

  override simple(text: string): void {
    this.add(text);
  }

  override error(text: string): void {
    this.errorCount++;
    this.add(new ReplyError(text.replace(/[\r\n]+$/, "").replace(/[\r\n]/g, " ")));
  }

  override integer(value: number | bigint): void {
    const isSafe = typeof value === "bigint" && value === BigInt.asIntN(54, value) && value !== -(2n ** 53n);
    this.add(isSafe ? Number(value) : value);
  }

  override bulk(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.add(bytes.slice(start, end));
  }

  override bulkSlice(slice: Slice): void {
    this.add(slice.copy());
  }

  override bulkText(text: string): void {
    this.add(ascii(text));
  }

  override nil(): void {
    this.add(null);
  }

  override nilArray(): void {
    this.add(this.isResp3 ? null : NIL_ARRAY);
  }

  override boolean(value: boolean): void {
    this.add(this.isResp3 ? value : Number(value));
  }

  override double(value: number): void {
    this.doubleText(formatDouble(value));
  }

  override doubleText(text: string): void {
    this.add(this.isResp3 ? new ReplyDouble(text) : ascii(text));
  }

  override bigNumber(text: string): void {
    this.add(this.isResp3 ? new ReplyBigNumber(text) : ascii(text));
  }

  override verbatim(format: string, text: string | Uint8Array): void {
    const bytes = typeof text === "string" ? ascii(text) : text.slice();
    this.add(this.isResp3 ? new ReplyVerbatim(format.slice(0, 3).padEnd(3), bytes) : bytes);
  }

  override raw(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    const parser = new ReplyParser();
    parser.push(bytes.subarray(start, end));
    for (let value = parser.next(); value !== undefined; value = parser.next()) this.add(value);
  }

  protected override open(kind: AggregateKind, missing: number): OpenAggregate {
    return { kind, missing, count: 0, items: [] };
  }

  protected override put({ items }: OpenAggregate, value: ReplyValue): void {
    items.push(value);
  }

  protected override close({ kind, items }: OpenAggregate): ReplyValue {
    if (kind === "map") return new ReplyMap(pairs(items));
    if (kind === "set") return new ReplySet(items);
    if (kind === "push") return new ReplyPush(items);
    if (kind === "attribute") return new ReplyAttribute(pairs(items), items.at(-1)!);
    return items;
  }

  protected override keep(value: ReplyValue): void {
    this.#values.push(value);
  }
}
