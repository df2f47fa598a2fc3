/**
 * Compares all that two servers hold: the keys of every database, and of each key its type, its encoding, when it expires,
 * its value and its dump.
 */
import type { RandomCommand } from "./draw.ts";
import type { RandomPlayer, ServerPair } from "./random_player.ts";

const DATABASES = 16;

/** Compares every key of every database; the clients end in database 0. */
export async function compareData(player: RandomPlayer, questions = questionsAbout): Promise<void> {
  for (let db = 0; db < DATABASES; db++) {
    const select: RandomCommand = { argv: ["SELECT", String(db)], comparison: "exact" };
    await player.compare([select, { argv: ["KEYS", "*"], comparison: "unordered" }]);
    const keys = await player.expect("theirs", "KEYS", "*") as string[];
    await player.compare(keys.flatMap(questions));
  }
  await player.same("SELECT", "0");
}

/**
 * Lets each server load what the other has saved and compares again: first what was loaded with what was saved, then,
 * when both have loaded the same file, the encodings too.
 */
export async function compareFiles(player: RandomPlayer, pair: ServerPair): Promise<void> {
  for (const [writer, reader] of [["ours", "theirs"], ["theirs", "ours"]] as const) {
    await player.expect(writer, "SAVE");
    await Deno.copyFile(`${pair[writer].directory}/dump.rdb`, `${pair[reader].directory}/dump.rdb`);
    await player.expect(reader, "DEBUG", "RELOAD", "NOSAVE");
    await compareData(player, questionsAfterLoad);
    await player.expect(writer, "DEBUG", "RELOAD", "NOSAVE");
    await compareData(player);
  }
}

/** Whatever the type of the key: those that are for other types answer with an error, which is the same too. */
function questionsAbout(key: string): RandomCommand[] {
  return [
    { argv: ["OBJECT", "ENCODING", key], comparison: "exact" },
    { argv: ["DUMP", key], comparison: "dump" },
    { argv: ["ZRANGE", key, "0", "-1", "WITHSCORES"], comparison: "exact" },
    ...questionsAboutContents(key),
  ];
}

/** What loading does not change: how a value is encoded is decided anew then. */
function questionsAfterLoad(key: string): RandomCommand[] {
  return [
    { argv: ["ZRANGE", key, "0", "-1", "WITHSCORES"], comparison: "unsigned" },
    ...questionsAboutContents(key),
  ];
}

function questionsAboutContents(key: string): RandomCommand[] {
  return [
    { argv: ["TYPE", key], comparison: "exact" },
    { argv: ["PEXPIRETIME", key], comparison: "about" },
    { argv: ["GET", key], comparison: "exact" },
    { argv: ["LRANGE", key, "0", "-1"], comparison: "exact" },
    { argv: ["SMEMBERS", key], comparison: "unordered" },
    { argv: ["HGETALL", key], comparison: "unordered" },
    { argv: ["XRANGE", key, "-", "+"], comparison: "exact" },
    { argv: ["XINFO", "STREAM", key, "FULL", "COUNT", "0"], comparison: "about" },
  ];
}
