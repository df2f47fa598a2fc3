/**
 * What a user may do: the one check of commands, keys and channels, for requests, EXEC, scripts and ACL DRYRUN alike.
 *
 * - What comes from our master or from a file is nobody's request and is never refused.
 * - A refusal names the last thing in the way that no selector lets pass; that of a command only if no selector has it.
 */

import type { ClientDescriptions } from "../clients/client_description.ts";
import type { ClientRegistry } from "../clients/client_registry.ts";
import type { Command } from "../command/command.ts";
import type { Context } from "../command/context.ts";
import type { KeyCollector } from "../command/key_specs.ts";
import type { CommandRegistry } from "../command/registry.ts";
import type { Args } from "../resp/request_batch.ts";
import type { AclLog } from "./acl_log.ts";
import type { Denial, DenialPlace, DenialReason } from "./denial.ts";
import type { Selector } from "./selector.ts";
import type { User } from "./user.ts";
import type { UserRegistry } from "./user_registry.ts";

/** The reasons from the weakest: a selector that fails at a key has come further than one that fails at the command. */
const WEIGHTS: Readonly<Record<DenialReason, number>> = { command: 1, key: 2, channel: 3 };
const COMMAND_DENIED: Denial = { reason: "command", position: 0 };

/** What `Permissions` needs. */
export interface PermissionsOptions {
  /** Asked when a request is checked, not before. */
  readonly registry: () => CommandRegistry;
  readonly users: UserRegistry;
  readonly log: AclLog;
  readonly clients: ClientRegistry;
  readonly clientDescriptions: ClientDescriptions;
  /** Whether a client is between MULTI and EXEC, or in EXEC. */
  readonly isInTransaction: (context: Context) => boolean;
}

/** The permissions of one server's users. */
export class Permissions {
  readonly #options: PermissionsOptions;

  constructor(options: PermissionsOptions) {
    this.#options = options;
  }

  /** Whether requests of `context` have to be checked at all. */
  isRestricted(context: Context): boolean {
    return context.origin === "client" && !this.#options.users.of(context).isUnrestricted;
  }

  /** Why `user` may not make a request; null when it may. Writes no log. */
  check(user: User, command: Command, args: Args): Denial | null {
    if (user.isUnrestricted) return null;
    const request = new CheckedRequest(this.#options.registry(), command, args);
    let denial = COMMAND_DENIED;
    for (const selector of user.selectors) {
      const own = request.denialBy(selector);
      if (own === null) return null;
      const difference = WEIGHTS[own.reason] - WEIGHTS[denial.reason];
      if (difference > 0 || (difference === 0 && own.position > denial.position)) denial = own;
    }
    return denial;
  }

  /** As `check`, for the user of `context`. */
  denialOf(context: Context, command: Command, args: Args): Denial | null {
    return this.isRestricted(context) ? this.check(this.#options.users.of(context), command, args) : null;
  }

  /** As `denialOf`, and a refusal goes to the log. `place` is "lua" for a request of a script. */
  deny(context: Context, command: Command, args: Args, place = this.#placeOf(context)): Denial | null {
    const denial = this.denialOf(context, command, args);
    if (denial === null) return null;
    const object = denial.reason === "command" ? command.fullName : args.text(denial.position);
    this.#log(context, args, { reason: denial.reason, object, place, userName: context.userName });
    return denial;
  }

  /** Whether the user of `context` may make a request and, by the same selector, use every key as `flags` (of `KEY_FLAGS`) say. */
  allowsEveryKey(context: Context, command: Command, args: Args, flags: number): boolean {
    if (!this.isRestricted(context)) return true;
    const request = new CheckedRequest(this.#options.registry(), command, args);
    return this.#options.users.of(context).selectors.some((selector) => {
      return request.denialBy(selector) === null && selector.allowsEveryKey(flags);
    });
  }

  /** Notes in the log that a client has given wrong credentials for `userName`. */
  noteFailedAuthentication(context: Context, args: Args, userName: string): void {
    this.#log(context, args, { reason: "auth", object: args.text(0), place: this.#placeOf(context), userName });
  }

  #log(
    context: Context,
    args: Args,
    entry: { reason: DenialReason | "auth"; object: string; place: DenialPlace; userName: string },
  ): void {
    const { clients, clientDescriptions, log } = this.#options;
    const client = clients.of(context);
    const clientLine = client === undefined ? "" : clientDescriptions.lineOf(client, args.sizeBytes);
    log.add({ ...entry, lastAtMs: context.now, clientLine });
  }

  #placeOf(context: Context): DenialPlace {
    return this.#options.isInTransaction(context) ? "multi" : "toplevel";
  }
}

/** One request that selectors are asked about: its keys are looked for at most once. */
class CheckedRequest {
  readonly #registry: CommandRegistry;
  readonly #command: Command;
  readonly #args: Args;
  #keys: KeyCollector | null = null;

  constructor(registry: CommandRegistry, command: Command, args: Args) {
    this.#registry = registry;
    this.#command = command;
    this.#args = args;
  }

  /** Why a selector does not allow it; null when it does. */
  denialBy(selector: Selector): Denial | null {
    const command = this.#command;
    if (!command.noAuth && !selector.commands.allows(command, this.#args)) return COMMAND_DENIED;
    return (command.hasKeys ? this.#keyDenialBy(selector) : null) ?? this.#channelDenialBy(selector);
  }

  #keyDenialBy(selector: Selector): Denial | null {
    if (selector.isEveryKey) return null;
    const { count, positions, flags } = this.#keys ??= this.#registry.keysOf(this.#command, this.#args);
    for (let index = 0; index < count; index++) {
      const position = positions[index]!;
      if (!selector.allowsKey(this.#args.at(position), flags[index]!)) return { reason: "key", position };
    }
    return null;
  }

  #channelDenialBy(selector: Selector): Denial | null {
    const use = this.#command.spec.channels;
    const isUsed = use === "publish" || use === "subscribe" || use === "subscribe-pattern";
    if (selector.isEveryChannel || !isUsed) return null;
    const count = use === "publish" ? 2 : this.#args.count;
    for (let position = 1; position < count; position++) {
      if (!selector.allowsChannel(this.#args.at(position), use === "subscribe-pattern")) {
        return { reason: "channel", position };
      }
    }
    return null;
  }
}
