import { referenceTest } from "../../support/reference.ts";
import { BothServers } from "../../support/both_servers.ts";

const MAX = "18446744073709551615";

const ADD = [
  "XADD s 1-1 a 1 b 2",
  "XADD s 1-* a 3 b 4",
  "XADD s 1-1 a b",
  "XADD s 0-0 a b",
  "XADD s 0 a b",
  "XADD s - a b",
  "XADD s + a b",
  "XADD s 1-2-3 a b",
  "XADD s x a b",
  "XADD s 5-x a b",
  "XADD s 5 a b",
  "XADD s 5-* a b c d",
  "XADD s 5-* a b c",
  "XADD s 5-*",
  "XADD s 5-* a",
  "XADD new 0-* a b",
  "XADD new 0-1 a b",
  `XADD new 7-${MAX} a b`,
  "XADD new 7-* a b",
  "XADD new 6-* a b",
  "XADD new 8-* -5 9223372036854775807 00 -0",
  `XADD new ${MAX}-${MAX} a b`,
  "XADD new * a b",
  `XADD new ${MAX}-${MAX} a b`,
  "XADD none NOMKSTREAM 1-1 a b",
  "XADD none nomkstream * a b",
  "EXISTS none",
  "XADD s NOMKSTREAM 100-1 a b",
  "XADD text 1-1 a b",
  "XLEN text",
  "XLEN s",
  "XLEN none",
  "XLEN",
  "XADD",
  "XADD s *",
  "XRANGE s - +",
  "XRANGE new - +",
  "TYPE s",
  "OBJECT ENCODING s",
];

const TRIM = [
  "XADD t MAXLEN 3 1-1 a 1",
  "XADD t MAXLEN = 3 1-2 a 1",
  "XADD t MAXLEN ~ 3 1-3 a 1",
  "XADD t maxlen 3 1-4 b 1",
  "XADD t MAXLEN -1 1-5 a 1",
  "XADD t MAXLEN x 1-5 a 1",
  "XADD t MAXLEN ~ 1-5 a 1",
  "XADD t MAXLEN",
  "XADD t MAXLEN 3 MINID 1-1 1-5 a 1",
  "XADD t MAXLEN 3 MAXLEN 3 1-5 a 1",
  "XADD t MINID 1-3 1-5 a 1",
  "XADD t MINID = 1-3 1-6 a 1",
  "XADD t MINID ~ 1-6 1-7 a 1",
  "XADD t MINID x 1-8 a 1",
  "XADD t MINID - 1-8 a 1",
  "XADD t LIMIT 5 1-8 a 1",
  "XADD t LIMIT 0 1-8 a 1",
  "XADD t LIMIT -1 1-8 a 1",
  "XADD t LIMIT x 1-8 a 1",
  "XADD t MAXLEN 3 LIMIT 5 1-8 a 1",
  "XADD t MAXLEN ~ 3 LIMIT 5 1-8 a 1",
  "XADD t MAXLEN ~ 0 LIMIT 0 1-9 a 1",
  "XADD t MAXLEN ~ 9223372036854775807 LIMIT 9223372036854775807 2-1 a 1",
  "XADD t MAXLEN 0 2-2 a 1",
  "XINFO STREAM t",
  "XADD t 2-3 a 1",
  "XADD t 2-4 a 1",
  "XTRIM t MAXLEN 1",
  "XTRIM t MINID 3",
  "XTRIM t MINID ~ 3",
  "XTRIM t MAXLEN 1 MINID 1",
  "XTRIM t LIMIT 1",
  "XTRIM t LIMIT 0",
  "XTRIM t FOO 1",
  "XTRIM t NOMKSTREAM 1",
  "XTRIM t * 1",
  "XTRIM t MAXLEN",
  "XTRIM t",
  "XTRIM t MAXLEN ~ 1 LIMIT",
  "XTRIM t MAXLEN = 1 LIMIT 1",
  "XTRIM none MAXLEN 1",
  "XTRIM text MAXLEN 1",
  "XTRIM t MAXLEN 0",
  "XINFO STREAM t FULL",
];

