/**
 * PFSELFTEST: registers keep what is written to them, and the counts of random sets are as near as they must be.
 *
 * - As in Redis the server does nothing else meanwhile: about two seconds.
 */

import type { Random } from "../../base/random.ts";
import { Slice } from "../../bytes/slice.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Reply } from "../../resp/reply.ts";
import { countString, makeDense } from "../../values/hyperloglog.ts";
import { MAX_REGISTER, raiseDense, readDense, writeDense } from "../../values/hyperloglog_dense.ts";
import { INDEX_BITS, registerOf } from "../../values/hyperloglog_hash.ts";
import { DENSE_BYTES, EMPTY_HYPERLOGLOG, isDense, REGISTER_COUNT } from "../../values/hyperloglog_header.ts";
import {
  NEEDS_DENSE,
  raiseSparse,
  SPARSE_GROWTH_BYTES,
  SparseCursor,
  UNCHANGED,
} from "../../values/hyperloglog_sparse.ts";
import type { Services } from "../services.ts";

const REGISTER_CYCLES = 1000;
const ELEMENT_COUNT = 10_000_000;
const ELEMENT_BYTES = 8;
/** The standard error is 1.04 / sqrt(registers); six times that is next to impossible. */
const RELATIVE_ERROR_MAX = 6 * 1.04 / Math.sqrt(REGISTER_COUNT);
/** No sparse string is longer than one opcode for each register. */
const SPARSE_ROOM_BYTES = EMPTY_HYPERLOGLOG.length + REGISTER_COUNT + SPARSE_GROWTH_BYTES;

function pfSelfTest(reply: Reply, { config, random }: Services): void {
  const failure = testRegisters(random) ?? testCounts(random, config.integer("hll-sparse-max-bytes").value);
  if (failure === null) reply.ok();
  else reply.error(`ERR TESTFAILED ${failure}`);
}

/** Writes and reads all registers; null, or what went wrong. */
function testRegisters(random: Random): string | null {
  const bytes = new Uint8Array(DENSE_BYTES);
  for (let cycle = 0; cycle < REGISTER_CYCLES; cycle++) {
    const expected = random.bytes(REGISTER_COUNT);
    for (let i = 0; i < REGISTER_COUNT; i++) writeDense(bytes, 0, i, expected[i]! & MAX_REGISTER);
    for (let i = 0; i < REGISTER_COUNT; i++) {
      const value = readDense(bytes, 0, i);
      if (value !== (expected[i]! & MAX_REGISTER)) {
        return `Register ${i} should be ${expected[i]! & MAX_REGISTER} but is ${value}`;
      }
    }
  }
  return null;
}

/** Counts growing sets in both representations, at powers of ten; null, or what went wrong. */
function testCounts(random: Random, maxSparseBytes: number): string | null {
  const dense = new Slice(new Uint8Array(DENSE_BYTES));
  makeDense(new Slice(EMPTY_HYPERLOGLOG), dense.bytes);
  const sparse = new Slice(new Uint8Array(SPARSE_ROOM_BYTES), 0, EMPTY_HYPERLOGLOG.length);
  sparse.bytes.set(EMPTY_HYPERLOGLOG);
  const cursor = new SparseCursor();
  const element = random.bytes(ELEMENT_BYTES);
  const words = new DataView(element.buffer);
  const seed = words.getUint32(0, true);
  let checkpoint = 1;
  for (let size = 1; size <= ELEMENT_COUNT; size++) {
    words.setUint32(0, seed ^ size, true);
    const register = registerOf(element, 0, ELEMENT_BYTES);
    const index = register & (REGISTER_COUNT - 1);
    raiseDense(dense.bytes, 0, index, register >>> INDEX_BITS);
    raiseEither(sparse, index, register >>> INDEX_BITS, maxSparseBytes, cursor);
    if (size !== checkpoint) continue;
    if (size < maxSparseBytes / 2 && isDense(sparse.bytes, 0)) return "sparse encoding not used";
    const count = Number(countString(dense));
    if (count !== countString(sparse)) return "dense/sparse disagree";
    const error = Math.abs(size - count);
    // Of ten elements one may well meet another in its register: more than that is a fault.
    if (error > (size === 10 ? 1 : Math.ceil(RELATIVE_ERROR_MAX * size))) {
      return `Too big error. card:${size} abserr:${error}`;
    }
    checkpoint *= 10;
  }
  return null;
}

/** Raises a register of a string that begins its buffer and has room in it for both representations. */
function raiseEither(string: Slice, index: number, value: number, maxSparseBytes: number, cursor: SparseCursor): void {
  if (isDense(string.bytes, 0)) {
    raiseDense(string.bytes, 0, index, value);
    return;
  }
  const length = raiseSparse(string.bytes, 0, string.end, index, value, maxSparseBytes, cursor);
  if (length === NEEDS_DENSE) {
    makeDense(string, string.bytes);
    string.end = DENSE_BYTES;
    raiseDense(string.bytes, 0, index, value);
  } else if (length !== UNCHANGED) {
    string.end = length;
  }
}

/** PFSELFTEST. */
export function selfTestCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "pfselftest",
      group: "hyperloglog",
      since: "2.8.9",
      summary: "An internal command for testing HyperLogLog values",
      complexity: "N/A",
      arity: 1,
      flags: "admin",
      acl: "hyperloglog",
      docFlags: "syscmd",
      run: (_context, _args, reply) => pfSelfTest(reply, services),
    },
  ];
}
