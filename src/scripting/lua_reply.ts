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
import { type Aggregate, type AggregateKind, ReplyCollector } from "../resp/reply_collector.ts";
import { ReplyParser } from "../resp/reply_parser.ts";
import { ReplyError, type ReplyValue } from "../resp/reply_value.ts";
import { countedErrorTable } from "./error_table.ts";

interface OpenAggregate extends Aggregate {
  readonly table: LuaTable;
  /** The key whose value comes next; of attributes, what they describe. */
  key: LuaValue;
}

/** Builds the values of one script's replies; `redis.setresp` changes the protocol. */
export class LuaReply extends ReplyCollector<LuaValue, OpenAggregate> {
  /** Told the text of each error. */
  onError: ((text: string) => void) | null = null;

  #value: LuaValue = undefined;

  constructor() {
    super(2);
  }

  /** For a script that begins: its replies have the shapes of RESP2. */
  begin(): void {
    this.take();
    this.protocol = 2;
  }

  /** The reply that was written; forgets it. */
  take(): LuaValue {
    const value = this.#value;
    this.#value = undefined;
    if (this.openCount > 0) this.rewind(0);
    return value;
  }

  override simple(text: string): void {
    this.add(tableOf("ok", text));
  }

  override error(text: string): void {
    this.errorCount++;
    this.onError?.(text);
    this.add(countedErrorTable(`-${text}`));
  }

  override integer(value: number | bigint): void {
    this.add(Number(value));
  }

  override bulk(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    charge(end - start);
    this.add(latin1(bytes, start, end));
  }

  override bulkSlice(slice: Slice): void {
    charge(slice.length);
    this.add(latin1(slice.bytes, slice.start, slice.end));
  }

  override bulkText(text: string): void {
    this.add(text);
  }

  override nil(): void {
    this.add(this.isResp3 ? undefined : false);
  }

  override nilArray(): void {
    this.nil();
  }

  override boolean(value: boolean): void {
    this.add(this.isResp3 ? value : Number(value));
  }

  override double(value: number): void {
    this.add(this.isResp3 ? tableOf("double", value) : formatDouble(value));
  }

  override doubleText(text: string): void {
    if (!this.isResp3) return this.add(text);
    this.add(tableOf("double", parseLenientDouble(ascii(text), 0, text.length) ?? NaN));
  }

  override bigNumber(text: string): void {
    this.add(this.isResp3 ? tableOf("big_number", text) : text);
  }

  override verbatim(format: string, text: string | Uint8Array): void {
    const content = typeof text === "string" ? text : latin1(text);
    if (!this.isResp3) return this.add(content);
    const table = new LuaTable();
    table.set("string", content);
    table.set("format", format.slice(0, 3).padEnd(3));
    this.add(tableOf("verbatim_string", table));
  }

  override raw(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
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

  protected override open(kind: AggregateKind, missing: number): OpenAggregate {
    // In RESP3 there may be nil among the elements, for which no room is made.
    const table = kind === "array" && missing > 0 && !this.isResp3 ? LuaTable.forList(missing) : new LuaTable();
    return { kind, missing, count: 0, table, key: undefined };
  }

  protected override put(aggregate: OpenAggregate, value: LuaValue): void {
    const { table, kind, count } = aggregate;
    if (kind === "array" || kind === "push") {
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

  protected override close({ kind, table, key }: OpenAggregate): LuaValue {
    if (kind === "array" || kind === "push") return table;
    return kind === "attribute" ? key : tableOf(kind, table);
  }

  protected override keep(value: LuaValue): void {
    this.#value = value;
  }
}

function tableOf(key: string, value: LuaValue): LuaTable {
  const table = new LuaTable(0, 1);
  table.set(key, value);
  return table;
}
