/**
 * A reply that becomes a value instead of bytes: what the makers of such values share.
 *
 * - Aggregates are collected on a stack; each is handed to the one around it when its last element has come.
 * - A deferred aggregate takes everything until `endDeferred`, whose count must agree with what was written.
 */

import type { Slice } from "../bytes/slice.ts";
import type { DeferredToken, Reply } from "./reply.ts";

/** Kinds of aggregates; in RESP2 all but attributes are arrays. */
export type AggregateKind = "array" | "map" | "set" | "push" | "attribute";

/** An aggregate that is not complete. */
export interface Aggregate {
  readonly kind: AggregateKind;
  /** Values still to come; -1 while the length is deferred. */
  missing: number;
  /** Values that have come. */
  count: number;
}

/** Makes values of type `V` of replies; `A` is what it gathers the elements of an aggregate in. */
export abstract class ReplyCollector<V, A extends Aggregate> implements Reply {
  errorCount = 0;
  readonly isCutOff = false;
  /** 2 or 3: in RESP2 maps and sets are arrays, doubles bulk strings and so on, as a RESP2 client would see them. */
  protocol: 2 | 3;
  readonly #open: A[] = [];

  constructor(protocol: 2 | 3) {
    this.protocol = protocol;
  }

  /** An aggregate without elements, of which `missing` are to come. */
  protected abstract open(kind: AggregateKind, missing: number): A;
  /** Puts the next element into an aggregate, which holds `count` of them. */
  protected abstract put(aggregate: A, value: V): void;
  /** The value of a complete aggregate. */
  protected abstract close(aggregate: A): V;
  /** Takes a complete reply. */
  protected abstract keep(value: V): void;

  abstract simple(text: string): void;
  abstract error(text: string): void;
  abstract integer(value: number | bigint): void;
  abstract bulk(bytes: Uint8Array, start?: number, end?: number): void;
  abstract bulkSlice(slice: Slice): void;
  abstract bulkText(text: string): void;
  abstract nil(): void;
  abstract nilArray(): void;
  abstract boolean(value: boolean): void;
  abstract double(value: number): void;
  abstract doubleText(text: string): void;
  abstract bigNumber(text: string): void;
  abstract verbatim(format: string, text: string | Uint8Array): void;
  abstract raw(bytes: Uint8Array, start?: number, end?: number): void;

  get isResp3(): boolean {
    return this.protocol === 3;
  }

  /** Aggregates that are not complete. */
  get openCount(): number {
    return this.#open.length;
  }

  ok(): void {
    this.simple("OK");
  }

  queued(): void {
    this.simple("QUEUED");
  }

  bulkWords(words: Int32Array, at: number, length: number): void {
    this.bulk(new Uint8Array(words.buffer, words.byteOffset + at * 4, length));
  }

  bulkInteger(value: number | bigint): void {
    this.bulkText(String(value));
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
    if (aggregate.count !== count && aggregate.count !== count * 2) {
      throw new Error(`A deferred reply announces ${count} elements and has ${aggregate.count}`);
    }
    this.#open.pop();
    this.add(this.close(aggregate));
  }

  mark(): number {
    return this.#open.length;
  }

  /** Aggregates that were begun since and are not complete are dropped; complete values stay. */
  rewind(mark: number): void {
    this.#open.length = Math.min(this.#open.length, mark);
  }

  /** Takes the next value: of the innermost open aggregate, or a complete reply. */
  protected add(value: V): void {
    const open = this.#open;
    if (open.length === 0) return this.keep(value);
    const around = open[open.length - 1]!;
    this.put(around, value);
    around.count++;
    if (around.missing > 0 && --around.missing === 0) {
      open.pop();
      this.add(this.close(around));
    }
  }

  #begin(kind: AggregateKind, missing: number): DeferredToken {
    const aggregate = this.open(kind, missing);
    if (missing === 0) this.add(this.close(aggregate));
    else this.#open.push(aggregate);
    return this.#open.length - 1;
  }
}