const DELETE = [
  "XADD d 1-1 a 1",
  "XADD d 1-2 a 1",
  "XADD d 1-3 b 1",
  "XADD d 2-1 b 1",
  "XDEL d 1-2 1-2 9-9",
  "XDEL d 1",
  "XDEL d 1-1 x",
  "XDEL d -",
  "XDEL d 1-*",
  "XLEN d",
  "XDEL none 1-1",
  "XDEL none x",
  "XDEL text 1-1",
  "XDEL d",
  "XINFO STREAM d",
  "XDEL d 1-1",
  "XINFO STREAM d",
  "XDEL d 1-3 2-1",
  "XINFO STREAM d",
  "XRANGE d - +",
  "XADD d 2-1 b 1",
  "EXISTS d",
];

const SETID = [
  "XADD i 1-1 a 1",
  "XADD i 2-1 a 1",
  "XSETID i 2-0",
  "XSETID i 2-1",
  "XSETID i 9-9 ENTRIESADDED 1",
  "XSETID i 9-9 ENTRIESADDED -1",
  "XSETID i 9-9 ENTRIESADDED x",
  "XSETID i 9-9 ENTRIESADDED 100 MAXDELETEDID 9-10",
  "XSETID i 9-9 ENTRIESADDED 100 MAXDELETEDID 9-9",
  "XSETID i 9-9 MAXDELETEDID x",
  "XSETID i 9-9 MAXDELETEDID 0",
  "XSETID i 9-9 MAXDELETEDID",
  "XSETID i 9-9 FOO 1",
  "XSETID i 9-9 FOO",
  "XSETID i x",
  "XSETID i $",
  "XSETID i",
  "XSETID none 1-1",
  "XSETID text 1-1",
  "XINFO STREAM i",
  "XADD i 9-9 a 1",
  "XADD i 9-10 a 1",
  "XSETID i 10-10 ENTRIESADDED 9223372036854775807",
  "XADD i 11-1 a 1",
  "XINFO STREAM i",
];

const RANGE = [
  "XRANGE s - + COUNT 1",
  "XRANGE s - + COUNT 0",
  "XRANGE s - + COUNT -5",
  "XRANGE s - + COUNT x",
  "XRANGE s - + COUNT",
  "XRANGE s - + FOO 1",
  "XRANGE s - + COUNT 1 COUNT 2",
  "XRANGE s - + COUNT 9223372036854775807",
  "XRANGE s 1 1",
  "XRANGE s 1-2 5",
  "XRANGE s (1-1 (100-1",
  "XRANGE s (1 (5",
  "XRANGE s ( +",
  "XRANGE s (- +",
  "XRANGE s - (+",
  "XRANGE s (x +",
  `XRANGE s (${MAX}-${MAX} +`,
  "XRANGE s - (0-0",
  "XRANGE s - (0",
  "XRANGE s x +",
  "XRANGE s - x",
  "XRANGE s + -",
  "XRANGE s 5-* +",
  "XRANGE none - +",
  "XRANGE none - + COUNT 0",
  "XRANGE text - +",
  "XRANGE s -",
  "XREVRANGE s + -",
  "XREVRANGE s + - COUNT 1",
  "XREVRANGE s + - COUNT 0",
  "XREVRANGE s (100-1 (1-1",
  "XREVRANGE s - +",
  "XREVRANGE s 5 1",
  "XREVRANGE s (0 -",
  `XREVRANGE s + (${MAX}-${MAX}`,
  "XREVRANGE s x -",
  "XREVRANGE none + -",
  "XREVRANGE text + -",
];

const INFO = [
  "XINFO STREAM s",
  "XINFO STREAM s FULL",
  "XINFO STREAM s FULL COUNT 1",
  "XINFO STREAM s FULL COUNT 0",
  "XINFO STREAM s FULL COUNT -1",
  "XINFO STREAM s FULL COUNT x",
  "XINFO STREAM s FULL COUNT",
  "XINFO STREAM s FULL FOO 1",
  "XINFO STREAM s FOO",
  "XINFO STREAM s FULL COUNT 1 2",
  "XINFO STREAM none",
  "XINFO STREAM none FOO",
  "XINFO STREAM text",
  "XINFO STREAM",
  "XINFO",
  "XINFO FOO s",
  "XINFO HELP",
  "XINFO HELP x",
  "XINFO GROUPS s",
  "XINFO GROUPS none",
  "XINFO GROUPS text",
  "XINFO CONSUMERS s g",
  "XINFO CONSUMERS s",
];

