/**
 * The `replicaof` parameter: the master to follow. The REPLICAOF command changes it with `store`.
 */

import { byteTextOf, decodeByteText, untilNul } from "./byte_text.ts";
import { type AssignResult, Cell, CHANGED, type RewriteLine } from "./cell.ts";
import { parseLeadingInteger } from "./number_syntax.ts";

/** Where a master is. */
export interface MasterAddress {
  readonly host: string;
  readonly port: number;
}

/** The value of `replicaof`: null for a master. */
export class ReplicaOfCell extends Cell {
  readonly kind = "replicaof";
  override readonly takesManyArguments = true;
  override value: MasterAddress | null = null;

  /** Puts an address in place: for REPLICAOF and for failovers. */
  store(value: MasterAddress | null): void {
    this.value = value;
  }

  override assign(args: readonly string[]): AssignResult {
    if (args.length !== 2) return { error: "wrong number of arguments" };
    this.value = null;
    const host = untilNul(args[0]!);
    if (host.toLowerCase() === "no" && untilNul(args[1]!).toLowerCase() === "one") return CHANGED;
    const { value, isWhole } = parseLeadingInteger(args[1]!);
    const port = Number(BigInt.asIntN(32, value));
    if (!isWhole || port < 0 || port > 65535) return { error: "Invalid master port" };
    this.value = { host: decodeByteText(host), port };
    return CHANGED;
  }

  override print(): string {
    return this.value === null ? "" : `${byteTextOf(this.value.host)} ${this.value.port}`;
  }

  override rewriteLines(name: string): RewriteLine[] {
    return this.value === null ? [] : [{ text: `${name} ${this.value.host} ${this.value.port}`, isForced: true }];
  }
}
