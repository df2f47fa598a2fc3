import { assertSameEffects } from "../../support/effects.ts";
import { referenceTest } from "../../support/reference.ts";

referenceTest("commands on hashes notify and propagate as in Redis", async () => {
  await assertSameEffects(async (players) => {
    await players.call(
      "a",
      "HSET h a 1 b 2",
      "HSET h a 1",
      "HMSET h a 1 c 3",
      "HSETNX h a 1",
      "HSETNX h d 4",
      "HSET h a",
    );
    await players.call(
      "a",
      "HSETNX new a 1",
      "HINCRBY h a 5",
      "HINCRBY n a 5",
      "HINCRBY h x y",
      "HINCRBYFLOAT h a 1.25",
    );
    await players.call(
      "a",
      "HINCRBYFLOAT m f 3.0",
      "hincrbyfloat m f 1e2",
      "HINCRBYFLOAT m f inf",
      "HINCRBYFLOAT m f x",
    );
    await players.call("a", "HDEL h z", "HDEL h a z a", "HDEL none a", "HDEL h b c d x", "EXISTS h", "HGET none a");
    await players.call("a", "HMGET none a", "HGETALL none", "HKEYS none", "HVALS none", "HLEN none", "HEXISTS none a");
    await players.call("a", "HSTRLEN none a", "HRANDFIELD none", "HRANDFIELD none 3", "HSCAN none 0", "SET string x");
    await players.call("a", "HSET string a 1", "HDEL string a", "HINCRBY string a 1", "HINCRBYFLOAT string a 1");
    await players.call("a", "MULTI", "HSET t a 1", "HINCRBYFLOAT t a 0.5", "HDEL t a", "HSET t b 1", "EXEC");
    await players.call("a", "WATCH t", "HSETNX t b 1", "HDEL t z", "HGET t b", "MULTI", "HSET t c 1", "EXEC");
    await players.call("a", "WATCH t", "HINCRBY t b 0", "MULTI", "HSET t c 1", "EXEC", "HGETALL t");
  });
});
