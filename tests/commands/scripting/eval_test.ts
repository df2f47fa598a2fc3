import { assertEquals } from "@std/assert";
import { latin1 } from "../../../src/bytes/ascii.ts";
import { startServer } from "../../../src/mod.ts";
import { encodeRequest } from "../../../src/resp/request_encoder.ts";
import { assertSameEffects } from "../../support/effects.ts";
import type { Players } from "../../support/players.ts";
import { referenceTest, startReference } from "../../support/reference.ts";
import { assertSameTranscript, type Script } from "../connection/same_transcript.ts";

function assertSame(script: Script): Promise<void> {
  return assertSameTranscript(script, { "enable-debug-command": "yes" });
}

const HASH_OF_PING = "c664a3bf70bd1d45c4284ffebb65a6f2299bfc9f";

async function evaluate(players: Players, ...scripts: string[]): Promise<void> {
  for (const script of scripts) await players.call("a", ["eval", script, "0"]);
}

referenceTest("eval() answers with every kind of value as the reference", async () => {
  await assertSame(async (players) => {
    for (const protocol of ["2", "3"]) {
      await players.call("a", `hello ${protocol}`);
      await evaluate(
        players,
        "return 1",
        "return 3.99",
        "return -3.99",
        "return 2^53",
        "return -2^63",
        "return 1e300",
        "return 0/0",
        "return 'text\\0with\\r\\nbytes\\255'",
        "return true",
        "return false",
        "return nil",
        "return",
        "return {}",
        "return {1, 2, nil, 3}",
        "return {1, 'two', {3, {4}}, false, true}",
        "return {ok='fine\\r\\nthing'}",
        "return {err='ERR an error\\r\\n'}",
        "return {err='without code'}",
        "return {err='-DASH text'}",
        "return {double=3.5}",
        "return {double=1/0}",
        "return {big_number='12345678901234567890'}",
        "return {verbatim_string={format='txt', string='a\\nb'}}",
        "return {verbatim_string={format='t', string='ab'}}",
        "return {verbatim_string={format='txt'}}",
        "return {map={a=1}}",
        "return {set={a=true}}",
        "return {map={}, set={}}",
        "return function() end",
        "return cjson.null",
        "return redis.error_reply('MY error')",
        "return redis.error_reply('oneword')",
        "return redis.error_reply('-MY error')",
        "return redis.error_reply(1)",
        "return redis.error_reply()",
        "return redis.status_reply('FINE')",
        "return redis.status_reply()",
        "redis.setresp(3); return {true, false}",
        "return {err='x', ok='y'}",
        "return redis.REDIS_VERSION .. ' ' .. redis.REDIS_VERSION_NUM",
        "return redis.sha1hex('abc') .. redis.sha1hex(12)",
        "return {redis.LOG_DEBUG, redis.LOG_VERBOSE, redis.LOG_NOTICE, redis.LOG_WARNING}",
        "return {redis.REPL_NONE, redis.REPL_AOF, redis.REPL_SLAVE, redis.REPL_REPLICA, redis.REPL_ALL}",
        "return redis.breakpoint()",
        "return redis.debug('x')",
        "return redis.replicate_commands()",
      );
    }
  });
});

