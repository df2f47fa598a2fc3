/**
 * LATENCY: what held the server up, and how long each command takes.
 */

import type { Command } from "../../command/command.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import { helpHandler } from "../../command/help.ts";
import { LatencyHistogram } from "../../metrics/latency_histogram.ts";
import { cText } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";
import { drawLatencyGraph } from "./latency_graph.ts";
import { latencyReport } from "./latency_report.ts";

/** LATENCY LATEST */
function latencyLatest({ metrics: { latency } }: Services, reply: Reply): void {
  const series = latency.series();
  reply.array(series.length);
  for (const { event, samples, maxMs } of series) {
    const { timeSeconds, latencyMs } = samples.at(-1)!;
    reply.array(4);
    reply.bulkText(event);
    reply.integer(timeSeconds);
    reply.integer(latencyMs);
    reply.integer(maxMs);
  }
}

/** LATENCY HISTORY event */
function latencyHistory({ metrics: { latency } }: Services, args: Args, reply: Reply): void {
  const samples = latency.seriesOf(cText(args.at(2)))?.samples ?? [];
  reply.array(samples.length);
  for (const { timeSeconds, latencyMs } of samples) {
    reply.array(2);
    reply.integer(timeSeconds);
    reply.integer(latencyMs);
  }
}

/** LATENCY RESET [event ...] */
function latencyReset({ metrics: { latency } }: Services, args: Args, reply: Reply): void {
  if (args.count === 2) return reply.integer(latency.reset());
  let count = 0;
  for (let i = 2; i < args.count; i++) count += latency.reset(cText(args.at(i)));
  reply.integer(count);
}

/** LATENCY GRAPH event */
function latencyGraph({ metrics: { latency }, clock }: Services, args: Args, reply: Reply): void {
  const event = cText(args.at(2));
  const series = latency.seriesOf(event);
  if (series === null) return reply.error(`ERR No samples available for event '${event}'`);
  reply.verbatim("txt", drawLatencyGraph(series, clock.now));
}

/** LATENCY HISTOGRAM [command ...] */
function latencyHistogram({ registry }: Services, args: Args, reply: Reply): void {
  const commands: Command[] = args.count === 2 ? [...registry.listed()] : [];
  for (let i = 2; i < args.count; i++) {
    const command = registry.byName(args.text(i));
    if (command !== null) commands.push(command, ...command.subcommands?.listed() ?? []);
  }
  for (const command of commands) command.settleTimes();
  const measured = commands.filter(({ histogram }) => histogram instanceof LatencyHistogram);
  reply.map(measured.length);
  for (const { fullName, histogram } of measured) {
    reply.bulkText(fullName);
    replyDistribution(reply, histogram as LatencyHistogram);
  }
}

function replyDistribution(reply: Reply, histogram: LatencyHistogram): void {
  const steps = histogram.cumulative();
  reply.map(2);
  reply.bulkText("calls");
  reply.integer(histogram.count);
  reply.bulkText("histogram_usec");
  reply.map(steps.length);
  for (const { upToUs, count } of steps) {
    reply.integer(upToUs);
    reply.integer(count);
  }
}

/** LATENCY. */
export function latencyCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "latency",
      group: "server",
      since: "2.8.13",
      summary: "A container for latency diagnostics commands",
      complexity: "Depends on subcommand.",
      arity: -2,
      subcommands: [...eventSubcommands(services), ...reportSubcommands(services), HELP],
    },
  ];
}

function eventSubcommands(services: Services): CommandSpec[] {
  return [
    {
      name: "graph",
      group: "server",
      since: "2.8.13",
      summary: "Return a latency graph for the event.",
      complexity: "O(1)",
      arity: 3,
      flags: "admin noscript loading stale",
      hints: "nondeterministic_output request_policy:all_nodes response_policy:special",
      syntax: "event",
      run: (_context, args, reply) => latencyGraph(services, args, reply),
    },
    {
      name: "history",
      group: "server",
      since: "2.8.13",
      summary: "Return timestamp-latency samples for the event.",
      complexity: "O(1)",
      arity: 3,
      flags: "admin noscript loading stale",
      hints: "nondeterministic_output request_policy:all_nodes response_policy:special",
      syntax: "event",
      run: (_context, args, reply) => latencyHistory(services, args, reply),
    },
    {
      name: "latest",
      group: "server",
      since: "2.8.13",
      summary: "Return the latest latency samples for all events.",
      complexity: "O(1)",
      arity: 2,
      flags: "admin noscript loading stale",
      hints: "nondeterministic_output request_policy:all_nodes response_policy:special",
      run: (_context, _args, reply) => latencyLatest(services, reply),
    },
    {
      name: "reset",
      group: "server",
      since: "2.8.13",
      summary: "Reset latency data for one or more events.",
      complexity: "O(1)",
      arity: -2,
      flags: "admin noscript loading stale",
      hints: "request_policy:all_nodes response_policy:all_succeeded",
      syntax: "[event...]",
      run: (_context, args, reply) => latencyReset(services, args, reply),
    },
  ];
}

function reportSubcommands(services: Services): CommandSpec[] {
  return [
    {
      name: "doctor",
      group: "server",
      since: "2.8.13",
      summary: "Return a human readable latency analysis report.",
      complexity: "O(1)",
      arity: 2,
      flags: "admin noscript loading stale",
      hints: "nondeterministic_output request_policy:all_nodes response_policy:special",
      run: (_context, _args, reply) => reply.verbatim("txt", latencyReport(services)),
    },
    {
      name: "histogram",
      group: "server",
      since: "7.0.0",
      summary: "Return the cumulative distribution of latencies of a subset of commands or all.",
      complexity: "O(N) where N is the number of commands with latency information being retrieved.",
      arity: -2,
      flags: "admin noscript loading stale",
      hints: "nondeterministic_output request_policy:all_nodes response_policy:special",
      syntax: "[command...]",
      run: (_context, args, reply) => latencyHistogram(services, args, reply),
    },
  ];
}

const HELP: CommandSpec = {
  name: "help",
  group: "server",
  since: "2.8.13",
  summary: "Show helpful text about the different subcommands.",
  complexity: "O(1)",
  arity: 2,
  flags: "loading stale",
  run: helpHandler([
    "DOCTOR",
    "    Return a human readable latency analysis report.",
    "GRAPH <event>",
    "    Return an ASCII latency graph for the <event> class.",
    "HISTORY <event>",
    "    Return time-latency samples for the <event> class.",
    "LATEST",
    "    Return the latest latency samples for all events.",
    "RESET [<event> ...]",
    "    Reset latency data of one or more <event> classes.",
    "    (default: reset all data for all event classes)",
    "HISTOGRAM [COMMAND ...]",
    "    Return a cumulative distribution of latencies in the format of a histogram for the specified command names.",
    "    If no commands are specified then all histograms are replied.",
  ]),
};
