/**
 * The manifest of a multi-part append-only file: which files it is made of, and in which order they are read.
 *
 * ```
 * file appendonly.aof.2.base.rdb seq 2 type b      the base, at most one: all data as of a rewrite
 * file appendonly.aof.1.incr.aof seq 1 type h      history: no longer needed, to be deleted
 * file appendonly.aof.2.incr.aof seq 2 type i      what was written since, in order of the numbers
 * ```
 *
 * - A value that never changes: every step of a rewrite makes another one, which counts once it is on the medium.
 */

import { ascii, latin1 } from "../bytes/ascii.ts";
import { quoteArgument } from "../bytes/quote.ts";
import { splitArguments } from "../bytes/split_arguments.ts";

/** One file of the manifest. */
export interface AofFile {
  /** Without a directory. One character per byte. */
  readonly name: string;
  readonly sequence: number;
}

/** A new file that is in no manifest yet: its name and the manifest with it. */
export interface AddedFile {
  readonly name: string;
  readonly manifest: AofManifest;
}

/** A manifest that cannot be read; `logLines` are Redis's lines about it. */
export class AofManifestError extends Error {
  override readonly name = "AofManifestError";
  readonly logLines: readonly string[];

  /** `line` is the one at fault, `lineNumber` counts from 1; without it the whole file is. */
  constructor(reason: string, lineNumber = 0, line: string | null = null) {
    super(reason);
    this.logLines = [
      "\n*** FATAL AOF MANIFEST FILE ERROR ***\n",
      ...(line === null ? [] : [`Reading the manifest file, at line ${lineNumber}\n`, `>>> '${line}'\n`]),
      `${reason}\n`,
    ];
  }
}

/** A line with its end may have this many bytes. */
const MAX_LINE_BYTES = 1024;
const MIN_WORDS = 6;
const FORMAT_ERROR = "Invalid AOF manifest file format";

/** The files of one append-only file. */
export class AofManifest {
  /** The manifest of a server that has written nothing yet. */
  static readonly EMPTY: AofManifest = new AofManifest(null, [], []);

  readonly base: AofFile | null;
  /** In order of their numbers. */
  readonly increments: readonly AofFile[];
  readonly history: readonly AofFile[];
  readonly #baseSequence: number;
  readonly #incrementSequence: number;

  private constructor(
    base: AofFile | null,
    increments: readonly AofFile[],
    history: readonly AofFile[],
    last: { base: number; increment: number } = { base: 0, increment: 0 },
  ) {
    this.base = base;
    this.increments = increments;
    this.history = history;
    this.#baseSequence = Math.max(last.base, base?.sequence ?? 0);
    this.#incrementSequence = Math.max(last.increment, increments.at(-1)?.sequence ?? 0);
  }

  /** Reads the bytes of a manifest. Throws `AofManifestError`. */
  static parse(bytes: Uint8Array): AofManifest {
    const text = latin1(bytes, 0, bytes.length);
    if (text === "") throw new AofManifestError("Found an empty AOF manifest");
    let base: AofFile | null = null;
    const increments: AofFile[] = [];
    const history: AofFile[] = [];
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    for (const [index, raw] of lines.entries()) {
      if (raw.startsWith("#")) continue;
      const isEnded = index < lines.length - 1 || text.endsWith("\n");
      if (!isEnded || raw.length + 1 > MAX_LINE_BYTES) {
        throw new AofManifestError("The AOF manifest file contains too long line");
      }
      const line = raw.replace(/^[ \t\r]+|[ \t\r]+$/g, "");
      const fail = (reason: string) => new AofManifestError(reason, index + 1, line);
      const { type, ...file } = parseLine(line, fail);
      if (type === "b") {
        if (base !== null) throw fail("Found duplicate base file information");
        base = file;
      } else if (type === "h") {
        history.push(file);
      } else if (type === "i") {
        if (file.sequence <= (increments.at(-1)?.sequence ?? 0)) {
          throw fail("Found a non-monotonic sequence number");
        }
        increments.push(file);
      } else {
        throw fail("Unknown AOF file type");
      }
    }
    return new AofManifest(base, increments, history);
  }

