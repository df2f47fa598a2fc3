/**
 * Finds the keys of a request by the key specs of its command.
 *
 * - As Redis 7.0: specs come first unless one has variable flags; where they fail, the declaration's own `getKeys` decides.
 * - Specs that fail on the arguments at hand (too few, a bad count) and no `getKeys`: no keys, the command will report the error.
 */
import { equalsIgnoreCase } from "../bytes/ascii.ts";
import { parseSafeInteger } from "../bytes/integer.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Args } from "../resp/request_batch.ts";
import type { CommandSpec } from "./command_spec.ts";
import { type BeginSearch, type FindKeys, KEY_FLAGS, type KeyCollector, type KeySpec } from "./key_specs.ts";

/**
 * Replaces what `keys` holds by the keys of a request. `includesNotKeys` takes the channel names of sharded pub/sub along,
 * which are no keys but select a slot.
 */
export function collectKeys(spec: CommandSpec, args: Args, keys: KeyCollector, includesNotKeys = false): void {
  keys.clear();
  const specs = spec.keys;
  if (specs !== undefined && !hasVariableFlags(specs)) {
    if (collectBySpecs(specs, args, keys, includesNotKeys)) return;
    keys.clear();
  }
  if (spec.getKeys !== undefined) spec.getKeys(args, keys);
}

/** Whether any request of a command can have keys. */
export function mayHaveKeys(spec: CommandSpec): boolean {
  return spec.getKeys !== undefined || (spec.keys ?? []).some((keySpec) => (keySpec.flags & KEY_FLAGS.not_key) === 0);
}

function hasVariableFlags(specs: readonly KeySpec[]): boolean {
  for (const spec of specs) if ((spec.flags & KEY_FLAGS.variable_flags) !== 0) return true;
  return false;
}

/** False: a spec is unknown, incomplete or points outside the request. */
function collectBySpecs(specs: readonly KeySpec[], args: Args, keys: KeyCollector, includesNotKeys: boolean): boolean {
  for (const spec of specs) {
    if ((spec.flags & KEY_FLAGS.not_key) !== 0 && !includesNotKeys) continue;
    const begin = beginOf(spec.beginSearch, args);
    if (begin === 0) continue;
    if (begin < 0 || !collectFrom(spec.findKeys, begin, spec.flags, args, keys)) return false;
    if ((spec.flags & KEY_FLAGS.incomplete) !== 0) return false;
  }
  return true;
}

/** The position where a search begins; 0: the keyword is not there; -1: nobody knows. */
function beginOf(search: BeginSearch, args: Args): number {
  if (search.type === "index") return search.index;
  if (search.type === "unknown") return -1;
  const isForward = search.startFrom > 0;
  const start = isForward ? search.startFrom : args.count + search.startFrom;
  // As Redis: the last argument of a forward search and the first of a backward one are not looked at.
  const end = isForward ? args.count - 1 : 1;
  const step = start <= end ? 1 : -1;
  for (let i = start; i !== end && i >= 1 && i < args.count; i += step) {
    if (equalsIgnoreCase(args.at(i), search.word)) return i + 1;
  }
  return 0;
}

function collectFrom(find: FindKeys, begin: number, flags: number, args: Args, keys: KeyCollector): boolean {
  if (find.type === "unknown") return false;
  let first = begin;
  let last: number;
  if (find.type === "keynum") {
    const countAt = begin + find.keyNumberIndex;
    if (countAt >= args.count) return false;
    first += find.firstKey;
    last = first + integerAt(args.at(countAt)) - 1;
  } else {
    last = lastOfRange(find, begin, args.count);
  }
  // Written so that NaN, a count that is no integer, fails too.
  if (!(last >= first && last < args.count)) return false;
  for (let i = first; i <= last; i += find.step) keys.add(i, flags);
  return true;
}

function lastOfRange(find: FindKeys & { type: "range" }, first: number, count: number): number {
  if (find.lastKey >= 0) return first + find.lastKey;
  if (find.limit === 0) return count + find.lastKey;
  return first + Math.trunc((count - first) / find.limit) + find.lastKey;
}

function integerAt(slice: Slice): number {
  return parseSafeInteger(slice.bytes, slice.start, slice.end);
}
