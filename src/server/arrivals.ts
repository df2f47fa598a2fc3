/**
 * What all clients send, as one `ReadableStream`: a chunk of it is a turn, everything that was read in one go of the runtime.
 *
 * - The runtime completes the reads of all sockets that are ready before the first of their promises is looked at, so a turn
 *   is complete when the microtask runs that its first arrival has asked for.
 * - Nothing is pulled: a client has one arrival under way at most, which bounds the queue.
 */

/** Gathers arrivals into turns. */
export class Arrivals<Each> {
  readonly stream: ReadableStream<readonly Each[]>;

  #controller!: ReadableStreamDefaultController<readonly Each[]>;
  #turn: Each[] = [];
  #isEnded = false;
  readonly #handOver = (): void => {
    const turn = this.#turn;
    this.#turn = [];
    if (!this.#isEnded) this.#controller.enqueue(turn);
  };

  constructor() {
    this.stream = new ReadableStream({ start: (controller) => void (this.#controller = controller) }, {
      highWaterMark: 0,
    });
  }

  /** Adds `arrival` to the turn. */
  add(arrival: Each): void {
    if (this.#turn.push(arrival) === 1) queueMicrotask(this.#handOver);
  }

  /** Ends the stream; what arrives later is dropped. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#controller.close();
  }
}