referenceTest("eval() gives commands' replies to scripts as the reference", async () => {
  await assertSame(async (players) => {
    await players.call(
      "a",
      "debug set-disable-deny-scripts 1",
      "hset h f v g w",
      "sadd s m",
      "zadd z 1.5 m",
      "set k v",
    );
    const kinds = "string integer double null array set map attrib verbatim true false bignum";
    for (const client of ["2", "3"]) {
      await players.call("a", `hello ${client}`);
      for (const script of ["2", "3"]) {
        for (const kind of kinds.split(" ")) {
          await evaluate(players, `redis.setresp(${script}); return redis.call('debug', 'protocol', '${kind}')`);
        }
        await evaluate(
          players,
          `redis.setresp(${script}); return redis.call('hgetall', 'h')`,
          `redis.setresp(${script}); return redis.call('smembers', 's')`,
          `redis.setresp(${script}); return redis.call('zscore', 'z', 'm')`,
          `redis.setresp(${script}); return redis.call('zrange', 'z', 0, -1, 'withscores')`,
          `redis.setresp(${script}); return redis.call('get', 'none')`,
          `redis.setresp(${script}); return redis.call('lpop', 'none', 2)`,
          `redis.setresp(${script}); return {redis.call('mget', 'k', 'none', 'k')}`,
          `redis.setresp(${script}); return type(redis.call('get', 'none'))`,
          `redis.setresp(${script}); return redis.call('set', 'k', 'v').ok`,
          `redis.setresp(${script}); return redis.pcall('incr', 'k').err`,
          `redis.setresp(${script}); return cjson.encode(redis.pcall('incr', 'k'))`,
        );
      }
    }
  });
});

referenceTest("eval() tells of errors as the reference", async () => {
  await assertSame(async (players) => {
    await players.call("a", "set k v");
    await evaluate(
      players,
      "return x",
      "x = 1",
      "return redis.call()",
      "return redis.pcall()",
      "return redis.call({})",
      "return redis.pcall({})",
      "return redis.call('nosuch', 'a')",
      "return redis.call('get')",
      "return redis.pcall('get')",
      "return redis.call('incr', 'k')",
      "return redis.call('lpush', 'k', 1)",
      "return redis.call('subscribe', 'c')",
      "return redis.call('config', 'nosuch')",
      "return redis.call('client')",
      "return redis.call('eval', 'return 1', 0)",
      "\n\nreturn redis.call('incr', 'k')",
      "local function f() return redis.call('incr', 'k') end\n f()\nreturn 1",
      "error('plain')",
      "error('plain', 0)",
      "error({err='ERR of a table'})",
      "error(12)",
      "return pcall(function() error({err='a text'}) end)",
      "return {pcall(function() error('a text') end)}",
      "return {pcall(redis.call, 'incr', 'k')}",
      "local ok, e = pcall(redis.call, 'nosuch'); return e",
      "return nil + 1",
      "local t = {}; t.x.y = 1",
      "return (nil)()",
      "syntax error here",
      "return 'unfinished",
      "redis.setresp(4)",
      "redis.setresp()",
      "redis.set_repl(8)",
      "redis.set_repl()",
      "redis.log()",
      "redis.log('x', 'y')",
      "redis.log(9, 'y')",
      "redis.sha1hex()",
      "redis.call = 1",
      "redis.x = 1",
      "return redis.x",
      "string.x = 1",
      "_G.x = 1",
      "setmetatable(_G, {})",
      "getmetatable(_G).__index = 1",
      "cjson.encode = 1",
      "KEYS[1] = 'x'; return KEYS",
      "KEYS = 1",
      "return math.random(0)",
      "return math.random(2, 1)",
      "print('x')",
      "dofile('x')",
      "loadfile('x')",
      "require('x')",
      "return redis.acl_check_cmd('nosuch')",
      "return redis.acl_check_cmd('get', 'k')",
      "return redis.acl_check_cmd()",
    );
    await players.call("a", "eval", "eval x", ["eval", "return 1", "x"], ["eval", "return 1", "-1"]);
    await players.call("a", ["eval", "return 1", "2", "a"], ["eval_ro", "return redis.call('set','k','v')", "0"]);
    await players.call("a", ["eval_ro", "return redis.call('publish','k','v')", "0"]);
    await players.call("a", ["eval_ro", "return redis.pcall('pfcount','k')", "0"]);
  });
});

