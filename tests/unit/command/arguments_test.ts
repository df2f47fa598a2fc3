import { assertEquals } from "@std/assert";
import { Clock } from "../../../src/base/clock.ts";
import { Random } from "../../../src/base/random.ts";
import {
  deletesAtOnce,
  type ExpireRule,
  readClampedInteger,
  readExpireTime,
  readFloat,
  readInteger,
  readPositiveInteger,
  readRangedInteger,
} from "../../../src/command/arguments.ts";
import { ReplyRecorder } from "../../../src/resp/reply_recorder.ts";
import { ReplyError } from "../../../src/resp/reply_value.ts";
import { Args } from "../../../src/resp/request_batch.ts";
import { Store } from "../../../src/store/store.ts";

type Reader = (args: Args, index: number, reply: ReplyRecorder) => unknown;

/** What a reader makes of `text`: its value, or the text of the error that it wrote. */
function read(reader: Reader, text: string): unknown {
  const reply = new ReplyRecorder();
  const value = reader(Args.of("command", text), 1, reply);
  if (value !== null) {
    assertEquals(reply.values, []);
    return value;
  }
  const error = reply.take();
  return error instanceof ReplyError ? error.text : `no error: ${error}`;
}

const NOT_AN_INTEGER = "ERR value is not an integer or out of range";
const INVALID_EXPIRE = "ERR invalid expire time in 'set' command";

Deno.test("readInteger() covers 64 bits and refuses the rest", () => {
  assertEquals(read(readInteger, "-12"), -12);
  assertEquals(read(readInteger, "9007199254740991"), 9007199254740991);
  assertEquals(read(readInteger, "9007199254740992"), 9007199254740992n);
  assertEquals(read(readInteger, "-9223372036854775808"), -(2n ** 63n));
  for (const text of ["", "9223372036854775808", "-9223372036854775809", "1.0", " 1", "+1", "01", "-0", "1e3"]) {
    assertEquals(read(readInteger, text), NOT_AN_INTEGER, text);
  }
  assertEquals(read((args, index, reply) => readInteger(args, index, reply, "ERR other"), "x"), "ERR other");
});

Deno.test("readClampedInteger() moves wide integers to the ends of the safe range", () => {
  assertEquals(read(readClampedInteger, "9223372036854775807"), Number.MAX_SAFE_INTEGER);
  assertEquals(read(readClampedInteger, "-9223372036854775808"), Number.MIN_SAFE_INTEGER);
  assertEquals(read(readClampedInteger, "-5"), -5);
  assertEquals(read(readClampedInteger, "9223372036854775808"), NOT_AN_INTEGER);
});

Deno.test("readRangedInteger() names its bounds, or gives the one error asked for", () => {
  const plain: Reader = (args, index, reply) => readRangedInteger(args, index, reply, { min: 1, max: 9 });
  assertEquals([read(plain, "1"), read(plain, "9")], [1, 9]);
  assertEquals(read(plain, "0"), "ERR value is out of range, value must between 1 and 9");
  assertEquals(read(plain, "10"), "ERR value is out of range, value must between 1 and 9");
  assertEquals(read(plain, "x"), NOT_AN_INTEGER);
  const range = { min: 1, max: 9, error: "ERR other" };
  const other: Reader = (args, index, reply) => readRangedInteger(args, index, reply, range);
  assertEquals([read(other, "0"), read(other, "x")], ["ERR other", "ERR other"]);
});

Deno.test("readPositiveInteger() has one error for negative numbers and for no numbers", () => {
  assertEquals(read(readPositiveInteger, "0"), 0);
  assertEquals(read(readPositiveInteger, "-1"), "ERR value is out of range, must be positive");
  assertEquals(read(readPositiveInteger, "x"), "ERR value is out of range, must be positive");
  assertEquals(read(readPositiveInteger, "9223372036854775807"), Number.MAX_SAFE_INTEGER);
});

Deno.test("readFloat() takes infinities and refuses nan", () => {
  assertEquals([read(readFloat, "1.5"), read(readFloat, "-inf")], [1.5, -Infinity]);
  assertEquals(read(readFloat, "nan"), "ERR value is not a valid float");
  assertEquals(read(readFloat, ""), "ERR value is not a valid float");
});

function expire(text: string, rule: Partial<ExpireRule>): unknown {
  const whole: ExpireRule = { unitMs: 1000, baseMs: 0, commandName: "set", ...rule };
  return read((args, index, reply) => readExpireTime(args, index, reply, whole), text);
}

Deno.test("readExpireTime() adds the base and turns seconds into milliseconds", () => {
  assertEquals(expire("10", { baseMs: 5_000 }), 15_000);
  assertEquals(expire("10", { unitMs: 1, baseMs: 5_000 }), 5_010);
  assertEquals(expire("10", {}), 10_000);
  assertEquals(expire("1", { unitMs: 1 }), 1);
});

Deno.test("readExpireTime() is exact up to the end of 64 bits and refuses what lies beyond", () => {
  assertEquals(expire("9223372036854775", {}), 9223372036854775000n);
  assertEquals(expire("9223372036854776", {}), INVALID_EXPIRE);
  assertEquals(expire("9223372036854775", { baseMs: 807 }), 9223372036854775807n);
  assertEquals(expire("9223372036854775", { baseMs: 808 }), INVALID_EXPIRE);
  assertEquals(expire("9223372036854775807", { unitMs: 1 }), 9223372036854775807n);
  assertEquals(expire("9223372036854775807", { unitMs: 1, baseMs: 1 }), INVALID_EXPIRE);
  assertEquals(expire("9007199254740993", { unitMs: 1 }), 9007199254740993n);
  assertEquals(expire("9223372036854775808", {}), NOT_AN_INTEGER);
});

Deno.test("readExpireTime() refuses zero and below unless the past is allowed", () => {
  for (const text of ["0", "-1", "-9223372036854775808"]) assertEquals(expire(text, {}), INVALID_EXPIRE, text);
  const past = { isPastAllowed: true, baseMs: 5_000 };
  assertEquals(expire("-1", past), 4_000);
  assertEquals(expire("0", past), 5_000);
  assertEquals(expire("-9223372036854775", past), -9223372036854770000n);
  assertEquals(expire("-9223372036854776", past), INVALID_EXPIRE);
  assertEquals(expire("-9223372036854775808", { ...past, unitMs: 1 }), -9223372036854770808n);
});

Deno.test("deletesAtOnce() holds for a past moment on a master alone", () => {
  const store = new Store({ clock: new Clock({ frozenAtMs: 1_000 }), random: new Random(1), databaseCount: 1 });
  assertEquals([999, 1_000, 1_001, 2n ** 60n].map((atMs) => deletesAtOnce(store, atMs)), [true, true, false, false]);
  for (const rule of ["hide", "ignore"] as const) {
    store.expiryRule = rule;
    assertEquals(deletesAtOnce(store, 1), false);
  }
});
