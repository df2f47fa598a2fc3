import { assertEquals } from "@std/assert";
import type { ReplyValue } from "../../support/reply_reader.ts";
import { referenceTest } from "../../support/reference.ts";
import { BothServers } from "../../support/both_servers.ts";

const MAX = "18446744073709551615";

const GROUP = [
  "XGROUP CREATE s g $",
  "XGROUP CREATE s g $ MKSTREAM",
  "XGROUP CREATE s g $ MKSTREAM",
  "XGROUP CREATE s h 0 ENTRIESREAD 5",
  "XGROUP CREATE s i 1-1 mkstream entriesread -1",
  "XGROUP CREATE s j 1 ENTRIESREAD -2",
  "XGROUP CREATE s j 1 ENTRIESREAD x",
  "XGROUP CREATE s j 1 ENTRIESREAD",
  "XGROUP CREATE s j 1 FOO",
  "XGROUP CREATE s j x",
  "XGROUP CREATE s j -",
  "XGROUP CREATE s j 5 MKSTREAM MKSTREAM MKSTREAM MKSTREAM",
  "XGROUP CREATE none j 5 MKSTREAM MKSTREAM MKSTREAM MKSTREAM",
  "XGROUP CREATE none j x MKSTREAM",
  "EXISTS none",
  "XGROUP CREATE text g $",
  "XGROUP CREATE text g $ MKSTREAM",
  "XGROUP CREATE s g",
  "XGROUP SETID s g $",
  "XGROUP SETID s g +",
  "XGROUP SETID s g -",
  "XGROUP SETID s g 3-4 ENTRIESREAD 7",
  "XGROUP SETID s g 3-4 ENTRIESREAD 7 ENTRIESREAD 8",
  "XGROUP SETID s g 3-4 MKSTREAM",
  "XGROUP SETID s g x",
  "XGROUP SETID s none $",
  "XGROUP SETID none g $",
  "XGROUP SETID text g $",
  "XGROUP SETID s g",
  "XGROUP CREATECONSUMER s g c",
  "XGROUP CREATECONSUMER s g c",
  "XGROUP CREATECONSUMER s none c",
  "XGROUP CREATECONSUMER none g c",
  "XGROUP CREATECONSUMER text g c",
  "XGROUP CREATECONSUMER s g",
  "XGROUP DELCONSUMER s g c",
  "XGROUP DELCONSUMER s g c",
  "XGROUP DELCONSUMER s none c",
  "XGROUP DELCONSUMER none g c",
  "XGROUP DELCONSUMER text g c",
  "XGROUP DESTROY s i",
  "XGROUP DESTROY s i",
  "XGROUP DESTROY none i",
  "XGROUP DESTROY text i",
  "XGROUP DESTROY s",
  "XGROUP FOO s",
  "XGROUP",
  "XGROUP HELP",
  "XGROUP HELP x",
  "XINFO GROUPS s",
  "XINFO STREAM s FULL",
  "DEL s",
];

const READ_GROUP = [
  "XADD s 1-1 a 1",
  "XADD s 1-2 b 2",
  "XADD s 2-1 a 3 b 4",
  "XADD s 3-1 a 5",
  "XGROUP CREATE s g 0",
  "XGROUP CREATE s h $",
  "XREADGROUP GROUP g alice COUNT 1 STREAMS s >",
  "XREADGROUP GROUP g bob COUNT 2 STREAMS s >",
  "XREADGROUP GROUP g alice STREAMS s 0",
  "XREADGROUP GROUP g alice STREAMS s 1-1",
  "XREADGROUP GROUP g bob COUNT 1 STREAMS s 0",
  "XREADGROUP GROUP g carol STREAMS s 0",
  "XDEL s 1-2",
  "XREADGROUP GROUP g bob STREAMS s 0-0",
  "XREADGROUP GROUP g bob NOACK STREAMS s >",
  "XREADGROUP GROUP g bob STREAMS s >",
  "XREADGROUP GROUP g dave NOACK STREAMS s >",
  "XREADGROUP GROUP h bob STREAMS s >",
  "XREADGROUP GROUP none bob STREAMS s >",
  "XREADGROUP GROUP g bob STREAMS none >",
  "XREADGROUP GROUP g bob STREAMS text >",
  "XREADGROUP GROUP g bob STREAMS s none 0 0",
  "XREADGROUP GROUP g bob STREAMS s $",
  "XREADGROUP GROUP g bob STREAMS s x",
  "XREADGROUP GROUP g bob STREAMS s",
  "XREADGROUP GROUP g bob STREAMS s s >",
  "XREADGROUP GROUP g bob COUNT x STREAMS s >",
  "XREADGROUP GROUP g bob COUNT -1 STREAMS s 0",
  "XREADGROUP GROUP g bob BLOCK x STREAMS s >",
  "XREADGROUP GROUP g bob BLOCK 1 STREAMS s >",
  "XREADGROUP GROUP g bob FOO STREAMS s >",
  "XREADGROUP COUNT 1 NOACK BLOCK 1 STREAMS s >",
  "XREADGROUP GROUP g bob COUNT 1 NOACK COUNT 2",
  "XREADGROUP GROUP g",
  "XREADGROUP GROUP g bob STREAMS s s 0 0",
  `XREADGROUP GROUP g bob STREAMS s ${MAX}-${MAX}`,
  "XADD s 4-1 a 6",
  "XADD s 4-2 a 7",
  "XREADGROUP GROUP g carol COUNT 1 STREAMS s s > >",
  "XPENDING s g",
  "XPENDING s h",
  "XGROUP SETID s g 0",
  "XREADGROUP GROUP g carol COUNT 2 STREAMS s >",
  "XPENDING s g",
  "XINFO GROUPS s",
];

