/**
 * ACL: the users, what they may do, and what they were refused.
 */

import { helpHandler } from "../../command/help.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Services } from "../services.ts";
import { aclCat, aclGenpass } from "./acl_lookup.ts";
import { aclLoad, aclSave } from "./acl_files.ts";
import { aclLog } from "./acl_log.ts";
import { aclDeluser, aclDryrun, aclGetuser, aclList, aclSetuser, aclUsers, aclWhoami } from "./acl_users.ts";

/** The container ACL. */
export function aclCommands(services: Services): CommandSpec[] {
  return [{
    name: "acl",
    group: "server",
    since: "6.0.0",
    summary: "A container for Access List Control commands ",
    complexity: "Depends on subcommand.",
    arity: -2,
    subcommands: [
      ...userSubcommands(services),
      ...showSubcommands(services),
      ...fileSubcommands(services),
      ...lookupSubcommands(services),
      HELP,
    ],
  }];
}

function userSubcommands(services: Services): CommandSpec[] {
  return [
    {
      name: "deluser",
      group: "server",
      since: "6.0.0",
      summary: "Remove the specified ACL users and the associated rules",
      complexity: "O(1) amortized time considering the typical user.",
      arity: -3,
      flags: "admin noscript loading stale",
      syntax: "username...",
      run: (context, args, reply) => aclDeluser(services, context, args, reply),
    },
    {
      name: "dryrun",
      group: "server",
      since: "7.0.0",
      summary: "Returns whether the user can execute the given command without executing the command.",
      complexity: "O(1).",
      arity: -4,
      flags: "admin noscript loading stale",
      syntax: "username command [arg...]",
      run: (_context, args, reply) => aclDryrun(services, args, reply),
    },
    {
      name: "setuser",
      group: "server",
      since: "6.0.0",
      summary: "Modify or create the rules for a specific ACL user",
      complexity: "O(N). Where N is the number of rules provided.",
      arity: -3,
      flags: "admin noscript loading stale",
      history: [
        ["6.2.0", "Added Pub/Sub channel patterns."],
        ["7.0.0", "Added selectors and key based permissions."],
      ],
      syntax: "username [rule...]",
      run: (context, args, reply) => aclSetuser(services, context, args, reply),
    },
  ];
}

function showSubcommands(services: Services): CommandSpec[] {
  return [
    {
      name: "getuser",
      group: "server",
      since: "6.0.0",
      summary: "Get the rules for a specific ACL user",
      complexity: "O(N). Where N is the number of password, command and pattern rules that the user has.",
      arity: 3,
      flags: "admin noscript loading stale",
      history: [
        ["6.2.0", "Added Pub/Sub channel patterns."],
        [
          "7.0.0",
          "Added selectors and changed the format of key and channel patterns from a list to their rule representation.",
        ],
      ],
      syntax: "username",
      run: (_context, args, reply) => aclGetuser(services, args, reply),
    },
    {
      name: "list",
      group: "server",
      since: "6.0.0",
      summary: "List the current ACL rules in ACL config file format",
      complexity: "O(N). Where N is the number of configured users.",
      arity: 2,
      flags: "admin noscript loading stale",
      run: (_context, _args, reply) => aclList(services, reply),
    },
    {
      name: "users",
      group: "server",
      since: "6.0.0",
      summary: "List the username of all the configured ACL rules",
      complexity: "O(N). Where N is the number of configured users.",
      arity: 2,
      flags: "admin noscript loading stale",
      run: (_context, _args, reply) => aclUsers(services, reply),
    },
    {
      name: "whoami",
      group: "server",
      since: "6.0.0",
      summary: "Return the name of the user associated to the current connection",
      complexity: "O(1)",
      arity: 2,
      flags: "noscript loading stale",
      run: (context, _args, reply) => aclWhoami(context, reply),
    },
  ];
}

function fileSubcommands(services: Services): CommandSpec[] {
  return [
    {
      name: "load",
      group: "server",
      since: "6.0.0",
      summary: "Reload the ACLs from the configured ACL file",
      complexity: "O(N). Where N is the number of configured users.",
      arity: 2,
      flags: "admin noscript loading stale",
      run: (context, _args, reply) => aclLoad(services, context, reply),
    },
    {
      name: "save",
      group: "server",
      since: "6.0.0",
      summary: "Save the current ACL rules in the configured ACL file",
      complexity: "O(N). Where N is the number of configured users.",
      arity: 2,
      flags: "admin noscript loading stale",
      run: (_context, _args, reply) => aclSave(services, reply),
    },
  ];
}

function lookupSubcommands(services: Services): CommandSpec[] {
  return [
    {
      name: "cat",
      group: "server",
      since: "6.0.0",
      summary: "List the ACL categories or the commands inside a category",
      complexity: "O(1) since the categories and commands are a fixed set.",
      arity: -2,
      flags: "noscript loading stale",
      syntax: "[categoryname]",
      run: (_context, args, reply) => aclCat(services, args, reply),
    },
    {
      name: "genpass",
      group: "server",
      since: "6.0.0",
      summary: "Generate a pseudorandom secure password to use for ACL users",
      complexity: "O(1)",
      arity: -2,
      flags: "noscript loading stale",
      syntax: "[bits:integer]",
      run: (_context, args, reply) => aclGenpass(services, args, reply),
    },
    {
      name: "log",
      group: "server",
      since: "6.0.0",
      summary: "List latest events denied because of ACLs in place",
      complexity: "O(N) with N being the number of entries shown.",
      arity: -2,
      flags: "admin noscript loading stale",
      syntax: "[operation<count:integer | RESET>]",
      run: (_context, args, reply) => aclLog(services, args, reply),
    },
  ];
}

const HELP: CommandSpec = {
  name: "help",
  group: "server",
  since: "6.0.0",
  summary: "Show helpful text about the different subcommands",
  complexity: "O(1)",
  arity: 2,
  flags: "loading stale",
  run: helpHandler([
    "CAT [<category>]",
    "    List all commands that belong to <category>, or all command categories",
    "    when no category is specified.",
    "DELUSER <username> [<username> ...]",
    "    Delete a list of users.",
    "DRYRUN <username> <command> [<arg> ...]",
    "    Returns whether the user can execute the given command without executing the command.",
    "GETUSER <username>",
    "    Get the user's details.",
    "GENPASS [<bits>]",
    "    Generate a secure 256-bit user password. The optional `bits` argument can",
    "    be used to specify a different size.",
    "LIST",
    "    Show users details in config file format.",
    "LOAD",
    "    Reload users from the ACL file.",
    "LOG [<count> | RESET]",
    "    Show the ACL log entries.",
    "SAVE",
    "    Save the current config to the ACL file.",
    "SETUSER <username> <attribute> [<attribute> ...]",
    "    Create or modify a user with the specified attributes.",
    "USERS",
    "    List all the registered usernames.",
    "WHOAMI",
    "    Return the current connection username.",
  ]),
};
