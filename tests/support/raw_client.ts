/**
 * A TCP or Unix socket client that shows a test exactly the bytes that a server sends.
 *
 * - Every read has a time limit; one that runs out closes nothing, the bytes that come later are still read.
 * - Texts have one character per byte in both directions.
 */
import { bytesOfText, textOfBytes } from "./byte_text.ts";
import { ErrorReply, NEED_MORE, type ReadReply, readReply, type ReplyValue } from "./reply_reader.ts";

/** One argument of a request; numbers and bigints are written in decimal. */
export type Argument = string | number | bigint | Uint8Array;

/** Where to connect and how patient to be. */
export interface RawClientOptions {
  port?: number;
  /** The path of a Unix socket, in place of a port. */
  path?: string;
  /** The limit of one read, 30 seconds by default. */
  timeoutMs?: number;
}

const READ_SIZE_BYTES = 64 * 1024;

/** One connection, for `using`. */
export class RawClient implements Disposable {
  readonly #connection: Deno.Conn;
  readonly #timeoutMs: number;
  readonly #readBuffer = new Uint8Array(READ_SIZE_BYTES);
  #received = new Uint8Array(READ_SIZE_BYTES);
  #start = 0;
  #end = 0;
  #pendingRead: Promise<boolean> | null = null;

  private constructor(connection: Deno.Conn, timeoutMs: number) {
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
  }