referenceTest("a table within itself ends the reply where the reference ends it", async () => {
  await using reference = await startReference();
  await using server = await startServer();
  for (const script of ["a[1] = a", "a.map = {x=a}", "a.set = {[a]=true}"]) {
    const request = encodeRequest("EVAL", `local a = {} ${script} return a`, 0);
    const [ours, theirs] = await Promise.all(
      [server.port, reference.port].map((port) => replyUpToLimit(port, request)),
    );
    assertEquals(ours!.length, theirs!.length, script);
    assertEquals(ours!.slice(-200), theirs!.slice(-200), script);
  }
});

/** The reply is too deep for a reader that follows it. */
async function replyUpToLimit(port: number, request: Uint8Array): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(request);
  await connection.write(encodeRequest("ECHO", "the end"));
  const bytes = new Uint8Array(65536);
  let reply = "";
  while (!reply.endsWith("the end\r\n")) reply += latin1(bytes.subarray(0, (await connection.read(bytes)) ?? 0));
  return reply;
}

referenceTest("the first line of a script sets its flags as on the reference", async () => {
  await assertSame(async (players) => {
    await evaluate(
      players,
      "#!lua\nreturn 1",
      "#!lua flags=no-writes\nreturn redis.call('set', 'k', 'v')",
      "#!lua flags=no-writes,allow-oom,allow-stale,no-cluster,allow-cross-slot-keys\nreturn 1",
      "#!lua flags=\nreturn 1",
      "#!lua flags=what\nreturn 1",
      "#!lua flags=no-writes,\nreturn 1",
      "#!lua name=x\nreturn 1",
      "#!lua 'flags=no-writes'\nreturn 1",
      "#!lua 'flags=no-writes\nreturn 1",
      "#!python\nreturn 1",
      "#!lua",
      "#!",
      "#! \nreturn 1",
      "#!lua\n\nreturn nosuch",
      "#not a shebang\nreturn 1",
    );
    await players.call("a", ["eval_ro", "#!lua\nreturn 1", "0"], ["eval_ro", "#!lua flags=no-writes\nreturn 1", "0"]);
    await players.call("a", "config set min-replicas-to-write 1");
    await evaluate(players, "#!lua\nreturn 1", "#!lua flags=no-writes\nreturn 1", "return redis.call('set','k','v')");
    await players.call("a", "multi", ["eval", "#!lua\nreturn 1", "0"], "exec", "config set min-replicas-to-write 0");
    await players.call("a", "config set maxmemory 1");
    await evaluate(players, "#!lua\nreturn 1", "#!lua flags=allow-oom\nreturn redis.call('set','k','v')");
    await evaluate(players, "return redis.call('set','k','v')", "return redis.call('get','k')");
    await players.call("a", "config set maxmemory 0", "config set replica-serve-stale-data no");
    await players.call("a", "replicaof 127.0.0.1 1");
    await evaluate(players, "#!lua\nreturn 1", "#!lua flags=allow-stale,no-writes\nreturn redis.call('get','k')");
    await evaluate(players, "return 1", "#!lua flags=allow-stale,no-writes\nreturn redis.call('echo','k')");
    await players.call("a", "config set replica-serve-stale-data yes");
    await evaluate(players, "#!lua\nreturn 1", "return redis.call('set','k','v')", "return redis.call('get','k')");
  });
});

referenceTest("scripts are cached by their SHA-1 as on the reference", async () => {
  await assertSame(async (players) => {
    await players.call("a", `evalsha ${HASH_OF_PING} 0`, "evalsha x 0", [
      "script",
      "load",
      "return redis.call('ping')",
    ]);
    await players.call("a", ["script", "exists", "x", HASH_OF_PING, HASH_OF_PING.toUpperCase()]);
    await players.call("a", ["evalsha", "0000000000000000000000000000000000000000", "0"]);
    await players.call("a", ["eval", "return 7", "0"], ["script", "load", "syntax error"], [
      "script",
      "load",
      "return 7",
    ]);
    await players.call("a", ["evalsha", "4ca238f611c9d0ae4e9a75a5dbac22aedc1e44a8", "0"]);
    await players.call("a", "script flush x", "script flush sync", "script flush async", "script flush", "script");
    await players.call("a", "script nosuch", "script kill", "script debug x", "script debug no", "script help");
    await players.call("a", "script exists", "script load", "script flush a b", "script kill x");
    await players.call("a", ["evalsha_ro", HASH_OF_PING, "0"], ["evalsha", HASH_OF_PING.slice(1), "0"]);
  });
});

