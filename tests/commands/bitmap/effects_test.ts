import { assertSameEffects } from "../../support/effects.ts";
import { referenceTest } from "../../support/reference.ts";

referenceTest("commands on bits raise the events and reach replicas as in Redis", async () => {
  await assertSameEffects(async (players) => {
    await players.call("a", "SETBIT k 3 1", "SETBIT k 3 1", "SETBIT k 20 0", "SETBIT k 20 0", "SETBIT k 3 0");
    await players.call("a", "SET n 1", "SETBIT n 0 0", "OBJECT ENCODING n", "GETBIT none 1", "BITCOUNT none");
    await players.call("a", "BITOP OR d k n", "BITOP OR d none", "BITOP OR d none", "BITOP XOR k k none n");
    await players.call("a", "RPUSH list a", "BITOP AND d list", "BITOP NOT list k", "TYPE list");
    await players.call("a", "BITFIELD none GET u8 0", "BITFIELD none", "BITFIELD_RO none GET u8 0", "EXISTS none");
    await players.call(
      "a",
      "BITFIELD f SET u8 0 0 INCRBY u8 0 0",
      "BITFIELD f SET u8 0 0",
      "BITFIELD f SET u8 #1 0 GET u8 0",
    );
    await players.call("a", "BITFIELD f OVERFLOW FAIL SET u8 0 256", "BITFIELD g OVERFLOW FAIL SET u8 0 256");
    await players.call("a", "BITFIELD f INCRBY u8 0 1 INCRBY u8 0 -1", "BITFIELD_RO f SET u8 0 1", "BITPOS none 1");
  });
});

referenceTest("writes of bits count their changes and touch watchers as in Redis", async () => {
  await assertSameEffects(async (players) => {
    for (const line of ["SETBIT k 1 1", "SETBIT k 1 1", "BITFIELD k GET u8 0", "BITFIELD k SET u8 0 1 SET u8 0 2"]) {
      await players.call("a", "WATCH k", "MULTI", "SET seen yes");
      await players.call("b", line);
      await players.call("a", "EXEC");
    }
    await players.call("a", "WATCH d", "MULTI", "SET seen yes");
    await players.call("b", "BITOP NOT d k");
    await players.call("a", "EXEC");
  });
});