  /** Connects over loopback TCP or to a Unix socket. */
  static async connect(options: RawClientOptions): Promise<RawClient> {
    const { port, path, timeoutMs = 30_000 } = options;
    if (path !== undefined) {
      return new RawClient(await Deno.connect({ transport: "unix", path }), timeoutMs);
    }
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: port ?? 6379 });
    connection.setNoDelay(true);
    return new RawClient(connection, timeoutMs);
  }

  /** Sends one request as an array of bulk strings. */
  send(...argv: Argument[]): Promise<void> {
    return this.sendRaw(encodeRequest(argv));
  }

  /** Sends bytes as they are. */
  async sendRaw(data: string | Uint8Array): Promise<void> {
    let rest = typeof data === "string" ? bytesOfText(data) : data;
    while (rest.length > 0) rest = rest.subarray(await this.#connection.write(rest));
  }

  /** Reads one reply. */
  async read(): Promise<ReplyValue> {
    const reply = await this.#readWhole();
    this.#start = reply.end;
    return reply.value;
  }

  /** Reads one reply (with the attributes before it) and returns its bytes as they came. */
  async readRaw(): Promise<string> {
    const reply = await this.#readWhole();
    return this.#take(reply.end - this.#start);
  }

  /** Reads exactly `length` bytes. */
  async readBytes(length: number): Promise<string> {
    while (this.#end - this.#start < length) await this.#readMore();
    return this.#take(length);
  }

  /** Reads up to and including the next line feed; for lines that are no reply, such as those of SYNC. */
  async readLine(): Promise<string> {
    for (;;) {
      const index = this.#received.subarray(this.#start, this.#end).indexOf(0x0a);
      if (index >= 0) return this.#take(index + 1);
      await this.#readMore();
    }
  }

  /** Reads all that comes until the server closes the connection. */
  async readToEnd(): Promise<string> {
    while (await this.#poll(this.#timeoutMs));
    return this.#take(this.#end - this.#start);
  }

  /** Sends a request and reads its reply; an error reply is returned, not thrown. */
  async call(...argv: Argument[]): Promise<ReplyValue> {
    await this.send(...argv);
    return await this.read();
  }

  /** Sends a request and reads the bytes of its reply. */
  async callRaw(...argv: Argument[]): Promise<string> {
    await this.send(...argv);
    return await this.readRaw();
  }

  /** Sends a request and reads its reply; throws where that is an error. */
  async expect(...argv: Argument[]): Promise<ReplyValue> {
    const reply = await this.call(...argv);
    if (reply instanceof ErrorReply) throw new Error(`${argv.map(String).join(" ").slice(0, 200)}: ${reply.text}`);
    return reply;
  }

  /** Sends requests in one write and reads all their replies. */
  async pipeline(requests: readonly Argument[][]): Promise<ReplyValue[]> {
    const encoded = requests.map(encodeRequest);
    const whole = new Uint8Array(encoded.reduce((sum, bytes) => sum + bytes.length, 0));
    let offset = 0;
    for (const bytes of encoded) {
      whole.set(bytes, offset);
      offset += bytes.length;
    }
    // Replies are read while the requests are still being written: a server may stop reading until they are.
    const written = this.sendRaw(whole);
    written.catch(() => {}); // Where reading fails first, its error is the one that is told.
    const replies: ReplyValue[] = [];
    for (let left = requests.length; left > 0; left--) replies.push(await this.read());
    await written;
    return replies;
  }

  /** Fails where anything arrives (or the server hangs up) within `durationMs`. */
  async expectSilence(durationMs: number): Promise<void> {
    if (this.#end === this.#start) {
      const outcome = await this.#pollOrTimeout(durationMs);
      if (outcome === "timeout") return;
      if (outcome === "end") throw new Error("Expected silence, but the server closed the connection");
    }
    const text = textOfBytes(this.#received.subarray(this.#start, this.#end));
    throw new Error(`Expected silence, but received ${JSON.stringify(text.slice(0, 200))}`);
  }

  /** Says that no more requests follow, and goes on reading (a half-close). */
  async closeWrite(): Promise<void> {
    await this.#connection.closeWrite();
  }

  /** Closes the connection; a second call does nothing. */
  close(): void {
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #readWhole(): Promise<ReadReply> {
    for (;;) {
      const reply = this.#end > this.#start ? readReply(this.#received.subarray(0, this.#end), this.#start) : NEED_MORE;
      if (reply !== NEED_MORE) return reply;
      await this.#readMore();
    }
  }

  #take(length: number): string {
    const text = textOfBytes(this.#received.subarray(this.#start, this.#start + length));
    this.#start += length;
    return text;
  }

  async #readMore(): Promise<void> {
    if (!(await this.#poll(this.#timeoutMs))) {
      throw new Error("Cannot read a reply: the server closed the connection");
    }
  }

  async #poll(timeoutMs: number): Promise<boolean> {
    const outcome = await this.#pollOrTimeout(timeoutMs);
    if (outcome === "timeout") throw new Error(`Cannot read a reply: nothing came in ${timeoutMs} ms`);
    return outcome === "bytes";
  }

  /** One read of the socket. A read that outlives its time limit is kept, and the next call waits for the same one. */
  async #pollOrTimeout(timeoutMs: number): Promise<"bytes" | "end" | "timeout"> {
    const read = this.#pendingRead ??= this.#readOnce();
    read.catch(() => {}); // A read cut by close() is nobody's failure once no one waits for it.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<"timeout">((resolve) => {
      timer = setTimeout(() => resolve("timeout"), timeoutMs);
    });
    try {
      const outcome = await Promise.race([read, timeout]);
      if (outcome === "timeout") return outcome;
      this.#pendingRead = null;
      return outcome ? "bytes" : "end";
    } finally {
      clearTimeout(timer);
    }
  }

  async #readOnce(): Promise<boolean> {
    let count: number | null;
    try {
      count = await this.#connection.read(this.#readBuffer);
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset) return false;
      throw error;
    }
    if (count === null) return false;
    this.#append(this.#readBuffer.subarray(0, count));
    return true;
  }

  #append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#received.length) {
      const kept = this.#received.subarray(this.#start, this.#end);
      const room = Math.max(this.#received.length, (kept.length + bytes.length) * 2);
      const grown = new Uint8Array(room);
      grown.set(kept);
      this.#received = grown;
      this.#end = kept.length;
      this.#start = 0;
    }
    this.#received.set(bytes, this.#end);
    this.#end += bytes.length;
  }
}

/** The bytes of a request as an array of bulk strings. */
export function encodeRequest(argv: readonly Argument[]): Uint8Array<ArrayBuffer> {
  const parts: string[] = [`*${argv.length}\r\n`];
  for (const argument of argv) {
    const text = argument instanceof Uint8Array ? textOfBytes(argument) : String(argument);
    parts.push(`$${text.length}\r\n`, text, "\r\n");
  }
  return bytesOfText(parts.join(""));
}
