/**
 * COMMAND: what the server tells about its own commands, read from their declarations.
 *
 * - Names are looked up as they can be called now (`rename-command`), and printed as they were declared.
 */
import { ascii } from "../../bytes/ascii.ts";
import { globMatches } from "../../bytes/glob.ts";
import { Slice } from "../../bytes/slice.ts";
import { aclCategoryBit } from "../../command/acl_categories.ts";
import type { Command } from "../../command/command.ts";
import type { CommandSpec, Handler } from "../../command/command_spec.ts";
import { helpHandler } from "../../command/help.ts";
import type { CommandRegistry } from "../../command/registry.ts";
import type { Reply } from "../../resp/reply.ts";
import { SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import { Args } from "../../resp/request_batch.ts";
import { replyCommandDocs, replyCommandInfo, replyKeyFlags } from "./command_details.ts";

/** The declaration of COMMAND. `registry` is asked when a request runs, so it may be built from this very declaration. */
export function commandCommands(registry: () => CommandRegistry): CommandSpec[] {
  return [{
    name: "command",
    group: "server",
    since: "2.8.13",
    summary: "Get array of Redis command details",
    complexity: "O(N) where N is the total number of Redis commands",
    arity: -1,
    flags: "loading stale",
    acl: "connection",
    hints: "nondeterministic_output_order",
    subcommands: [...lookupSubcommands(registry), ...keySubcommands(registry), HELP],
    run: (_context, _args, reply) => replyAllInfo(reply, registry()),
  }];
}

function lookupSubcommands(registry: () => CommandRegistry): CommandSpec[] {
  return [
    {
      name: "count",
      group: "server",
      since: "2.8.13",
      summary: "Get total number of Redis commands",
      complexity: "O(1)",
      arity: 2,
      flags: "loading stale",
      acl: "connection",
      run: (_context, _args, reply) => reply.integer(registry().size),
    },
    {
      name: "docs",
      group: "server",
      since: "7.0.0",
      summary: "Get array of specific Redis command documentation",
      complexity: "O(N) where N is the number of commands to look up",
      arity: -2,
      flags: "loading stale",
      acl: "connection",
      hints: "nondeterministic_output_order",
      syntax: "[command-name...]",
      run: (_context, args, reply) => replyDocs(reply, args, registry()),
    },
    {
      name: "info",
      group: "server",
      since: "2.8.13",
      summary: "Get array of specific Redis command details, or all when no argument is given.",
      complexity: "O(N) where N is the number of commands to look up",
      arity: -2,
      flags: "loading stale",
      acl: "connection",
      hints: "nondeterministic_output_order",
      history: [["7.0.0", "Allowed to be called with no argument to get info on all commands."]],
      syntax: "[command-name...]",
      run: (_context, args, reply) => replyInfo(reply, args, registry()),
    },
    {
      name: "list",
      group: "server",
      since: "7.0.0",
      summary: "Get an array of Redis command names",
      complexity: "O(N) where N is the total number of Redis commands",
      arity: -2,
      flags: "loading stale",
      acl: "connection",
      hints: "nondeterministic_output_order",
      syntax: "[FILTERBY filterby<MODULE module-name | ACLCAT category | PATTERN pattern:pattern>]",
      run: (_context, args, reply) => replyList(reply, args, registry()),
    },
  ];
}

function keySubcommands(registry: () => CommandRegistry): CommandSpec[] {
  return [
    {
      name: "getkeys",
      group: "server",
      since: "2.8.13",
      summary: "Extract keys given a full Redis command",
      complexity: "O(N) where N is the number of arguments to the command",
      arity: -4,
      flags: "loading stale",
      acl: "connection",
      run: keysHandler(registry, (reply, key) => reply.bulkSlice(key)),
    },
    {
      name: "getkeysandflags",
      group: "server",
      since: "7.0.0",
      summary: "Extract keys and access flags given a full Redis command",
      complexity: "O(N) where N is the number of arguments to the command",
      arity: -4,
      flags: "loading stale",
      acl: "connection",
      run: keysHandler(registry, (reply, key, flags) => {
        reply.array(2);
        reply.bulkSlice(key);
        replyKeyFlags(reply, flags);
      }),
    },
  ];
}

const HELP: CommandSpec = {
  name: "help",
  group: "server",
  since: "5.0.0",
  summary: "Show helpful text about the different subcommands",
  complexity: "O(1)",
  arity: 2,
  flags: "loading stale",
  acl: "connection",
  run: helpHandler([
    "(no subcommand)",
    "    Return details about all Redis commands.",
    "COUNT",
    "    Return the total number of commands in this Redis server.",
    "LIST",
    "    Return a list of all commands in this Redis server.",
    "INFO [<command-name> ...]",
    "    Return details about multiple Redis commands.",
    "    If no command names are given, documentation details for all",
    "    commands are returned.",
    "DOCS [<command-name> ...]",
    "    Return documentation details about multiple Redis commands.",
    "    If no command names are given, documentation details for all",
    "    commands are returned.",
    "GETKEYS <full-command>",
    "    Return the keys from a full Redis command.",
    "GETKEYSANDFLAGS <full-command>",
    "    Return the keys and the access flags from a full Redis command.",
  ]),
};

function replyAllInfo(reply: Reply, registry: CommandRegistry): void {
  reply.array(registry.size);
  for (const command of registry) replyCommandInfo(reply, command);
}

/** COMMAND INFO [name ...] */
function replyInfo(reply: Reply, args: Args, registry: CommandRegistry): void {
  if (args.count === 2) return replyAllInfo(reply, registry);
  reply.array(args.count - 2);
  for (let i = 2; i < args.count; i++) {
    const command = registry.byName(args.text(i));
    if (command === null) reply.nil();
    else replyCommandInfo(reply, command);
  }
}

/** COMMAND DOCS [name ...]: unknown names are left out. */
function replyDocs(reply: Reply, args: Args, registry: CommandRegistry): void {
  const commands: Command[] = args.count === 2 ? [...registry] : [];
  for (let i = 2; i < args.count; i++) {
    const command = registry.byName(args.text(i));
    if (command !== null) commands.push(command);
  }
  reply.map(commands.length);
  for (const command of commands) {
    reply.bulkText(command.fullName);
    replyCommandDocs(reply, command);
  }
}

/** COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern] */
function replyList(reply: Reply, args: Args, registry: CommandRegistry): void {
  const filter = args.count === 2 ? () => true : listFilter(args);
  if (filter === null) return reply.error(SYNTAX_ERROR);
  const names: string[] = [];
  for (const command of registry) {
    for (const each of [command, ...command.subcommands?.listed() ?? []]) if (filter(each)) names.push(each.fullName);
  }
  reply.array(names.length);
  for (const name of names) reply.bulkText(name);
}

function listFilter(args: Args): ((command: Command) => boolean) | null {
  if (args.count !== 5 || args.text(2).toLowerCase() !== "filterby") return null;
  switch (args.text(3).toLowerCase()) {
    case "module":
      return () => false;
    case "aclcat": {
      const bit = aclCategoryBit(args.text(4));
      return (command) => (command.aclCategories & bit) !== 0;
    }
    case "pattern": {
      const pattern = args.at(4);
      return (command) => globMatches(pattern, new Slice(ascii(command.fullName)), true);
    }
    default:
      return null;
  }
}

/** COMMAND GETKEYS and GETKEYSANDFLAGS: the request to look at begins at position 2. */
function keysHandler(
  registry: () => CommandRegistry,
  replyKey: (reply: Reply, key: Slice, flags: number) => void,
): Handler {
  return (_context, args, reply) => {
    const command = registry().resolve(args, 2);
    if (command === null) return reply.error("ERR Invalid command specified");
    if (!command.hasKeys) return reply.error("ERR The command has no key arguments");
    if (!command.acceptsCount(args.count - 2)) {
      return reply.error("ERR Invalid number of arguments specified for command");
    }
    const request = args.rest(2);
    const keys = registry().keysOf(command, request);
    if (keys.count === 0 && !command.noMandatoryKeys) {
      return reply.error("ERR Invalid arguments specified for command");
    }
    reply.array(keys.count);
    for (let i = 0; i < keys.count; i++) replyKey(reply, request.at(keys.positions[i]!), keys.flags[i]!);
  };
}
