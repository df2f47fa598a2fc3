/**
 * Random commands on both servers, compared reply by reply.
 */
import { assertEquals } from "@std/assert";
import type { RawClient } from "../../support/raw_client.ts";
import { referenceTest, startReference } from "../../support/reference.ts";
import { ErrorReply, type ReplyValue } from "../../support/reply_reader.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { startRedeno } from "../../support/test_server.ts";

const KEYS = ["s", "t", "u"];
const GROUPS = ["g", "h"];
const CONSUMERS = ["ann", "ben", "cyd"];
const ROUNDS = 6;
const COMMANDS = 700;
const MAX = "18446744073709551615";

/** Makes one random command after the other. */
class Generator {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  next(): string[] {
    const random = this.#random;
    const key = random.pick(KEYS);
    const group = random.pick(GROUPS);
    const consumer = random.pick(CONSUMERS);
    switch (random.integer(0, 21)) {
      case 0:
        return ["XTRIM", key, ...this.#trim()];
      case 1:
        return ["XDEL", key, ...this.#ids()];
      case 2:
        return ["XRANGE", key, this.#bound("-"), this.#bound("+"), ...this.#count()];
      case 3:
        return ["XREVRANGE", key, this.#bound("+"), this.#bound("-"), ...this.#count()];
      case 4:
        return ["XREAD", ...this.#count(), "STREAMS", key, random.pick(KEYS), this.#id(), this.#id()];
      case 5:
        return ["XGROUP", "CREATE", key, group, this.#position(), ...this.#maybe("MKSTREAM"), ...this.#entriesRead()];
      case 6:
        return ["XGROUP", "SETID", key, group, this.#position(), ...this.#entriesRead()];
      case 7:
        return random.chance(0.3) ? ["XGROUP", "DESTROY", key, group] : ["XINFO", "STREAM", key];
      case 8:
        return ["XGROUP", random.pick(["CREATECONSUMER", "DELCONSUMER"]), key, group, consumer];
      case 9:
      case 10:
      case 11:
        return [
          "XREADGROUP",
          "GROUP",
          group,
          consumer,
          ...this.#count(),
          ...this.#maybe("NOACK"),
          "STREAMS",
          key,
          random.chance(0.7) ? ">" : this.#id(),
        ];
      case 12:
        return ["XACK", key, group, ...this.#ids()];
      case 13:
        return ["XPENDING", key, group];
      case 14:
        return [
          "XPENDING",
          key,
          group,
          ...(random.chance(0.2) ? ["IDLE", "0"] : []),
          this.#bound("-"),
          this.#bound("+"),
          `${random.integer(0, 9)}`,
          ...(random.chance(0.4) ? [consumer] : []),
        ];
      case 15:
        return [
          "XCLAIM",
          key,
          group,
          consumer,
          random.pick(["0", "0", "-1", "100000000"]),
          ...this.#ids(),
          ...this.#claimOptions(),
        ];
      case 16:
        return [
          "XAUTOCLAIM",
          key,
          group,
          consumer,
          random.pick(["0", "0", "100000000"]),
          this.#bound("-"),
          ...this.#count(),
          ...this.#maybe("JUSTID"),
        ];
      case 17:
        return ["XINFO", random.pick(["GROUPS", "STREAM"]), key];
      case 18:
        return random.chance(0.1) ? ["DEL", key] : ["XLEN", key];
      case 19:
        return random.chance(0.2) ? ["XSETID", key, this.#id()] : ["XINFO", "STREAM", key, "FULL", "COUNT", "0"];
      default:
        return [
          "XADD",
          key,
          ...this.#maybe("NOMKSTREAM"),
          ...(random.chance(0.3) ? this.#trim() : []),
          this.#newId(),
          ...this.#fields(),
        ];
    }
  }

  #maybe(word: string): string[] {
    return this.#random.chance(0.3) ? [word] : [];
  }

  #count(): string[] {
    return this.#random.chance(0.6) ? ["COUNT", `${this.#random.integer(0, 6)}`] : [];
  }

  #entriesRead(): string[] {
    return this.#random.chance(0.4) ? ["ENTRIESREAD", `${this.#random.integer(-1, 50)}`] : [];
  }

  #trim(): string[] {
    const random = this.#random;
    const operator = random.pick([[], ["="], ["~"], ["~"]]);
    const limit = random.chance(operator[0] === "~" ? 0.5 : 0.05) ? ["LIMIT", `${random.integer(0, 9)}`] : [];
    return random.chance(0.6)
      ? ["MAXLEN", ...operator, `${random.integer(0, 40)}`, ...limit]
      : ["MINID", ...operator, this.#id(), ...limit];
  }

  #id(): string {
    const random = this.#random;
    if (random.chance(0.01)) return random.pick(["x", "-", "1-x", `${MAX}`, `${MAX}-${MAX}`]);
    const ms = random.integer(0, 60);
    return random.chance(0.2) ? `${ms}` : `${ms}-${random.integer(0, 3)}`;
  }

  #ids(): string[] {
    return Array.from({ length: this.#random.integer(1, 4) }, () => this.#id());
  }

  #newId(): string {
    const random = this.#random;
    return random.chance(0.4) ? `${random.integer(0, 60)}-*` : this.#id();
  }

  #position(): string {
    return this.#random.chance(0.3) ? "$" : this.#id();
  }

  #bound(end: string): string {
    const random = this.#random;
    if (random.chance(0.4)) return end;
    return random.chance(0.3) ? `(${this.#id()}` : this.#id();
  }

  #claimOptions(): string[] {
    const random = this.#random;
    return [
      ...(random.chance(0.5) ? ["TIME", `${random.integer(0, 2000)}`] : []),
      ...(random.chance(0.3) ? ["RETRYCOUNT", `${random.integer(0, 9)}`] : []),
      ...this.#maybe("FORCE"),
      ...this.#maybe("JUSTID"),
      ...(random.chance(0.2) ? ["LASTID", this.#id()] : []),
    ];
  }

  #fields(): string[] {
    const random = this.#random;
    const value = () => random.pick(["1", "-70000", "word", "x".repeat(random.integer(0, 80)), "99999999999"]);
    return Array.from(
      { length: random.integer(1, 3) },
      (_, index) => [random.chance(0.8) ? `f${index}` : value(), value()],
    )
      .flat();
  }
}

/** Times of today, and how long ago they were, differ from one server to the other. */
function masked(value: ReplyValue, command: readonly string[]): unknown {
  if (value instanceof ErrorReply) return `-${value.text}`;
  if (typeof value === "number") return value > 1_600_000_000_000 ? "<now>" : value;
  if (!Array.isArray(value)) return value;
  const isPending = command[0] === "XPENDING" && command.length > 3 && value.length === 4 &&
    typeof value[2] === "number";
  return value.map((item, index) => isPending && index === 2 ? "<idle>" : masked(item, command));
}

async function compare(ours: RawClient, reference: RawClient, command: string[], history: string[]): Promise<void> {
  const [answer, expected] = await Promise.all([ours.call(...command), reference.call(...command)]);
  history.push(command.join(" "));
  assertEquals(masked(answer, command), masked(expected, command), history.slice(-15).join("\n"));
}

referenceTest("random stream commands answer as the reference", async () => {
  for (let round = 1; round <= ROUNDS; round++) {
    const seed = 1_000 + round;
    const configLines = [
      `stream-node-max-entries ${[3, 100, 0][round % 3]}`,
      `stream-node-max-bytes ${[0, 150][round % 2]}`,
    ];
    await using ours = await startRedeno({ configLines });
    await using reference = await startReference({ configLines });
    using client = await ours.connect();
    using referenceClient = await reference.connect();
    const generator = new Generator(seed);
    const history = [`seed ${seed}`];
    for (let count = 0; count < COMMANDS; count++) await compare(client, referenceClient, generator.next(), history);
    for (const key of KEYS) {
      await compare(client, referenceClient, ["XINFO", "STREAM", key, "FULL", "COUNT", "0"], history);
      await compare(client, referenceClient, ["XINFO", "GROUPS", key], history);
    }
  }
});
