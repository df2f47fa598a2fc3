/**
 * The subcommands of DEBUG that change how the process behaves, and those that only answer: SLEEP, PAUSE-CRON, LOG, ERROR,
 * the switches, CONFIG-REWRITE-FORCE-ALL, STRUCTSIZE, and so on.
 */

import { ascii } from "../../bytes/ascii.ts";
import { globMatches } from "../../bytes/glob.ts";
import { Slice } from "../../bytes/slice.ts";
import { readInteger } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { parseLeadingInteger, parseMemorySize } from "../../config/number_syntax.ts";
import { cText, NO_CONFIG_FILE, subcommandSyntax } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import { Args } from "../../resp/request_batch.ts";
import { DEFAULT_LIST_LIMITS, QUICKLIST_NODE_BYTES } from "../../values/quicklist.ts";
import type { Services } from "../services.ts";
import { rewriteConfig } from "./config_rewriting.ts";
import { replyClientEviction } from "./debug_client_eviction.ts";

/** The largest threshold for plain nodes, and the next above. */
const MAX_PACKED_THRESHOLD = 2 ** 32 - 2 ** 20;

/** Rounds of STRINGMATCH-TEST, and the length of its patterns. */
const MATCH_ROUNDS = 100_000;
const MATCH_LENGTH = 32;

/** Adds these subcommands. */
export function addProcessDebugging(services: Services): void {
  const { debug, cron, logger, switches } = services;
  debug.add("sleep", 3, (_context, args, reply) => sleep(args, reply));
  debug.add("log", 3, (_context, args, reply) => {
    logger.warning(`DEBUG LOG: ${cText(args.at(2))}`);
    reply.ok();
  });
  debug.add("error", 3, (_context, args, reply) => replyAnyError(args, reply));
  debug.add("leak", 3, (_context, _args, reply) => reply.ok());
  debug.add("structsize", 2, (_context, _args, reply) => {
    reply.bulkText(`bits:64 dictentry:16 quicklistnode:${QUICKLIST_NODE_BYTES} `);
  });
  debug.add("stringmatch-test", 2, (_context, _args, reply) => testMatching(services, reply));
  debug.add("pause-cron", 3, (_context, args, reply) => {
    cron.isPaused = isOn(args);
    reply.ok();
  });
  debug.add("set-skip-checksum-validation", 3, (_context, args, reply) => {
    switches.isChecksumSkipped = isOn(args);
    reply.ok();
  });
  debug.add("set-disable-deny-scripts", 3, (_context, args, reply) => {
    switches.isScriptDenialDisabled = isOn(args);
    reply.ok();
  });
  debug.add("set-active-expire", 3, (_context, args, reply) => {
    services.activeExpiry.isEnabled = isOn(args);
    reply.ok();
  });
  debug.add("replybuffer", 4, (_context, args, reply) => setReplyBuffer(services, args, reply));
  debug.add("client-eviction", 2, (_context, _args, reply) => replyClientEviction(services, reply));
  debug.add("quicklist-packed-threshold", 3, (_context, args, reply) => setPackedThreshold(services, args, reply));
  debug.add("config-rewrite-force-all", 2, (_context, _args, reply) => rewriteAll(services, reply));
  debug.add("replicate", [3, Infinity], (context, args, reply) => replicate(services, context, args, reply));
  debug.add("change-repl-id", 2, (_context, _args, reply) => changeReplicationId(services, reply));
}

/** As C's atoi: anything but 0 is on. */
function isOn(args: Args): boolean {
  return parseLeadingInteger(args.text(2)).value !== 0n;
}

/** DEBUG SLEEP seconds: nothing else happens meanwhile. */
function sleep(args: Args, reply: Reply): void {
  const seconds = Number.parseFloat(args.text(2));
  if (seconds > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(seconds, 1e9) * 1000);
  reply.ok();
}

/** DEBUG ERROR text: any text may come, and it does not count as an error of the server. */
function replyAnyError(args: Args, reply: Reply): void {
  reply.raw(ascii(`-${args.text(2).replace(/[\r\n]/g, " ")}\r\n`));
}

/** DEBUG REPLYBUFFER PEAK-RESET-TIME never|reset|ms, RESIZING 0|1 */
function setReplyBuffer({ switches }: Services, args: Args, reply: Reply): void {
  const name = args.text(2).toLowerCase();
  if (name === "resizing") {
    switches.isReplyBufferResized = parseLeadingInteger(args.text(3)).value !== 0n;
  } else if (name !== "peak-reset-time") {
    return reply.error(subcommandSyntax(args));
  } else if (args.text(3).toLowerCase() === "never") {
    switches.replyBufferPeakResetMs = Infinity;
  } else if (args.text(3).toLowerCase() === "reset") {
    switches.resetReplyBufferPeakTime();
  } else {
    const ms = readInteger(args, 3, reply);
    if (ms === null) return;
    switches.replyBufferPeakResetMs = Number(ms);
  }
  reply.ok();
}

/** DEBUG QUICKLIST-PACKED-THRESHOLD size */
function setPackedThreshold({ store }: Services, args: Args, reply: Reply): void {
  const size = parseMemorySize(args.text(2));
  if (size === null || size > MAX_PACKED_THRESHOLD) {
    return reply.error("ERR argument must be a memory value bigger than 1 and smaller than 4gb");
  }
  store.listLimits.packedThreshold = size === 0n ? DEFAULT_LIST_LIMITS.packedThreshold : Number(size);
  reply.ok();
}

/** DEBUG CONFIG-REWRITE-FORCE-ALL */
function rewriteAll(services: Services, reply: Reply): void {
  if (services.lifecycle.configPath === "") return reply.error(NO_CONFIG_FILE);
  const refusal = rewriteConfig(services, { isForced: true });
  if (refusal === null) reply.ok();
  else reply.error(`ERR CONFIG-REWRITE-FORCE-ALL failed: ${refusal}`);
}

/** DEBUG STRINGMATCH-TEST: matches random patterns with random texts, which must come to an end. */
function testMatching({ random }: Services, reply: Reply): void {
  for (let round = 0; round < MATCH_ROUNDS; round++) {
    const pattern = new Slice(random.bytes(random.below(MATCH_LENGTH)));
    globMatches(pattern, new Slice(random.bytes(random.below(MATCH_LENGTH))), false);
  }
  reply.simple("Apparently Redis did not crash: test passed");
}

/** DEBUG REPLICATE argument ...: replicas get it, whatever it is, and we do not run it. */
function replicate({ replication }: Services, context: Context, args: Args, reply: Reply): void {
  const effect: Uint8Array[] = [];
  for (let i = 2; i < args.count; i++) effect.push(args.at(i).copy());
  replication.feed.feed(context.db.index, Args.from(effect));
  reply.ok();
}

/** DEBUG CHANGE-REPL-ID */
function changeReplicationId({ replication, logger }: Services, reply: Reply): void {
  logger.warning("Changing replication IDs after receiving DEBUG change-repl-id");
  replication.history.renew();
  reply.ok();
}
