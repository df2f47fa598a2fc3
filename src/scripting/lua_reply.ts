/**
 * The reply of a command as a value of the script that called it.
 *
 * | reply | value |
 * | --- | --- |
 * | status, error | `{ok = text}`, `{err = text, ignore_error_stats_update = true}` |
 * | integer, bulk string | number, string |
 * | nil | false; in RESP3 nil |
 * | array | table |
 * | map, set | `{map = {key = value}}`, `{set = {member = true}}` |
 * | boolean | boolean |
 * | double, big number | `{double = number}`, `{big_number = text}` |
 * | verbatim text | `{verbatim_string = {format = text, string = text}}` |
 * | attribute | nothing: only the value it describes |
 *
 * - Without `redis.setresp(3)` replies have the shapes of RESP2 and only the first rows come up.
 */

import { ascii, latin1 } from "../bytes/ascii.ts";
import { formatDouble, parseLenientDouble } from "../bytes/double.ts";
import type { Slice } from "../bytes/slice.ts";
import { charge } from "../lua/memory_meter.ts";
import { LuaTable } from "../lua/table.ts";
import type { LuaValue } from "../lua/value.ts";
import type { DeferredToken, Reply } from "../resp/reply.ts";
import { ReplyParser } from "../resp/reply_parser.ts";
import { ReplyError, type ReplyValue } from "../resp/reply_value.ts";
import { countedErrorTable } from "./error_table.ts";

type AggregateKind = "array" | "map" | "set" | "attribute";

/** An aggregate that is not complete. */
interface Aggregate {
  readonly kind: AggregateKind;
  readonly table: LuaTable;
  /** Values still to come; -1 while the length is deferred. */
  missing: number;
  /** Values that have come. */
  count: number;
  /** The key whose value comes next. */
  key: LuaValue;
}

/** Builds the values of one script's replies. */
export class LuaReply implements Reply {
  errorCount = 0;
  readonly isCutOff = false;
  /** 2 or 3: `redis.setresp` changes it. */
  protocol: 2 | 3 = 2;
  /** Told the text of each error. */
  onError: ((text: string) => void) | null = null;

  #value: LuaValue = undefined;
  #open: Aggregate[] = [];

  get isResp3(): boolean {
    return this.protocol === 3;
  }

  /** The reply that was written; forgets it. */
  take(): LuaValue {
    const value = this.#value;
    this.#value = undefined;
    this.#open.length = 0;
    return value;
  }

  ok(): void {
    this.simple("OK");
  }

  queued(): void {
    this.simple("QUEUED");
  }

  simple(text: string): void {
    this.#add(tableOf("ok", text));
  }

  error(text: string): void {
    this.errorCount++;
    this.onError?.(text);
    this.#add(countedErrorTable(`-${text}`));
  }

  integer(value: number | bigint): void {
    this.#add(Number(value));
  }

  bulk(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    charge(end - start);
    this.#add(latin1(bytes, start, end));
  }

  bulkSlice(slice: Slice): void {
    charge(slice.length);
    this.#add(latin1(slice.bytes, slice.start, slice.end));
  }

  bulkText(text: string): void {
    this.#add(text);
  }

  bulkInteger(value: number | bigint): void {
    this.#add(String(value));
  }

  nil(): void {
    this.#add(this.isResp3 ? undefined : false);
  }

  nilArray(): void {
    this.nil();
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
    this.array(count);
  }

  attribute(count: number): void {
    this.#begin("attribute", count * 2 + 1);
  }

  boolean(value: boolean): void {
    this.#add(this.isResp3 ? value : Number(value));
  }

  double(value: number): void {
    this.#add(this.isResp3 ? tableOf("double", value) : formatDouble(value));
  }

  doubleText(text: string): void {
    if (!this.isResp3) return this.#add(text);
    this.#add(tableOf("double", parseLenientDouble(ascii(text), 0, text.length) ?? NaN));
  }

  bigNumber(text: string): void {
    this.#add(this.isResp3 ? tableOf("big_number", text) : text);
  }

  verbatim(format: string, text: string | Uint8Array): void {
    const content = typeof text === "string" ? text : latin1(text);
    if (!this.isResp3) return this.#add(content);
    const table = new LuaTable();
    table.set("string", content);
    table.set("format", format.slice(0, 3).padEnd(3));
    this.#add(tableOf("verbatim_string", table));
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

  endDeferred(_token: DeferredToken, _count: number): void {
    this.#finish(this.#open.pop()!);
  }

  mark(): number {
    return this.#open.length;
  }

  rewind(mark: number): void {
    this.#open.length = Math.min(this.#open.length, mark);
  }

  raw(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    const parser = new ReplyParser();
    parser.push(bytes.subarray(start, end));
    for (let value = parser.next(); value !== undefined; value = parser.next()) this.#replay(value);
  }

  /** Commands encode nothing but single values themselves. */
  #replay(value: ReplyValue): void {
    if (value instanceof ReplyError) this.error(value.text);
    else if (value instanceof Uint8Array) this.bulk(value);
    else if (typeof value === "string") this.simple(value);
    else if (typeof value === "number" || typeof value === "bigint") this.integer(value);
    else this.nil();
  }

  #begin(kind: AggregateKind, count: number): DeferredToken {
    const aggregate: Aggregate = { kind, table: new LuaTable(), missing: count, count: 0, key: undefined };
    if (count === 0) this.#finish(aggregate);
    else this.#open.push(aggregate);
    return this.#open.length - 1;
  }

  #add(value: LuaValue): void {
    const around = this.#open.at(-1);
    if (around === undefined) {
      this.#value = value;
      return;
    }
    this.#put(around, value);
    around.count++;
    if (around.missing > 0 && --around.missing === 0) {
      this.#open.pop();
      this.#finish(around);
    }
  }

  #put(aggregate: Aggregate, value: LuaValue): void {
    const { table, kind, count } = aggregate;
    if (kind === "array") {
      if (value !== undefined) table.set(count + 1, value);
    } else if (kind === "set") {
      if (value !== undefined) table.set(value, true);
    } else if (kind === "attribute") {
      aggregate.key = value;
    } else if (count % 2 === 0) {
      aggregate.key = value;
    } else if (aggregate.key !== undefined) {
      table.set(aggregate.key, value);
    }
  }

  #finish({ kind, table, key }: Aggregate): void {
    if (kind === "array") this.#add(table);
    else if (kind === "attribute") this.#add(key);
    else this.#add(tableOf(kind, table));
  }
}

function tableOf(key: string, value: LuaValue): LuaTable {
  const table = new LuaTable();
  table.set(key, value);
  return table;
}
