/**
 * The table `redis` of scripts, and the one that libraries see while they are loaded.
 */

import type { Logger } from "../base/logger.ts";
import { ascii } from "../bytes/ascii.ts";
import { sha1, SHA1_BYTES } from "../bytes/sha1.ts";
import { toInteger } from "../lua/arguments.ts";
import { parseNumber } from "../lua/number_text.ts";
import { LuaTable } from "../lua/table.ts";
import { type LuaValue, type NativeBody, NativeFunction } from "../lua/value.ts";
import { errorTable, scriptError, textOf } from "./error_table.ts";
import type { ScriptCalls } from "./script_calls.ts";

const VERSION = "7.0.15";
const VERSION_NUMBER = 0x07000f;

/** Bits of `redis.set_repl`. */
export const REPLICATE_TO_AOF = 1;
export const REPLICATE_TO_REPLICAS = 2;
const REPLICATE_TO_ALL = REPLICATE_TO_AOF | REPLICATE_TO_REPLICAS;

/** How to log at each level. */
const LEVELS: readonly ((logger: Logger, text: string) => void)[] = [
  (logger, text) => logger.debug(text),
  (logger, text) => logger.verbose(text),
  (logger, text) => logger.notice(text),
  (logger, text) => logger.warning(text),
];

/** The table of scripts and functions that run. */
export function redisLibrary(calls: ScriptCalls, logger: Logger): LuaTable {
  const library = new LuaTable();
  const add = (name: string, body: NativeBody) => library.set(name, new NativeFunction(name, body));
  add("call", (args) => [calls.call(args, true)]);
  add("pcall", (args) => [calls.call(args, false)]);
  addLog(library, logger);
  addVersion(library);
  add("setresp", (args) => setProtocol(calls, args));
  add("sha1hex", (args) => {
    if (args.length !== 1) throw scriptError("wrong number of arguments");
    return [sha1Hex(textOf(args[0]) ?? "")];
  });
  add("error_reply", (args) => {
    if (args.length !== 1 || typeof args[0] !== "string") return [errorTable("wrong number or type of arguments")];
    return [errorTable(args[0].startsWith("-") ? args[0] : `-${args[0]}`)];
  });
  add("status_reply", (args) => {
    if (args.length !== 1 || typeof args[0] !== "string") return [errorTable("wrong number or type of arguments")];
    const table = new LuaTable();
    table.set("ok", args[0]);
    return [table];
  });
  add("set_repl", (args) => setReplication(calls, args));
  library.set("REPL_NONE", 0);
  library.set("REPL_AOF", REPLICATE_TO_AOF);
  library.set("REPL_SLAVE", REPLICATE_TO_REPLICAS);
  library.set("REPL_REPLICA", REPLICATE_TO_REPLICAS);
  library.set("REPL_ALL", REPLICATE_TO_ALL);
  add("acl_check_cmd", (args) => [calls.isPermitted(args)]);
  return library;
}

/** Adds what only EVAL has. */
export function addScriptDebugging(library: LuaTable): void {
  // Nobody debugs scripts here: breakpoints are passed by.
  library.set("breakpoint", new NativeFunction("breakpoint", () => [false]));
  library.set("debug", new NativeFunction("debug", () => {}));
  // All scripts replicate their commands; older scripts still ask for it.
  library.set("replicate_commands", new NativeFunction("replicate_commands", () => [true]));
}

/** The table of libraries that are being loaded. */
export function loadLibrary(register: NativeBody, logger: Logger): LuaTable {
  const library = new LuaTable();
  library.set("register_function", new NativeFunction("register_function", register));
  addLog(library, logger);
  addVersion(library);
  return library;
}

/** The SHA-1 of a text of one character per byte, in hexadecimal. */
export function sha1Hex(text: string): string {
  const bytes = ascii(text);
  const hash = new Uint8Array(SHA1_BYTES);
  sha1(bytes, 0, bytes.length, hash, 0);
  return hash.toHex();
}

function addVersion(library: LuaTable): void {
  library.set("REDIS_VERSION_NUM", VERSION_NUMBER);
  library.set("REDIS_VERSION", VERSION);
}

function addLog(library: LuaTable, logger: Logger): void {
  library.set(
    "log",
    new NativeFunction("log", (args) => {
      if (args.length < 2) throw scriptError("redis.log() requires two arguments or more.");
      const level = numberOf(args[0]);
      if (level === undefined) throw scriptError("First argument must be a number (log level).");
      const write = LEVELS[Math.trunc(level)];
      if (write === undefined) throw scriptError("Invalid debug level.");
      const texts = args.slice(1).map(textOf).filter((text) => text !== null);
      write(logger, texts.join(" "));
    }),
  );
  library.set("LOG_DEBUG", 0);
  library.set("LOG_VERBOSE", 1);
  library.set("LOG_NOTICE", 2);
  library.set("LOG_WARNING", 3);
}

function setProtocol(calls: ScriptCalls, args: readonly LuaValue[]): void {
  const run = calls.running("redis.setresp can only be called inside a script invocation");
  if (args.length !== 1) throw scriptError("redis.setresp() requires one argument.");
  const protocol = Math.trunc(numberOf(args[0]) ?? 0);
  if (protocol !== 2 && protocol !== 3) throw scriptError("RESP version must be 2 or 3.");
  run.reply.protocol = protocol;
}

function setReplication(calls: ScriptCalls, args: readonly LuaValue[]): void {
  const run = calls.running("redis.set_repl can only be called inside a script invocation");
  if (args.length !== 1) throw scriptError("redis.set_repl() requires two arguments.");
  const targets = toInteger(numberOf(args[0]) ?? 0) | 0;
  if ((targets & ~REPLICATE_TO_ALL) !== 0) {
    throw scriptError("Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.");
  }
  run.replicateTo(targets);
}

function numberOf(value: LuaValue): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" ? parseNumber(value) : undefined;
}