referenceTest("what scripts change is propagated as by the reference", async () => {
  await assertSameEffects(async (players) => {
    await evaluate(
      players,
      "return redis.call('set', 'k', '1')",
      "redis.call('set', 'k', '1'); redis.call('incr', 'k'); return redis.call('get', 'k')",
      "return redis.call('get', 'k')",
      "redis.call('set', 'k', '1'); redis.call('nosuch')",
      "redis.call('sadd', 's', 'a'); return redis.call('spop', 's')",
      "return redis.call('incrbyfloat', 'f', 1)",
      "redis.call('select', '1'); redis.call('set', 'x', '1'); redis.call('select', '2'); redis.call('set', 'y', '1')",
      "redis.call('set', 'a', '1'); redis.set_repl(redis.REPL_NONE); redis.call('set', 'b', '1'); " +
        "redis.set_repl(redis.REPL_AOF); redis.call('set', 'c', '1'); redis.set_repl(redis.REPL_REPLICA); " +
        "redis.call('set', 'd', '1'); redis.set_repl(redis.REPL_ALL); redis.call('set', 'e', '1')",
      "return redis.call('publish', 'c', 'm')",
      "redis.set_repl(redis.REPL_NONE); return redis.call('publish', 'c', 'm')",
      "redis.call('xadd', 'x', '1-1', 'a', 'b'); redis.call('del', 'k')",
    );
    await players.call("a", "multi", "set m 1", ["eval", "return redis.call('incr', 'm')", "0"], "exec", "get x");
    await players.call("a", ["eval", "return {#KEYS, #ARGV, KEYS[1], ARGV[1]}", "1", "k", "v"]);
  });
});

referenceTest("scripts do not block and see one moment", async () => {
  await assertSame(async (players) => {
    await players.call("a", "debug set-disable-deny-scripts 1");
    await evaluate(
      players,
      "return redis.call('blpop', 'none', 0)",
      "return redis.call('bzpopmin', 'none', 0)",
      "return redis.call('blmove', 'none', 'other', 'left', 'right', 0)",
      "return redis.pcall('xread', 'block', 0, 'streams', 's', '$')",
      "redis.call('set', 'k', 'v', 'px', 1); redis.call('debug', 'sleep', 0.01); return redis.call('exists', 'k')",
    );
    await players.call("a", "exists k");
    await evaluate(players, "redis.call('sadd', 's', 'b', 'a', 'c'); return redis.call('sort', 's', 'by', 'nosort')");
  });
});

referenceTest("scripts show in statistics and to monitors as on the reference", async () => {
  await assertSame(async (players) => {
    await players.call("a", "set k v", "config resetstat");
    await evaluate(
      players,
      "return redis.call('incr', 'k')",
      "return redis.pcall('incr', 'k')",
      "return {err='MINE x'}",
    );
    await evaluate(players, "redis.pcall('nosuch'); redis.pcall('get'); return redis.pcall('incr', 'k').err");
    await evaluate(players, "redis.pcall('incr', 'k'); return 1", "error('x')");
    await players.call("a", "info errorstats");
    const stats = "local lines = {} for line in string.gmatch(redis.call('info', 'commandstats'), '[^\\r\\n]+') do " +
      "lines[#lines + 1] = string.gsub(line, 'usec=%d+,usec_per_call=[%d.]+', '') end table.sort(lines) return lines";
    await players.call("a", ["eval", stats, "0"]);
  });
});
