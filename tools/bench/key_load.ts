/**
 * Fills a server: with many small strings, with many small collections of ten elements, or with one large collection.
 */
import type { Argument } from "../../tests/support/raw_client.ts";
import type { ServerProcess } from "../../tests/support/server_process.ts";

/** Few enough that the buffers of requests and replies hardly count in what the server takes. */
const BATCH_ARGUMENTS = 20_000;
const ELEMENTS = 10;
const LARGE_BATCH_ELEMENTS = 500;
const WARM_UP_REQUESTS = 1_000_000;
const WARM_UP_KEYS = 1000;

/** Numbers of what is made, without `to` itself. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** The commands that make one key, by its number. */
type MakeKey = (digits: string, index: number) => Argument[][];

/** A collection beyond every limit of a compact encoding: how a command on it begins, and the arguments of each element. */
export interface LargeCollection {
  readonly head: readonly Argument[];
  readonly makeElement: (digits: string, index: number) => Argument[];
  /** One where a command takes but one element. */
  readonly elementsPerCommand?: 1;
}

/** Collections of ten elements of about eight bytes, by what they are. */
export const COLLECTIONS: Readonly<Record<string, MakeKey>> = {
  hashes: (digits, index) => [["HSET", `hash:${digits}`, ...elements((at) => [`field:${at}`, `value:${index % 100}`])]],
  sets: (digits, index) => [["SADD", `set:${digits}`, ...elements((at) => [`member:${index % 100}:${at}`])]],
  "sets of integers": (digits, index) => [["SADD", `set:${digits}`, ...elements((at) => [`${index + at}`])]],
  "sorted sets": (digits, index) => [["ZADD", `zset:${digits}`, ...elements((at) => [index % 1000, `member:${at}`])]],
  lists: (digits, index) => [["RPUSH", `list:${digits}`, ...elements((at) => [`value:${at}:${index % 100}`])]],
  streams: (digits, index) => {
    const add = (at: number) => ["XADD", `stream:${digits}`, "*", "field", `value:${at}:${index % 100}`];
    return Array.from({ length: ELEMENTS }, (_, at) => add(at));
  },
};

/** One large collection of each type. */
export const LARGE_COLLECTIONS: Readonly<Record<string, LargeCollection>> = {
  hash: { head: ["HSET", "hash"], makeElement: (digits, index) => [`field:${digits}`, `value:${index % 100}`] },
  set: { head: ["SADD", "set"], makeElement: (digits) => [`member:${digits}`] },
  "set of integers": { head: ["SADD", "set"], makeElement: (_, index) => [index * 7919] },
  "sorted set": { head: ["ZADD", "zset"], makeElement: (digits, index) => [index * 7919 % 1e6, `member:${digits}`] },
  list: { head: ["RPUSH", "list"], makeElement: (_, index) => [`value:${index % 100}`] },
  stream: {
    ...{ head: ["XADD", "stream", "*"], elementsPerCommand: 1 },
    makeElement: (_, index) => ["field", `value:${index % 100}`],
  },
};

/**
 * Sets `count` keys of 16 bytes (those of redis-benchmark's `-r`), but for the first `from`: to `value`, or to values of 16
 * bytes each its own.
 */
export function loadKeys(server: ServerProcess, count: number, from = 0, value: string | null = null): Promise<void> {
  return load(server, { from, to: count }, (digits) => [["SET", `key:${digits}`, value ?? `val:${digits}`]]);
}

/** Makes `count` collections of a sort, but for the first `from`. */
export function loadCollections(server: ServerProcess, make: MakeKey, count: number, from = 0): Promise<void> {
  return load(server, { from, to: count }, make);
}

/** Adds the elements of a large collection of `count`, but for the first `from`; both are multiples of 500. */
export function loadLargeCollection(
  server: ServerProcess,
  large: LargeCollection,
  count: number,
  from = 0,
): Promise<void> {
  const { head, makeElement, elementsPerCommand = LARGE_BATCH_ELEMENTS } = large;
  return load(server, { from: from / elementsPerCommand, to: count / elementsPerCommand }, (_, index) => {
    const first = index * elementsPerCommand;
    const added = Array.from({ length: elementsPerCommand }, (_, at) => makeElement(digits(first + at), first + at));
    return [[...head, ...added.flat()]];
  });
}

/**
 * Sends requests that store nothing, of three arguments and of many: code is compiled, and buffers and the heap of the
 * runtime take the sizes that they will have.
 */
export function warmUp(server: ServerProcess): Promise<void> {
  const missing = Array.from({ length: WARM_UP_KEYS }, (_, at) => `missing:${digits(at)}`);
  return load(
    server,
    { from: 0, to: WARM_UP_REQUESTS },
    (digits, index) => index % 100 === 0 ? [["DEL", ...missing]] : [["SETRANGE", `missing:${digits}`, 0, ""]],
  );
}

/** A number as redis-benchmark puts it in the place of `__rand_int__`. */
export function digits(index: number): string {
  return String(index).padStart(12, "0");
}

async function load(server: ServerProcess, { from, to }: Range, make: MakeKey): Promise<void> {
  using client = await server.connect({ timeoutMs: 60_000 });
  const batch: Argument[][] = [];
  let argumentCount = 0;
  for (let index = from; index < to; index++) {
    for (const request of make(digits(index), index)) {
      batch.push(request);
      argumentCount += request.length;
    }
    if (argumentCount < BATCH_ARGUMENTS && index < to - 1) continue;
    await client.pipeline(batch);
    batch.length = 0;
    argumentCount = 0;
  }
}

function elements(make: (at: number) => Argument[]): Argument[] {
  return Array.from({ length: ELEMENTS }, (_, at) => make(at)).flat();
}
