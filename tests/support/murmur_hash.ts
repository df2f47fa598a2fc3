/**
 * MurmurHash64A as it is published, in integers of any size, and backwards: elements for HyperLogLogs with a chosen hash.
 */

const MULTIPLIER = 0xc6a4a7935bd1e995n;
/** Redis's seed for HyperLogLogs. */
const SEED = 0xadc83b19n;

/** The hash of an element, 64 bits without a sign. */
export function murmurHash(bytes: Uint8Array): bigint {
  let hash = SEED ^ low64(BigInt(bytes.length) * MULTIPLIER);
  const tail = bytes.length - bytes.length % 8;
  for (let at = 0; at < tail; at += 8) {
    const block = low64(littleEndian(bytes.subarray(at, at + 8)) * MULTIPLIER);
    hash = low64((hash ^ low64(mixed(block) * MULTIPLIER)) * MULTIPLIER);
  }
  if (tail < bytes.length) hash = low64((hash ^ littleEndian(bytes.subarray(tail))) * MULTIPLIER);
  return mixed(low64(mixed(hash) * MULTIPLIER));
}

/** The one element of 8 bytes that has this hash. */
export function elementOfHash(hash: bigint): Uint8Array {
  const inverse = inverseOfMultiplier();
  const sum = mixed(low64(mixed(hash) * inverse));
  const block = low64(sum * inverse) ^ SEED ^ low64(8n * MULTIPLIER);
  const element = low64(mixed(low64(block * inverse)) * inverse);
  return Uint8Array.from({ length: 8 }, (_, at) => Number((element >> BigInt(8 * at)) & 0xffn));
}

/** An element that raises the register at `index` to `value`, from 1 to 51. */
export function elementOfRegister(index: number, value: number): Uint8Array {
  return elementOfHash(BigInt(index) | (value > 50 ? 0n : 1n << BigInt(13 + value)));
}

/** Its own inverse: the shift takes more than half of the bits. */
function mixed(value: bigint): bigint {
  return value ^ (value >> 47n);
}

/** By Newton's method: each round doubles the number of right bits. */
function inverseOfMultiplier(): bigint {
  let inverse = MULTIPLIER;
  for (let round = 0; round < 6; round++) inverse = low64(inverse * (2n - MULTIPLIER * inverse));
  return inverse;
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => value << 8n | BigInt(byte), 0n);
}

function low64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