const PENDING = [
  "XPENDING s g - +",
  "XPENDING s g - + x",
  "XPENDING s g - + 0",
  "XPENDING s g - + -1",
  "XPENDING s g x + 1",
  "XPENDING s g - x 1",
  "XPENDING s g (- + 1",
  `XPENDING s g (${MAX}-${MAX} + 1`,
  "XPENDING s g - (0-0 1",
  "XPENDING s g - + 10 nobody",
  "XPENDING s g IDLE 1000000 - + 10",
  "XPENDING s g IDLE x - + 10",
  "XPENDING s g IDLE 1 - +",
  "XPENDING s g IDLE 1 -",
  "XPENDING s g IDLE 1000000 - + 10 bob",
  "XPENDING s g - + 10 nobody extra",
  "XPENDING s g IDLE 1 - + 10 bob extra",
  "XPENDING s none",
  "XPENDING none g",
  "XPENDING text g",
  "XPENDING s none - + 10",
  "XPENDING s",
];

const CLAIM = [
  "XCLAIM s g dave 0 1-1 TIME 1000 RETRYCOUNT 7",
  "XCLAIM s g dave 0 1-1 TIME 1000 RETRYCOUNT 7 JUSTID",
  "XPENDING s g",
  "XCLAIM s g erin 100000000 4-1",
  "XCLAIM s g erin 0 9-9 1-1 2-1",
  "XCLAIM s g erin 0 9-9 FORCE",
  "XCLAIM s g erin 0 4-2 FORCE",
  "XCLAIM s g erin 0 4-2 FORCE JUSTID LASTID 3-1",
  "XCLAIM s g erin -5 4-2 idle 5 justid",
  "XCLAIM s g erin x 4-2",
  "XCLAIM s g erin 0 4-2 IDLE x",
  "XCLAIM s g erin 0 4-2 TIME x",
  "XCLAIM s g erin 0 4-2 RETRYCOUNT x",
  "XCLAIM s g erin 0 4-2 LASTID x",
  "XCLAIM s g erin 0 4-2 LASTID",
  "XCLAIM s g erin 0 4-2 IDLE",
  "XCLAIM s g erin 0 4-2 FOO",
  "XCLAIM s g erin 0 x",
  "XCLAIM s g erin 0 FORCE",
  "XCLAIM s g erin 0 1-1 - 2-1",
  "XCLAIM s g erin 0 1-1 RETRYCOUNT 9223372036854775807",
  "XCLAIM s g erin 0 1-1 RETRYCOUNT 9223372036854775808",
  "XCLAIM s g erin 0 1-1 TIME 5 RETRYCOUNT -1",
  "XCLAIM s g erin 0 1-1 TIME 9223372036854775807",
  "XCLAIM s g erin 0 1-1 IDLE -9223372036854775808",
  "XCLAIM s g erin 9223372036854775807 1-1",
  "XCLAIM s none erin 0 1-1",
  "XCLAIM none g erin 0 1-1",
  "XCLAIM text g erin 0 1-1",
  "XCLAIM s g erin 0",
  "XCLAIM s g frank 0 1-2",
  "XPENDING s g",
  "XAUTOCLAIM s g gina 0 -",
  "XAUTOCLAIM s g gina 0 - COUNT 1",
  "XAUTOCLAIM s g gina 0 (1-1 COUNT 1 JUSTID",
  "XAUTOCLAIM s g gina 100000000 0",
  "XAUTOCLAIM s g gina 0 9-9",
  "XAUTOCLAIM s g gina 0 0 COUNT 0",
  "XAUTOCLAIM s g gina 0 0 COUNT x",
  "XAUTOCLAIM s g gina 0 0 COUNT 8070450532247928833",
  "XAUTOCLAIM s g gina 0 0 COUNT 576460752303423487",
  "XAUTOCLAIM s g gina 0 0 COUNT",
  "XAUTOCLAIM s g gina 0 0 FOO",
  "XAUTOCLAIM s g gina x 0",
  "XAUTOCLAIM s g gina 0 x",
  `XAUTOCLAIM s g gina 0 (${MAX}-${MAX}`,
  "XAUTOCLAIM s g gina -1 0 justid",
  "XAUTOCLAIM none g gina 0 0",
  "XAUTOCLAIM s none gina 0 0",
  "XAUTOCLAIM text g gina 0 0",
  "XAUTOCLAIM text g gina 0 0 COUNT x",
  "XAUTOCLAIM s g gina 0",
  "XDEL s 2-1 4-2",
  "XAUTOCLAIM s g gina 0 0",
  "XAUTOCLAIM s g gina 0 0",
  "XPENDING s g",
];

