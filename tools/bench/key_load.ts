/**
 * Fills a server with many keys: small strings, or small collections of ten elements.
 */
import type { Argument } from "../../tests/support/raw_client.ts";
import type { ServerProcess } from "../../tests/support/server_process.ts";

const BATCH_COUNT = 5_000;
const ELEMENTS = 10;
const FIELDS_PER_COMMAND = 500;

/** The command that makes one key, by its number. */
type MakeKey = (digits: string, index: number) => Argument[];

/** Collections of ten elements of about eight bytes, by what they are. */
export const COLLECTIONS: Readonly<Record<string, MakeKey>> = {
  hashes: (digits, index) => ["HSET", `hash:${digits}`, ...elements((at) => [`field:${at}`, `value:${index % 100}`])],
  sets: (digits, index) => ["SADD", `set:${digits}`, ...elements((at) => [`member:${index % 100}:${at}`])],
  "sets of integers": (digits, index) => ["SADD", `set:${digits}`, ...elements((at) => [`${index + at}`])],
  "sorted sets": (digits, index) => ["ZADD", `zset:${digits}`, ...elements((at) => [index % 1000, `member:${at}`])],
  lists: (digits, index) => ["RPUSH", `list:${digits}`, ...elements((at) => [`value:${at}:${index % 100}`])],
};

/** Sets `count` keys of 16 bytes (those of redis-benchmark's `-r`) to values of 16 bytes. */
export function loadKeys(server: ServerProcess, count: number): Promise<void> {
  return load(server, count, (digits) => ["SET", `key:${digits}`, `val:${digits}`]);
}

/** Makes `count` collections of a sort. */
export function loadCollections(server: ServerProcess, make: MakeKey, count: number): Promise<void> {
  return load(server, count, make);
}

/** Makes one hash of `count` fields, `field:` and a number of 12 digits each. */
export async function loadHash(server: ServerProcess, key: string, count: number): Promise<void> {
  using client = await server.connect({ timeoutMs: 60_000 });
  for (let start = 0; start < count; start += FIELDS_PER_COMMAND) {
    const fields = Array.from({ length: FIELDS_PER_COMMAND }, (_, at) => [`field:${digits(start + at)}`, "value"]);
    await client.expect("HSET", key, ...fields.flat());
  }
}

/** A number as redis-benchmark puts it in the place of `__rand_int__`. */
export function digits(index: number): string {
  return String(index).padStart(12, "0");
}

async function load(server: ServerProcess, count: number, make: MakeKey): Promise<void> {
  using client = await server.connect({ timeoutMs: 60_000 });
  for (let start = 0; start < count; start += BATCH_COUNT) {
    const batch: Argument[][] = [];
    for (let index = start; index < Math.min(start + BATCH_COUNT, count); index++) {
      batch.push(make(digits(index), index));
    }
    await client.pipeline(batch);
  }
}

function elements(make: (at: number) => Argument[]): Argument[] {
  return Array.from({ length: ELEMENTS }, (_, at) => make(at)).flat();
}
