/**
 * The run of a seed: episodes of random commands, each on empty servers, each ended by a comparison of all data.
 *
 * - An episode depends on nothing but its seed and number, so that one that fails is repeated alone.
 * - A failure is shrunk to the few commands that still show it.
 */
import { SeededRandom } from "../../support/seeded_random.ts";
import { Difference, lineOf, type PlayedCommand, RandomPlayer, type ServerPair } from "./random_player.ts";
import { RandomCommands } from "./random_commands.ts";
import { compareData, compareFiles } from "./same_data.ts";
import { shrink } from "./shrinking.ts";

/** What to run. */
export interface PropertyRunOptions {
  readonly seed: number;
  /** How many commands, in episodes of `EPISODE_OPERATIONS`. */
  readonly operations: number;
  /** Only this episode. */
  readonly episode?: number;
  /** Is told about each episode that has passed. */
  readonly report?: (text: string) => void;
}

/** An episode is so long that data grow together, and so short that a failing one is soon repeated. */
export const EPISODE_OPERATIONS = 10_000;
const CLIENTS = 2;
/** How long a server that closes connections may take to end. */
const END_TIMEOUT_MS = 20_000;
const PIPELINE_MAX = 400;

/** Parameters that an episode begins with: as Redis starts, and so low that every encoding comes up with a few elements. */
const DEFAULT_PARAMETERS: Readonly<Record<string, string>> = {
  "hash-max-listpack-entries": "128",
  "hash-max-listpack-value": "64",
  "set-max-intset-entries": "512",
  "zset-max-listpack-entries": "128",
  "zset-max-listpack-value": "64",
  "list-max-listpack-size": "-2",
  "list-compress-depth": "0",
  "stream-node-max-entries": "100",
  "stream-node-max-bytes": "4096",
  "hll-sparse-max-bytes": "3000",
  "maxmemory-policy": "noeviction",
};
const LOW_PARAMETERS: Readonly<Record<string, string>> = {
  ...DEFAULT_PARAMETERS,
  "hash-max-listpack-entries": "5",
  "set-max-intset-entries": "6",
  "zset-max-listpack-entries": "4",
  "list-max-listpack-size": "4",
  "stream-node-max-entries": "4",
};

/** Where an episode is looked at: at its replies, then at all data, then at what each server saves and the other loads. */
type Stage = "replies" | "data" | "files";

/** A server that ended itself, as one that finds an assertion to be false does. */
class ServerEnd extends Difference {
  constructor(readonly side: "ours" | "theirs") {
    super([], side === "ours" ? "ended" : "goes on", side === "theirs" ? "ended" : "goes on");
  }
}

/** Runs the episodes of a seed and returns how many commands were played; throws an `Error` that tells how to repeat a failure. */
export async function runProperty(pair: ServerPair, options: PropertyRunOptions): Promise<number> {
  const { seed, operations, report } = options;
  let played = 0;
  for (let episode = options.episode ?? 0; played < operations; episode++) {
    const count = Math.min(EPISODE_OPERATIONS, operations - played);
    const hasPassed = await runEpisode(pair, { seed, episode, count });
    if (hasPassed) played += count;
    report?.(`seed ${seed}: episode ${episode} ${hasPassed ? "passed" : "ended the reference"}, ${played} operations`);
    if (options.episode !== undefined) break;
  }
  return played;
}

interface Episode {
  readonly seed: number;
  readonly episode: number;
  readonly count: number;
}

/** False where the reference ended itself: then nothing can be said. Throws where the servers differ. */
async function runEpisode(pair: ServerPair, { seed, episode, count }: Episode): Promise<boolean> {
  const commands = commandsOf({ seed, episode, count });
  const parameters = Object.entries(episode % 2 === 0 ? DEFAULT_PARAMETERS : LOW_PARAMETERS).flat();
  let reached = 0;
  let stage: Stage = "replies";
  const failure = await differenceOf(pair, async () => {
    await playAll(pair, { commands, parameters, until: "files" }, (at, count) => {
      stage = at;
      reached = count;
    });
  });
  if (failure === null) return true;
  if (failure instanceof ServerEnd && failure.side === "theirs") return false;
  const reproduces = async (some: readonly PlayedCommand[]) =>
    await differenceOf(pair, () => playAll(pair, { commands: some, parameters, until: stage })) !== null;
  const few = await shrink(commands.slice(0, reached), reproduces);
  const last = await differenceOf(pair, () => playAll(pair, { commands: few, parameters, until: stage }));
  throw new Error([
    `Two servers differ in ${stage}: seed ${seed}, episode ${episode} of ${count} operations`,
    `Repeat with: deno task property --seeds ${seed} --episode ${episode}`,
    `First seen: ${failure.message}`,
    `${few.length} commands show it, with ${lineOf(parameters)}:`,
    ...few.map(({ client, command: { argv } }) => `  client ${client + 1}: ${lineOf(argv)}`),
    `Difference: ${last?.message ?? "it did not come again"}`,
  ].join("\n"));
}

/** The commands of an episode, in turns of two clients. */
function commandsOf({ seed, episode, count }: Episode): PlayedCommand[] {
  const random = new SeededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(episode + 1, 0x85ebca6b));
  const generators = Array.from({ length: CLIENTS }, () => new RandomCommands(random));
  const commands: PlayedCommand[] = [];
  for (let turn = 0; commands.length < count; turn++) {
    const client = random.integer(0, CLIENTS - 1);
    const size = Math.min(random.integer(1, random.pick([3, PIPELINE_MAX])), count - commands.length);
    for (let left = size; left > 0; left--) commands.push({ turn, client, command: generators[client]!.next() });
  }
  return commands;
}

interface Play {
  readonly commands: readonly PlayedCommand[];
  readonly parameters: readonly string[];
  readonly until: Stage;
}

async function playAll(
  pair: ServerPair,
  { commands, parameters, until }: Play,
  reach?: (stage: Stage, count: number) => void,
): Promise<void> {
  using player = await RandomPlayer.connect(pair);
  await player.reset(parameters);
  await player.play(commands, (count) => reach?.("replies", count));
  await player.leaveTransactions();
  if (until === "replies") return;
  reach?.("data", commands.length);
  await compareData(player);
  if (until === "data") return;
  reach?.("files", commands.length);
  await compareFiles(player, pair);
}

/** The difference that playing shows, or null. A server that ends itself meanwhile is started again. */
async function differenceOf(pair: ServerPair, play: () => Promise<void>): Promise<Difference | null> {
  try {
    await play();
    return null;
  } catch (error) {
    if (error instanceof Difference) return error;
    const ended = await endedServer(pair);
    if (ended === null) throw error;
    await pair[ended].startAgain();
    return new ServerEnd(ended);
  }
}

/** Which server has ended itself, if any has. */
async function endedServer({ ours, theirs }: ServerPair): Promise<"ours" | "theirs" | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<null>((resolve) => timer = setTimeout(() => resolve(null), END_TIMEOUT_MS));
  try {
    return await Promise.race([
      ours.exited().then(() => "ours" as const),
      theirs.exited().then(() => "theirs" as const),
      limit,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
