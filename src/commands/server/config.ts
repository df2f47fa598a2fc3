/**
 * CONFIG: reads and changes parameters, writes them back to the configuration file, and resets statistics.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { helpHandler } from "../../command/help.ts";
import { NO_CONFIG_FILE, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Slice } from "../../bytes/slice.ts";
import type { Services } from "../services.ts";
import { rewriteConfig } from "./config_rewriting.ts";

/** CONFIG GET parameter [parameter ...] */
function configGet({ config }: Services, args: Args, reply: Reply): void {
  const patterns: Slice[] = [];
  for (let i = 2; i < args.count; i++) patterns.push(args.at(i));
  const pairs = config.get(patterns);
  reply.map(pairs.length);
  for (const { name, value } of pairs) {
    reply.bulkText(name);
    reply.bulk(value);
  }
}

/** CONFIG SET parameter value [parameter value ...] */
function configSet(services: Services, context: Context, args: Args, reply: Reply): void {
  if (args.count % 2 !== 0) return reply.error(SYNTAX_ERROR);
  const { config } = services;
  const pairs: [Slice, Slice][] = [];
  for (let i = 2; i < args.count; i += 2) {
    if (config.isSensitive(args.at(i))) context.redact(i + 1);
    pairs.push([args.at(i), args.at(i + 1)]);
  }
  const gate = { isLoading: services.loading.isActive, isLocalClient: isLocal(services, context) };
  const error = config.set(pairs, gate);
  if (error === null) reply.ok();
  else reply.error(error);
}

/** CONFIG RESETSTAT */
function configResetStat({ store, clients, executor, registry, metrics, clock }: Services, reply: Reply): void {
  executor.callCount = 0;
  clients.acceptedCount = 0;
  clients.rejectedCount = 0;
  const { stats } = store;
  stats.keyspaceHits =
    stats.keyspaceMisses =
    stats.expiredKeys =
    stats.snapshots =
    stats.evictedKeys =
      0;
  for (const command of registry.all()) command.resetStats();
  metrics.reset(clock.now);
  reply.ok();
}

/** CONFIG REWRITE */
function configRewrite(services: Services, reply: Reply): void {
  if (services.lifecycle.configPath === "") return reply.error(NO_CONFIG_FILE);
  const refusal = rewriteConfig(services, { isForced: false });
  if (refusal !== null) {
    services.logger.warning(`CONFIG REWRITE failed: ${refusal}`);
    return reply.error(`ERR Rewriting config file: ${refusal}`);
  }
  services.logger.warning("CONFIG REWRITE executed with success.");
  reply.ok();
}

/** Whether a context is our own machine's: what `local` of the `enable-...` parameters means. */
export function isLocal({ clients }: Services, context: Context): boolean {
  return clients.of(context)?.isLocal ?? false;
}

/** CONFIG. */
export function configCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "config",
      group: "server",
      since: "2.0.0",
      summary: "A container for server configuration commands",
      complexity: "Depends on subcommand.",
      arity: -2,
      subcommands: [...settingSubcommands(services), ...fileSubcommands(services), HELP],
    },
  ];
}

function settingSubcommands(services: Services): CommandSpec[] {
  return [
    {
      name: "get",
      group: "server",
      since: "2.0.0",
      summary: "Get the values of configuration parameters",
      complexity: "O(N) when N is the number of configuration parameters provided",
      arity: -3,
      flags: "admin noscript loading stale",
      history: [["7.0.0", "Added the ability to pass multiple pattern parameters in one call"]],
      syntax: "parameter(parameter)...",
      run: (_context, args, reply) => configGet(services, args, reply),
    },
    {
      name: "set",
      group: "server",
      since: "2.0.0",
      summary: "Set configuration parameters to the given values",
      complexity: "O(N) when N is the number of configuration parameters provided",
      arity: -4,
      flags: "admin noscript loading stale",
      hints: "request_policy:all_nodes response_policy:all_succeeded",
      history: [["7.0.0", "Added the ability to set multiple parameters in one call."]],
      syntax: "parameter_value(parameter value)...",
      run: (context, args, reply) => configSet(services, context, args, reply),
    },
  ];
}

function fileSubcommands(services: Services): CommandSpec[] {
  return [
    {
      name: "resetstat",
      group: "server",
      since: "2.0.0",
      summary: "Reset the stats returned by INFO",
      complexity: "O(1)",
      arity: 2,
      flags: "admin noscript loading stale",
      run: (_context, _args, reply) => configResetStat(services, reply),
    },
    {
      name: "rewrite",
      group: "server",
      since: "2.8.0",
      summary: "Rewrite the configuration file with the in memory configuration",
      complexity: "O(1)",
      arity: 2,
      flags: "admin noscript loading stale",
      run: (_context, _args, reply) => configRewrite(services, reply),
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
  run: helpHandler([
    "GET <pattern>",
    "    Return parameters matching the glob-like <pattern> and their values.",
    "SET <directive> <value>",
    "    Set the configuration <directive> to <value>.",
    "RESETSTAT",
    "    Reset statistics reported by the INFO command.",
    "REWRITE",
    "    Rewrite the configuration file.",
  ]),
};