const ACK = [
  "XACK s g 1-1",
  "XACK s g 1-1 3-1 3-1 9-9",
  "XACK s g 1-1 x",
  "XACK s none x",
  "XACK none g x",
  "XACK text g 1-1",
  "XACK s g",
  "XGROUP DELCONSUMER s g gina",
  "XPENDING s g",
  "XINFO GROUPS s",
  "XGROUP DESTROY s g",
  "XINFO STREAM s",
];

for (const protocol of [2, 3] as const) {
  referenceTest(`commands on groups answer as the reference in RESP${protocol}`, async () => {
    await using servers = await BothServers.start();
    await servers.useProtocol(protocol);
    await servers.same("SET text x", ...GROUP, ...READ_GROUP, ...PENDING, ...CLAIM, ...ACK);
  });
}

referenceTest("the lag of a group is as the reference counts it", async () => {
  await using servers = await BothServers.start("stream-node-max-entries 3");
  await servers.same("XGROUP CREATE l g $ MKSTREAM", "XINFO GROUPS l");
  for (let id = 1; id <= 9; id++) await servers.same(`XADD l ${id}-0 a b`, "XINFO GROUPS l");
  for (const id of ["5-0", "1-0", "8-0"]) {
    await servers.same("XREADGROUP GROUP g c COUNT 1 STREAMS l >", "XINFO GROUPS l", `XDEL l ${id}`, "XINFO GROUPS l");
  }
  await servers.same(
    "XREADGROUP GROUP g c COUNT 3 STREAMS l >",
    "XINFO GROUPS l",
    "XTRIM l MAXLEN 2",
    "XINFO GROUPS l",
  );
  await servers.same("XGROUP SETID l g 7-5 ENTRIESREAD 3", "XINFO GROUPS l", "XGROUP SETID l g 99", "XINFO GROUPS l");
  await servers.same(
    "XTRIM l MAXLEN 0",
    "XINFO GROUPS l",
    "XGROUP CREATE l h 0",
    "XGROUP CREATE l i 100",
    "XINFO GROUPS l",
  );
});

referenceTest("xclaim() counts deliveries in 64 bits", async () => {
  await using servers = await BothServers.start();
  await servers.same("XADD s 1-1 a b", "XGROUP CREATE s g 0", "XREADGROUP GROUP g ann STREAMS s >");
  using ours = await servers.ours.connect();
  using reference = await servers.reference.connect();
  for (const count of ["9007199254740991", "9223372036854775807"]) {
    await servers.same(`XCLAIM s g ben 0 1-1 RETRYCOUNT ${count}`);
    for (const claim of ["XCLAIM s g ben 0 1-1 JUSTID", "XCLAIM s g ben 0 1-1"]) {
      await servers.same(claim);
      const [answer, expected] = await Promise.all([ours, reference].map(async (client) => {
        const [[, , , deliveries]] = await client.expect("XPENDING", "s", "g", "-", "+", 1) as [ReplyValue[]];
        return String(deliveries);
      }));
      assertEquals(answer, expected);
    }
  }
});

referenceTest("xreadgroup() counts entries read in 64 signed bits", async () => {
  await using servers = await BothServers.start();
  await servers.same("XADD s 1-1 a b", "XADD s 1-2 a b", "XADD s 1-3 a b");
  await servers.same("XGROUP CREATE s g 0 ENTRIESREAD 9223372036854775806");
  for (let read = 0; read < 3; read++) {
    await servers.same("XREADGROUP GROUP g ann COUNT 1 STREAMS s >", "XINFO GROUPS s");
  }
});
