/** Whether what a command drew by chance can have been drawn from what was there. */
import { ErrorReply, type ReplyValue } from "../../support/reply_reader.ts";

/** A reply, and the elements (or fields and values) before and after the command. */
export interface Drawn {
  readonly reply: ReplyValue;
  readonly before: ReplyValue;
  readonly after: ReplyValue;
}

/** What is wrong about a reply drawn by chance, or null. */
export function checkChance(argv: readonly string[], { reply, before, after }: Drawn): string | null {
  if (reply instanceof ErrorReply) return null; // Compared as it is.
  const name = argv[0]!;
  const isPaired = name === "HRANDFIELD" || name === "ZRANDMEMBER";
  const there = isPaired ? pairsOf(before) : new Map(listOf(before).map((member) => [member, ""]));
  const hasValues = /^with/i.test(argv[3] ?? "");
  const drawn = hasValues ? [...pairsOfReply(reply)] : listOf(reply).map((member) => [member, null] as const);
  const count = name === "RANDOMKEY" || argv[2] === undefined ? null : Number(argv[2]);
  const expected = count === null ? Math.min(1, there.size) : count < 0 ? (there.size > 0 ? -count : 0) : count;
  const size = count !== null && count < 0 ? expected : Math.min(expected, there.size);
  if (drawn.length !== size) return `${drawn.length} elements in place of ${size}`;
  for (const [member, value] of drawn) {
    const isThere = there.has(member) && (value === null || there.get(member) === value);
    if (!isThere) return `${JSON.stringify(member)} was not there`;
  }
  const distinct = new Set(drawn.map(([member]) => member));
  if ((count === null || count >= 0) && distinct.size !== drawn.length) return "an element twice";
  if (name === "SPOP") { for (const member of distinct) there.delete(member); }
  const left = isPaired ? [...pairsOf(after).keys()] : listOf(after);
  const isRest = left.length === there.size && left.every((member) => there.has(member));
  return isRest ? null : "what is left is not the rest";
}

function listOf(reply: ReplyValue): string[] {
  if (reply === null || reply instanceof ErrorReply) return [];
  return Array.isArray(reply) || reply instanceof Set ? [...reply].map(String) : [String(reply)];
}

/** Members and their values, flat as in RESP2, as a map, or in pairs as in RESP3. */
function pairsOf(reply: ReplyValue): Map<string, string> {
  return new Map(pairsOfReply(reply));
}

function pairsOfReply(reply: ReplyValue): [string, string][] {
  if (reply instanceof Map) return [...reply].map(([a, b]) => [String(a), String(b)]);
  if (!Array.isArray(reply)) return [];
  const flat = reply.flat();
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) pairs.push([String(flat[index]), String(flat[index + 1])]);
  return pairs;
}