  /** The manifest of a single file from before there were manifests. */
  static ofSingleFile(name: string): AofManifest {
    return new AofManifest({ name, sequence: 1 }, [], []);
  }

  /** True when there is nothing to be loaded. */
  get isEmpty(): boolean {
    return this.base === null && this.increments.length === 0;
  }

  /** The files to be loaded, in order. */
  get files(): readonly AofFile[] {
    return this.base === null ? this.increments : [this.base, ...this.increments];
  }

  /** The bytes to be stored. */
  encode(): Uint8Array<ArrayBuffer> {
    const lines = [
      ...(this.base === null ? [] : [lineOf(this.base, "b")]),
      ...this.history.map((file) => lineOf(file, "h")),
      ...this.increments.map((file) => lineOf(file, "i")),
    ];
    return ascii(lines.join(""));
  }

  /** A new base; the one before becomes history. `prefix` is `appendfilename`, the format the name's end. */
  withNewBase(prefix: string, format: "rdb" | "aof"): AddedFile {
    const sequence = this.#baseSequence + 1;
    const name = `${prefix}.${sequence}.base.${format}`;
    const history = this.base === null ? this.history : [this.base, ...this.history];
    return { name, manifest: this.#with({ base: { name, sequence }, history }) };
  }

  /** A further file for what is written from now on. */
  withNewIncrement(prefix: string): AddedFile {
    const sequence = this.#incrementSequence + 1;
    const name = `${prefix}.${sequence}.incr.aof`;
    return { name, manifest: this.#with({ increments: [...this.increments, { name, sequence }] }) };
  }

  /** All increments but the last `keptCount` become history: a base has taken their place. */
  withIncrementsRewritten(keptCount: number): AofManifest {
    const end = Math.max(0, this.increments.length - keptCount);
    const rewritten = this.increments.slice(0, end);
    return this.#with({ increments: this.increments.slice(end), history: [...rewritten, ...this.history] });
  }

  /** The same without history. */
  withoutHistory(): AofManifest {
    return this.#with({ history: [] });
  }

  #with(
    change: { base?: AofFile; increments?: readonly AofFile[]; history?: readonly AofFile[] },
  ): AofManifest {
    const { base = this.base, increments = this.increments, history = this.history } = change;
    return new AofManifest(base, increments, history, {
      base: this.#baseSequence,
      increment: this.#incrementSequence,
    });
  }
}

function parseLine(line: string, fail: (reason: string) => AofManifestError): AofFile & { readonly type: string } {
  const words = splitArguments(ascii(line), 0, line.length)?.map((word) => latin1(word, 0, word.length)) ?? null;
  if (words === null || words.length < MIN_WORDS || words.length % 2 !== 0) throw fail(FORMAT_ERROR);
  let name = "";
  let sequence = 0;
  let type = "";
  for (let index = 0; index < words.length; index += 2) {
    const value = words[index + 1]!;
    switch (words[index]!.toLowerCase()) {
      case "file":
        if (/[/\\]/.test(value)) throw fail("File can't be a path, just a filename");
        name = value;
        break;
      case "seq":
        sequence = Number.parseInt(value, 10) || 0;
        break;
      case "type":
        type = value.slice(0, 1);
        break;
    }
  }
  if (name === "" || sequence === 0 || type === "") throw fail(FORMAT_ERROR);
  return { name, sequence, type };
}

function lineOf({ name, sequence }: AofFile, type: string): string {
  const isPlain = /^[\x21\x23-\x26\x28-\x5b\x5d-\x7e]+$/.test(name);
  return `file ${isPlain ? name : quoteArgument(ascii(name))} seq ${sequence} type ${type}\n`;
}
