/**
 * The clients that called MONITOR, and the line that each of them gets for every command.
 *
 * ```
 * +1690000000.123456 [0 127.0.0.1:6379] "set" "key" "value"
 * ```
 *
 * - While there are none a command pays for one comparison.
 */

import type { Clock } from "../base/clock.ts";
import { quoteArgument } from "../bytes/quote.ts";
import type { Command } from "../command/command.ts";
import type { Context } from "../command/context.ts";
import type { Args } from "../resp/request_batch.ts";
import type { Client } from "./client.ts";
import type { ClientRegistry } from "./client_registry.ts";

const REDACTED = '"(redacted)"';
const US_A_SECOND = 1_000_000;

/** The monitors of one server. */
export class Monitors {
  /** True when somebody watches. */
  isActive = false;
  /** Whether the running command was called by a script; scripting sets it. */
  isScript: () => boolean = () => false;

  readonly #clock: Clock;
  readonly #clients: ClientRegistry;
  readonly #watching = new Set<Client>();

  constructor(clock: Clock, clients: ClientRegistry) {
    this.#clock = clock;
    this.#clients = clients;
    clients.onGone.subscribe((client) => this.remove(client));
    clients.onReset.subscribe((client) => this.remove(client));
  }

  /** Makes `client` a monitor. */
  add(client: Client): void {
    client.isMonitor = true;
    this.#watching.add(client);
    this.isActive = true;
  }

  /** Ends the monitoring of `client`: RESET, or it is gone. Harmless if it was none. */
  remove(client: Client): void {
    if (!this.#watching.delete(client)) return;
    client.isMonitor = false;
    this.isActive = this.#watching.size > 0;
  }

  /** Shows a command that ran to every monitor; administrative ones stay hidden. */
  feed(context: Context, command: Command, args: Args): void {
    if (!command.skipMonitor && !command.admin) this.show(context, args);
  }

  /** Shows a request to every monitor: scripts do so before their commands. */
  show(context: Context, args: Args): void {
    if (!this.isActive) return;
    const line = this.#lineOf(context, args);
    for (const client of this.#watching) {
      if (client.isClosing) continue;
      client.output.prepare();
      client.reply.simple(line);
      client.output.flushSoon();
    }
  }

  #lineOf(context: Context, args: Args): string {
    const nowUs = Math.floor(this.#clock.nowUs());
    const time = `${Math.floor(nowUs / US_A_SECOND)}.${String(nowUs % US_A_SECOND).padStart(6, "0")}`;
    const redacted = context.redactedArguments;
    let line = `${time} [${context.db.index} ${this.#sourceOf(context)}]`;
    for (let i = 0; i < args.count; i++) {
      line += ` ${redacted.includes(i) ? REDACTED : quoteArgument(args.at(i).view())}`;
    }
    return line;
  }

  #sourceOf(context: Context): string {
    if (this.isScript()) return "lua";
    const client = this.#clients.of(context);
    if (client === undefined) return "?:0";
    return client.isUnixSocket ? `unix:${client.address.replace(/:0$/, "")}` : client.address;
  }
}