const READ = [
  "XREAD STREAMS s 0",
  "XREAD COUNT 1 STREAMS s new 0 0",
  "XREAD COUNT 0 STREAMS s 1-1",
  "XREAD COUNT -1 STREAMS s 1-1",
  "XREAD STREAMS s $",
  "XREAD STREAMS none $",
  "XREAD STREAMS none 0",
  "XREAD STREAMS s none new 0 0 0",
  "XREAD STREAMS s s 0 1-1",
  "XREAD streams s 100-1",
  "XREAD STREAMS s >",
  "XREAD STREAMS s",
  "XREAD STREAMS s new 0",
  "XREAD STREAMS text 0",
  "XREAD STREAMS s text 0 0",
  "XREAD STREAMS s x",
  "XREAD STREAMS s -",
  "XREAD COUNT x STREAMS s 0",
  "XREAD BLOCK x STREAMS s 0",
  "XREAD BLOCK -1 STREAMS s 0",
  "XREAD BLOCK 1.5 STREAMS s 0",
  "XREAD BLOCK 10 STREAMS s 0",
  "XREAD BLOCK 1 STREAMS s $",
  "XREAD GROUP g c STREAMS s 0",
  "XREAD NOACK STREAMS s 0",
  "XREAD FOO STREAMS s 0",
  "XREAD COUNT 1",
  "XREAD COUNT 1 BLOCK 1",
  "XREAD a b c",
  "XREAD STREAMS",
  `XREAD STREAMS new ${MAX}-${MAX}`,
];

for (const protocol of [2, 3] as const) {
  referenceTest(`commands on entries answer as the reference in RESP${protocol}`, async () => {
    await using servers = await BothServers.start();
    await servers.useProtocol(protocol);
    await servers.same("SET text x", ...ADD, ...TRIM, ...DELETE, ...SETID, ...RANGE, ...INFO, ...READ);
    await servers.same("DEL s new", "XREAD STREAMS s new 0 0", "DBSIZE");
  });
}

referenceTest("commands on entries answer as the reference whatever the size of nodes", async () => {
  for (const [maxBytes, maxEntries] of [[100, 0], [0, 3], [0, 0], [1, 100], [4096, 1]]) {
    await using servers = await BothServers.start(
      `stream-node-max-bytes ${maxBytes}`,
      `stream-node-max-entries ${maxEntries}`,
    );
    await servers.same("SET text x", ...ADD, ...TRIM, ...DELETE, ...SETID, ...RANGE, ...INFO, ...READ);
    for (let id = 1; id < 200; id++) await servers.same(`XADD long ${id * 7}-${id % 5} field ${"v".repeat(id % 40)}`);
    await servers.same("XINFO STREAM long", "XTRIM long MAXLEN ~ 150", "XTRIM long MAXLEN ~ 100 LIMIT 20");
    await servers.same("XINFO STREAM long", "XTRIM long MINID ~ 900", "XTRIM long MINID 950-1", "XLEN long");
    await servers.same("XADD long MAXLEN ~ 10 LIMIT 7 2000-1 a b", "XLEN long", "XINFO STREAM long", "XRANGE long - +");
  }
});

referenceTest("xadd() stores any bytes", async () => {
  await using servers = await BothServers.start();
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const long = new Uint8Array(70_000).fill(7);
  await servers.same(
    ["XADD", bytes, "1-1", bytes, bytes, "", ""],
    ["XADD", bytes, "1-2", "f", long, "123456789012", "-1"],
    ["XRANGE", bytes, "-", "+"],
    ["XREAD", "STREAMS", bytes, "0"],
    ["XINFO", "STREAM", bytes, "FULL"],
  );
});

referenceTest("stream commands in a transaction do not wait", async () => {
  await using servers = await BothServers.start();
  await servers.same("XADD s 1-1 a b", "XGROUP CREATE s g $", "MULTI", "XREAD BLOCK 0 STREAMS s $");
  await servers.same("XREADGROUP GROUP g c BLOCK 0 STREAMS s >", "XADD s 2-1 a b", "XLEN s", "EXEC", "XLEN s");
});
