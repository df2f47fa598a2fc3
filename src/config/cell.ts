/**
 * A cell holds the current value of one parameter; subsystems keep the cell, so that a read is one property load.
 *
 * - `value` is replaced, never mutated: an array or object read from it stays as it was.
 * - Arguments and printed forms are byte text (`byte_text.ts`).
 */

/** What an assignment did: a new value, the value it had, or Redis's reason for refusing. */
export type AssignResult = { readonly changed: boolean } | { readonly error: string };

/** The result of an assignment that stored a new value. */
export const CHANGED: AssignResult = { changed: true };

/** The result of an assignment that found the value already there: apply hooks do not run. */
export const UNCHANGED: AssignResult = { changed: false };

/** What a cell may look at while it takes a value. */
export interface AssignContext {
  /** True while redis.conf, stdin or the command line is read: repeated `save` lines add up then. */
  readonly isReadingFile: boolean;
  /** How the parameter `name` prints now. */
  printed(name: string): string;
}

/** A line for CONFIG REWRITE; one that is not forced appears only where the old file already had the parameter. */
export interface RewriteLine {
  readonly text: string;
  readonly isForced: boolean;
}

/** The current value of one parameter. */
export abstract class Cell {
  abstract value: unknown;

  /** Whether the value is a list of words: `CONFIG SET` splits it at spaces, redis.conf takes several arguments. */
  readonly takesManyArguments: boolean = false;

  /** Parses and stores a value. After an error the value may be anything: the caller restores it. */
  abstract assign(args: readonly string[], context: AssignContext): AssignResult;

  /** The value as CONFIG GET prints it. */
  abstract print(): string;

  /** The lines that make redis.conf hold this value; none where the parameter must not appear. */
  abstract rewriteLines(name: string): RewriteLine[];

  /** Remembers the value; the returned function brings it back. */
  capture(): () => void {
    const kept = this.value;
    return () => {
      this.value = kept;
    };
  }
}
